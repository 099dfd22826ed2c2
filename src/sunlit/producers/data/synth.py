"""Making up a dataset after another, and saying what use and what exposure is left.

The report's JSON document, `detail` (shares lie between 0 and 1; null is: not known):

    format     "sunlit-data-synth/1"
    headline   one or two sentences
    tool, made_on
    source     name, digest (of `sha256`), rows, columns (number)
    output     name, sha256, rows
    method     name (`mst`, `aim`, `privbayes`, `copula`, `independent`), chosen (`asked`, `auto`),
               why, library, guarantee (a sentence), epsilon, delta (null where no guarantee is
               claimed), asked {epsilon, delta} and spent {model, domain, delta} (null without
               noise), seed
    domains    [{column, ground}]: `declared`, `type`, `noise` or `data` ([] without)
    left_out   columns that were dropped
    sampled    rows that were looked at where there were too many to learn from, else null
    control    given (bool), name (null: split off), rows; train_rows
    utility    marginals [{column, made, control, baseline}] (distance from the training rows)
               pairs {looked_at, of, mean {made, control, baseline}, worst [{columns, made, control,
               baseline}]}
               model {target, measure (`auc`, `accuracy`, `r2`), real, made, note} or null
    privacy    copies {made, control, baseline: {rows, value, low, high}}
               attacks [{attack, column, attacks, made, baseline, excess (each {value, low, high} or
               null), note}]; attack is `singling-out-univariate`, `singling-out-multivariate`,
               `linkability` or `inference` (of `column`)
               note (why there are no attacks, or null)
    verdict    {rose (bool, null: not attacked), text}
    how, cannot_tell   lists of sentences

`baseline` is the same made from columns drawn independently; `excess` is the attack on the
made-up rows less that on the baseline, with its 95 % interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np

from sunlit import __version__
from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time
from sunlit.claims.privacy import Synthesis
from sunlit.claims.provenance import Resource
from sunlit.producers.data import mask_write
from sunlit.producers.data.arrow import Table
from sunlit.producers.data.source import Source
from sunlit.producers.data.synth_domain import Domain, declare, domains
from sunlit.producers.data.synth_environment import Environment, required
from sunlit.producers.data.synth_frame import Frame, decode
from sunlit.producers.data.synth_privacy import (
    ATTACKS,
    NO_ENVIRONMENT,
    NOT_ASKED,
    attack,
    copies,
    privacy_figures,
)
from sunlit.producers.data.synth_private import METHODS as PRIVATE
from sunlit.producers.data.synth_private import Budget, private
from sunlit.producers.data.synth_read import MOST_ROWS, read_frame, read_like, split
from sunlit.producers.data.synth_said import (
    CANNOT_TELL,
    HOW,
    UNSUPPORTED,
    guarantee,
    utility_figures,
    verdict,
)
from sunlit.producers.data.synth_simple import copula, independent
from sunlit.producers.data.synth_utility import Parts, utility
from sunlit.producers.data.words import many
from sunlit.statement.intoto import Subject

TOOL: Final = f"sunlit {__version__}"
METHODS: Final = ("auto", *PRIVATE, "copula", "independent")
MOST_MADE: Final = 5_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How to make rows up. `rows` None: as many as were learned from; `domain` as a file declares.

    `environment` None: there is none. `attacks` 0: none are run. With `budget_given`, `auto`
    never settles for a method without differential privacy.
    """

    method: str = "auto"
    budget: Budget = field(default_factory=Budget)
    budget_given: bool = False
    rows: int | None = None
    target: str | None = None
    drop: tuple[str, ...] = ()
    domain: Mapping[str, Mapping[str, Any]] | None = None
    domain_from_data: bool = False
    seed: int = 2018
    environment: Environment | None = None
    attacks: int = ATTACKS


