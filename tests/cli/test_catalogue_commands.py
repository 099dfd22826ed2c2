"""`sunlit catalogue`: one person enters a component, another publishes it, nobody does both."""

import json
from pathlib import Path

import pytest

from tests.cli.doors import Door

AGENCY = "agency.example"
MANIFEST = """\
[component]
purl = "pkg:generic/agency.example/triage@1.0"
kind = "model"
description = "Puts letters in order"
maintainer = "agency.example"
contact = "ai-desk@agency.example"
"""


@pytest.fixture
def agency(sunlit: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Door:
    """An organisation with a log, a model's folder, and a key of a second person."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model").mkdir()
    (tmp_path / "model/sunlit.toml").write_text(MANIFEST)
    said = [
        ("key", "new", "--out", "root.pem"),
        ("org", "new", AGENCY, "--name", "Agency", "--role", "maintainer", "--home", "agency"),
        ("org", "request", "--home", "agency"),
        ("trust", "new", "--root-key", "root.pem.pub.json", "--threshold", "1", "--expires",
         "2099-01-01T00:00:00Z", "--root-organisation", "request.json", "--log", "request.json",
         "-o", "trust.json"),
        ("trust", "sign", "trust.json", "--key", "file:root.pem", "-o", "trust.json"),
        ("trust", "update", "trust.json", "--home", "agency"),
        ("org", "admit", "request.json", "--home", "agency"),
        ("key", "new", "--role", "maintainer", "--organisation", AGENCY, "--label", "Editor",
         "--out", "second.pem"),
        ("key", "register", "second.pem.dsse.json", "--home", "agency"),
    ]  # fmt: skip
    for words in said:
        done = sunlit(*words)
        assert done.code == 0, (words, done.out, done.err)
        if words[1] == "request":
            (tmp_path / "request.json").write_text(done.out)
    return sunlit


def entered(agency: Door) -> str:
    """Enter the model; return the statement's id."""
    done = agency("catalogue", "enter", "model", "--home", "agency", "--json")
    assert done.code == 0, done.err
    return str(json.loads(done.out)["statement"])


def test_another_person_publishes_what_one_entered(agency: Door) -> None:
    """And takes it back, with a reason; the log keeps all three."""
    statement = entered(agency)
    by = ("--key", "file:second.pem", "--home", "agency")

    published = agency("catalogue", "publish", statement, *by)
    withdrawn = agency("catalogue", "withdraw", statement, "--reason", "Replaced", *by)

    assert (published.code, withdrawn.code) == (0, 0), published.err + withdrawn.err
    assert "Published" in published.out
    assert "Withdrawn" in withdrawn.out


def test_nobody_publishes_alone(agency: Door) -> None:
    """The key that entered it may not publish it."""
    done = agency("catalogue", "publish", entered(agency), "--home", "agency")

    assert done.code == 1
    assert "admit.refused" in done.err


def test_what_is_not_in_the_log_cannot_be_published(agency: Door) -> None:
    """With how to come by its id."""
    done = agency("catalogue", "publish", "0" * 64, "--key", "file:second.pem", "--home", "agency")

    assert done.code == 2
    assert "register.no-such" in done.err
