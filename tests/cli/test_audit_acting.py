"""What the commands of `sunlit audit` share: kept beside the component, signed and logged once."""

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from click.testing import Result as Ended

from sunlit.adapters.clock import SystemClock
from sunlit.claims.assurance import Result, TestResult
from sunlit.cli.audit_acting import AuditOptions, answer, audit_options, component_of, said_audit
from sunlit.cli.output import emit
from sunlit.producers.audits_kept import AuditsProducer
from sunlit.registry.admit import open_ledger
from sunlit.registry.assure import admit_drafts
from sunlit.registry.audit_keep import FOLDER, GUARDED, with_report
from sunlit.registry.home import Home
from sunlit.registry.producing import ComponentFolder
from sunlit.statement.by_uri import write_key_file
from sunlit.testing.authority import named_key
from tests.cli.doors import Door
from tests.registry.telling import telling
from tests.rubric.story import LABS, MAKER

CLAIM = TestResult(result=Result.PASSED, sunlit_kind="robustness", sunlit_tool="t")
REPORTS = {"robust.json": b"{}", "robust.html": b"<p>"}
WHO = {"maintainer": MAKER, "assessor": LABS[0]}
CUBE = {"cube.json": b"full"}


@click.command()
@click.option("--name", default="")
@audit_options
def audit(*, name: str, options: AuditOptions) -> None:
    """Say what was found."""
    kept = said_audit(CLAIM, REPORTS, options, name=name, guarded=CUBE)
    document = answer({"format": "x/1"}, with_report(CLAIM, REPORTS), kept)
    emit(document, kept, as_json=options.as_json)


def run(*words: object) -> Ended:
    """Run the command above."""
    return CliRunner().invoke(audit, [str(word) for word in words])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, datetime]:
    """A home with everybody registered, a component, and keys; made once."""
    root = tmp_path_factory.mktemp("town")
    with telling(root) as told:
        told.registered().made()
        told.story.world.accredit(LABS[0], "robustness")
    for role, name in WHO.items():
        write_key_file(root / f"{role}.pem", named_key(f"{name}/{role}"))
    return root, told.clock.at


@pytest.fixture
def town(made: tuple[Path, datetime], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy for each test, and a clock that stands still."""
    root, at = made
    copy = Path(shutil.copytree(root, tmp_path / "town"))
    monkeypatch.setattr("sunlit.adapters.clock.SystemClock.now", lambda _self: at)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(copy)
    return copy


def test_it_is_kept_beside_the_nearest_component(
    town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upward from here, as with git; the JSON says the same."""
    (town / "model" / "deep").mkdir()
    monkeypatch.chdir(town / "model" / "deep")
    done = run("--json", "--name", "noise")
    assert done.exit_code == 0, done.output
    said: dict[str, Any] = json.loads(done.output)
    (line,) = said["kept"]
    assert line.startswith("Draft: ")
    assert line.endswith("-robustness-noise.intoto.jsonl")
    assert said["claim"]["predicate"]["sunlit_report"]["name"] == "robust.json"
    assert len(list((town / "model" / FOLDER / GUARDED).iterdir())) == 1


def test_without_a_component_only_the_reports_are_written(town: Path) -> None:
    """The guarded ones too, for the owner alone; and it is said that nothing is kept."""
    done = run("--reports", "out")
    assert "Report: out/robust.json" in done.output
    assert "Guarded, for you alone: out/guarded/cube.json" in done.output
    assert (town / "out" / "guarded" / "cube.json").stat().st_mode & 0o077 == 0
    assert "Not kept" in done.output
    assert "Not kept" in run().output
    assert component_of(AuditOptions()) is None


@pytest.mark.parametrize(
    "words", [("--key", "x"), ("--home", "home"), ("--component", "nowhere"), ("--name", "../x")]
)
def test_what_cannot_be_is_said_before_anything_is_written(
    town: Path, words: tuple[str, ...]
) -> None:
    """A key without a home, a home without a component, a place without anything."""
    done = run(*words, "--reports", "out")
    assert done.exit_code != 0
    assert not (town / "out").exists()


@pytest.mark.parametrize("role", ["maintainer", "assessor"])
def test_it_is_signed_once_and_assure_signs_no_second_one(
    town: Path, sunlit: Door, role: str
) -> None:
    """What assure drafts again has the same bytes; its report is a blob and no guarded thing is."""
    key = f"file:{town / role}.pem"
    words = ("--component", "model", "--home", "home", "--key", key)
    assert "Logged: statement " in run(*words).output
    size = len(json.loads(sunlit("log", "show", "--home", "home", "--json").out))
    assert run(*words).exit_code == 0
    assert len(json.loads(sunlit("log", "show", "--home", "home", "--json").out)) == size
    blobs = {one.read_bytes() for one in (town / "home" / "blobs").rglob("*") if one.is_file()}
    assert set(REPORTS.values()) <= blobs
    assert CUBE["cube.json"] not in blobs
    drafts = AuditsProducer().produce(ComponentFolder.read(town / "model")).drafts
    with open_ledger(Home.open(town / "home"), SystemClock()) as ledger:
        assert len(drafts) == 1
        assert admit_drafts(ledger, drafts, named_key(f"{WHO[role]}/{role}")) == 0