@dataclass(frozen=True, slots=True)
class Synthesised:
    """What came out: the claim, whom it is about, and the report's document."""

    claim: Synthesis
    subject: Subject
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Which method is used, whether it was `asked` for or `auto`, and why."""

    name: str
    chosen: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    frame: Frame
    library: str
    spent: Mapping[str, float] | None = None
    domains: tuple[Domain, ...] = ()


def synthesise(
    source: Source, asked: Asked, *, out: Path, at: datetime, control: Source | None = None,
    overwrite: bool = False,
) -> Synthesised:  # fmt: skip
    """Make a dataset up after `source`, write it whole to `out`, and measure what is left.

    Raises:
        MalformedError: `synth.*`, `data.*`.
        UnavailableError: `synth.*`, `data.*`.
    """
    method = choose(asked)
    form = mask_write.form_of(out, "table")
    mask_write.expect_free(out, replace=overwrite)
    whole = declare(read_frame(source, asked.drop, asked.seed), asked.domain or {})
    given = None if control is None else read_like(control, whole)
    train, aside = split(whole, given, asked.seed)
    rows = asked.rows if asked.rows is not None else whole.rows
    if not 0 < rows <= MOST_MADE:
        raise MalformedError(
            "synth.rows", "so many rows cannot be made up",
            expected=f"1 to {MOST_MADE}", got=str(rows),
        )  # fmt: skip
    if asked.target is not None:
        train.place(asked.target)
    made = _make(method.name, train, rows, asked)
    baseline = independent(train, min(rows, MOST_ROWS), asked.seed)
    parts = Parts(train=train, control=aside, made=made.frame, baseline=baseline)
    measured = _measured(parts, asked)
    digest = _write(decode(made.frame), form, out, overwrite=overwrite)
    detail = _detail(source, control, asked, method, made, parts) | measured | {
        "output": {"name": out.name, "sha256": digest, "rows": rows}, "made_on": format_time(at),
        "headline": f"{many(rows, 'row')} made up after {source.name} by {method.name}. "
        + measured["verdict"]["text"],
    }  # fmt: skip
    return Synthesised(_claim(detail, at), Subject(out.name, {"sha256": digest}), detail)


def choose(asked: Asked) -> Method:
    """Return which method is used, and why.

    Raises:
        MalformedError: `synth.no-method`.
        UnavailableError: `synth.no-environment`.
    """
    if asked.method not in METHODS:
        raise MalformedError(
            "synth.no-method", "there is no such method",
            expected=", ".join(METHODS), got=repr(asked.method),
        )  # fmt: skip
    if asked.method in PRIVATE:
        required(asked.environment)
    if asked.method != "auto":
        return Method(name=asked.method, chosen="asked", why="it was asked for")
    if asked.environment is None and not asked.budget_given:
        return Method(
            name="copula", chosen="auto",
            why="there is no synth environment, so nothing gives differential privacy; of the "
            "simple methods it keeps how columns go together",
        )  # fmt: skip
    required(asked.environment)  # a budget was asked for: never silently without it
    return Method(
        name="mst", chosen="auto",
        why="it gives differential privacy (docs/data/synth.md says what it kept of the example)",
    )  # fmt: skip


def _make(method: str, train: Frame, rows: int, asked: Asked) -> _Made:
    if method not in PRIVATE:
        simple = {"copula": copula, "independent": independent}[method]
        library = f"sunlit {__version__} with numpy {np.__version__}"
        return _Made(frame=simple(train, rows, asked.seed), library=library)
    known = domains(train, asked.domain or {}, from_data=asked.domain_from_data)
    done = private(
        required(asked.environment), train, known, method=method,
        budget=asked.budget, rows=rows, seed=asked.seed,
    )  # fmt: skip
    library = ", ".join(f"{name} {it}" for name, it in sorted(done.libraries.items()))
    return _Made(frame=done.frame, library=library, spent=done.spent, domains=known)


def _measured(parts: Parts, asked: Asked) -> dict[str, Any]:
    attacks: list[dict[str, Any]] = []
    note = NO_ENVIRONMENT if asked.environment is None else None if asked.attacks else NOT_ASKED
    if asked.environment is not None and asked.attacks:
        attacks, _ = attack(
            asked.environment, parts, target=asked.target, seed=asked.seed, attacks=asked.attacks
        )
    privacy = {"copies": copies(parts), "attacks": attacks, "note": note}
    return {
        "utility": utility(parts, target=asked.target, seed=asked.seed),
        "privacy": privacy, "verdict": verdict(privacy),
    }  # fmt: skip


def _write(table: Table, form: str, out: Path, *, overwrite: bool) -> str:
    with mask_write.beside(out) as folder:
        made = folder / out.name
        mask_write.write(form, made, table.schema, iter(table.to_batches(max_chunksize=65_536)))
        digest = sha256()
        with made.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        mask_write.put(made, out, replace=overwrite)
    return digest.hexdigest()


def _detail(
    source: Source, control: Source | None, asked: Asked, method: Method, made: _Made, parts: Parts
) -> dict[str, Any]:
    budget = None if made.spent is None else asked.budget
    # What PrivBayes' own noise does not support is not claimed (docs/data/synth.md).
    stated = None if method.name == UNSUPPORTED else budget
    grounds = [one.ground for one in made.domains]
    grounded = zip(parts.train.names, grounds, strict=True) if grounds else ()
    return {
        "format": "sunlit-data-synth/1", "tool": TOOL,
        "source": {
            "name": source.name, "digest": dict(source.digest), "rows": source.rows(),
            "columns": len(source.columns),
        },
        "method": {
            "name": method.name, "chosen": method.chosen, "why": method.why,
            "library": made.library, "guarantee": guarantee(method.name, budget, grounds),
            "epsilon": stated.epsilon if stated else None,
            "delta": stated.delta if stated else None,
            "asked": None if budget is None else {
                "epsilon": budget.epsilon, "delta": budget.delta,
            },
            "spent": made.spent, "seed": asked.seed,
        },
        "domains": [{"column": name, "ground": one} for name, one in grounded],
        "left_out": list(asked.drop),
        "sampled": MOST_ROWS if source.rows() > MOST_ROWS else None,
        "control": {
            "given": control is not None, "name": control.name if control else None,
            "rows": parts.control.rows, "train_rows": parts.train.rows,
        },
        "how": list(HOW), "cannot_tell": list(CANNOT_TELL),
    }  # fmt: skip


def _claim(detail: Mapping[str, Any], at: datetime) -> Synthesis:
    method, source = detail["method"], detail["source"]
    claim = Synthesis(
        tool=detail["tool"],
        source=Resource(name=source["name"], digest=source["digest"]),
        method=method["name"], library=method["library"] or "none", seed=method["seed"],
        rows=detail["output"]["rows"], utility=tuple(utility_figures(detail["utility"])),
        privacy=tuple(privacy_figures(detail["privacy"])), synthesised_on=at,
    )  # fmt: skip
    if method["epsilon"] is None:
        return claim
    return replace(
        claim, epsilon=Decimal(str(method["epsilon"])), delta=Decimal(str(method["delta"]))
    )
