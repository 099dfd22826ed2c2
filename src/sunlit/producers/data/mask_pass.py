"""One pass over a dataset: batches come in as they are and go out masked, and are counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from sunlit.producers.data.arrow import Array, Batch, Schema, compute
from sunlit.producers.data.mask_arrow import by_distinct, count_changed, normal_texts
from sunlit.producers.data.mask_columns import Change, Tools, change_for, domain_of
from sunlit.producers.data.mask_counting import Classes, Collisions
from sunlit.recognise.plan import ColumnRule

SHORT = 16  # letters of a pseudonym; with fewer, values that meet are counted


@dataclass(slots=True)
class Counts:
    """What a pass counts: rows, and by column what changed and what could not be read."""

    rows_in: int = 0
    rows_out: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Suppressing:
    """Classes whose rows go (`rows`), and by column those whose cells go."""

    rows: Classes | None = None
    cells: dict[str, Classes] = field(default_factory=dict)


class Pass:
    """A fresh run of the rules from the first row on: noise begins anew with each pass."""

    def __init__(
        self, rules: Sequence[ColumnRule], schema: Schema, tools: Tools,
        collisions: Collisions | None = None,
    ) -> None:  # fmt: skip
        """Bind the rules to a schema.

        Raises:
            SunlitError: as `change_for`.
        """
        self._rules, self._collisions = tuple(rules), collisions
        self._changes: dict[str, Change] = {
            one.name: change_for(one, schema.field(one.name).type, tools) for one in self._rules
        }
        self.counts = Counts()

    def apply(self, batch: Batch) -> Batch:
        """Return a batch with every method applied but `drop` and `suppress`."""
        import pyarrow as pa  # noqa: PLC0415 - an extra

        columns = [self._changes[one.name](batch.column(one.name), batch) for one in self._rules]
        return pa.RecordBatch.from_arrays(columns, names=[one.name for one in self._rules])

    def mask(self, batch: Batch, suppressing: Suppressing) -> Batch:
        """Return a batch as it is written, and count it."""
        import pyarrow as pa  # noqa: PLC0415 - an extra

        whole = self.apply(batch)
        columns: dict[str, Array] = {}
        for one in self._rules:
            before, after = batch.column(one.name), whole.column(one.name)
            if one.rule.method == "suppress":
                after = _suppressed(one, whole, suppressing)
            self._count(one, before, after)
            if one.rule.method != "drop":
                columns[one.name] = after
        self.counts.rows_in += len(batch)
        made = pa.RecordBatch.from_arrays(list(columns.values()), names=list(columns))
        if suppressing.rows is not None:
            made = made.filter(pa.array(~suppressing.rows.is_small(whole)))
        self.counts.rows_out += len(made)
        return made

    def _count(self, one: ColumnRule, before: Array, after: Array) -> None:
        name, method = one.name, one.rule.method
        if method == "keep":
            return
        if method == "drop":
            self.counts.changed[name] += len(before)
            return
        self.counts.changed[name] += count_changed(before, after)
        if method != "suppress":
            self.counts.unreadable[name] += max(0, after.null_count - before.null_count)
        if self._collisions is not None and is_short(one):
            normal = partial(normal_texts, fold=one.rule.flag("fold"))
            plain = by_distinct(before, normal)
            self._collisions.see(domain_of(one), plain, after)


def is_short(one: ColumnRule) -> bool:
    """Whether pseudonyms of a rule may well meet, so that those that do are counted."""
    rule = one.rule
    if rule.method != "pseudonym":
        return False
    return rule.text("format") == "kept" or rule.whole("length", SHORT) < SHORT


def _suppressed(one: ColumnRule, whole: Batch, suppressing: Suppressing) -> Array:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    pc = compute()
    array = whole.column(one.name)
    nothing = pa.nulls(len(array), array.type)
    classes = suppressing.cells.get(one.name)
    return nothing if classes is None else pc.if_else(classes.is_small(whole), nothing, array)


def masked_batches(
    batches: Iterator[Batch], one_pass: Pass, suppressing: Suppressing
) -> Iterator[Batch]:
    """Yield each batch masked."""
    for batch in batches:
        yield one_pass.mask(batch, suppressing)
