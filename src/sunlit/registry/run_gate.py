"""The gate before training: each input is scanned, and a sensitive one waits for its review.

1. take the scan that is kept of the input, else scan it and keep that; 2. ask the home's log for
reviews that count; 3. where one lacks, keep a request for it, and stop unless told to go on. What
cannot be looked at may be sensitive, so it stops too. A refusal stops always.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.history import History
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.base.purl import bare
from sunlit.base.times import format_time
from sunlit.capabilities.privacy.datasets import scans
from sunlit.capabilities.privacy.reviews import TRAINING, Reviewed, accepted, refusal, reviews
from sunlit.claims.base import Claim
from sunlit.claims.privacy import ReviewRequest, Scan
from sunlit.formats.sunlit_toml import SunlitToml
from sunlit.registry.data_keep import about, is_by, keep, keep_scan, with_report
from sunlit.registry.ports import DataTools
from sunlit.registry.run import Asked, Input
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import maintainers
from sunlit.statement.hashing import Progress
from sunlit.statement.intoto import Subject

SHOWN: Final = 6  # grounds in a line
DATA: Final = frozenset({
    ".arrow", ".csv", ".duckdb", ".feather", ".jsonl", ".ndjson", ".parquet", ".pq", ".tab",
    ".tsv", ".xlsx",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks: the component as its `sunlit.toml` names it, the home's log, and the time."""

    toml: SunlitToml
    at: datetime
    history: History | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of one input: its scan, or why there is none; its review, or its refusal."""

    input: Input
    scan: Scan | None = None
    error: SunlitError | None = None
    review: Reviewed | None = None
    refused: Reviewed | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether all of it was looked at."""
        return self.scan is not None and not self.scan.unread

    @property
    def is_open(self) -> bool:
        """Tell whether training has to wait for a review of it."""
        if self.refused is not None:
            return True
        return self.review is None and (
            not self.is_known or (self.scan is not None and self.scan.sensitive)
        )

    @property
    def grounds(self) -> tuple[str, ...]:
        """Why a review is needed, in words without any value."""
        if self.scan is None:
            return (f"it could not be looked at ({self.error.code if self.error else 'unknown'})",)
        unread = [f"not looked at: {name}" for name in self.scan.unread]
        named = self.scan.grounds if self.scan.sensitive else ()
        return (*named, *unread) or ("a scan calls it sensitive",)

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`; what is not known is null."""
        return {
            "name": self.input.name,
            "sha256": self.input.digest["sha256"],
            "sensitive": self.scan.sensitive if self.scan else None,
            "grounds": list(self.grounds) if self.is_open else [],
            "reviewedBy": self.review.review.reviewer if self.review else None,
            "refusedBy": self.refused.review.reviewer if self.refused else None,
        }


def look(
    asked: Asked,
    inputs: Iterable[Input],
    tools: DataTools,
    asker: Asker,
    *,
    progress: Progress | None = None,
) -> tuple[Standing, ...]:
    """Scan what was not scanned before, and say where each input stands.

    Raises:
        MalformedError: `run.data-not-input`.
    """
    _check_named(asked)
    return tuple(_stand(asked, one, tools, asker, progress) for one in inputs)


def _stand(
    asked: Asked, one: Input, tools: DataTools, asker: Asker, progress: Progress | None
) -> Standing:
    evidence = _evidence(asker)
    known = _reviews(evidence, one, asker)
    standing = Standing(input=one, refused=refusal(known))
    try:
        found = _known(asked, one, tools, asker.at, progress)
    except SunlitError as error:
        return replace(standing, error=error)
    # Whoever counts and calls it sensitive is heard: a kept scan that finds less hides nothing.
    every = [*found, *_logged(evidence, one)]
    each = [replace(standing, scan=scan, review=accepted(known, scan)) for scan in every]
    return next((this for this in each if this.is_open), each[0])


def _check_named(asked: Asked) -> None:
    known = {path.resolve() for path in (*asked.inputs, *asked.outputs)}
    for word in asked.command[1:]:
        path = Path(word.rpartition("=")[2])
        if path.suffix.lower() not in DATA or not path.is_file():
            continue
        whole = path.resolve()
        if known.isdisjoint((whole, *whole.parents)):
            raise MalformedError(
                "run.data-not-input",
                f"the command names {path.name!r}, which is data, and no --input or --output does",
                mend=f"say that it is read: --input {path}",
            )


def _kept(component: Path, one: Input) -> list[Scan]:
    claims = [draft.claim for draft in about(component, str(one.digest["sha256"]))]
    return [claim for claim in claims if isinstance(claim, Scan)]


def _logged(evidence: Evidence | None, one: Input) -> list[Scan]:
    if evidence is None:
        return []
    return [scan for _, scan, _ in scans(evidence, str(one.digest["sha256"]))]


def _known(
    asked: Asked, one: Input, tools: DataTools, at: datetime, progress: Progress | None
) -> Sequence[Scan]:
    """Return the kept scans, or, where other recognisers made all of them, with one made now."""
    found, present = _kept(asked.component, one), tools.recognisers()
    if any(is_by(scan, present) for scan in found):
        return found
    return _scan(asked, one, tools, at, progress, found)


def _scan(
    asked: Asked, one: Input, tools: DataTools, at: datetime, progress: Progress | None,
    known: Sequence[Scan],
) -> Sequence[Scan]:  # fmt: skip
    found = tools.scan(one.path, at=at, progress=progress)
    if found.digest is not None and found.digest.get("sha256") != one.digest["sha256"]:
        raise VerificationError(
            "run.input-changed", f"the input {one.name!r} changed before it was scanned",
            mend="wait until nothing writes to it and try again",
        )  # fmt: skip
    claim = with_report(found.claim, found.reports)
    return keep_scan(asked.component, _subject(one), claim, found.reports, known)


def _subject(one: Input) -> Subject:
    return Subject(one.name, one.digest)


def _evidence(asker: Asker) -> Evidence | None:
    if asker.history is None:
        return None
    return Evidence(
        release="", component=asker.toml.purl, use=None, deployer=None, at=asker.at,
        directory=asker.history.directory, statements=asker.history.statements,
    )  # fmt: skip


def _reviews(evidence: Evidence | None, one: Input, asker: Asker) -> tuple[Reviewed, ...]:
    if evidence is None:
        return ()
    # Before the first release nobody keeps the name: then whoever trains is the maintainer.
    keepers = maintainers(evidence) | ({asker.organisation} if asker.organisation else set())
    return reviews(evidence, str(one.digest["sha256"]), keepers=keepers)


def ask_for_reviews(
    asked: Asked, standing: Iterable[Standing], asker: Asker, *, went_on: bool
) -> tuple[Path, ...]:
    """Keep a request for the review of each open input; return the files.

    A request that is kept already stays, unless it says something else.

    Raises:
        UnavailableError: `home.cannot-write`.
    """
    return tuple(
        _request(asked.component, one, asker, went_on=went_on)
        for one in standing
        if one.is_open and one.refused is None
    )


def _request(component: Path, one: Standing, asker: Asker, *, went_on: bool) -> Path:
    purl = asker.toml.purl
    request = ReviewRequest(
        component=bare(purl) if purl else None, purpose=TRAINING, reasons=one.grounds,
        went_on=went_on, opened_on=asker.at,
    )  # fmt: skip
    drafts = about(component, str(one.input.digest["sha256"]))
    before = next((it.claim for it in drafts if isinstance(it.claim, ReviewRequest)), None)
    if before is not None and replace(before, opened_on=asker.at) == request:
        request = before
    claims: list[tuple[Claim, tuple[Subject, ...]]] = [(request, (_subject(one.input),))]
    return keep(component, claims, {})


def stop(standing: Sequence[Standing], *, review_later: bool) -> None:
    """Stop where an input is open; with `review_later` only where one was refused.

    Raises:
        VerificationError: `run.refused`, `run.not-reviewed`.
        UnavailableError: `run.not-scanned`.
    """
    for one in standing:
        if one.refused is not None:
            raise VerificationError(
                "run.refused", f"{one.refused.review.reviewer} refuses {one.input.name} for "
                "training; nothing was started",
                got=f"a review that is in force until {_until(one.refused)}",
                mend="mask or leave out what the review names: sunlit data mask",
            )  # fmt: skip
    open_ = [] if review_later else [one for one in standing if one.is_open]
    known = [one for one in open_ if one.scan is not None and one.scan.sensitive]
    if known:
        raise VerificationError(
            "run.not-reviewed",
            f"{known[0].input.name} is sensitive, and no independent review that counts here "
            "accepts it; nothing was started",
            got="; ".join(known[0].grounds[:SHOWN]),
            mend="mask it, have it reviewed, or go on with --review-later",
        )  # fmt: skip
    if open_:
        first = open_[0]
        raise UnavailableError(
            "run.not-scanned",
            f"{first.input.name} may be sensitive: not all of it could be looked at; "
            "nothing was started",
            got=str(first.error) if first.error else "; ".join(first.grounds[:SHOWN]),
            mend=(first.error.mend if first.error else None)
            or "have it reviewed, or go on with --review-later",
        )


def _until(reviewed: Reviewed) -> str:
    return format_time(reviewed.review.valid_until)


def told(standing: Iterable[Standing]) -> Iterator[str]:
    """Yield what should be known of each input before training starts, in plain words."""
    for one in standing:
        if one.error is not None:
            yield f"{one.input.name}: not scanned ({one.error})."
        elif one.is_open or one.review is not None:
            yield f"{one.input.name}: {'; '.join(one.grounds[:SHOWN])}."
        if one.review is not None:
            terms = "; ".join(one.review.review.conditions) or "none"
            yield (
                f"{one.input.name}: {one.review.review.reviewer} accepts it for training until "
                f"{_until(one.review)}; conditions: {terms}."
            )


def warnings(inputs: Sequence[Input]) -> Iterator[str]:
    """Yield what the names of columns tell, where nothing could look at values."""
    for one in inputs:
        kinds = dict[str, list[str]]()
        for column, kind in one.sensitive.items():
            kinds.setdefault(kind, []).append(column)
        if kinds:
            listed = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items())
            yield f"{one.name} seems to hold sensitive personal data ({listed})."
        yield from (f"{one.name}: not looked at ({reason})." for reason in one.unread)
