"""Codes and register are computed again by a script that imports nothing of Sunlit."""

import ast
import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from sunlit.claims.lifecycle import Release
from sunlit.claims.names import named_digest
from sunlit.claims.risk import Mitigation, Use
from sunlit.registry.board_session import recuse
from sunlit.registry.register import Bench, Judged, home_register, uses_of
from sunlit.registry.register_export import export, home_export
from sunlit.registry.use import Done, declare_use, mitigate
from sunlit.rubric.core import core_rubric
from sunlit.rubric.mitigations import State, digit_of, mitigation_gap, told_state
from sunlit.rubric.risk_code import scheme
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import BOARD, EXPIRES, LOG, World, named_key
from tests.registry.telling import CITY, Telling, telling
from tests.rubric.story import DEPLOYER, LATER, USE, use
from tools import recompute_code

ROOT: Final = Path(__file__).parents[2]
SCRIPT: Final = ROOT / "tools" / "recompute_code.py"
CASES: Final = ROOT / "tests" / "fixtures" / "risk" / "omb-2025-high-impact.csv"
COLUMNS: Final = (
    "hi_testing_conducted", "hi_assessment_completed", "hi_independent_review",
    "hi_ongoing_monitoring", "hi_training_established", "hi_failsafe_presence",
    "hi_appeal_process", "hi_public_consultation",
)  # fmt: skip
BLANK: Final = ("", "[]")
# An answer to another question, in the column of consultation.
OTHER_QUESTION: Final = (
    "['DOL will promptly remove any PII inadvertently disclosed that is subsequently identified "
    "after posting publicly']"
)
# Answered, and showing nothing that was done: still going on, or left out without a signed ground.
NOTHING_SHOWN: Final = (
    "In-progress", "['In-progress']", "Training In-progress", "Appeal Process In-progress",
    "b) Development of monitoring protocols is in-progess", "Not Applicable",
    "Appeal Precluded by Law",
    OTHER_QUESTION,
)  # fmt: skip
# The dossier's distribution in DESIGN section 7's digits: 1 + gaps, 0 for eight blanks.
EXPECTED: Final = {
    "0": 122, "9": 77, "8": 2, "7": 3, "6": 4, "5": 1, "4": 4, "3": 9, "2": 20, "1": 8,
}  # fmt: skip


def again(path: Path, *, as_told: bool = False) -> list[dict[str, Any]]:
    """Return the lines that the script computes."""
    world = recompute_code.World(path, recompute_code.DATA, as_told=as_told)
    return list(recompute_code.lines(world))


