"""`sunlit data scan` at the door: the table it prints, its exit codes, its files."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from sunlit.producers.data import scan
from tests.cli.doors import Door

NHS = "943 476 5919"


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table with e-mail addresses, in a folder above which no sunlit.toml stands."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{number},ann{number:02d}@example.org,red" for number in range(30)]
    (tmp_path / "people.csv").write_text("\n".join(["id,mail,colour", *rows]) + "\n")
    return tmp_path


def test_it_prints_what_each_column_holds_and_ends_with_1(people: Path, sunlit: Door) -> None:
    """A review is needed; why, and what could not be told, in words."""
    ended = sunlit("data", "scan", "people.csv")

    assert ended.code == 1
    assert ended.out.startswith("people.csv, 30 rows: personal data found in 1 of 3 columns")
    assert "E-mail address" in ended.out
    assert "100.0% (88.6%-100.0%)" in ended.out
    assert "aaa99@aaaaaaa.aaa" in ended.out
    assert "contact data: column 'mail'" in ended.out
    assert "no proof that nothing is there" in ended.out
    assert "ann01" not in ended.out


def test_it_ends_with_0_when_nothing_needs_a_review(people: Path, sunlit: Door) -> None:
    """So that a script can go on."""
    (people / "a.csv").write_text("colour,n\n" + "red,1\nblue,2\n" * 30)

    ended = sunlit("data", "scan", "a.csv")

    assert ended.code == 0
    assert "Why a review" not in ended.out


def test_documents_are_listed_by_kind(people: Path, sunlit: Door) -> None:
    """With the estimate of what was missed; encoded parts and unread files are named."""
    (people / "in").mkdir()
    (people / "in" / "a.txt").write_text(f"NHS number {NHS}")
    (people / "in" / "b.txt").write_bytes(b"caf\xe9")

    ended = sunlit("data", "scan", "in", "--skip-unread")

    assert ended.code == 1
    assert "in it: " in ended.out
    assert "Estimate of documents of prose" in ended.out
    assert "Not read: b.txt: 'b.txt', line 1 is not UTF-8" in ended.out
    assert sunlit("data", "scan", "in", "--encoding", "latin-1").code == 1


def test_json_is_the_report_and_out_writes_it(people: Path, sunlit: Door) -> None:
    """The same document, and a plan beside it where one is asked for."""
    ended = sunlit(
        "data", "scan", "people.csv", "--json", "--out", "reports", "--plan", "plan.toml"
    )
    printed = json.loads(ended.out)
    written = json.loads((people / "reports" / "scan.json").read_text())

    assert printed["format"] == written["format"] == "sunlit-data-scan/1"
    assert printed["columns"] == written["columns"]
    assert 'name = "mail"' in (people / "plan.toml").read_text()


def test_errors_name_file_and_line_and_how_to_mend_them(people: Path, sunlit: Door) -> None:
    """Exit code 2, and none of the file's values."""
    (people / "bad.csv").write_text("a,b\nSECRET\n")

    ended = sunlit("data", "scan", "bad.csv")

    assert ended.code == 2
    assert "'bad.csv', line 2" in ended.err
    assert "--skip-unread" in ended.err
    assert "SECRET" not in ended.err + ended.out
    assert sunlit("data", "scan", "none.csv").code == 3
    assert sunlit("data", "scan", "people.csv", "--delimiter", "::").code == 2


def test_an_agencys_own_recognisers_stand_beside_the_shipped(people: Path, sunlit: Door) -> None:
    """A folder of TOML files, by option; a folder without any is refused."""
    (people / "none").mkdir()
    ended = sunlit("data", "scan", "people.csv", "--recognisers", "none")

    assert ended.code == 2


def test_names_of_columns_cannot_garble_the_terminal(people: Path, sunlit: Door) -> None:
    """Control characters are not printed, long names are cut."""
    (people / "odd.csv").write_text('"a\x1b[31mb",' + "x" * 100 + "\n1,2\n")

    ended = sunlit("data", "scan", "odd.csv")

    assert "\x1b" not in ended.out
    assert "x" * 40 not in ended.out


@pytest.mark.parametrize(
    ("asked", "whole"), [((), None), (("--names",), False), (("--all-names",), True)]
)
def test_names_are_looked_for_when_asked_in_a_sample_or_in_all(
    people: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...],
    *, whole: bool | None,
) -> None:  # fmt: skip
    """Two flags, neither of which takes the place for its own."""
    heard = list[object]()

    def look(*_: object, **options: object) -> tuple[()]:
        heard.append(options["whole"])
        return ()

    monkeypatch.setattr(scan, "names_model", lambda: SimpleNamespace(name="m", digest="d"))
    monkeypatch.setattr(scan, "look_for_names", look)
    note = "she came again on tuesday and spoke about it at length"
    (people / "notes.csv").write_text("id,note\n" + "".join(f"{n},{note} {n}\n" for n in range(30)))

    ended = sunlit("data", "scan", *asked, "notes.csv", "--json")

    assert heard == ([] if whole is None else [whole])
    assert bool(json.loads(ended.out)["names"]) == (whole is not None)
