"""From the full cube to the claim, the report and the guarded file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sunlit import __version__
from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import Metric, NotTested
from sunlit.claims.bias import Attribute, BiasAudit, Cell
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.bias.claim_figures import Figures, How, described, figures
from sunlit.producers.audit.bias.claim_words import headline, outcome_said, selected_said
from sunlit.producers.audit.bias.commitment import Guarded
from sunlit.producers.audit.bias.cube import UNKNOWN, Cube
from sunlit.producers.audit.bias.metrics import SELECTION, rounded
from sunlit.producers.audit.bias.publish import Public, Row, Table, publish

FORMAT: Final = "sunlit-bias-audit/1"
TOOL: Final = "sunlit audit bias"
METHOD: Final = "bootstrap, 95 %"
MOST_BYTES: Final = 40_000  # of the predicate: signed and in base64 it must fit an entry of 65,535
IN_CLAIM: Final = (SELECTION, "tpr", "fpr", "precision", "accuracy")
FEW: Final = "too few people to be shown, or one outcome of all: in no public figure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an audit shall say beside the counts.

    `characteristics` maps each attribute to what it stands for; with `adverse`, who is selected
    is treated badly. `not_analysed` maps a characteristic to the reason.
    """

    data: Resource
    at: datetime
    characteristics: Mapping[str, str]
    how: How = field(default_factory=How)
    floor: int = 10
    intersect: int = 2
    adverse: bool = False
    not_analysed: Mapping[str, str] = field(default_factory=dict)
    data_kind: str | None = None
    days: int = 365
    contract: str | None = None
    distributed_on: str | None = None
    binding: str = "declared"  # how it is known that the component made these predictions


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """An audit: the claim, the document of its report, and what is guarded."""

    claim: BiasAudit
    detail: dict[str, Any]
    guarded: Guarded = field(repr=False)


def audit(cube: Cube, asked: Asked, salt: bytes) -> Audit:
    """Return what is said of a cube.

    Raises:
        MalformedError: `bias.*`.
    """
    guarded = Guarded(salt, cube)
    public = publish(cube, floor=asked.floor, max_order=asked.intersect)
    found = {one.names: figures(public, one, asked.how) for one in public.tables}
    whole = _claim(cube, public, found, asked, guarded.commitment)
    claim = _fitting(whole, public)
    detail = _detail(claim, public, found)
    detail["meaning"] = {"rule": cube.meaning.rule, "median": cube.meaning.median}
    if asked.distributed_on is not None:
        detail["distributedOn"] = asked.distributed_on
    return Audit(claim=claim, detail=detail, guarded=guarded)


def _claim(
    cube: Cube, public: Public, found: Mapping[tuple[str, ...], Figures], asked: Asked,
    committed: str,
) -> BiasAudit:  # fmt: skip
    meaning = cube.meaning
    return BiasAudit(
        data=asked.data, rows=public.rows, adverse=asked.adverse,
        favourable=selected_said(meaning, adverse=asked.adverse), outcome=outcome_said(meaning),
        threshold=meaning.threshold,
        attributes=tuple(_attribute(public, found[name,], asked) for name in cube.names),
        cube=tuple(_cells(public)), commitment=committed, floor=asked.floor,
        figures=tuple(one for name in cube.names for one in _metrics(found[name,])),
        intervals=_intervals(asked), not_analysed=tuple(
            NotTested(what=what, reason=why) for what, why in sorted(asked.not_analysed.items())
        ),
        tool=TOOL, tool_version=__version__, data_kind=asked.data_kind, audited_on=asked.at,
        valid_until=asked.at + timedelta(days=asked.days), contract=asked.contract,
        binding=asked.binding,
    )  # fmt: skip


def _intervals(asked: Asked) -> dict[str, object]:
    """Return what it takes to compute all figures again from the public cells, or the full ones."""
    return {
        "method": "multinomial bootstrap over each public table: percentiles, of gaps reflected",
        "replicates": asked.how.replicates,
        "seed": asked.how.seed,
        "level": f"{asked.how.level:f}",
        "rule": asked.how.rule,
        "minShare": f"{asked.how.min_share:f}",
        "intersect": asked.intersect,
    }


