"""`sunlit run`: what a training command read, wrote and ran in; nothing when it failed."""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from sunlit.base.errors import SunlitError
from sunlit.claims.provenance import Dataset, Provenance
from sunlit.cli.run import command
from sunlit.producers.provenance import ProvenanceProducer
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.run import Asked, ChildFailedError, look_at_inputs, run
from sunlit.registry.run_environment import environment, source, without_secrets
from sunlit.registry.run_gate import warnings
from sunlit.statement.intoto import Statement
from tests.capabilities.privacy.datasets_told import SENSITIVE
from tests.producers.folders import claims
from tests.registry.data_tools import FakeDataTools

TRAIN = """
import pathlib, sys
print("training")
pathlib.Path(sys.argv[1]).write_text("tree of " + pathlib.Path("data.csv").read_text())
"""
PEOPLE = "sex,age,colour\n1,40,red\n2,50,blue\n"


class FakeClock:
    """Goes on by ten seconds each time it is read."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time, and go on."""
        self.at += timedelta(seconds=10)
        return self.at


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a component's folder with data and a program, as the working directory."""
    (tmp_path / "train.py").write_text(TRAIN)
    (tmp_path / "data.csv").write_text(PEOPLE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def asked(place: Path, *more: str, program: str = "train.py", output: str = "model.txt") -> Asked:
    """Return what is asked: train on data.csv."""
    return Asked(
        component=place,
        command=(sys.executable, program, output, *more),
        inputs=(Path("data.csv"),),
        outputs=(Path(output),),
    )


def recorded(path: Path) -> list[Statement]:
    """Return the statements of a record."""
    return [Statement.parse(line) for line in path.read_bytes().splitlines()]


def test_a_run_is_recorded_by_digests(place: Path) -> None:
    """Command, times, environment, program and data; and the folder's producer finds it."""
    what = asked(place)

    done = run(what, look_at_inputs(what), FakeClock())

    provenance, dataset = recorded(done.path)
    assert [one.name for one in provenance.subjects] == ["model.txt"]
    claim = Provenance.from_predicate(provenance.predicate)
    assert claim.build_definition.build_type == "urn:sunlit:buildtype:run:v1"
    names = [one.name for one in claim.build_definition.resolved_dependencies]
    assert names == ["data.csv", "train.py"]
    ran_in = claim.build_definition.internal_parameters["environment"]
    assert isinstance(ran_in, dict)
    assert ran_in["python"]["version"]
    assert claim.run_details.metadata is not None
    assert claim.run_details.metadata.finished_on == datetime(2026, 1, 1, 0, 0, 20, tzinfo=UTC)
    described = Dataset.from_predicate(dataset.predicate)
    assert (described.rows, described.sensitive_columns) == (2, ("sex", "age"))
    produced = ProvenanceProducer().produce(ComponentFolder.read(place))
    assert claims(produced, Provenance) == [claim]


def test_a_run_that_writes_the_same_bytes_again_counts(place: Path) -> None:
    """Training is deterministic; the file is newer all the same."""
    what = asked(place)
    first = run(what, look_at_inputs(what), FakeClock())
    clock = FakeClock()
    clock.now()

    again = run(what, look_at_inputs(what), clock)

    assert again.outputs == first.outputs
    assert again.path != first.path


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("pass", "run.no-output"),
        ("open('model.txt')", "run.command-failed"),
        ("open('data.csv', 'a').write('3,4,x'); open('model.txt', 'w').write('x')",
         "run.input-changed"),
        ("import os; os.kill(os.getpid(), 9)", "run.command-failed"),
    ],
    ids=str,
)  # fmt: skip
def test_what_does_not_hold_is_not_recorded(place: Path, program: str, code: str) -> None:
    """No output, a failure, an input that the command wrote to."""
    (place / "bad.py").write_text(program)
    what = asked(place, program="bad.py")

    with pytest.raises(SunlitError) as caught:
        run(what, look_at_inputs(what), FakeClock())

    assert caught.value.code == code
    assert not (place / ".sunlit").exists()
    if isinstance(caught.value, ChildFailedError):
        assert caught.value.returncode in {1, 137}


def test_an_output_that_was_there_and_is_untouched_does_not_count(place: Path) -> None:
    """Else anybody's old model would get a fresh record."""
    (place / "model.txt").write_text("old")
    (place / "idle.py").write_text("")
    what = asked(place, program="idle.py")

    with pytest.raises(SunlitError) as caught:
        run(what, look_at_inputs(what), FakeClock())

    assert caught.value.code == "run.output-unchanged"


