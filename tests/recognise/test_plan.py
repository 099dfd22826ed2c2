"""Mask plans: what may stand in one, that it reads back as it was written, and its digest."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.recognise.plan import ColumnRule, MaskPlan, RowRule, Rule
from sunlit.recognise.plan_methods import GENERALISATIONS, METHODS, Value
from sunlit.recognise.plan_read import MAX_FILE, load_plan, parse_plan
from sunlit.recognise.plan_write import dump, dump_plan

HEAD = 'format = "sunlit-mask-plan/1"\n'
SPEC = Path(__file__).parents[2] / "spec"
DIGEST = "ab" * 32

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
HEX = st.sampled_from([DIGEST, "0" * 64])
NUMBERS = st.integers(-(10**6), 10**6) | st.sampled_from(["0.5", "-2.25", "100"])
OPTIONS: dict[str, st.SearchStrategy[Value]] = {
    "label": st.sampled_from(["email", "a name"]), "nulls": st.sampled_from(["keep", "redact"]),
    "domain": NAMES, "prefix": st.sampled_from(["id", "p-1"]), "length": st.integers(8, 60),
    "format": st.sampled_from(["letters", "kept"]), "fold": st.booleans(), "salt": NAMES,
    "person": NAMES, "days": st.integers(1, 3650), "low": NUMBERS, "high": NUMBERS,
    "to": st.sampled_from(["0.25", 10]), "law": st.sampled_from(["laplace", "gaussian"]),
    "scale": st.sampled_from(["1.5", 2]), "smaller_than": st.integers(2, 99),
    "among": st.lists(NAMES, min_size=1, max_size=3).map(tuple),
}  # fmt: skip
COARSER: dict[str, dict[str, Value]] = {
    "bands": {"width": 10, "start": "0.5"}, "edges": {"edges": (18, 40, "65.5")},
    "date": {"to": "year"}, "postcode": {"to": "area"}, "network": {"bits": 16},
    "prefix": {"length": 3}, "hierarchy": {"file": "h.csv", "sha256": DIGEST, "level": 1},
}  # fmt: skip


@st.composite
def rules(draw: st.DrawFn, *, in_text: bool) -> Rule:
    """Any rule that may stand in a plan."""
    able = [name for name, one in METHODS.items() if one.in_text or not in_text]
    method = draw(st.sampled_from(able))
    if method == "generalise":
        by = draw(st.sampled_from(sorted(GENERALISATIONS)))
        return Rule(method, {"by": by, **COARSER[by]})
    known = METHODS[method].options
    chosen = [n for n, one in known.items() if one.required or draw(st.booleans())]
    if method == "clip":
        chosen = chosen or ["high"]
    return Rule(method, {name: draw(OPTIONS[name]) for name in chosen})


@st.composite
def plans(draw: st.DrawFn) -> MaskPlan:
    """Any plan."""
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    reason = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
    return MaskPlan(
        default=draw(st.sampled_from([None, "keep", "drop"])),
        columns=tuple(
            ColumnRule(name, draw(rules(in_text=False)), tuple(draw(st.lists(NAMES, max_size=2))),
                       draw(reason))
            for name in names
        ),
        text=draw(st.dictionaries(NAMES, rules(in_text=True), max_size=3)),
        text_default=draw(rules(in_text=True)),
        rows=draw(st.none() | st.builds(
            RowRule, st.integers(2, 99), st.lists(NAMES, min_size=1, max_size=2).map(tuple), reason
        )),
        recognisers=draw(st.none() | HEX), dataset=draw(st.none() | HEX),
        scan=draw(st.none() | HEX),
    )  # fmt: skip


@given(plans())
def test_what_is_written_reads_back_equal(plan: MaskPlan) -> None:
    """Whatever names, reasons and values stand in it; and the same plan gives the same text."""
    text = dump_plan(plan)

    assert parse_plan(text) == plan
    assert parse_plan(text).digest == plan.digest
    assert dump(parse_plan(text)) == text.encode()


@given(plans())
def test_the_schema_accepts_every_plan_that_can_be_written(plan: MaskPlan) -> None:
    """An editor that knows the schema marks nothing that is right."""
    assert not list(_schema().iter_errors(tomllib.loads(dump_plan(plan))))


def test_the_digest_is_over_what_the_plan_says() -> None:
    """Comments, spaces and the order of columns change nothing; a method does."""
    text = HEAD + '[[column]]\nname = "a"\nmethod = "drop"\n[[column]]\nname = "b"\nmethod = "keep"'
    other = (
        HEAD + "# why\n" + '[[column]]\nmethod = "keep"\nname = "b"\n\n'
        '[[column]]\nname="a"\nmethod="drop"'
    )

    assert parse_plan(text).digest == parse_plan(other).digest
    assert parse_plan(text.replace("drop", "redact")).digest != parse_plan(text).digest


COLUMN = HEAD + '[[column]]\nname = "a"\n'
WRONG = [
    "", "format = 1", "[", HEAD + "odd = 1", HEAD + 'default = "mask"', HEAD + "column = 1",
    HEAD + "column = [1]", HEAD + '[[column]]\nmethod = "keep"', COLUMN, COLUMN + 'method = "melt"',
    COLUMN + 'method = "keep"\nodd = 1', COLUMN + 'method = "keep"\nreason = 1',
    COLUMN + 'method = "keep"\nkinds = "email"', COLUMN + 'method = "hash"',
    COLUMN + 'method = "clip"', COLUMN + 'method = "round"\nto = 0',
    COLUMN + 'method = "round"\nto = 0.5', COLUMN + 'method = "round"\nto = "1e5"',
    COLUMN + 'method = "pseudonym"\nlength = 4', COLUMN + 'method = "pseudonym"\nprefix = "-"',
    COLUMN + 'method = "generalise"', COLUMN + 'method = "generalise"\nby = "age"',
    COLUMN + 'method = "generalise"\nby = "bands"',
    COLUMN + 'method = "generalise"\nby = "edges"\nedges = [2, 1]',
    COLUMN + 'method = "generalise"\nby = "edges"\nedges = ["x"]',
    COLUMN + 'method = "generalise"\nby = "edges"\nedges = []',
    COLUMN + 'method = "suppress"\namong = []', COLUMN + 'method = "redact"\nlabel = 1979-05-27',
    COLUMN + 'method = "keep"\n[[column]]\nname = "a"\nmethod = "drop"',
    HEAD + "text = 1", HEAD + "[text]\nodd = 1", HEAD + "[text]\ndefault = 1",
    HEAD + '[text.kinds]\nemail = "noise"', HEAD + '[text.kinds]\nemail = "round"',
    HEAD + 'recognisers = "x"', HEAD + "[made_from]\nodd = 1", HEAD + '[made_from]\nscan = "AB"',
    HEAD + "rows = 1", HEAD + '[rows]\nsmaller_than = 1\ncolumns = ["a"]',
    HEAD + "[rows]\nsmaller_than = 5", HEAD + '[rows]\nsmaller_than = 5\ncolumns = ["a"]\nodd = 1',
    HEAD + '[rows]\nsmaller_than = 5\ncolumns = ["a"]\nreason = 1',
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_anything_else_is_refused(text: str) -> None:
    """With one code, and where to read what may stand there."""
    with pytest.raises(MalformedError) as refused:
        parse_plan(text)

    assert refused.value.code == "plan.malformed"
    assert refused.value.mend == "see spec/mask-plan.md"


def _schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads((SPEC / "schemas/mask-plan.schema.json").read_text()))


@pytest.mark.parametrize("text", WRONG[3:23], ids=range(20))
def test_the_schema_refuses_too(text: str) -> None:
    """What cannot be read is marked while one types."""
    assert list(_schema().iter_errors(tomllib.loads(text)))


def test_what_the_specification_shows_is_a_plan() -> None:
    """Its example is read, and valid in the schema; every method stands on the page."""
    page = (SPEC / "mask-plan.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)

    assert parse_plan(shown).default is None
    assert not list(_schema().iter_errors(tomllib.loads(shown)))
    assert not [name for name in [*METHODS, *GENERALISATIONS] if f"`{name}`" not in page]


def test_a_plan_says_whether_it_needs_a_key() -> None:
    """Prose counts where there is prose: in a column, or where no column is named at all."""
    pseudonym, keep = Rule("pseudonym"), Rule("keep")

    assert MaskPlan(columns=(ColumnRule("a", pseudonym),)).is_keyed
    assert MaskPlan(text={"email": pseudonym}).is_keyed
    assert MaskPlan(text={"email": pseudonym}, columns=(ColumnRule("a", Rule("text")),)).is_keyed
    assert not MaskPlan(text={"email": pseudonym}, columns=(ColumnRule("a", keep),)).is_keyed


def test_a_plan_is_loaded_from_a_file(tmp_path: Path) -> None:
    """Missing, no UTF-8, too large: each says so."""
    path = tmp_path / "plan.toml"
    with pytest.raises(UnavailableError) as missing:
        load_plan(path)
    assert missing.value.code == "plan.unreadable"
    for data in (b"\xff", b" " * (MAX_FILE + 1)):
        path.write_bytes(data)
        with pytest.raises(MalformedError):
            load_plan(path)
    path.write_text(HEAD, encoding="utf-8")

    plan = load_plan(path)

    assert plan == MaskPlan()
    assert plan.column("a") is None
    assert plan.in_text("email") == Rule("redact")