def _attribute(public: Public, found: Figures, asked: Asked) -> Attribute:
    (name,) = found.rates.names
    unknown = found.rates.group((UNKNOWN,))
    reference = found.comparison.reference
    excluded = [
        NotTested(what=one.values[0], reason=one.reason) for one in found.comparison.excluded
    ]
    excluded += [NotTested(what=one, reason=FEW) for one in public.left_out.get(name, ())]
    return Attribute(
        name=name, characteristic=asked.characteristics[name],
        unknown=None if unknown is None else unknown.rows,
        reference=None if reference is None else reference[0],
        reference_rule=found.comparison.rule, excluded=tuple(excluded),
    )  # fmt: skip


def _cells(public: Public) -> Iterator[Cell]:
    yield _cell({}, public.total)
    for table in public.tables:
        for group, row in sorted(table.shown.items()):
            yield _cell(dict(zip(table.names, group, strict=True)), row)


def _cell(group: Mapping[str, object], row: Row) -> Cell:
    if len(row) == 2:  # no outcomes
        return Cell(group=group, rows=sum(row), selected=row[1])
    tn, fn, _, fp, tp, _ = row
    return Cell(group=group, rows=sum(row), selected=sum(row[3:]), tp=tp, fp=fp, fn=fn, tn=tn)


def _metrics(found: Figures) -> Iterator[Metric]:
    """Yield how far the groups of one attribute lie apart."""
    (attribute,) = found.rates.names
    for name in IN_CLAIM:
        gap = found.comparison.gaps.get(name)
        if gap is None:
            continue
        group = f"{attribute}: {gap.lowest[0]} and {gap.highest[0]}"
        bounds = found.bounds.gap_differences[name]
        yield Metric(
            name=f"gap in {name}", value=rounded(gap.difference) or Decimal(0), group=group,
            better="lower", low=bounds.low, high=bounds.high, method=METHOD,
        )  # fmt: skip
        if name == SELECTION and gap.ratio is not None:
            bounds = found.bounds.gap_ratios[name]
            yield Metric(
                name="impact ratio", value=rounded(gap.ratio) or Decimal(0), group=group,
                better="higher", low=bounds.low, high=bounds.high, method=METHOD,
            )  # fmt: skip


def _fitting(claim: BiasAudit, public: Public) -> BiasAudit:
    """Leave whole tables of intersections to the report, from the last, until the claim fits."""
    tables = [one for one in public.tables if len(one.names) > 1]
    left = list[tuple[str, ...]]()
    while len(canonical.encode(claim.to_predicate())) > MOST_BYTES:
        if not tables:
            raise MalformedError(
                "bias.too-large", "the attributes have too many groups for one statement",
                got=f"{len(claim.cube)} groups",
                mend="audit fewer attributes at once, or put their values into bands",
            )  # fmt: skip
        left.insert(0, tables.pop().names)
        gone = {frozenset(one) for one in left}
        cells = tuple(one for one in claim.cube if frozenset(one.group) not in gone)
        said = tuple(" x ".join(one) for one in left)
        claim = replace(claim, cube=cells, left_to_report=said)
    return claim


def _detail(
    claim: BiasAudit, public: Public, found: Mapping[tuple[str, ...], Figures]
) -> dict[str, Any]:
    """Return the document of the report: nothing in it that is not public."""
    predicate = claim.to_predicate()
    kept = (
        "data", "rows", "favourable", "adverse", "outcome", "threshold", "floor", "attributes",
        "intervals", "notAnalysed", "commitment", "tool", "toolVersion", "dataKind", "auditedOn",
        "validUntil", "contract",
    )  # fmt: skip
    return {
        "format": FORMAT,
        "headline": headline(claim, found),
        **{name: predicate[name] for name in kept if name in predicate},
        "total": _counts(public.total),
        "tables": [_table(one, found[one.names]) for one in public.tables],
        "withheld": [{"names": list(names), "reason": why} for names, why in public.withheld],
    }


def _table(table: Table, found: Figures) -> dict[str, object]:
    counts = {group: _counts(row) for group, row in table.shown.items()}
    said = described(found)
    groups: Sequence[Any] = said["groups"]  # type: ignore[assignment]
    said["groups"] = [{**one, "counts": counts[tuple(one["values"])]} for one in groups]
    return said


def _counts(row: Row) -> dict[str, int]:
    cell = _cell({}, row)
    found = {name: getattr(cell, name) for name in ("rows", "selected", "tp", "fp", "fn", "tn")}
    return {name: value for name, value in found.items() if value is not None}
