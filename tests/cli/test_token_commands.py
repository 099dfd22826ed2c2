"""The commands of a token's life, from the deployer's use to the stranger's check."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from sunlit.claims.authority import Role
from sunlit.registry.home import Home
from sunlit.statement.by_uri import write_key_file
from sunlit.testing.authority import BOARD, named_key
from sunlit.testing.clock import SetClock
from tests.cli.doors import Door, Ended
from tests.registry.telling import telling
from tests.rubric.story import DEPLOYER, LABS, MAKER, USE


@dataclass(frozen=True)
class Town:
    """A home in which the maintainer has spoken, with everybody's key beside it."""

    sunlit: Door
    root: Path

    def key(self, name: str) -> str:
        """Return the file of somebody's key."""
        path = self.root / f"{name.replace('/', '-')}.pem"
        if not path.exists():
            write_key_file(path, named_key(name))
        return f"file:{path}"

    def __call__(self, *words: object, key: str | None = None, home: bool = True) -> Ended:
        """Run a command at the home, signed by somebody."""
        more: list[object] = ["--home", self.root / "home"] if home else []
        more += ["--key", self.key(key)] if key else []
        return self.sunlit(*words, *more)

    @property
    def model(self) -> Path:
        """The component's folder."""
        return self.root / "model"

    @property
    def trust(self) -> Path:
        """The trust file that a stranger has."""
        return self.root / "home" / "trust.json"


