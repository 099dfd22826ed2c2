"""Masking a dataset after a plan: read in batches, written beside its place, scanned again, put.

`mask` returns the claim and a `detail` for reports. The detail is JSON, holds no value of any
person, and has these keys:

- `format`: `sunlit-data-mask/1`; `headline`: one sentence; `input`, `output`: `{name, digest}`;
  `plan`: its digest; `made_for_this`: whether the plan was made from this very dataset (null: it
  does not say);
  `recognisers`: their digest; `key_id`: null where the plan needs no key; `masked_on`; `names`:
  the model that looked for names in prose, or null
- `rows_in`, `rows_out`, `classes_too_small`: null, or how many rows went for it
- `columns`: in order, each `{column, method, reason, kinds, type_before, type_after (null:
  dropped), changed, share, unreadable, finds: {kind: count} (prose)}`
- `collisions`: of short and kept-shape pseudonyms, each `{domain, values, collisions,
  meet_values}`
- `second_look`: `{kinds, survivors: 0, kept: [{column, kind, rows}]}`
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sunlit import __version__
from sunlit.base.times import format_time
from sunlit.claims.privacy import Mask, MaskedColumn
from sunlit.claims.provenance import Resource
from sunlit.producers.data.mask_pass import Counts
from sunlit.producers.data.mask_rescan import Second, expect_none, look_again, masked_kinds
from sunlit.producers.data.mask_work import (
    Masking,
    Progress,
    Work,
    compiled,
    expect_recognisers,
    prepare,
)
from sunlit.producers.data.mask_write import (
    beside,
    expect_apart,
    expect_free,
    form_of,
    put,
    write,
)
from sunlit.producers.data.scan_names import names_model
from sunlit.producers.data.source import Source, open_source
from sunlit.producers.data.source_engine import DuckEngine
from sunlit.producers.data.words import many
from sunlit.recognise.plan import ColumnRule

__all__ = ["MaskedData", "Masking", "compiled", "expect_recognisers", "mask", "prepare"]

TOOL: Final = f"sunlit {__version__}"
FORMAT: Final = "sunlit-data-mask/1"


@dataclass(frozen=True, slots=True)
class MaskedData:
    """What was made: its name and digest (algorithm -> hex), the claim about it, the detail."""

    name: str
    digest: Mapping[str, str]
    claim: Mask
    detail: Mapping[str, Any]


def mask(
    source: Source, masking: Masking, *, out: Path, at: datetime, replace_out: bool = False,
    progress: Progress | None = None,
) -> MaskedData:  # fmt: skip
    """Write `source`, masked, to `out`: all of it, scanned again, or nothing.

    Raises:
        MalformedError: `mask.*`, `data.*`.
        VerificationError: `mask.survivors`, `mask.read-back`, `mask.recognisers`,
            `mask.hierarchy-changed`.
        UnavailableError: `mask.*`, `data.*`.
    """
    expect_recognisers(masking)
    expect_apart(source, out)
    expect_free(out, replace=replace_out)
    form = form_of(out, source.shape)
    engine = DuckEngine("1GB")
    try:
        work = prepare(source, masking, engine)
        with beside(out) as folder:
            made = folder / out.name
            write(form, made, work.schema, work.batches(source, progress))
            second, digest = _second_look(made, work, masking)
            expect_none(second, work.one_pass.counts.rows_out)
            put(made, out, replace=replace_out)
        return _said(source, masking, work, second, (out.name, digest), at)
    finally:
        engine.close()


def _second_look(made: Path, work: Work, masking: Masking) -> tuple[Second, dict[str, str]]:
    prose = any(one.rule.method == "text" for one in work.rules)
    known = masking.recognisers.kinds
    kinds = masked_kinds(masking.plan, known, prose=prose)
    with open_source(str(made)) as written:
        rules = () if written.shape == "text" else work.rules
        ours = work.tools.masker.written if work.tools.masker is not None else ()
        second = look_again(written, rules, work.engine, kinds, known, ours)
        return second, dict(written.digest)


def _said(
    source: Source, masking: Masking, work: Work, second: Second,
    made: tuple[str, dict[str, str]], at: datetime,
) -> MaskedData:  # fmt: skip
    plan, counts = masking.plan, work.one_pass.counts
    name, digest = made
    key_id = masking.key.id if masking.key is not None and plan.is_keyed else None
    claim = Mask(
        tool=TOOL,
        source=Resource(name=source.name, digest=dict(source.digest)),
        plan=Resource(name="mask plan", digest={"sha256": plan.digest}),
        recognisers=masking.recognisers.digest,
        columns=tuple(
            MaskedColumn(
                column=None if source.shape == "text" else one.name, method=one.rule.method,
                changed=counts.changed[one.name],
            )
            for one in work.rules if one.rule.method != "keep"
        ),
        rows_in=counts.rows_in, rows_out=counts.rows_out, key_id=key_id, masked_on=at,
    )  # fmt: skip
    detail = {
        "format": FORMAT,
        "headline": _headline(source, work, second),
        "input": {"name": source.name, "digest": dict(source.digest)},
        "output": {"name": name, "digest": digest},
        "plan": plan.digest,
        "made_for_this": plan.dataset and plan.dataset == source.digest.get("sha256"),
        "recognisers": masking.recognisers.digest,
        "key_id": key_id,
        "names": names_model().name if masking.names else None,
        "masked_on": format_time(at),
        "rows_in": counts.rows_in,
        "rows_out": counts.rows_out,
        "classes_too_small": None if plan.rows is None else counts.rows_in - counts.rows_out,
        "columns": [_column(one, work, counts) for one in work.rules],
        "collisions": [
            {"domain": one.domain, "values": one.values, "collisions": one.collisions,
             "meet_values": one.meet_values}
            for one in work.collisions.met()
        ],
        "second_look": {
            "kinds": list(second.kinds), "survivors": 0,
            "kept": [
                {"column": column, "kind": kind, "rows": rows}
                for (column, kind), rows in sorted(second.kept.items())
            ],
        },
    }  # fmt: skip
    return MaskedData(name, digest, claim, detail)


def _headline(source: Source, work: Work, second: Second) -> str:
    """Return the sentence on top; that nothing survived is why there is a dataset at all."""
    changed = sum(one.rule.method != "keep" for one in work.rules)
    kept = f", {many(len(second.kept), 'find')} kept by the plan" if second.kept else ""
    return (
        f"{source.name}, {many(work.one_pass.counts.rows_in, 'row')}: {changed:,} of "
        f"{many(len(work.rules), 'column')} masked{kept}; the second scan found nothing that the "
        "plan masks."
    )


def _column(one: ColumnRule, work: Work, counts: Counts) -> dict[str, Any]:
    name = one.name
    after = str(work.schema.field(name).type) if name in work.schema.names else None
    share = counts.changed[name] / counts.rows_in if counts.rows_in else 0.0
    finds = {kind: count for (column, kind), count in work.tools.found.items() if column == name}
    return {
        "column": name, "method": one.rule.method, "reason": one.reason, "kinds": list(one.kinds),
        "type_before": str(work.before.field(name).type), "type_after": after,
        "changed": counts.changed[name], "share": f"{share:.4f}",
        "unreadable": counts.unreadable[name], "finds": dict(sorted(finds.items())),
    }  # fmt: skip
