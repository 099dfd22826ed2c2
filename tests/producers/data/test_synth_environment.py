"""Talking to the synth environment: bounded, in files, and every failure in words."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.producers.data.synth_domain import Domain, declare, domains
from sunlit.producers.data.synth_environment import (
    Environment,
    ask,
    find_environment,
    required,
)
from sunlit.producers.data.synth_frame import Frame, encode
from sunlit.producers.data.synth_private import Budget, private
from tests.producers.data.synth_tables import fake_environment, people

SECRET = "Lovelace"


def made(environment: Environment, rows: int = 30) -> Frame:
    """Return what a fake synthesis of the people makes."""
    frame = declare(encode(people()), {})
    known = domains(frame, {}, from_data=True)
    done = private(environment, frame, known, method="mst", budget=Budget(), rows=rows, seed=-1)
    return done.frame


def test_what_is_made_is_of_the_data_s_own_kind() -> None:
    """Codes and numbers come back as the frame's, in as many rows as were asked for."""
    frame = made(fake_environment())

    assert frame.rows == 30
    assert frame.names == tuple(people().column_names)
    assert set(np.unique(frame.values[:, 4])) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (1, "synth.worker-failed"),
        (3, "synth.worker-failed"),
        (4, "synth.worker-failed"),
        (5, "synth.worker-failed"),
        (6, "synth.no-environment"),
        (7, "synth.no-bounds"),
        (8, "synth.no-values"),
        (9, "synth.worker-failed"),
        (10, "synth.worker-failed"),
        (11, "synth.worker-failed"),
        (12, "synth.worker-failed"),
        (13, "synth.bad-answer"),
        (14, "synth.bad-answer"),
    ],
)
def test_whatever_goes_wrong_there_is_said_here(mode: int, code: str) -> None:
    """With a way to mend it, and with no value of anybody, whatever the library printed."""
    with pytest.raises(SunlitError) as caught:
        made(fake_environment(memory=mode))

    assert caught.value.code == code
    assert caught.value.mend
    assert SECRET not in str(caught.value.to_json())


def test_an_error_is_about_a_column_by_name() -> None:
    """The worker knows columns by number only."""
    with pytest.raises(MalformedError, match=r"'grade'"):
        made(fake_environment(memory=7))
    with pytest.raises(MalformedError, match=r"'\?'"):
        made(fake_environment(memory=8))


def test_a_crash_names_the_kind_of_error_only() -> None:
    """A message may hold a value; `ValueError` holds none."""
    with pytest.raises(UnavailableError) as caught:
        made(fake_environment(memory=1))

    assert caught.value.got == "exit code 1 (ValueError)"


def test_a_worker_that_hangs_is_stopped() -> None:
    """After the time that it was given."""
    with pytest.raises(UnavailableError) as caught:
        made(fake_environment(memory=2, seconds=1.0))

    assert caught.value.code == "synth.worker-slow"
    assert "--minutes" in (caught.value.mend or "")


def test_a_python_that_cannot_be_started_is_no_environment(tmp_path: Path) -> None:
    """It is there, and no program."""
    path = tmp_path / "python"
    path.write_text("not a program")

    with pytest.raises(UnavailableError) as caught:
        made(fake_environment(python=path))

    assert caught.value.code == "synth.no-environment"


def test_the_environment_is_found_beside_sunlit_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.venv-synth` beside `.venv`, or `NAME-synth` beside `NAME`; else there is none."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    assert find_environment() is None

    for name in (".venv-synth", "env-synth"):
        python = tmp_path / name / "bin" / "python"
        python.parent.mkdir(parents=True)
        python.touch()
        found = find_environment()
        assert found is not None
        assert found.python == python


def test_an_environment_that_was_named_must_be_there(tmp_path: Path) -> None:
    """With the commands that make one."""
    assert find_environment(Path(sys.executable)) is not None
    with pytest.raises(UnavailableError) as caught:
        find_environment(tmp_path / "python")

    mend = caught.value.mend or ""
    assert "python3.11 -m venv .venv-synth" in mend
    assert "pip install 'sunlit[synth]'" in mend
    with pytest.raises(UnavailableError, match=r"needs the synth environment"):
        required(None)


def test_what_was_handed_over_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of real rows goes with the answer, and on errors too."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made(fake_environment())
    with pytest.raises(UnavailableError):
        made(fake_environment(memory=1))

    assert not list(tmp_path.iterdir())


def test_the_request_holds_no_value_of_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of columns and texts stay here: there are numbers only."""
    seen: list[str] = []

    def spy(command: Sequence[str], **_: object) -> object:
        seen.append(Path(command[3]).read_text())
        raise OSError(1, "no")

    monkeypatch.setattr("subprocess.run", spy)
    with pytest.raises(UnavailableError):
        made(fake_environment())

    assert seen
    assert not any(text in seen[0] for text in ("north", "town", "covered"))


@pytest.mark.parametrize(
    "budget",
    [Budget(epsilon=0), Budget(delta=0), Budget(delta=0.5), Budget(share=1), Budget(epsilon=2000)],
)
def test_what_is_no_budget_is_refused(budget: Budget) -> None:
    """Before any row is read by anybody."""
    frame = encode(people())
    with pytest.raises(MalformedError, match=r"no privacy budget"):
        private(
            fake_environment(), frame, domains(frame, {}, from_data=True), method="mst",
            budget=budget, rows=1, seed=1,
        )  # fmt: skip


def test_columns_without_any_value_stay_empty_and_are_not_sent() -> None:
    """There is nothing to learn of them."""
    frame = Frame(encode(people()).specs[:1], np.full((60, 1), np.nan))

    done = private(
        fake_environment(memory=1), frame, [Domain(ground="noise")], method="mst",
        budget=Budget(), rows=5, seed=1,
    )  # fmt: skip

    assert np.isnan(done.frame.values).all()
    assert done.frame.rows == 5


def test_a_request_without_an_output_has_no_table() -> None:
    """Attacks answer in figures."""
    frame = encode(people(50))

    answer = ask(
        fake_environment(),
        {"task": "attack", "attacks": 7, "tables": {"made": "x"}, "secrets": [2]},
        {"train.parquet": frame},
    )

    assert answer.made is None
    assert answer.said["results"][0]["attacks"] == 7
