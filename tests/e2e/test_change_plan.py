"""An attested change plan: a retrained release inherits, one outside the plan does not."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from pyarrow import parquet

from sunlit.cli.story_audit import COLUMNS
from tests.e2e.played import ATTESTED, COUNCIL, LABS, USE, Town

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo

TRAINING: Final = "data/acs-public-coverage-2018-train.parquet"
MAY_CHANGE: Final = ("model.txt", "cut.json", "data/*-train.parquet", "sunlit-tests/*")
GOOD_LIMITS: Final = ("auc>=0.75", "recall of people without cover>=0.8")


@pytest.fixture(scope="session")
def retrained(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model, trained anew on 200 people less; what went in and came out is recorded."""
    model = tmp_path_factory.mktemp("retrained") / "model"
    shutil.copytree(demo / "model", model)
    table = parquet.read_table(model / TRAINING)
    parquet.write_table(table.slice(200), model / TRAINING)
    shutil.rmtree(model / ".sunlit")
    python(
        "-m", "sunlit", "run", "--component", "model", "--input", f"model/{TRAINING}",
        "--output", "model/model.txt", "--output", "model/cut.json", "--review-later", "--",
        sys.executable,
        "model/train.py", at=model.parent,
    )  # fmt: skip
    python("model/evaluate.py", at=model.parent)
    return model


def python(*words: str, at: Path) -> None:
    """Run Python as a reader would."""
    path = ":".join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, *words], cwd=at, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": path, "HOME": str(at), "PATH": "/usr/bin:/bin",
             "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def plan(
    town: Town, *, may_change: Sequence[str] = MAY_CHANGE, limits: Sequence[str] = GOOD_LIMITS
) -> list[str]:
    """Let both laboratories agree to a retraining in advance; return their statements."""
    words = ["--permit", "Train again on newer data, with the same code", "--retest", "performance"]
    words += [word for pattern in may_change for word in ("--may-change", pattern)]
    words += [word for limit in limits for word in ("--limit", limit)]
    return [
        str(town.json("attest", "plan", town.model, "--attestation",
                      town.said("attestation", by=lab), *words, at=lab)["statement"])
        for lab in LABS
    ]  # fmt: skip


def release_again(town: Town, retrained: Path) -> None:
    """Release what was retrained, take over what everybody says, and let the board vote."""
    first = town.assured()["release"]
    town.brought(*LABS)  # plans first: in this log they have to precede the release
    shutil.rmtree(town.model)
    shutil.copytree(retrained, town.model)
    town("assure", town.model, "--key", "maintainer", at="maker", expect=1)  # nobody reviewed it
    town.brought("maker", to="north-lab")
    digest = sha256((town.model / TRAINING).read_bytes()).hexdigest()
    town("review", "accept", digest, "--reasons", "As before", "--no-conflict", at="north-lab")
    town.brought("north-lab", to="maker")
    town("release", town.model, "--changelog", "Trained again.", "--rollback", first, at="maker")
    town.brought(*LABS, "maker")
    for seat in (1, 2):
        town("board", "vote", town.model, *USE, "--ceiling", 3, "--key", f"file:board-{seat}.pem",
             at="council")  # fmt: skip
    town("board", "publish", town.model, *USE, "--key", "file:board-1.pem", at="council")


def audit_again(town: Town) -> None:
    """Let the maker audit the new release: audits are about other bytes, so none is inherited."""
    letters, test = town.root / "again.parquet", "data/acs-public-coverage-2018-test.parquet"
    python("model/letters.py", "--out", str(letters), at=town.root)
    component = ("--component", town.model)
    town("audit", "bias", letters, *COLUMNS, *component, at="maker")
    town("audit", "robustness", town.model / test, "--model", town.model / "model.txt",
         "--outcome", "PUBCOV", *component, at="maker")  # fmt: skip
    town.brought("maker")


def test_a_release_within_the_plan_inherits_the_attestations(town: Town, retrained: Path) -> None:
    """The finding rests on the attestations, the plans and the signed retest."""
    plans = plan(town)
    attestations = [town.said("attestation", by=lab) for lab in LABS]

    release_again(town, retrained)

    found = town.finding(ATTESTED)
    assert found["outcome"] == "HOLDS", found
    assert set(found["restsOn"]) > {*plans, *attestations}
    assert town.finding("risk-3")["outcome"] == "HOLDS"


def test_a_token_can_rest_on_an_inherited_attestation(town: Town, retrained: Path) -> None:
    """Once audits and safeguards are renewed for the new release, a full token follows."""
    plan(town)
    release_again(town, retrained)
    audit_again(town)
    for number in range(1, 8):
        town("use", "mitigate", town.model, *USE, "--practice", f"M{number}", "--evidence",
             "As before", at="council")  # fmt: skip

    issued = town.json("token", "issue", town.model, *USE, "--deployer", COUNCIL, at="council")

    assert issued["claims"]["assessors"] == ["north-lab.example", "south-lab.example"]
    assert issued["claims"]["kind"] == "full"


@pytest.mark.parametrize(
    ("may_change", "limits"),
    [
        (("model.txt", "cut.json", "sunlit-tests/*"), GOOD_LIMITS),
        (MAY_CHANGE, ("auc>=0.99",)),
        (MAY_CHANGE, ("recall of people without cover[women]>=0.1",)),
    ],
    ids=["another file changed", "the retest misses a limit", "the limit was not measured"],
)
def test_a_release_outside_the_plan_does_not_inherit(
    town: Town, retrained: Path, may_change: Sequence[str], limits: Sequence[str]
) -> None:
    """Then nobody attests to it."""
    plan(town, may_change=may_change, limits=limits)

    release_again(town, retrained)

    found = town.finding(ATTESTED)
    assert found["outcome"] == "UNKNOWN"
    assert "2 independent assessors; 0 attest" in found["reason"]


def test_without_a_plan_nothing_is_inherited(town: Town, retrained: Path) -> None:
    """An attestation is over exact digests."""
    release_again(town, retrained)

    assert "0 attest" in town.finding(ATTESTED)["reason"]


def test_a_plan_does_not_outlive_its_attestation(town: Town, retrained: Path) -> None:
    """Withdrawn, it is inherited no more."""
    plan(town)
    attested = town.said("attestation", by="south-lab")
    town("attest", "withdraw", attested, "--reason", "x", at="south-lab")

    release_again(town, retrained)

    assert "1 attest" in town.finding(ATTESTED)["reason"]


def test_a_malformed_limit_is_wrong_usage(town: Town) -> None:
    """It says what one looks like."""
    ended = town("attest", "plan", town.model, "--attestation", "x", "--permit", "x",
                 "--may-change", "x", "--retest", "performance", "--limit", "auc=0.7",
                 at="north-lab", expect=2)  # fmt: skip

    assert "auc>=0.75" in ended.err
