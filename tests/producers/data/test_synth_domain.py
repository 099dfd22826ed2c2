"""What values a column may have: as declared, by type, found with noise, or from the data."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.data.synth_domain import declare, domains, draft, read_domain
from sunlit.producers.data.synth_frame import decode, encode
from tests.producers.data.synth_tables import people


def written(tmp_path: Path, text: str) -> Path:
    """Return a domain file with these tables."""
    path = tmp_path / "domain.toml"
    path.write_text(f"schema = 1\n{text}")
    return path


def learn(path: Path) -> None:
    """Read a domain file and take it for the people's."""
    said = read_domain(path)
    domains(declare(encode(people()), said), said, from_data=False)


def test_a_draft_declares_the_data_itself(tmp_path: Path) -> None:
    """What is drafted can be read, and nothing of the data lies outside of it."""
    table = people().append_column(
        "born", pa.array([date(1980, 1, 1 + at % 28) for at in range(400)])
    )
    path = tmp_path / "domain.toml"
    path.write_text(draft(encode(table)))

    said = read_domain(path)
    found = domains(declare(encode(table), said), said, from_data=False)

    assert {one.ground for one in found} == {"declared"}
    assert said["age"] == {"values": sorted(set(table.column("age").to_pylist()))}
    assert len(said["income"]["edges"]) == 21
    assert said["born"]["values"][0] == "1980-01-01"


def test_declared_values_are_the_codes_whether_or_not_they_occur() -> None:
    """So that which values occur is told by noise alone."""
    frame = encode(pa.table({"town": ["b", None, "a"]}))

    again = declare(frame, {"town": {"values": ["z", "a", "b"]}})

    assert again.values[:, 0].tolist()[::2] == [2.0, 1.0]
    assert decode(again).column(0).to_pylist() == ["b", None, "a"]


def test_values_that_the_domain_lacks_are_counted_and_not_told() -> None:
    """The error holds no value of anybody."""
    with pytest.raises(MalformedError) as caught:
        declare(encode(pa.table({"town": ["secret", "a"]})), {"town": {"values": ["a"]}})

    assert caught.value.code == "synth.outside-domain"
    assert "secret" not in str(caught.value)
    assert caught.value.got == "1 rows"


def test_a_boolean_has_its_domain_by_type() -> None:
    """Both values are possible, though one occurs."""
    frame = declare(encode(pa.table({"a": [True, True]})), {})

    found = domains(frame, {}, from_data=False)

    assert found[0].ground == "type"
    assert frame.specs[0].size == 2


@pytest.mark.parametrize(
    ("said", "edges"),
    [
        ({"lower": 0, "upper": 3}, [0, 1, 2, 3, 4]),
        ({"lower": 0, "upper": 3, "bins": 2}, [0, 2, 4]),
        ({"lower": 0, "upper": 999, "bins": 2}, [0, 500, 1000]),
        ({"edges": [0, 1, 10]}, [0, 1, 11]),
    ],
)
def test_bounds_make_bins(said: dict[str, Any], edges: list[float]) -> None:
    """Whole numbers up to a hundred are a bin each, others so many of one width."""
    frame = encode(pa.table({"a": [1, 2]}))

    found = domains(frame, {"a": said}, from_data=False)[0]

    assert found.edges is not None
    assert found.edges.tolist() == edges


def test_many_whole_numbers_get_twenty_bins() -> None:
    """Unless the file says how many; a measure as well."""
    frame = encode(pa.table({"a": [1, 2], "b": [0.5, 1.5]}))
    said = {"a": {"lower": 0, "upper": 999}, "b": {"lower": 0, "upper": 1}}

    for one in domains(frame, said, from_data=False):
        assert one.edges is not None
        assert len(one.edges) == 21


