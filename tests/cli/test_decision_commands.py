"""What people type about decisions, and what they read."""

import json
import shutil
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import click
import pytest

from sunlit.decision.record import Kind
from sunlit.registry.decision_index import Index
from tests.cli.doors import Door, Ended
from tests.decisions import CASE, World, copied
from tests.rubric.story import USE


@dataclass(frozen=True)
class Office:
    """A deployment, and the command line at its store and home."""

    sunlit: Door
    world: World

    def __call__(self, *words: object, home: bool = False, code: int = 0) -> Ended:
        """Run `sunlit decision ...` at the store."""
        more = ["--home", self.world.root / "deployer"] if home else []
        done = self.sunlit("decision", *words, "--store", self.world.root / "store", *more)
        assert done.code == code, done.out + done.err
        return done

    def code(self, name: str) -> str:
        """Return a decision's check code."""
        return self.world.codes[name]

    def count(self, kind: Kind) -> int:
        """Return how many records of a kind there are."""
        with Index.opened(self.world.store) as index:
            index.update()
            return sum(1 for _ in index.rows("kind = ?", (str(kind),)))


@pytest.fixture
def office(tmp_path: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A deployment of the test's own; the machine's clock stands still."""
    world = copied(tmp_path)
    world.set_clock(monkeypatch)
    return Office(sunlit, world)


def test_a_decision_is_shown_in_plain_words_first(office: Office) -> None:
    """What it is now, who decided, whether it is contested; digests come last."""
    out = office("show", office.code("chosen"), home=True).out

    assert "Proposed, then outreach officer changed it." in out
    assert "by the guard's own clock" in out
    assert "Contested:    1 contest; answered: upheld" in out
    assert f"{USE} by " in out
    assert "pkg:" in out
    assert "Later records: 4" in out
    assert "Unchanged since: 20" in out
    assert "input        closed, committed to as" in out
    assert "no explanation was recorded" in out
    assert CASE not in out
    assert office.count(Kind.ACCESS) == 1  # the one that was there


def test_each_kind_of_decision_is_shown_as_what_it_is(office: Office) -> None:
    """Undecided, unfinished, broken glass, not anchored."""
    undecided = office("show", office.code("undecided")).out
    unfinished = office("show", office.code("unfinished")).out
    unreviewed = office("show", office.code("unreviewed")).out
    reviewed = office("show", office.code("broken")).out
    new = office("show", office.code("elsewhere"), home=True).out
    pointer = office.world.pointers["refused"]
    refusal = office("show", f"{pointer.log}#{pointer.index}").out
    access = office.world.pointers["access"]
    looked = office("show", f"{access.log}#{access.index}").out

    assert "nothing until a human decides" in undecided
    assert "not looked into; add --home HOME" in undecided
    assert "Unfinished: a stream was opened" in unfinished
    assert "NOT REVIEWED yet" in unreviewed
    assert "reviewed by head of outreach: justified" in reviewed
    assert "Unchanged since: not anchored yet" in new
    assert "token.other-use" in refusal
    assert "About:" in looked


def test_a_decision_is_shown_to_programs(office: Office) -> None:
    """The same, as JSON, with the leaf as it is."""
    found = json.loads(office("show", office.code("chosen"), "--json", home=True).out)
    new = json.loads(office("show", office.code("elsewhere"), "--json").out)

    assert found["record"]["state"] == "proposed"
    assert found["unchangedSince"].endswith("Z")
    assert [one["record"]["kind"] for one in found["later"]] == [
        "outcome", "contest", "contest-result", "access",
    ]  # fmt: skip
    assert found["opened"] is None
    assert new["unchangedSince"] is None


def test_contents_are_opened_with_permission_only(office: Office) -> None:
    """The access is recorded before anything is shown."""
    refused = office.sunlit(
        "decision", "show", office.code("chosen"), "--open", "--store", office.world.root / "store"
    )
    before = office.count(Kind.ACCESS)
    why = ("--open", "--ground", "Appeal 12", "--role", "appeals office", "--actor", "officer 7")
    text = office("show", office.code("chosen"), *why).out
    found = json.loads(office("show", office.code("chosen"), *why, "--json").out)

    assert refused.code == 2
    assert CASE in text
    assert "this access is recorded" in text
    assert "by appeals office" in text
    assert found["opened"]["case"]["type"].startswith("text/plain")
    assert office.count(Kind.ACCESS) == before + 2


def test_what_was_erased_does_not_open_and_no_access_is_recorded(office: Office) -> None:
    """There was none."""
    pointer = office.world.pointers["chosen"]
    place = f"{pointer.log}#{pointer.index}"
    office.world.store.erase(pointer)
    before = office.count(Kind.ACCESS)
    done = office("show", place, "--open", "--ground", "x", "--role", "y", code=3)
    closed = office("show", place).out

    assert "content.erased" in done.err
    assert "Contents: erased" in closed
    assert office.count(Kind.ACCESS) == before


def test_an_explanation_is_summed_up(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The largest contributions first; none, with the reason; or what cannot be read."""
    from sunlit.cli.decision_show import Shown, lines
    from sunlit.decision.content import JSON, Content
    from sunlit.registry.decisions import case_of, find

    def grounds(value: bytes) -> str:
        from dataclasses import replace

        with Index.opened(office.world.store) as index:
            index.update()
            case = case_of(index, find(index, office.code("chosen")))
            content = Content.of({"explanation": (JSON, value), "output": (JSON, b"\xff" * 9)})
            record = replace(case.seen.record, commit=content.commitments())
            case = replace(case, seen=replace(case.seen, record=record, signed=False))
            shown = Shown(store=index.store, case=case, kept="kept", opened=content, anchored="no")
            text = list(lines(shown))
        assert any("9 bytes of application/json" in line for line in text)
        assert any("no signed checkpoint stands for it yet" in line for line in text)
        return next(line.partition(":")[2].strip() for line in text if "Grounds:" in line)

    terms = (
        b'{"contributions":[{"contribution":"-0.5","name":"age","value":41},{"name":"x"},3,'
        b'{"contribution":"2.25","name":"income","value":900}],"method":"lightgbm"}'
    )
    assert grounds(terms) == "lightgbm: income = 900 (+2.25), age = 41 (-0.5)"
    assert grounds(b'{"method":"none","reason":"No method is exact."}').startswith("none: No m")
    assert grounds(b'{"contributions":7,"method":"linear"}') == "linear: opened below"
    assert grounds(b"prose") == "opened below"


def test_decisions_are_searched(office: Office) -> None:
    """One line each for people, one object each for programs."""
    undecided = office("search", "--undecided").out.splitlines()
    everything = json.loads(office("search", "--json").out)
    by_case = json.loads(office("search", "--case", CASE, "--json").out)
    none = office("search", "--use", "another", "--since", "2031-01-01T00:00:00Z").out
    rebuilt = json.loads(office("search", "--rebuild", "--json").out)

    assert len(undecided) == 1
    assert "proposed" in undecided[0]
    assert len(everything) == len(by_case) == len(office.world.codes)
    assert everything == rebuilt
    assert none == "None found.\n"


def test_a_human_decides_and_is_contested(office: Office, tmp_path: Path) -> None:
    """Outcome, contest, result: each points to the decision; each is refused where it is odd."""
    other = tmp_path / "other.json"
    other.write_text('{"write":false}', encoding="utf-8")
    reasons = tmp_path / "reasons.txt"
    reasons.write_text("Moved away.", encoding="utf-8")
    done = office(
        "outcome", office.code("undecided"), "--result", "changed", "--role", "caseworker",
        "--output", other, "--reasons", f"@{reasons}", "--actor", "officer 7", "--json",
    )  # fmt: skip
    office("contest", office.code("undecided"), "--grounds", "No!")
    office("contest-result", office.code("undecided"), "--result", "changed", "--role", "appeals",
           "--reasons", "right", "--output", other)  # fmt: skip
    shown = office("show", office.code("undecided")).out
    again = office("outcome", office.code("undecided"), "--result", "declined", "--role", "x",
                   code=1)  # fmt: skip
    corrected = office("outcome", office.code("undecided"), "--result", "declined", "--role",
                       "head", "--corrects")  # fmt: skip
    after = office("show", office.code("undecided")).out

    pointer = json.loads(done.out)
    from sunlit.decision.record import Pointer

    at = Pointer(log=pointer["log"], index=pointer["index"], leaf=pointer["leaf"])
    values = {name: one.value for name, one in office.world.store.content(at).fields.items()}
    assert values == {
        "output": b'{"write":false}', "reasons": b"Moved away.", "actor": b"officer 7",
    }  # fmt: skip
    assert "caseworker: changed" in shown
    assert "answered: changed" in shown
    assert "--corrects" in again.err
    assert corrected.out.startswith("Recorded: outcome")
    assert "head: declined (it corrects an earlier one)" in after


def test_a_contest_without_an_answer_is_shown(office: Office) -> None:
    """Blank is a state."""
    office("contest", office.code("released"), "--grounds", "No!")
    first = office("show", office.code("released")).out
    office("contest", office.code("chosen"), "--grounds", "Again!")
    second = office("show", office.code("chosen")).out

    assert "1 contest; not answered; 1 without an answer" in first
    assert "2 contests; answered: upheld; 1 without an answer" in second


def test_break_glass_is_reviewed(office: Office) -> None:
    """By a role, with reasons."""
    office("review", office.code("unreviewed"), "--result", "not-justified", "--role", "head",
           "--reasons", "There was time.")  # fmt: skip
    out = office("show", office.code("unreviewed")).out

    assert "reviewed by head: not-justified" in out
    assert office("search", "--needs-review").out == "None found.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("outcome", "x", "--result", "changed", "--role", "r"),
        ("outcome", "x", "--result", "confirmed", "--role", "r", "--output", "f"),
        ("contest-result", "x", "--result", "upheld", "--role", "r", "--reasons", "s",
         "--output", "f"),
        ("export", "-o", "f", "--open"),
        ("reconcile", "--counts", "f", "--zone", "Nowhere/Land"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_wrong_usage(office: Office, words: tuple[str, ...]) -> None:
    """Before anything is read or written."""
    office(*words, code=2)


@pytest.mark.parametrize(
    "words", [("erase",), ("erase", "x", "--resume"), ("erase", "x"), ("hold",)]
)
def test_what_destroys_or_forbids_says_all_it_needs(office: Office, words: tuple[str, ...]) -> None:
    """A record or --resume, a legal basis, a ground."""
    office(*words, home=True, code=2)


def test_a_letter_is_checked(office: Office) -> None:
    """Two facts; a wrong date and an unknown code print the same."""
    day = json.loads(office("show", office.code("chosen"), "--json").out)["record"]["time"][:10]
    good = office("check", office.code("chosen"), "--date", day, home=True).out
    wrong = office("check", office.code("chosen"), "--date", "1999-01-01", code=1).out
    from sunlit.decision.checkcode import new_code

    unknown = office("check", new_code(), "--date", day, code=1).out
    program = json.loads(office("check", office.code("chosen"), "--date", day, "--json").out)
    incomplete = office("check", office.code("undecided"), "--date", day, code=1).out

    assert good.startswith("This decision's record is complete and unchanged.")
    assert "  3 anchors       Passed    Nothing recorded up to it was removed or changed" in good
    assert "whether the decision was right" in good
    assert wrong == unknown
    assert wrong.startswith("We have no record.")
    assert (program["result"], len(program["checks"])) == ("complete", 4)
    assert incomplete.startswith("This decision's record is incomplete.")


def test_a_check_that_cannot_be_made_ends_with_3(office: Office) -> None:
    """Nothing could be read."""
    store = office.world.store
    for folder in store.logs():
        shutil.rmtree(folder.segments)

    out = office("check", office.code("chosen"), "--date", "2031-05-04", code=3).out
    assert out.startswith("We could not check this decision's record.")


def test_records_are_exported(office: Office, tmp_path: Path) -> None:
    """Commitments only; contents with permission, which is recorded first."""
    path = tmp_path / "records.parquet"
    closed = office("export", "-o", path).out
    before = office.count(Kind.ACCESS)
    opened = office("export", "-o", path, "--open", "--ground", "Audit", "--role", "auditor").out

    assert closed.startswith(f"Wrote {len(office.world.pointers)} records")
    assert "It holds contents" in opened
    assert office.count(Kind.ACCESS) == before + 1


def test_counts_are_reconciled(office: Office, tmp_path: Path) -> None:
    """Exit code 1 where they differ, with the day and the use."""
    rows = json.loads(office("search", "--json").out)
    day = rows[0]["time"][:10]
    ours = sum(row["time"][:10] == day for row in rows)
    path = tmp_path / "counts.csv"
    path.write_text(f"day,use,count\n{day},{USE},{ours}\n", encoding="utf-8")
    same = office("reconcile", "--counts", path)
    path.write_text(f"day,use,count\n{day},{USE},{ours + 3}\n", encoding="utf-8")
    other = office("reconcile", "--counts", path, code=1)
    program = json.loads(office("reconcile", "--counts", path, "--json", code=1).out)

    assert "0 differ" in same.out
    assert "3 of the case system's decisions are not recorded here" in other.out
    assert program[0]["theirs"] == ours + 3


def test_a_decision_is_held_and_then_erased(office: Office) -> None:
    """The hold wins until it is lifted; erased is erased."""
    held = office("hold", office.code("chosen"), "--ground", "Case C-1/31", home=True).out
    listed = json.loads(office("hold", "--list", "--json", home=True).out)
    people = office("hold", "--list", home=True).out
    erase = ("erase", office.code("chosen"), "--legal-basis", "GDPR Art. 17(1)(a)")
    refused = office(*erase, home=True, code=1)
    office("hold", "--lift", listed[0]["statement"][:10], "--ground", "ended", home=True)
    done = office(*erase, home=True).out
    again = office("check", office.code("chosen"), "--date", "2031-05-04", code=1).out
    pointer = office.world.pointers["chosen"]
    place = f"{pointer.log}#{pointer.index}"
    program = json.loads(office("erase", place, "--legal-basis", "x", "--json", home=True).out)

    assert held.startswith("Held: 5 records of")  # what was recorded about it too
    assert "Case C-1/31" in people
    assert "erase.held" in refused.err
    assert done.startswith("Erased: ")
    assert again.startswith("We have no record.")
    assert program["stores"] == 1
    assert office("hold", "--list", home=True).out == "No legal hold is in force.\n"


def test_a_decision_is_erased_with_what_was_recorded_about_it(office: Office) -> None:
    """Grounds and reasons may name people too; without being asked they stay, and that is said."""
    basis = ("--legal-basis", "GDPR Art. 17(1)(a)")
    pointer = office.world.pointers["chosen"]
    place = f"{pointer.log}#{pointer.index}"
    alone = office("erase", place, *basis, home=True).out
    program = json.loads(office("erase", place, "--with-later", *basis, "--json", home=True).out)
    kept = [
        name
        for name in ("chosen", "outcome", "contest", "contest-result", "access")
        if not office.world.store.is_erased(office.world.pointers[name])
    ]
    nothing = office("erase", office.code("released"), *basis, home=True).out

    assert "4 later records about it keep their contents" in alone
    assert kept == []
    assert len(program["later"]) == 4
    assert "later records" not in nothing


def test_a_whole_store_is_held(office: Office) -> None:
    """One statement for each of its logs."""
    out = office("hold", "--ground", "Inquiry", home=True).out

    assert out.count("Held: all records of") == len(office.world.store.logs())


def test_a_hold_needs_to_know_whose_records(office: Office) -> None:
    """Without a store there is nothing to hold."""
    done = office.sunlit(
        "decision", "hold", "--ground", "x", "--home", office.world.root / "deployer"
    )

    assert done.code == 2


def test_begun_erasures_are_ended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that cannot be ended yet is told, with exit code 3."""
    from sunlit.base.errors import UnavailableError

    def fail(*_: object, **__: object) -> None:
        raise UnavailableError("recorder.write-failed", "the disk failed")

    nothing = office("erase", "--resume", home=True).out
    with monkeypatch.context() as patched:
        patched.setattr("sunlit.registry.erase._destroy", fail)
        office("erase", office.code("chosen"), "--legal-basis", "x", home=True, code=3)
        waiting = office("erase", "--resume", home=True, code=3).out
    ended = office("erase", "--resume", home=True).out

    assert nothing.startswith("No erasure was begun")
    assert waiting.startswith("Not ended: ")
    assert ended.startswith("Erased: ")


def test_retention_is_set_and_swept(office: Office) -> None:
    """A dry run first; the rest by itself; what is kept is said, and why."""
    root = office.world.root
    at_home = ("--home", root / "deployer")
    sweep = ("retain", "sweep", "--store", root / "store", *at_home)
    empty = office.sunlit(*sweep)
    done = office.sunlit(
        "retain", "set", "--use", USE, "--days", 30, "--legal-basis", "Archives Act s. 7", *at_home
    )
    young = office.sunlit(*sweep)
    office.world.clock.at += timedelta(days=31)
    dry = office.sunlit(*sweep, "--dry-run")
    program = json.loads(office.sunlit(*sweep, "--dry-run", "--json").out)
    real = office.sunlit(*sweep)

    assert done.out.startswith(f"Contents of {USE} are kept 30 days")
    assert "no period is set" in empty.out
    assert "the period has not ended" in young.out
    assert dry.out.startswith("Would erase")
    assert program["dryRun"] is True
    assert len(program["events"]) == program["counts"]["would-erase"]
    assert real.out.startswith("Erased")
    assert real.code == 0


def test_a_sweep_that_fails_ends_with_3(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is done."""
    from sunlit.base.errors import UnavailableError

    def fail(*_: object, **__: object) -> None:
        raise UnavailableError("recorder.write-failed", "the disk failed")

    root = office.world.root
    at_home = ("--home", root / "deployer")
    office.sunlit("retain", "set", "--use", USE, "--days", 0, "--legal-basis", "x", *at_home)
    office.world.clock.at += timedelta(days=1)
    monkeypatch.setattr("sunlit.registry.erase._destroy", fail)
    done = office.sunlit("retain", "sweep", "--store", root / "store", *at_home)

    assert done.code == 3
    assert "NOT erased" in done.out


def test_replay_is_another_module_that_is_loaded_when_asked_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed with the rest."""
    module = ModuleType("sunlit.cli.replay")
    module.command = click.Command("replay", callback=lambda: click.echo("again"))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sunlit.cli.replay", module)
    listed = office.sunlit("decision", "--help").out
    done = office.sunlit("decision", "replay").out

    assert "replay" in listed
    assert done == "again\n"
