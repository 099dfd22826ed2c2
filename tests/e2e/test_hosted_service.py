"""A hosted service has no files to look at: what nobody can see stays UNKNOWN, token or not."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.played import COUNCIL, Town

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo

USE: Final = ("--use", "letters")
# weights, training data and whom it is about, serialisation
UNSEEN: Final = ("prov-3", "prov-4", "priv-1", "priv-2", "priv-3", "assu-1")
TOML: Final = """\
schema = 1
[component]
purl = "pkg:generic/benefits.example/letter-service"
version = "2026-11"
kind = "hosted-service"
description = "Drafts letters; runs at the supplier's"
maintainer = "benefits.example"
contact = "ai@benefits.example"
target = "the next word of a letter"
licence = "Apache-2.0"
"""
DECLARED: Final = {
    "id": "letters", "description": "Drafting letters", "area": 9, "affected": "people written to",
    "need": "a draft", "target": "the next word of a letter",
    "targetFits": "a letter is words", "oversight": "human-decides", "fallback": "Write by hand",
    "permitted": ["Drafts that a clerk rewrites"], "minimumBinding": "endpoint-only",
}  # fmt: skip


@pytest.fixture
def service(town: Town) -> Path:
    """The service's folder: a sunlit.toml and nothing else."""
    folder = town.root / "service"
    folder.mkdir()
    (folder / "sunlit.toml").write_text(TOML, encoding="utf-8")
    return folder


def findings(document: dict[str, Any]) -> dict[str, Any]:
    """Return control -> finding."""
    return {one["control"]: one for one in document["findings"]}


def test_nobody_can_see_the_weights_of_a_hosted_service(town: Town, service: Path) -> None:
    """Not with the maintainer's signature either."""
    loose = findings(town.json("assure", service, expect=None))
    signed = findings(town.json("assure", service, "--key", "maintainer", at="maker", expect=None))

    for found in (loose, signed):
        assert {found[control]["outcome"] for control in UNSEEN} == {"UNKNOWN"}
    assert all("hosted service" in signed[control]["reason"] for control in UNSEEN)


def granted(town: Town, service: Path) -> Path:
    """Let everybody say what a token takes, and issue a restricted one."""
    town("assure", service, "--key", "maintainer", at="maker", expect=None)
    town("release", service, "--changelog", "First.", "--rollback", "none: the first", at="maker")
    town.brought("maker")
    Path("letters.json").write_text(json.dumps(DECLARED), encoding="utf-8")
    town("use", "declare", service, "--from", "letters.json", at="council")
    for seat in (1, 2):
        town("board", "vote", service, *USE, "--impact-raw", 20, "--autonomy-level", 2,
             "--ceiling", 9, "--key", f"file:board-{seat}.pem", at="council")  # fmt: skip
    town("board", "publish", service, *USE, "--key", "file:board-1.pem", at="council")
    issued = town.json(
        "token", "issue", service, *USE, "--kind", "restricted", "--limit", "Drafts only",
        at="council",
    )  # fmt: skip
    return Path(issued["folder"])


def test_a_hosted_service_gets_no_full_token(town: Town, service: Path) -> None:
    """A full one needs every control to hold."""
    granted(town, service)

    ended = town("token", "issue", service, *USE, "--kind", "full", at="council", expect=1)

    assert "issue.not-conform" in ended.err


def test_a_token_for_a_hosted_service_verifies_nothing_about_its_files(
    town: Town, service: Path
) -> None:
    """It may be limited and registered; no word of it says that files were verified."""
    token = granted(town, service)
    for home in ("office", "north-lab"):
        line = town("log", "cosign", town.root / "council" / "log", at=home).out
        Path("line").write_text(line, encoding="utf-8")
        town("log", "accept", "line", at="council")
    town("token", "refresh", at="council")

    checked = town.json("token", "verify", token, "--trust", town.trust, *USE)
    label = town("label", token, "--trust", town.trust).out
    assured = findings(
        town.json("assure", service, *USE, "--deployer", COUNCIL, at="council", expect=None)
    )

    steps = {step["name"]: step["outcome"] for step in checked["steps"]}
    assert steps["release"] == "NOT ASKED"
    assert steps["grant"] == steps["use"] == "HOLDS"
    assert "verified" not in label.lower()
    assert "open when given" in label
    assert {assured[control]["outcome"] for control in UNSEEN} == {"UNKNOWN"}
