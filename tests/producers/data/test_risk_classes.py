"""Classes, l-diversity and t-closeness: pyCANON's figures, nulls, and the definitions by hand."""

import json
from collections import Counter
from collections.abc import Sequence
from math import exp, log
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.producers.data.risk import classes as risk_classes
from sunlit.producers.data.risk.classes import class_sizes, diversity, histogram, single
from sunlit.producers.data.source import open_source

FIXTURES = Path(__file__).parents[2] / "fixtures" / "risk"
GOLDEN = json.loads((FIXTURES / "pycanon.json").read_text())
ARX = json.loads((FIXTURES / "arx.json").read_text())
FILES = {"adult": "adult.parquet", "adult-coarse": "adult.parquet"}


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_k_l_and_t_equal_pycanon(name: str) -> None:
    """To 1e-12, with every null as a value of its own."""
    golden = GOLDEN[name]
    wanted, keys = golden["nulls-are-values"], golden["keys"]
    with open_source(str(FIXTURES / FILES.get(name, f"{name}.jsonl"))) as source:
        table = source.table()
        held = histogram(class_sizes(table, keys))
        found = diversity(table, keys, golden["attribute"], held.rows, ordered=True)

    # pyCANON takes the ordered distance for numbers, the equal one for texts
    numbers = name in ("claims", "ages", "adult-coarse")
    assert held.k == wanted["k"]
    assert found.distinct == wanted["distinct"]
    assert int(found.entropy + 1e-9) == wanted["entropy-whole"]
    assert (found.ordered if numbers else found.equal) == pytest.approx(wanted["t"], abs=1e-12)


def test_a_null_is_a_value_where_pycanon_leaves_it_out() -> None:
    """By a single quasi-identifier pandas drops nulls, and with them the smallest class."""
    golden = GOLDEN["ages"]
    with open_source(str(FIXTURES / "ages.jsonl")) as source:
        table = source.table()
        ours = histogram(class_sizes(table, ["age"]))
        theirs = histogram(class_sizes(table.filter(table.age.notnull()), ["age"]))

    assert ours.k == golden["nulls-are-values"]["k"] < golden["as-they-are"]["k"]
    assert theirs.k == golden["as-they-are"]["k"]


def test_classes_of_adult_equal_arx() -> None:
    """Classes, unique rows, rows at risk and the average."""
    with open_source(str(FIXTURES / "adult.parquet")) as source:
        held = histogram(class_sizes(source.table(), ARX["quasi-identifiers"]))

    assert held.classes == ARX["classes"]
    assert held.uniqueness == pytest.approx(ARX["sample-uniqueness"], abs=1e-6)
    assert held.average == pytest.approx(ARX["average"], abs=1e-6)
    assert held.rows_below(5) / held.rows == pytest.approx(ARX["records-at-risk-0.2"], abs=1e-6)
    assert held.lowest == pytest.approx(ARX["lowest"], abs=1e-6)


Row = tuple[Any, Any, Any]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]), st.sampled_from([1, 2, None]),
        st.sampled_from([10, 20, 30, None]),
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_the_definitions_by_hand(rows: Sequence[Row]) -> None:
    """Each figure as its definition has it, over every value, absent ones too."""
    table = _table(rows)
    held = histogram(class_sizes(table, ["x", "y"]))
    found = diversity(table, ["x", "y"], "s", len(rows), ordered=True)
    groups: dict[tuple[Any, Any], Counter[Any]] = {}
    for x, y, s in rows:
        groups.setdefault((x, y), Counter())[s] += 1

    assert Counter(dict(held.pairs())) == Counter(one.total() for one in groups.values())
    assert found.distinct == min(map(len, groups.values()))
    assert found.entropy == pytest.approx(min(map(_entropy, groups.values())), abs=1e-12)
    shares = Counter(s for _, _, s in rows)
    assert found.equal == pytest.approx(max(_equal(g, shares) for g in groups.values()), abs=1e-12)
    assert found.ordered == pytest.approx(
        max(_ordered(g, shares) for g in groups.values()), abs=1e-12
    )


def _table(rows: Sequence[Row]) -> Any:  # noqa: ANN401 - Ibis
    types = {"x": pa.string(), "y": pa.int64(), "s": pa.int64()}
    columns = zip(*rows, strict=True)
    arrays = [pa.array(one, kind) for one, kind in zip(columns, types.values(), strict=True)]
    return _on_duckdb(pa.table(arrays, names=list(types)))


def _on_duckdb(data: pa.Table) -> Any:  # noqa: ANN401 - Ibis
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t AS SELECT * FROM data")
    return ibis.duckdb.from_connection(connection).table("t")


def _entropy(group: Counter[Any]) -> float:
    return exp(-sum(n / group.total() * log(n / group.total()) for n in group.values()))


def _equal(group: Counter[Any], shares: Counter[Any]) -> float:
    return sum(abs(group[s] / group.total() - shares[s] / shares.total()) for s in shares) / 2


def _ordered(group: Counter[Any], shares: Counter[Any]) -> float:
    if len(shares) < 2:
        return 0.0
    run = total = 0.0
    for s in sorted(shares, key=lambda one: -1 if one is None else one):
        run += group[s] / group.total() - shares[s] / shares.total()
        total += abs(run)
    return total / (len(shares) - 1)


def test_columns_named_like_sql_are_only_names() -> None:
    """`select`, quotes and a semicolon are columns like any other."""
    names = ["select", 'a"b', "x; drop table t", "sunlit n"]
    data = pa.table({name: [1, 1, 2] for name in names})
    table = _on_duckdb(data)

    held = histogram(class_sizes(table, names[:2]))

    assert held.pairs() is not None
    assert (held.k, held.classes) == (1, 2)
    assert diversity(table, names[:2], names[2], 3).distinct == 1


def test_without_quasi_identifiers_all_rows_are_one_class() -> None:
    """Then the distance is nought, and every value stands in it."""
    table = _table([("a", 1, 10), ("b", 2, 20), ("b", 1, 20)])

    found = diversity(table, [], "s", 3, ordered=True)

    assert single(table).k == 3
    assert (found.distinct, found.equal, found.ordered) == (2, 0.0, 0.0)


def test_what_would_not_fit_is_said_and_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the bounds a distance is left out, with the reason."""
    table = _table([("a", 1, 10), ("b", 2, 20)])
    monkeypatch.setattr(risk_classes, "MANY", 1)
    many = diversity(table, ["x"], "s", 2, ordered=True)
    monkeypatch.setattr(risk_classes, "MANY", 10)
    monkeypatch.setattr(risk_classes, "MAX_SPINE", 1)
    wide = diversity(table, ["x"], "s", 2, ordered=True)

    assert (many.equal, many.ordered) == (None, None)
    assert many.note is not None
    assert (wide.equal, wide.ordered) == (0.5, None)
