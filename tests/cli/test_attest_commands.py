"""`sunlit attest counter|reply|show|effort` and `sunlit conformity`, in one town."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sunlit.registry.home import Home
from sunlit.statement.by_uri import write_key_file
from sunlit.testing.authority import named_key
from sunlit.testing.clock import SetClock
from tests.cli.doors import Door, Ended
from tests.registry.telling import telling
from tests.rubric.story import DEPLOYER, LABS, LATER, MAKER, USE

QUESTION = ("--use", USE, "--deployer", DEPLOYER)


@dataclass(frozen=True)
class Town:
    """A home where everything holds, a component and a clock that the test sets."""

    sunlit: Door
    root: Path
    clock: SetClock

    def key(self, name: str) -> str:
        """Return the URI of somebody's key."""
        path = self.root / f"{name.replace('/', '-')}.pem"
        if not path.exists():
            write_key_file(path, named_key(name))
        return f"file:{path}"

    def __call__(self, *words: object, by: str | None = None) -> Ended:
        """Run a command at the home, signed by somebody."""
        more = ["--key", self.key(by)] if by else []
        return self.sunlit(*words, "--home", self.root / "home", *more)

    def read(self, *words: object, by: str | None = None) -> dict[str, Any]:
        """Return what a command answers to programs."""
        ended = self(*words, "--json", by=by)
        assert ended.out, ended.err
        found: dict[str, Any] = json.loads(ended.out)
        return found

    @property
    def model(self) -> Path:
        """The component's folder."""
        return self.root / "model"

    def test_id(self) -> str:
        """Return the maker's performance test."""
        history = Home.open(self.root / "home").history(self.clock.at)
        return next(
            said.statement_id
            for said in history.statements
            if getattr(said.claim, "sunlit_kind", None) == "performance"
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """Make the town once."""
    root = tmp_path_factory.mktemp("town")
    with telling(root) as told:
        told.complete()
        return root, told.clock.at


@pytest.fixture
def town(
    made: tuple[Path, datetime], tmp_path: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch
) -> Town:
    """A copy for each test, with a clock that stands still."""
    root, at = made
    shutil.copytree(root, tmp_path / "town")
    clock = SetClock(at + timedelta(minutes=5))
    monkeypatch.setattr("sunlit.adapters.clock.SystemClock.now", lambda _self: clock.at)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Town(sunlit, tmp_path / "town", clock)


def assu(found: dict[str, Any], title: str) -> dict[str, Any]:
    """Return the finding whose reason or title holds these words."""
    return next(one for one in found["findings"] if title in one["title"] + one["reason"])


def test_counter_evidence_opens_a_finding_and_its_withdrawal_closes_it(town: Town) -> None:
    """Shown beside the finding, with the reply of who was assessed."""
    before = town.read("assure", town.model, *QUESTION)
    control = assu(before, "1 figure meets its threshold")
    assert control["outcome"] == "HOLDS"
    (town.root / "report.txt").write_text("Accuracy is 0.61.")
    done = town.read(
        "attest", "counter", town.test_id(), "--scope", "performance", "--finding",
        "Accuracy is 0.61", "--report", town.root / "report.txt", by=f"{LABS[2]}/assessor",
    )  # fmt: skip
    assert done["predicate"]["report"]["name"] == "report.txt"
    replied = town(
        "attest", "reply", town.model, "--control", control["control"], "--text",
        "They used other data.", by=f"{MAKER}/maintainer",
    )  # fmt: skip
    assert "maker.example replies: They used other data." in replied.out
    after = town.read("assure", town.model, *QUESTION)
    contested = next(one for one in after["findings"] if one["control"] == control["control"])
    assert contested["outcome"] == "UNKNOWN"
    assert [one["kind"] for one in after["beside"][control["control"]]] == [
        "counter-evidence", "reply",
    ]  # fmt: skip
    text = town("assure", town.model, *QUESTION).out
    assert "beside it: counter-evidence of lab-c.example" in text
    assert "beside it: reply of maker.example" in text
    shown = town("attest", "show", town.model, *QUESTION).out
    assert "[stands]" in shown
    now = town("conformity", town.model, *QUESTION)
    assert f"beside {control['control']}: reply of maker.example" in now.out
    decayed = town.read("conformity", town.model, *QUESTION)
    assert decayed["beside"] == after["beside"]
    town("attest", "withdraw", done["statement"], "--reason", "wrong", by=f"{LABS[2]}/assessor")
    again = town.read("assure", town.model, *QUESTION)
    assert assu(again, "1 figure meets its threshold")["outcome"] == "HOLDS"
    assert again["takenBack"][0]["statement"] == done["statement"]
    assert "Taken back:" in town("assure", town.model, *QUESTION).out


def test_everybody_sees_who_attested_and_what_counts(town: Town) -> None:
    """Also an attestation that does not count, with the reason, and its contract."""
    town(
        "attest", town.model, "--scope", "performance", "--result", "PASSED", "--contract", "C-7",
        by=f"{LABS[2]}/assessor",
    )  # fmt: skip
    found = town.read("attest", "show", town.model, *QUESTION)
    assert [one["counts"] for one in found["attestations"]] == [True, True, False]
    assert found["attestations"][2]["contract"] == "C-7"
    text = town("attest", "show", town.model, *QUESTION).out
    assert "lab-a.example: PASSED: counts" in text
    assert "lab-c.example: PASSED, contract C-7: does not count" in text
    assert "It does not declare that there is no conflict of interest." in text
    elsewhere = town.root / "other"
    elsewhere.mkdir()
    (elsewhere / "a.txt").write_text("x")
    assert "Nobody has attested to these files." in town("attest", "show", elsewhere).out


@pytest.mark.parametrize(
    "words",
    [
        ("attest", "reply", ".", "--text", "x"),
        ("attest", "effort", ".", "--cost", "1"),
        ("attest", "effort", ".", "--activity", "x", "--started", "2026-01-01"),
        ("attest", "effort", ".", "--activity", "x", "--started", "soon"),
        ("attest", "effort", ".", "--activity", "x", "--days-worked", "many"),
        ("attest", "effort", ".", "--activity", "x", "--days-worked", "-1"),
        ("attest", "effort", ".", "--activity", "x", "--cost", "NaN"),
    ],
)
def test_wrong_usage_is_said(town: Town, words: tuple[str, ...]) -> None:
    """Before anything is looked at."""
    assert town(*words).code == 2


def test_what_a_reply_or_counter_evidence_names_is_in_the_log(town: Town) -> None:
    """Else nobody could find it."""
    for words in (
        ("attest", "counter", "00" * 32, "--scope", "x", "--finding", "x"),
        ("attest", "reply", town.model, "--statement", "00" * 32, "--text", "x"),
    ):
        ended = town(*words, by=f"{LABS[2]}/assessor")
        assert (ended.code, "attest.no-such-statement" in ended.err) == (1, True)


def test_effort_is_recorded_and_blanks_stay_blank(town: Town) -> None:
    """Elapsed and working days apart, money by currency, and of how many it is known."""
    blank = town("attest", "effort", town.model).out
    assert "nothing recorded" in blank
    assert "Cost: -, 0 of 0 recorded" in blank
    words = ("attest", "effort", town.model, "--activity")
    town(*words, "bias-audit", "--started", "2026-01-02", "--ended", "2026-01-12",
         "--days-worked", "2.5", "--cost", "1200", "--currency", "GBP", "--contract", "C-7",
         by=f"{MAKER}/maintainer")  # fmt: skip
    done = town(*words, "attestation", "--started", "2026-01-12T09:00:00Z", "--ended",
                "2026-01-12T15:00:00Z", by=f"{LABS[0]}/assessor")  # fmt: skip
    assert "Recorded attestation" in done.out
    found = town.read("attest", "effort", town.model)
    assert found["personDays"] == {"value": "2.5", "recorded": 1, "of": 2}
    assert found["costs"] == {"GBP": {"value": "1200", "recorded": 1, "of": 2}}
    assert found["elapsedDays"] == "10.62"
    assert [one["elapsedDays"] for one in found["spent"]] == ["10.00", "0.25"]
    assert found["spent"][1]["personDays"] is None
    assert found["submittedToPublishedDays"] is not None
    text = town("attest", "effort", town.model).out
    assert "Working days: 2.5 days, 1 of 2 recorded" in text
    assert "Cost: 1200 GBP, 1 of 2 recorded" in text


def test_what_held_what_holds_and_what_will_lapse(town: Town) -> None:
    """A clock is set forward: what holds now lapses, and the command that renews it is printed."""
    words = ("conformity", town.model, *QUESTION)
    now = town.read(*words)
    assert now["then"] is None
    assert now["changes"] == []
    town.clock.at = LATER - timedelta(days=30)
    picture = town.root / "timeline.svg"
    ahead = town(*words, "--at", "2026-01-02T00:00:00Z", "--svg", picture)
    assert "HOLDS -> UNKNOWN" in ahead.out
    assert "2027-01-01" in ahead.out
    assert "mend: sunlit " in ahead.out
    assert "from what the log held then" in ahead.out
    svg = picture.read_text()
    assert svg.startswith("<svg ")
    assert "UNKNOWN until" in svg
    found = town.read(*words, "--ahead", "30", "--at", "2026-01-01T00:10:00Z")
    assert found["then"]["logs"] == []  # before anything was logged nothing held that needs it
    assert found["then"]["outcome"] != found["now"]["outcome"] or found["since"]
    assert {one["before"] for one in found["changes"]} >= {"HOLDS"}
    assert all(one["mend"] for one in found["changes"] if one["after"] == "UNKNOWN")
    times = [one["at"] for one in found["changes"]]
    assert times == sorted(times)
    town.clock.at = LATER + timedelta(days=1)
    gone = town.read(*words, "--at", "2026-12-01T00:00:00Z")
    lapsed = {one["control"] for one in gone["since"] if one["before"] == "HOLDS"}
    assert lapsed >= {one["control"] for one in found["changes"] if one["before"] == "HOLDS"}