def test_without_a_domain_the_ground_is_noise_or_the_data() -> None:
    """The two are told apart, because only the first keeps the guarantee."""
    frame = encode(people())

    noise = domains(declare(frame, {}), {}, from_data=False)
    data = domains(declare(frame, {}), {}, from_data=True)

    assert [one.ground for one in noise] == ["noise", "noise", "noise", "noise", "type"]
    assert [one.ground for one in data] == ["data", "data", "data", "data", "type"]
    assert data[0].values is not None
    assert data[2].edges is not None
    assert data[2].edges[-1] == np.nanmax(frame.values[:, 2])


def test_a_frequent_whole_number_is_a_bin_of_its_own(tmp_path: Path) -> None:
    """Half the people have no income, and made-up ones shall have none exactly."""
    income = [0] * 200 + list(range(1000, 61_000, 300))
    path = tmp_path / "domain.toml"
    path.write_text(draft(encode(pa.table({"income": income, "b": ["x"] * 400}))))

    edges = read_domain(path)["income"]["edges"]

    assert edges[:2] == [0, 1]
    assert edges[-1] == 60_700


def test_dates_are_declared_as_dates() -> None:
    """In the units of their type."""
    table = pa.table({"born": pa.array([date(1980, 1, 1), date(1990, 1, 1)])})
    said: dict[str, dict[str, Any]] = {
        "born": {"lower": date(1970, 1, 1), "upper": date(1970, 1, 11), "bins": 11}
    }

    found = domains(encode(table), said, from_data=False)[0]

    assert found.edges is not None
    assert found.edges.tolist() == [float(at) for at in range(12)]


@pytest.mark.parametrize(
    "text",
    [
        "[columns.age]\nlower = 5\nupper = 5",
        "[columns.age]\nlower = 0",
        "[columns.age]\nlower = 0\nupper = 9\nbins = 0",
        '[columns.age]\nlower = "0"\nupper = "9"',
        "[columns.age]\nvalues = []",
        "[columns.age]\nedges = [1]",
        "[columns.age]\nedges = [1, 1]",
        "[columns.age]\nedges = [1, 2]\nlower = 1",
        "[columns.age]\nvalues = [1]\nbins = 2",
        "[columns.age]\nvalues = 7",
        "[columns.age]\nlower = -inf\nupper = 1",
        "[columns.town]\nlower = 0\nupper = 1",
        "[columns.town]\nvalues = []",
        '[columns.town]\nvalues = [[1], "a"]',
        "[columns.covered]\nvalues = ['maybe']",
        "[columns.age]\nlowest = 1",
        "[columns]\nage = 1",
        "columns = 1",
        "[columns.age]\n",
        "not TOML at all",
    ],
)
def test_what_no_column_can_hold_is_refused(tmp_path: Path, text: str) -> None:
    """In words, naming the column, before anything is learned."""
    with pytest.raises(MalformedError) as caught:
        learn(written(tmp_path, text))

    assert caught.value.code == "synth.bad-domain"


def test_a_domain_of_another_table_is_refused(tmp_path: Path) -> None:
    """A column that is not there was misspelt."""
    said = read_domain(written(tmp_path, "[columns.agee]\nvalues = [1]"))

    with pytest.raises(MalformedError, match=r"no such column"):
        declare(encode(people()), said)


def test_a_file_that_is_not_there_could_not_be_read(tmp_path: Path) -> None:
    """And one of another schema is malformed."""
    with pytest.raises(UnavailableError, match=r"cannot read"):
        read_domain(tmp_path / "none.toml")
    (tmp_path / "two.toml").write_text("schema = 2\n[columns.a]\nvalues = [1]")
    with pytest.raises(MalformedError, match=r"malformed"):
        read_domain(tmp_path / "two.toml")


def test_an_empty_column_has_an_empty_domain() -> None:
    """It is left to be empty."""
    frame = encode(pa.table({"a": pa.nulls(3, pa.string()), "b": pa.nulls(3, pa.int64())}))

    again = declare(frame, {"a": {"values": ["x"]}})

    assert again.specs[0].size == 1
    assert decode(again).column(0).null_count == 3
    assert "values = []" in draft(frame)
