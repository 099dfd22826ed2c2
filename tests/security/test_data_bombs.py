"""Attacks on what reads data, plans and profiles: nests, numbers and names that bring it down."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.base.errors import MalformedError
from sunlit.formats.sunlit_toml import read_toml
from sunlit.producers.data.risk.profiles import profile_of
from sunlit.producers.data.source import open_source
from sunlit.producers.data.synth_domain import read_domain
from sunlit.proxy.config import parse_config
from sunlit.recognise.masking_hierarchy import read_hierarchy
from sunlit.recognise.plan_read import parse_plan
from sunlit.recognise.recognisers import read_folder

DEEP = "x = " + "[" * 20_000 + "]" * 20_000 + "\n"
BIG = "x = " + "1" * 5_000 + "\n"


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize(
    "line",
    [
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a":' + '{"a":[],"b":' * 50_000 + "1" + "}" * 50_000 + "}",
    ],
)
def test_a_line_that_nests_too_deeply_is_an_error(tmp_path: Path, line: str, *, skip: bool) -> None:
    """DuckDB would end the process with a segmentation fault, and nothing would be tidied."""
    (tmp_path / "deep.jsonl").write_text('{"a": 1}\n' + line + "\n")

    with pytest.raises(MalformedError) as caught:
        open_source(str(tmp_path / "deep.jsonl"), skip_unread=skip)

    assert "line 2" in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_brackets_in_a_text_are_no_nest(tmp_path: Path) -> None:
    """Nor are many that stand beside each other."""
    beside = "[" + ",".join(["[]"] * 2000) + "]"
    (tmp_path / "flat.jsonl").write_text('{"a": "' + '[{\\"' * 2000 + '"}\n{"a": ' + beside + "}\n")

    with open_source(str(tmp_path / "flat.jsonl")) as source:
        assert source.rows() == 2


def test_columns_that_nest_too_deeply_are_an_error(tmp_path: Path) -> None:
    """Of Parquet: a struct in a struct, a hundred and fifty times."""
    kind: pa.DataType = pa.int32()
    for _ in range(150):
        kind = pa.struct([("a", kind)])
    parquet.write_table(pa.table({"x": pa.array([None], kind)}), tmp_path / "deep.parquet")

    with pytest.raises(MalformedError) as caught:
        open_source(str(tmp_path / "deep.parquet"))

    assert caught.value.code == "data.malformed"


@pytest.mark.parametrize("text", [DEEP, BIG], ids=["nests", "digits"])
def test_a_toml_bomb_is_an_error_of_ours(tmp_path: Path, text: str) -> None:
    """In a plan, a hierarchy, a profile, a domain, a recogniser, a configuration."""
    path = tmp_path / "bomb.toml"
    path.write_text(text)

    for read in (
        lambda: parse_plan(text),
        lambda: read_hierarchy(text.encode(), path.name),
        lambda: profile_of(str(path)),
        lambda: read_domain(path),
        lambda: read_folder(tmp_path),
        lambda: read_toml(text.encode()),
        lambda: parse_config(text, tmp_path),
    ):
        with pytest.raises(MalformedError):
            read()


def test_no_profile_of_an_agency_goes_by_a_shipped_name(tmp_path: Path) -> None:
    """Else a rubric that allows the shipped one would allow any limit."""
    path = tmp_path / "mine.toml"
    limit = '[[controlled-training.limit]]\nfigure = "marketer"\nat_most = "1"\nsource = "me"\n'
    path.write_text('[controlled-training]\ngoverns = "marketer"\ntau = "1"\n' + limit)

    with pytest.raises(MalformedError, match="the name of a shipped one"):
        profile_of(str(path))
    path.write_text(path.read_text().replace("controlled-training", "ours"))
    assert profile_of(str(path)).name == "ours"