def test_a_command_that_is_none_is_refused(place: Path) -> None:
    """Wrong usage, not a failed training."""
    what = Asked(component=place, command=("./nothing",), inputs=(), outputs=(Path("m"),))

    with pytest.raises(SunlitError) as caught:
        run(what, (), FakeClock())

    assert caught.value.code == "run.no-command"


def test_folders_may_be_inputs_and_outputs(place: Path) -> None:
    """An input folder goes by its manifest digest; of an output folder every file is named."""
    (place / "in").mkdir()
    (place / "in" / "a.csv").write_text(PEOPLE)
    (place / "in" / "b.csv").write_text("")
    (place / "make.py").write_text(
        "import pathlib; p = pathlib.Path('out'); p.mkdir(exist_ok=True)\n"
        "[(p / n).write_text(n) for n in 'xy']"
    )
    what = Asked(
        component=place, command=(sys.executable, "make.py"), inputs=(Path("in"),),
        outputs=(Path("out"),),
    )  # fmt: skip
    inputs = look_at_inputs(what)

    done = run(what, inputs, FakeClock())

    assert [one.name for one in done.outputs] == ["out/x", "out/y"]
    assert set(inputs[0].digest) == {"sha256", "sunlitManifestV1"}
    data = Dataset.from_predicate(recorded(done.path)[1].predicate)
    assert (data.rows, data.sensitive_columns) == (None, None)
    assert [text.split(":")[0] for text in warnings(inputs)][-1] == "in"
    whole = Asked(
        component=place / "out", command=what.command, inputs=(), outputs=(place / "out",)
    )
    assert [one.name for one in run(whole, (), FakeClock()).outputs] == ["x", "y"]


def test_too_many_outputs_are_refused(place: Path) -> None:
    """They would not fit in one statement."""
    (place / "many.py").write_text(
        "import pathlib; p = pathlib.Path('out'); p.mkdir()\n"
        "[(p / str(n)).write_text('') for n in range(301)]"
    )
    what = Asked(
        component=place, command=(sys.executable, "many.py"), inputs=(), outputs=(Path("out"),)
    )

    with pytest.raises(SunlitError) as caught:
        run(what, (), FakeClock())

    assert caught.value.code == "run.too-many-outputs"


def test_sunlit_toml_describes_the_data(place: Path) -> None:
    """Its name, licence and source; a broken one is not used."""
    (place / "sunlit.toml").write_text(
        '[[dataset]]\nname = "people"\npath = "data.csv"\nlicence = "CC0-1.0"\nsource = "here"\n'
    )
    what = asked(place)
    done = run(what, look_at_inputs(what), FakeClock())
    data = Dataset.from_predicate(recorded(done.path)[1].predicate)
    assert (data.name, data.licence, data.used_for) == ("people", "CC0-1.0", ("training",))

    (place / "sunlit.toml").write_text("[")
    done = run(what, look_at_inputs(what), FakeClock())
    assert Dataset.from_predicate(recorded(done.path)[1].predicate).name == "data.csv"


def test_the_commit_is_recorded_without_the_remotes_password(place: Path) -> None:
    """And whether the folder was changed since."""

    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(place), "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            check=True, capture_output=True,
        )  # fmt: skip

    assert source(place) == ()
    git("init", "-q")
    git("add", "train.py")
    git("commit", "-q", "-m", "x")
    git("remote", "add", "origin", "https://me:secret@forge.example/a/b.git")

    (found,) = source(place)

    assert found.annotations == {"dirty": True}
    assert found.uri is not None
    assert found.uri.startswith("git+https://forge.example/a/b.git@")
    git("remote", "set-url", "origin", "/somewhere/private")
    assert source(place)[0].uri is None


