"""A plan bound to a dataset, ready to be followed: its rules, engine, classes and types."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from sunlit.base.errors import VerificationError
from sunlit.producers.data.arrow import Batch, Schema
from sunlit.producers.data.mask_columns import Tools, rules_for
from sunlit.producers.data.mask_counting import Classes, Collisions
from sunlit.producers.data.mask_names import WithNames
from sunlit.producers.data.mask_pass import Pass, Suppressing, masked_batches
from sunlit.producers.data.scan_names import names_in, names_model
from sunlit.producers.data.source import Source
from sunlit.producers.data.source_engine import DuckEngine
from sunlit.recognise.engine import Engine
from sunlit.recognise.masking import Finder, TextMasker
from sunlit.recognise.masking_hierarchy import Hierarchies
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule
from sunlit.recognise.recognisers import Recognisers

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """A plan, and what is needed to follow it.

    `folder` is where its hierarchies lie; `names` also masks names that a model finds in prose.
    """

    plan: MaskPlan
    recognisers: Recognisers
    key: MaskKey | None = None
    folder: Path = Path()
    names: bool = False


@lru_cache(maxsize=2)
def compiled(recognisers: Recognisers) -> Engine:
    """Return the engine of recognisers: compiling takes a second, and is done once for the same."""
    return Engine(recognisers)


@dataclass(slots=True)
class Work:
    """The rules bound to a dataset: its schema after masking, one pass, what it counts."""

    rules: tuple[ColumnRule, ...]
    before: Schema
    schema: Schema
    one_pass: Pass
    suppressing: Suppressing
    tools: Tools
    collisions: Collisions
    engine: Engine

    def batches(self, source: Source, progress: Progress | None) -> Iterator[Batch]:
        """Yield the masked batches."""
        total = source.rows() if progress is not None else 0
        for batch in masked_batches(source.batches(), self.one_pass, self.suppressing):
            if progress is not None:
                progress(min(self.one_pass.counts.rows_in, total), total)
            yield batch.cast(self.schema)


def prepare(source: Source, masking: Masking, engine: DuckEngine) -> Work:
    """Bind the plan to the dataset's columns, and count classes where it asks for it.

    Raises:
        SunlitError: as `mask`.
    """
    names = [one.name for one in source.columns]
    rules = _text_rules(names) if source.shape == "text" else rules_for(masking.plan, names)
    prose = any(one.rule.method == "text" for one in rules)
    finder = compiled(masking.recognisers)
    masker = _masker(masking, finder) if prose else None
    tools = Tools(masking.key, Hierarchies(masking.folder), masker)
    before = schema_of(source)
    collisions = Collisions(engine)
    suppressing = _classes(source, masking.plan, rules, Pass(rules, before, tools), engine)
    tools.found.clear()
    trial = Pass(rules, before, tools).mask(_empty(before), replace(suppressing, rows=None))
    one_pass = Pass(rules, before, tools, collisions)
    return Work(rules, before, trial.schema, one_pass, suppressing, tools, collisions, finder)


def _masker(masking: Masking, engine: Engine) -> TextMasker:
    finder: Finder = engine
    if masking.names:
        names_model()  # a missing model is an error now, not in the middle
        finder = WithNames(engine, names_in)
    # In changed text a model sees other names, so names are looked for once.
    return TextMasker(masking.plan, finder, masking.key, folder=masking.folder, again=engine)


def schema_of(source: Source) -> Schema:
    """Return the Arrow types of a dataset's columns."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    for batch in source.batches():
        return batch.schema
    if source.shape == "text":
        return pa.schema([("document", pa.string()), ("part", pa.int64()), ("text", pa.string())])
    with source.reading():
        found: Schema = source.table().schema().to_pyarrow()
    return found


def expect_recognisers(masking: Masking) -> None:
    """Check that the plan was made with the recognisers that look again, if it says with which.

    Raises:
        VerificationError: `mask.recognisers`.
    """
    named = masking.plan.recognisers
    if named is not None and named != masking.recognisers.digest:
        raise VerificationError(
            "mask.recognisers", "the plan was made with other recognisers than these",
            expected=named, got=masking.recognisers.digest,
            mend="scan again for a new plan, or review what changed and correct `recognisers`",
        )  # fmt: skip


def _text_rules(names: Sequence[str]) -> tuple[ColumnRule, ...]:
    return tuple(
        ColumnRule(name, Rule("text" if name == "text" else "keep")) for name in names
    )  # fmt: skip


def _empty(schema: Schema) -> Batch:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    return pa.RecordBatch.from_arrays([pa.array([], one.type) for one in schema], schema=schema)


def _classes(
    source: Source, plan: MaskPlan, rules: Sequence[ColumnRule], one_pass: Pass, engine: DuckEngine
) -> Suppressing:
    rows = None
    if plan.rows is not None:
        rows = Classes(engine, plan.rows.columns, plan.rows.smaller_than)
    cells = {
        one.name: Classes(
            engine, one.rule.names("among") or (one.name,), one.rule.whole("smaller_than", 2)
        )
        for one in rules
        if one.rule.method == "suppress" and "smaller_than" in one.rule.options
    }
    if rows is not None or cells:
        for batch in source.batches():
            whole = one_pass.apply(batch)
            for classes in [*cells.values(), *([rows] if rows is not None else [])]:
                classes.see(whole)
    return Suppressing(rows, cells)