def test_the_script_imports_nothing_of_ours() -> None:
    """Only Python's own library."""
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names] if isinstance(node, ast.Import)
            else [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip

    assert names <= sys.stdlib_module_names


# --- the federal inventory -----------------------------------------------------------------


@pytest.fixture(scope="module")
def inventory() -> list[dict[str, str]]:
    """The 250 cases."""
    with CASES.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


class Told:
    """The inventory as statements by a third party, who typed them from the table."""

    def __init__(self, cases: list[dict[str, str]]) -> None:
        self.world = World()
        self.reader = self.world.organisation("inventory-reader.example")
        self.claims: dict[str, list[Mitigation]] = {}
        for case in cases:
            self.tell(case)
        self.at = self.world.now + timedelta(hours=1)

    def tell(self, case: Mapping[str, str]) -> None:
        name, deployer = case["case"], case["agency"]
        use_ = Use(id=name, deployer=deployer, area=9, description="A case of the inventory.",
                   component=f"pkg:generic/inventory-reader.example/{name}")  # fmt: skip
        self.say(use_, named_digest("use", f"{deployer}#{name}"))
        release = sha256(f"case {name}".encode()).hexdigest()
        self.say(Release(purl=f"{use_.component}@1"), release)
        told = self.claims.setdefault(name, [])
        for practice, column in zip(scheme().practices, COLUMNS, strict=True):
            text = case[column]
            if text in BLANK:
                continue
            claim = Mitigation(
                practice=practice, use=name, deployer=deployer, valid_until=EXPIRES,
                evidence=None if text in NOTHING_SHOWN else text,
            )  # fmt: skip
            told.append(claim)
            self.say(claim, release)

    def say(self, claim: Use | Mitigation | Release, about: str) -> None:
        self.world.say(claim, self.reader.operator, subjects=[Subject(None, {"sha256": about})])

    def judged(self) -> list[Judged]:
        """Judge each use with no control, as the statements alone allow."""
        none = replace(core_rubric(), controls=())
        bench = Bench(self.world.history, none, self.at, lambda _: {})
        return [bench.judge(one) for one in uses_of(bench.known, self.at)]


def test_the_250_cases_come_to_the_same_digits_twice(
    inventory: list[dict[str, str]], tmp_path: Path
) -> None:
    """Both read the same statements: the scheme's arithmetic on what the agencies filled in."""
    told = Told(inventory)
    found = told.judged()
    path = tmp_path / "inventory.jsonl"
    path.write_bytes(export(told.world.history, told.world.entries[LOG], found,
                            core_rubric().digest, told.at))  # fmt: skip

    ours = {
        name: [
            told_state((it for it in claims if it.practice == practice), told.at)
            for practice in scheme().practices
        ]
        for name, claims in told.claims.items()
    }
    theirs = {one["use"]: one for one in again(path, as_told=True)}

    assert len(ours) == len(theirs) == 250
    for name, states in ours.items():
        assert [str(it) for it in states] == list(theirs[name]["cells"].values())
        assert theirs[name]["code"] == f"000{digit_of(states)}"
    assert Counter(one["code"][3] for one in theirs.values()) == EXPECTED
    # In earnest a third party's word evidences nothing: nobody who may answer has answered.
    assert {mitigation_gap(one.evidence).digit for one in found} == {0}
    assert {one["code"] for one in again(path)} == {"0000"}


# --- a whole world -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telling]:
    """A home in which a code is published, dissented from, mitigated, promised and stood by."""
    with telling(tmp_path_factory.mktemp("again")) as found:
        found.complete()
        component = "pkg:generic/maker.example/other"
        declare_use(found.ledger, replace(use(), id="other", component=component), CITY)
        for practice, done in {
            "M4": Done(practice="M4", owner="IT office", due=LATER - timedelta(days=9)),
            "M7": Done(practice="M7", ground="Art 86(2)"),
            "M8": Done(practice="M8", evidence="A notice on the page"),
        }.items():
            assert done.practice == practice
            mitigate(found.ledger, found.component, ("other", DEPLOYER), done,
                     valid_until=LATER, signer=CITY)  # fmt: skip
        yield found


def compare(told: Telling, path: Path) -> list[dict[str, Any]]:
    """Compute both ways as of now and a later time; return the script's lines of now."""
    for at in (told.clock.at, LATER - timedelta(days=1), LATER):
        path.write_bytes(home_export(told.ledger.home, core_rubric(), at))
        ours = {
            (one.deployer, one.use): (
                one.row or None, one.code, one.tier, one.ceiling,
                {cell.practice: str(cell.state) for cell in one.cells},
            )
            for one in home_register(told.ledger.home, core_rubric(), at).lines
        }  # fmt: skip
        theirs = {
            (one["deployer"], one["use"]): (
                one["row"], one["code"], one["tier"], one["ceiling"], one["cells"],
            )
            for one in again(path)
        }  # fmt: skip
        assert theirs == ours
    path.write_bytes(home_export(told.ledger.home, core_rubric(), told.clock.at))
    return again(path)


def test_a_world_comes_to_the_same_register_twice(told: Telling, tmp_path: Path) -> None:
    """Now and later; then again after a member dissented, and after one stood aside."""
    path = tmp_path / "export.jsonl"
    codes = []
    first = compare(told, path)
    codes.append({one["use"]: one["code"] for one in first})
    told.clock.at += timedelta(hours=1)
    told.voted(3, dissent="the target is cover, not need")
    codes.append({one["use"]: one["code"] for one in compare(told, path)})
    told.clock.at += timedelta(hours=1)
    recuse(told.ledger, told.component, use(), BOARD, "I advised the maker",
           named_key(f"{BOARD}/1"))  # fmt: skip
    codes.append({one["use"]: one["code"] for one in compare(told, path)})

    assert [one[USE] for one in codes][:2] == ["5441", "5441"]
    assert codes[2][USE].startswith("000")
    assert all(one["assessment"]["agrees"] for one in first if one["assessment"])
    (states,) = [one["cells"] for one in first if one["use"] == "other"]
    assert {states[name] for name in ("M4", "M7", "M8")} == {
        str(State.DUE), str(State.NOT_NEEDED), str(State.IN_PLACE),
    }  # fmt: skip


def test_the_script_runs_by_itself_and_refuses_another_scheme(
    told: Telling, tmp_path: Path
) -> None:
    """Isolated from every installed package; the data files are those that the export names."""
    path = tmp_path / "export.jsonl"
    path.write_bytes(home_export(told.ledger.home, core_rubric(), told.clock.at))
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(path)], capture_output=True, check=False
    )
    other = json.loads(path.read_bytes().splitlines()[0]) | {"schemeDigest": "00"}
    path.write_text(json.dumps(other), encoding="utf-8")

    assert ran.returncode == 0, ran.stderr
    assert len(json.loads(ran.stdout)["lines"]) == 2
    with pytest.raises(SystemExit, match="another scheme"):
        recompute_code.main([str(path)])