def test_secrets_in_a_command_are_hidden() -> None:
    """A record is published."""
    shown = without_secrets(
        ["train", "--token", "abc", "--api-key=xyz", "--epochs=3", "--password", "--fast"]
    )

    assert shown == [
        "train",
        "--token",
        "***",
        "--api-key=***",
        "--epochs=3",
        "--password",
        "--fast",
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (["mysql", "-p", "hunter3"], ["mysql", "-p", "***"]),
        (["mysql", "-phunter3", "-ualice"], ["mysql", "-p***", "-u***"]),
        (["curl", "-u", "-hunter3"], ["curl", "-u", "***"]),
        (["curl", "-p=hunter3"], ["curl", "-p=***"]),
        (["fetch", "--user", "alice", "--pwd=x"], ["fetch", "--user", "***", "--pwd=***"]),
        (["fetch", "--access-key", "abc"], ["fetch", "--access-key", "***"]),
        (["python", "-m", "train"], ["python", "-m", "train"]),
        (["python", "-u", "train.py", "-o", "model"], ["python", "-u", "train.py", "-o", "model"]),
        (["train", "--depth", "3", "hunter3"], ["train", "--depth", "3", "hunter3"]),
    ],
)
def test_what_may_be_a_secret_is_hidden_and_the_runs_files_are_not(
    given: list[str], shown: list[str]
) -> None:
    """What stands alone is shown: docs/capabilities/provenance.md says so."""
    assert without_secrets(given, {"train.py", "model"}) == shown


def test_the_platform_names_no_build_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a kernel's release only the numbers are kept."""
    monkeypatch.setattr(platform, "release", lambda: "6.1.0-alice-laptop+")

    assert str(environment(["make"])["platform"]).startswith(f"{platform.system()}-6.1.0")
    assert "alice" not in str(environment(["make"]))
    monkeypatch.setattr(platform, "release", lambda: "")
    assert "alice" not in str(environment(["make"]))


@pytest.mark.parametrize("said", ["", "hello", "[]", "{", "[" * 100_000])
def test_an_interpreter_that_answers_nonsense_is_left_out(tmp_path: Path, said: str) -> None:
    """A wrapper called python may print what it likes."""
    (tmp_path / "said").write_text(said)
    wrapper = tmp_path / "python3"
    wrapper.write_text(f"#!/bin/sh\ncat {tmp_path}/said\n")
    wrapper.chmod(0o755)

    assert "python" not in environment([str(wrapper)])


def test_environments_that_do_not_answer_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that is no Python, or a Python that hangs or is missing."""
    assert "python" not in environment(["make", "train"])
    assert "python" not in environment(["python9.99"])

    def hang(*arguments: object, **more: object) -> None:
        raise subprocess.TimeoutExpired("python", 1)

    monkeypatch.setattr(subprocess, "run", hang)
    assert "python" not in environment([sys.executable])


def test_the_command_line_records_warns_and_streams(
    place: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the command prints is seen; what is sensitive is said before it starts."""
    arguments = ["--input", "data.csv", "--output", "model.txt", "--review-later", "--json", "--",
                 sys.executable, "train.py", "model.txt"]  # fmt: skip
    monkeypatch.setattr("sunlit.bootstrap.data_tools", lambda: FakeDataTools(scan_claim=SENSITIVE))

    done = CliRunner().invoke(command, arguments, catch_exceptions=False)

    assert done.exit_code == 0
    assert "Note: data.csv: person: name." in done.stderr
    assert "an independent review is opened" in done.stderr
    document = json.loads(done.stdout)
    assert document["format"] == "sunlit-run/1"
    assert [one["sensitive"] for one in document["data"]] == [True]
    assert Path(document["record"]).exists()
    assert "training" in capfd.readouterr().out
    plain = CliRunner().invoke(command, [one for one in arguments if one != "--json"])
    assert "Recorded: 1 inputs, 1 output files" in plain.output


def test_the_command_stops_and_says_what_comes_next(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was started: the very commands that mend it stand there."""
    monkeypatch.setattr("sunlit.bootstrap.data_tools", lambda: FakeDataTools(scan_claim=SENSITIVE))
    arguments = ["--input", "data.csv", "--output", "model.txt", "--", sys.executable, "train.py"]

    done = CliRunner().invoke(command, arguments)

    assert isinstance(done.exception, SunlitError)
    assert done.exception.code == "run.not-reviewed"
    assert "sunlit data mask data.csv --plan plan.toml --out data-masked.csv" in done.stderr
    assert "sunlit review ask data.csv --component . --home HOME" in done.stderr
    assert not (place / "model.txt").exists()


def test_the_commands_exit_code_is_passed_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a shell would."""
    monkeypatch.setattr("sunlit.bootstrap.data_tools", FakeDataTools)
    (place / "bad.py").write_text("import sys; sys.exit(7)")

    done = CliRunner().invoke(
        command, ["--input", "data.csv", "--output", "m", "--", sys.executable, "bad.py"]
    )

    assert done.exit_code == 7
    assert "run.command-failed" in done.output
