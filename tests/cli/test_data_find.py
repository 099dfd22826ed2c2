"""`sunlit data find` and `sunlit data recognisers`, as people type them."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.doors import Door

TEXT = "Dear Ann,\nNHS number 943 476 5919.\n"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """Return a letter that holds an NHS number."""
    path = tmp_path / "letter.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_find_has_its_place_and_shape(sunlit: Door, letter: Path) -> None:
    """File, line and character; no digit of the number is printed."""
    ended = sunlit("data", "find", letter)

    assert ended.code == 0
    assert ended.out == f"{letter}:2:12\tnhs-number\t0.99\t999 999 9999\n"


def test_a_program_gets_offsets(sunlit: Door, letter: Path) -> None:
    """One document a line, with offsets in characters; the value only where asked for."""
    (shown,) = sunlit("data", "find", letter, "--json", "--show").out.splitlines()
    document = json.loads(shown)

    assert TEXT[document["start"] : document["end"]] == document["value"] == "943 476 5919"
    assert (document["line"], document["character"], document["kind"]) == (2, 12, "nhs-number")


def test_standard_input_and_a_column_that_is_context(
    sunlit: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that are no UTF-8 are looked at all the same."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff 925665416")))

    ended = sunlit("data", "find", "-", "--column", "passport_no", "--check")

    assert (ended.code, ended.out) == (1, "-:1:3\tuk-passport\t0.85\t999999999\n")


def test_folders_tables_and_kinds(sunlit: Door, letter: Path) -> None:
    """A folder's texts one by one; a table by row and column; only the kind that is asked for."""
    table = letter.parent / "people.csv"
    table.write_text("who,nhs_no\na@example.org,9434765919\n", encoding="utf-8")

    folder = sunlit("data", "find", letter.parent, "--kind", "nhs-number")
    cells = sunlit("data", "find", table, "--json")

    assert folder.out.count("nhs-number") == 2
    found = [json.loads(line) for line in cells.out.splitlines()]
    assert [(one["row"], one["column"], one["kind"]) for one in found] == [
        (1, "who", "email"), (1, "nhs_no", "nhs-number"),
    ]  # fmt: skip


def test_nothing_found_is_fine(sunlit: Door, tmp_path: Path) -> None:
    """With --check too."""
    (tmp_path / "a.txt").write_text("nothing", encoding="utf-8")

    assert sunlit("data", "find", tmp_path / "a.txt", "--check").code == 0


def test_a_missing_file_could_not_be_looked_at(sunlit: Door, tmp_path: Path) -> None:
    """Exit code 3: it is not known what it holds."""
    ended = sunlit("data", "find", tmp_path / "none.txt")

    assert ended.code == 3
    assert "find.unreadable" in ended.err


def test_recognisers_are_listed_and_shown(sunlit: Door) -> None:
    """Each with its kind and source; one can be copied to begin from."""
    document = json.loads(sunlit("data", "recognisers", "--json").out)

    assert "nhs-number" in {one["kind"] for one in document["recognisers"]}
    assert len(document["digest"]["sha256"]) == 64
    assert document["digest"]["sha256"] in sunlit("data", "recognisers").out
    assert 'id = "nhs-number"' in sunlit("data", "recognisers", "--show", "nhs-number").out
    assert sunlit("data", "recognisers", "--show", "nothing").code == 2


def test_an_agencys_tests_are_played(sunlit: Door, tmp_path: Path) -> None:
    """They hold, or exit code 1 says which does not."""
    shown = sunlit("data", "recognisers", "--show", "nhs-number").out
    own = tmp_path / "own.toml"
    own.write_text(shown.replace('id = "nhs-number"', 'id = "own"\nkind = "nhs-number"'), "utf-8")

    good = sunlit("data", "recognisers", "--test", tmp_path)
    own.write_text(own.read_text("utf-8").replace("943 476 5918", "943 476 5919"), "utf-8")
    bad = sunlit("data", "recognisers", "--test", tmp_path, "--json")

    assert (good.code, good.out.splitlines()[-1]) == (0, "1 recognisers, 9 tests, 0 broken")
    assert bad.code == 1
    assert [one["id"] for one in json.loads(bad.out)["broken"]] == ["own"]
