"""One robustness audit from start to end: of a table, of texts, or of a folder of images."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.assurance import NotTested, TestResult
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.robust import image, tabular, text
from sunlit.producers.audit.robust.answers import Answers, Array, Batch, Columns, Model
from sunlit.producers.audit.robust.attack import Attacked, attack
from sunlit.producers.audit.robust.judge import Ran, attack_figures, claim_of, detail, figures
from sunlit.producers.audit.robust.limits import Limits
from sunlit.producers.audit.robust.probes import (
    MOST_ROWS,
    Beyond,
    Monotone,
    beyond,
    directions,
    monotone,
)
from sunlit.producers.audit.robust.run import Counted, Settings, run
from sunlit.producers.data.source import Source
from sunlit.statement.manifest import read_manifest

Progress = Callable[[int, int], None]
TEXT_CHUNK: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an audit is asked to do: see `sunlit audit robustness --help`."""

    features: tuple[str, ...] = ()
    outcome: str | None = None
    text: str = "text"
    numeric: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    monotone: tuple[str, ...] = ()
    noise: tuple[float, ...] = tabular.NOISE
    settings: Settings = field(default_factory=Settings)
    attack: int = 0
    limits: Limits
    at: datetime
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The claim, and the report's document."""

    claim: TestResult
    detail: dict[str, object]


def audit_table(
    model: Model, source: Source, asked: Asked, progress: Progress | None = None
) -> Done:
    """Try a model of tables.

    Raises:
        MalformedError: `robust.*`, `data.*`.
        VerificationError: `robust.*`, `data.changed`.
    """
    names = asked.features or model.features or tuple(
        one.name for one in source.columns if one.name != asked.outcome
    )  # fmt: skip
    features = tabular.features_of(source, names, asked.numeric, asked.category)
    ways = directions(asked.monotone, features)
    every = -(-source.rows() // asked.settings.most)
    found = run(
        model, tabular.cases(features, asked.noise),
        tabular.chunks(source, features, asked.outcome, every),
        asked.settings, _of(progress, min(source.rows(), asked.settings.most)),
    )  # fmt: skip
    batch, base = _few(found)
    far = beyond(model, batch, base, features)
    ordered = monotone(model, batch, features, ways)
    left = (
        [] if every == 1 else [NotTested(what="most rows", reason=f"1 of {every} was asked about")]
    )
    if not ways:
        left.append(NotTested(what="monotonicity", reason="no direction was declared"))
    hit = None
    if asked.attack:
        settings = asked.settings
        hit = attack(
            model, batch, base, features, rows=asked.attack, seed=settings.seed, cut=settings.cut
        )
    else:
        left.append(NotTested(what="attacks on purpose", reason="none was asked for"))
    return _done(model, "tabular", source, asked, found, _Probed(far, ordered, tuple(left), hit))


@dataclass(frozen=True, slots=True)
class _Probed:
    far: Sequence[Beyond] = ()
    ordered: Sequence[Monotone] = ()
    left_out: tuple[NotTested, ...] = ()
    attacked: Attacked | None = None


def _few(found: Counted) -> tuple[Columns, Answers]:
    if found.first is None:  # `run` looked: without an answer it raises
        raise VerificationError("robust.refuses-all", "the model answers none of the rows")
    batch, base = found.first
    scores = None if base.scores is None else base.scores[:MOST_ROWS]
    few = {name: values[:MOST_ROWS] for name, values in batch.items()}
    return few, Answers(base.labels[:MOST_ROWS], scores)


def audit_texts(
    model: Model, source: Source, asked: Asked, progress: Progress | None = None
) -> Done:
    """Try a model of texts: a column of a table, or text files.

    Raises:
        MalformedError: `robust.*`, `data.*`.
        VerificationError: `robust.*`, `data.changed`.
    """
    held = [one.name for one in source.columns]
    for name in filter(None, (asked.text, asked.outcome)):
        if name not in held:
            raise MalformedError(
                "robust.no-column", f"the data has no column {name!r}",
                expected="one of " + ", ".join(map(repr, held[:20])),
                mend="name the column of the texts with --text",
            )  # fmt: skip
    total = min(source.rows(), asked.settings.most)
    found = run(model, text.cases(), _texts(source, asked), asked.settings, _of(progress, total))
    probed = _first(source.rows(), asked.settings.most)
    return _done(model, "text", source, asked, found, probed)


def _texts(source: Source, asked: Asked) -> Iterator[tuple[Batch, Array | None]]:
    names, left = [asked.text, *filter(None, [asked.outcome])], asked.settings.most
    for batch in source.batches(names):
        texts = ["" if one is None else str(one) for one in batch.column(0).to_pylist()][:left]
        truth = np.array(batch.column(len(names) - 1).to_pylist(), dtype=object)
        left -= len(texts)
        for at in range(0, len(texts), TEXT_CHUNK):
            part = slice(at, min(at + TEXT_CHUNK, len(texts)))
            yield texts[part], truth[part] if asked.outcome else None


def _first(total: int, most: int) -> _Probed:
    if total <= most:
        return _Probed()
    return _Probed(left_out=(NotTested(what="the rest", reason=f"the first {most} of {total}"),))


def audit_images(
    model: Model, folder: Path, asked: Asked, progress: Progress | None = None
) -> Done:
    """Try a model of images: those of a folder and below.

    Raises:
        MalformedError: `robust.*`, `manifest.*`.
        UnavailableError: `robust.no-images`, `manifest.*`.
        VerificationError: `robust.*`.
    """
    every = image.image_files(folder)
    files = every[: asked.settings.most]
    data = Resource(name=folder.name, digest={"sha256": read_manifest(folder).digest})
    found = run(
        model, image.cases(), image.images(files, folder), asked.settings,
        _of(progress, len(files)),
    )  # fmt: skip
    probed = _first(len(every), asked.settings.most)
    return _finished(model, "image", (data,), asked, found, probed)


def _done(
    model: Model, kind: str, source: Source, asked: Asked, found: Counted, probed: _Probed
) -> Done:  # fmt: skip
    data = Resource(name=source.name, digest=dict(source.digest))
    return _finished(model, kind, (data,), asked, found, probed)


def _finished(
    model: Model, kind: str, data: tuple[Resource, ...], asked: Asked, found: Counted,
    probed: _Probed,
) -> Done:  # fmt: skip
    ran = Ran(
        kind=kind, model=model.name, digest=model.digest,
        binding="declared" if ":" in model.name else "files-verified", configuration=data,
        settings=asked.settings, limits=asked.limits, at=asked.at, valid_until=asked.valid_until,
        left_out=probed.left_out,
    )  # fmt: skip
    listed = [*figures(found, ran, probed.ordered), *attack_figures(probed.attacked, ran)]
    return Done(claim_of(found, listed, probed.far, ran), detail(found, listed, probed.far, ran))


def _of(progress: Progress | None, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(done, total)
