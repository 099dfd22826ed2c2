"""`sunlit risk`, `sunlit board` and `sunlit use`: a deployer and a board at the command line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.adapters.clock import SystemClock
from sunlit.registry.assessment_form import Form, write_form
from sunlit.registry.use import declare_use
from sunlit.statement.by_uri import write_key_file
from sunlit.testing.authority import BOARD, named_key
from tests.cli.doors import Door, Ended
from tests.registry.telling import CITY, telling
from tests.rubric.risks import answers
from tests.rubric.story import USE, use

WHOLE = Form(area=5, autonomy_level=4, row="UC05", facts={"personal-data": "yes"},
             answers=answers())  # fmt: skip


class Hall:
    """A home on disk in which a use is declared, and the keys of deployer and board."""

    def __init__(self, root: Path, sunlit: Door) -> None:
        self.root, self.sunlit = root, sunlit
        self.model, self.home = root / "model", root / "home"

    def __call__(self, *words: object, by: str | None = None, expect: int = 0) -> Ended:
        """Run a command about the use at the home, signed by somebody."""
        more: list[object] = ["--home", self.home]
        if by is not None:
            path = self.root / f"{by.replace('/', '-')}.pem"
            if not path.exists():
                write_key_file(path, named_key(by))
            more += ["--key", f"file:{path}"]
        ended = self.sunlit(*words, *more)
        assert ended.code == expect, ended.err
        return ended

    def about(self, *words: object, by: str | None = None, expect: int = 0) -> Ended:
        """Run a command that names component and use after its first two words."""
        first, second, *rest = words
        return self(first, second, self.model, "--use", USE, *rest, by=by, expect=expect)


@pytest.fixture
def hall(tmp_path: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """The statements are of the present, because commands ask the machine's clock."""
    monkeypatch.setattr(SystemClock, "now", lambda _self: NOW.at)
    with telling(tmp_path) as told:
        told.registered().made()
        declare_use(told.ledger, use(), CITY)
        NOW.at = told.clock.at
    return Hall(tmp_path, sunlit)


class Now:
    """The present time of a test."""

    at = SystemClock().now()


NOW = Now()
CITY_KEY, MEMBERS = "city.example/operator", [f"{BOARD}/{n}" for n in (1, 2, 3)]


def form(hall: Hall, name: str, **changes: object) -> Path:
    """Write a form with answers to a file."""
    path = hall.root / name
    toml = path.suffix == ".toml"
    path.write_bytes(write_form(use(), replace(WHOLE, **changes), toml=toml))  # type: ignore[arg-type]
    return path


def test_a_use_is_assessed_from_a_template(hall: Hall) -> None:
    """A form to fill in; a part is kept and ends with 3; a whole one is signed; it comes back."""
    template = hall.root / "answers.toml"
    hall.about("risk", "assess", "--template", template)
    blank = hall.about("risk", "assess", expect=3)
    part = hall.about("risk", "assess", "--answers", template, by=CITY_KEY, expect=3)
    kept = hall.about("risk", "assess", "--answers", form(hall, "a.json"), "--draft")
    whole = hall.about("risk", "assess", "--answers", form(hall, "b.toml"), by=CITY_KEY)
    again = hall.about("risk", "assess")

    assert 'autonomyLevel = ""' in template.read_text("utf-8")
    assert "autonomy blank" in blank.out
    assert "kept as a draft" in part.out
    assert "blank: autonomyLevel, businessDrivers5" in part.out
    assert "kept as a draft" in kept.out
    assert "D1-D3 514, tier high" in whole.out
    assert "statement " in whole.out
    assert "row UC05" in again.out


def test_a_board_sits_in_public(hall: Hall) -> None:
    """Open, vote as assessed, dissent, stand aside, publish, show, history, explain."""
    hall.about("risk", "assess", "--answers", form(hall, "a.json"), by=CITY_KEY)
    opened = hall.about("board", "open", "--days", "14", "--board", BOARD, by=MEMBERS[0])
    for member in MEMBERS[:2]:
        hall.about("board", "vote", "--ceiling", "8", "--board", BOARD, by=member)
    hall.about("board", "dissent", "--reason", "Too few tests", "--board", BOARD, by=MEMBERS[2])
    hall.about("board", "publish", "--board", BOARD, by=MEMBERS[0])
    shown = hall.about("board", "show", "--board", BOARD)
    history = hall.about("board", "history")
    as_json = json.loads(hall.about("board", "history", "--json").out)
    explained = hall.about("risk", "explain")
    hall.about("board", "recuse", "--reason", "I advised the maker", "--board", BOARD,
               by=MEMBERS[0])  # fmt: skip
    after = hall.about("board", "show", "--board", BOARD)

    assert "assessment: " in opened.out
    assert "Code 514" in shown.out
    assert "dissent: Too few tests" in shown.out
    assert "session opened" in shown.out
    assert "dissented: Too few tests" in history.out
    assert as_json["moves"][-1]["code"].startswith("514")
    assert "D2 = 1  impact raw score 17 of 167" in explained.out
    assert "Would lower D4:" in explained.out
    assert "stands aside: I advised the maker" in after.out
    assert "not published" in after.out


def test_a_deployer_promises_measures_and_accepts(hall: Hall) -> None:
    """And a mitigation says one thing only."""
    paper = hall.root / "order.txt"
    paper.write_bytes(b"Logs are kept for six months.")
    promised = hall.about("use", "mitigate", "--practice", "M5", "--owner", "HR office",
                          "--due", "2026-05-01T00:00:00Z", by=CITY_KEY)  # fmt: skip
    measured = hall.about("use", "measure", "--topic", "dpa2018-s62-logging", "--text", "Kept",
                          "--document", paper, by=CITY_KEY)  # fmt: skip
    bare = hall.about("use", "measure", "--topic", "notice", "--text", "Told", by=CITY_KEY)
    accepted = hall.about("use", "accept", "--what", "M5", "--reason", "May", "--owner",
                          "Director", by=CITY_KEY)  # fmt: skip
    neither = hall.about("use", "mitigate", "--practice", "M5", "--owner", "HR", by=CITY_KEY,
                         expect=2)  # fmt: skip

    assert "promised by HR office" in promised.out
    assert "dpa2018-s62-logging: Kept" in measured.out
    assert "names no document" in bare.out
    assert "no finding turns" in accepted.out
    assert "--owner and --due" in neither.err


def test_a_register_is_written_and_exported(hall: Hall) -> None:
    """Lines, a page, a drawing, a table, JSON, and what it was computed from."""
    hall.about("risk", "assess", "--answers", form(hall, "a.json"), by=CITY_KEY)
    hall.about("use", "mitigate", "--practice", "M5", "--owner", "HR office",
               "--due", "2026-05-01T00:00:00Z", by=CITY_KEY)  # fmt: skip
    files = {kind: hall.root / f"register.{kind}" for kind in ("html", "svg", "csv")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", path)]
    printed = hall("risk", "register", *options)
    as_json = json.loads(hall("risk", "register", "--json", "--at", "2026-05-01T00:00:00Z").out)
    exported = hall("risk", "export", hall.root / "export.jsonl")

    assert f"UC05  {USE} by city.example: code 000" in printed.out
    assert "M5 [B] Due, by 2026-05-01" in printed.out
    assert all(path.stat().st_size > 200 for path in files.values())
    assert as_json["lines"][0]["cells"][4]["state"] == "Missing"
    assert "Written: " in exported.out
    assert (hall.root / "export.jsonl").read_bytes().count(b"\n") > 10