@pytest.fixture
def town(tmp_path: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The maintainer has said everything; the clock stands still."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with telling(tmp_path) as told:
        told.registered().made()
        clock = SetClock(told.clock.at)
    monkeypatch.setattr("sunlit.adapters.clock.SystemClock.now", lambda _self: clock.at)
    return Town(sunlit, tmp_path)


def declared(town: Town) -> Ended:
    """Declare the use."""
    return town(
        "use", "declare", town.model, "--id", USE, "--area", 5, "--description", "Whom to write to",
        "--need", "who may lack cover", "--target", "has public health cover",
        "--target-fits", "no cover, so a letter", "--oversight", "human-decides",
        "--fallback", "write to all", "--affected", "people with a low income",
        "--jurisdiction", "US-CA", "--from", _fields(town), key=f"{DEPLOYER}/operator",
    )  # fmt: skip


def _fields(town: Town) -> Path:
    path = town.root / "use.json"
    path.write_text(json.dumps({"deployer": DEPLOYER, "dataClasses": ["survey"]}), encoding="utf-8")
    return path


def attested(town: Town, lab: str, *more: str) -> Ended:
    """Let a laboratory attest; the home is the issuer's, so the assessor is named by its key."""
    return town(
        "attest", town.model, "--use", USE, "--scope", "performance", "--scope",
        "target-validity", "--result", "PASSED", *more, key=f"{lab}/{Role.ASSESSOR}",
    )  # fmt: skip


def voted(town: Town, number: int) -> Ended:
    """Let a member of the board vote."""
    return town(
        "board", "vote", town.model, "--use", USE, "--impact-raw", 60, "--autonomy-level", 4,
        "--ceiling", 5, "--board", BOARD, key=f"{BOARD}/{number}",
    )  # fmt: skip


def told(town: Town) -> None:
    """Say all that a restricted token takes."""
    assert declared(town).code == 0
    for number in (1, 2):
        assert voted(town, number).code == 0
    done = town("board", "publish", town.model, "--use", USE, "--board", BOARD, key=f"{BOARD}/1")
    assert "Code 544x" in done.out
    for practice in ("M4", "M5", "M7", "M8"):
        done = town(
            "use", "mitigate", town.model, "--use", USE, "--practice", practice, "--evidence",
            "done", key=f"{DEPLOYER}/operator",
        )  # fmt: skip
        assert done.code == 0


def issued(town: Town) -> Path:
    """Issue a restricted token and return its folder."""
    done = town("token", "issue", town.model, "--use", USE, "--kind", "restricted", "--json")
    assert done.code == 0, done.err + done.out
    return Path(json.loads(done.out)["folder"])


def test_a_token_is_issued_verified_shown_and_revoked(town: Town) -> None:
    """The whole life of a token, in commands."""
    told(town)

    folder = issued(town)
    checks = ["--trust", town.trust, "--component", town.model, "--use", USE]
    good = town("token", "verify", folder, *checks, home=False)
    shown = town("token", "show", folder, home=False)
    listed = town("token", "list")
    revoked = town("token", "revoke", folder, "--reason", "test")
    bad = town("token", "verify", folder, *checks, home=False)

    assert (good.code, bad.code) == (0, 1)
    assert good.out.splitlines()[-1] == "The token holds."
    assert "status.revoked" in bad.out
    assert json.loads(shown.out)["verified"] is False
    assert "restricted" in listed.out
    assert "invalid now" in revoked.out


def test_a_token_is_suspended_and_reinstated(town: Town) -> None:
    """By the first digits of its grant's id; refreshing keeps what is said."""
    told(town)
    folder = issued(town)
    grant = folder.name.removesuffix(".token").rpartition("-")[2]

    town("token", "suspend", grant, "--reason", "open incident")
    refreshed = town("token", "refresh")
    suspended = town("token", "verify", folder, "--trust", town.trust, "--json", home=False)
    town("token", "reinstate", grant, "--reason", "closed")
    back = town("token", "verify", folder, "--trust", town.trust, home=False)

    assert "Still holds" not in refreshed.out
    assert refreshed.out.startswith("Signed ")
    assert json.loads(suspended.out)["steps"][3]["code"] == "status.suspended"
    assert (suspended.code, back.code) == (1, 0)


def test_refreshing_suspends_what_no_longer_holds(town: Town) -> None:
    """First only said, then done; the stranger's check fails at the step `status`."""
    told(town)
    folder = issued(town)
    good = town("token", "refresh")
    listed = json.loads(town("log", "show", "--json").out)
    for row in listed:
        if "mitigation" in row["predicateType"]:
            town("attest", "withdraw", row["statement"], "--reason", "It was not done",
                 key=f"{DEPLOYER}/operator")  # fmt: skip

    dry = town("token", "refresh", "--dry-run")
    before = town("token", "verify", folder, "--trust", town.trust, home=False)
    done = town("token", "refresh")
    after = town("token", "verify", folder, "--trust", town.trust, "--json", home=False)

    assert (good.code, dry.code, done.code) == (0, 0, 0)
    assert good.out.startswith("Still holds: ")
    assert dry.out.startswith("Would suspend ")
    assert "Signed" not in dry.out
    assert done.out.startswith("Suspended ")
    assert "the last digit of the risk code is 8, and may be 5 at most" in done.out
    assert (before.code, after.code) == (0, 1)
    assert json.loads(after.out)["steps"][3]["code"] == "status.suspended"


def test_a_token_that_nobody_can_judge_is_said(town: Town) -> None:
    """Exit 3: whether it still holds could not be found out."""
    told(town)
    (issued(town) / "manifest.json").write_bytes(b"{}")

    done = town("token", "refresh")

    assert done.code == 3
    assert done.out.startswith("Could not judge ")


def test_a_statement_is_withheld_checked_and_opened(town: Town) -> None:
    """From the laboratory's file to the opened entry; meanwhile the blank says why it is one."""
    declared(town)
    finding = town.root / "finding.dsse.json"
    closing = (
        "withhold", "close", finding, "--ground", "ongoing investigation", "--audience", "court",
        "--office", "legal office", "--until", "2029-01-01T00:00:00Z",
    )  # fmt: skip
    asked = ("assure", town.model, "--use", USE, "--deployer", DEPLOYER)

    written = attested(town, LABS[0], "--no-conflict", "--out", str(finding))
    silent = town(*asked)
    closed = town(*closing, "--json", key=f"{DEPLOYER}/operator")
    explained = town(*asked)
    opening = json.loads(closed.out)["opening"]
    check = town("withhold", "check", opening)
    opened = town("withhold", "open", opening, key=f"{DEPLOYER}/operator")
    after = town(*asked)

    assert "no log holds it" in written.out
    assert finding.stat().st_mode & 0o777 == 0o600
    assert "is withheld until 2029-01-01T00:00:00Z" in " ".join(explained.out.split())
    assert "on the ground" not in silent.out + after.out
    assert check.out.startswith("HOLDS: ")
    assert opened.out.startswith("Opened: ")
    assert (closed.code, check.code, opened.code) == (0, 0, 0)


def test_closing_says_where_the_opening_lies_and_how_to_erase(town: Town) -> None:
    """A report would be kept in public, so it does not go with --out."""
    finding = town.root / "finding.dsse.json"
    attested(town, LABS[0], "--out", str(finding))
    done = town(
        "withhold", "close", finding, "--ground", "g", "--office", "o", "--audience", "court",
        "--until", "2029-01-01T00:00:00Z", "--hide-subject", key=f"{DEPLOYER}/operator",
    )  # fmt: skip
    report = town.root / "report.txt"
    report.touch()
    both = attested(town, LABS[0], "--out", str(finding), "--report", str(report))

    assert "erases the statement for ever" in done.out
    assert both.code == 2


def test_a_changed_file_is_named(town: Town) -> None:
    """One byte of the model, and the check says where."""
    told(town)
    folder = issued(town)
    (town.model / "model.txt").write_bytes(b"tree\nleaf_value=0.35 0.75\n")

    done = town(
        "token", "verify", folder, "--trust", town.trust, "--component", town.model, home=False
    )

    assert done.code == 1
    assert "changed: model.txt" in done.out


def test_a_full_token_is_refused_with_what_is_open(town: Town) -> None:
    """No attestation yet: exit 1, and the control is named."""
    told(town)

    done = town("token", "issue", town.model, "--use", USE, "--kind", "full")

    assert done.code == 1
    assert "issue.not-conform" in done.err


def test_a_label_has_eight_lines_whether_checked_or_not(town: Town) -> None:
    """Unchecked, it says so on the other stream; checked, it ends as the check does."""
    told(town)
    folder = issued(town)

    loose = town("label", folder, home=False)
    checked = town("label", folder, "--trust", town.trust, home=False)
    town("token", "revoke", folder, "--reason", "test")
    bad = town("label", folder, "--trust", town.trust, "--json", home=False)

    assert len(loose.out.splitlines()) == len(checked.out.splitlines()) == 8
    assert "Nobody has checked" in loose.err
    assert checked.err == ""
    assert (loose.code, checked.code, bad.code) == (0, 0, 1)
    assert len(json.loads(bad.out)["lines"]) == 8
    assert "does not hold" in bad.err


def test_the_board_shows_where_it_stands(town: Town) -> None:
    """Before and after publishing, with what lacks evidence and who voted how."""
    declared(town)
    voted(town, 1)

    before = town("board", "show", town.model, "--use", USE, "--board", BOARD)
    voted(town, 2)
    town("board", "publish", town.model, "--use", USE, "--board", BOARD, key=f"{BOARD}/1")
    after = town("board", "show", town.model, "--use", USE, "--board", BOARD)

    assert "not published" in before.out
    assert "tier" in after.out
    assert "without valid evidence" in after.out
    assert after.out.count("member") == 2


def test_an_attestation_counts_only_without_a_conflict(town: Town) -> None:
    """It is taken, and the door says what is missing; then it is planned on and taken back."""
    key = f"{LABS[0]}/{Role.ASSESSOR}"
    declared(town)
    report = town.root / "report.txt"
    report.write_text("All well.", encoding="utf-8")

    done = attested(town, LABS[0], "--report", str(report), "--json")
    loose = attested(town, LABS[1])
    statement = json.loads(done.out)["statement"]
    plan = town(
        "attest", "plan", town.model, "--attestation", statement, "--permit", "retrain",
        "--may-change", "model.txt", "--retest", "performance", key=key,
    )  # fmt: skip
    back = town("attest", "withdraw", statement, "--reason", "wrong data", key=key)

    assert "--no-conflict" in loose.out
    assert (plan.code, back.code) == (0, 0)


def test_a_release_is_declared(town: Town) -> None:
    """With its changelog in a file."""
    (town.root / "CHANGES.md").write_text("Second.", encoding="utf-8")

    done = town(
        "release", town.model, "--changelog", f"@{town.root / 'CHANGES.md'}", "--rollback",
        "ee" * 32, "--json", key=f"{MAKER}/{Role.MAINTAINER}",
    )  # fmt: skip

    assert json.loads(done.out)["predicate"]["sunlit_changelog"] == "Second."


def test_a_mitigation_is_evidence_or_a_legal_ground(town: Town) -> None:
    """Both, or neither, is wrong usage."""
    declared(town)

    done = town("use", "mitigate", town.model, "--use", USE, "--practice", "M4")

    assert done.code == 2


def test_a_home_key_may_be_named(town: Town) -> None:
    """By the name under which the home keeps it."""
    told(town)
    name = next(iter(Home.open(town.root / "home").keys.keys() - {"log"}))

    done = town.sunlit(
        "token", "issue", town.model, "--use", USE, "--kind", "pilot", "--limit", "a trial",
        "--home", town.root / "home", "--key", name,
    )  # fmt: skip

    assert done.code == 0
    assert "Issued a pilot token" in done.out
