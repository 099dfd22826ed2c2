"""Starts the worker in the synth environment and talks to it by files (see synth_worker.py).

The files lie in a folder that only this user can read, and go when the worker ends; only a process
that is killed leaves them, in `sunlit-synth-*` of the temporary folder. What the worker prints is
never shown: a library's message can hold a value of a person.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.producers.data.synth_frame import Frame, Numbers
from sunlit.producers.quiet import quiet

REQUEST: Final = "sunlit-synth-request/1"
ANSWER: Final = "sunlit-synth-answer/1"
WORKER: Final = Path(__file__).with_name("synth_worker.py")
MEND: Final = (
    "make one: python3.11 -m venv .venv-synth && .venv-synth/bin/pip install 'sunlit[synth]' "
    "(in Sunlit's source: make synth); name another with --environment or SUNLIT_SYNTH_PYTHON"
)
DECLARE: Final = "declare the column in a domain file (--domain; --write-domain drafts one)"
MAX_ANSWER: Final = 4_000_000  # bytes
MEMORY: Final = 8_000_000_000  # bytes
SECONDS: Final = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A Python with dpmm and Anonymeter, and what it may use: seconds and bytes."""

    python: Path
    worker: Path = WORKER
    seconds: float = SECONDS
    memory: int | None = MEMORY


@dataclass(frozen=True, slots=True)
class Answer:
    """What the worker said, and the table that it made, if one."""

    said: Mapping[str, Any]
    made: Numbers | None = None
    libraries: Mapping[str, str] = field(default_factory=dict)


def find_environment(given: Path | None = None) -> Environment | None:
    """Return the environment that was named, else the one beside Sunlit's own, else None.

    Raises:
        UnavailableError: `synth.no-environment` if the one that was named is not there.
    """
    own = Path(sys.prefix)
    usual = [
        own.with_name(name) / "bin" / "python" for name in (f"{own.name}-synth", ".venv-synth")
    ]
    found = next((one for one in ([given] if given else usual) if one.is_file()), None)
    if given and found is None:
        raise UnavailableError(
            "synth.no-environment", "there is no Python where the synth environment should be",
            got=str(given), mend=MEND,
        )  # fmt: skip
    return Environment(python=found) if found else None


def required(environment: Environment | None) -> Environment:
    """Return the environment.

    Raises:
        UnavailableError: `synth.no-environment`.
    """
    if environment is None:
        raise UnavailableError(
            "synth.no-environment", "differential privacy needs the synth environment", mend=MEND
        )
    return environment


def ask(
    environment: Environment, request: Mapping[str, Any], tables: Mapping[str, Frame]
) -> Answer:
    """Give the worker tables (file name -> frame) and a request; return what it answers.

    Raises:
        MalformedError: `synth.no-bounds`, `synth.no-values`.
        UnavailableError: `synth.no-environment`, `synth.worker-failed`, `synth.worker-slow`.
    """
    with tempfile.TemporaryDirectory(prefix="sunlit-synth-") as name:
        folder = Path(name)
        for file, frame in tables.items():
            _write(folder / file, frame)
        whole = {"format": REQUEST, "memory": environment.memory, **request}
        (folder / "request.json").write_text(json.dumps(whole), encoding="utf-8")
        _run(environment, folder)
        said = _read(folder / "answer.json")
        _check(said, _names(tables))
        made = _table(folder / request["output"]) if "output" in request else None
    return Answer(said, made, {str(one): str(it) for one, it in said["libraries"].items()})


def _names(tables: Mapping[str, Frame]) -> tuple[str, ...]:
    return next(iter(tables.values())).names


def _write(path: Path, frame: Frame) -> None:
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    width = frame.values.shape[1]
    columns = {f"c{at}": pa.array(frame.values[:, at], from_pandas=True) for at in range(width)}
    parquet.write_table(pa.table(columns), path)


def _table(path: Path) -> Numbers:
    pa, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    np = import_module("numpy")
    try:
        table = parquet.read_table(path)
        columns = [column.cast(pa.float64()).to_numpy() for column in table.columns]
    except (OSError, pa.ArrowException) as error:
        raise _failed("a table that cannot be read") from error
    values: Numbers = np.column_stack(columns)
    return values


def _run(environment: Environment, folder: Path) -> None:
    command = [
        str(environment.python), "-I", str(environment.worker),
        str(folder / "request.json"), str(folder / "answer.json"),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=folder, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, timeout=environment.seconds, env=quiet(),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise UnavailableError(
            "synth.worker-slow", "the synth environment took too long and was stopped",
            expected=f"at most {environment.seconds:.0f} s",
            mend="give it more with --minutes, or take fewer columns or a simpler method",
        ) from error  # fmt: skip
    except OSError as error:
        raise UnavailableError(
            "synth.no-environment", "the synth environment's Python cannot be started",
            got=error.strerror, mend=MEND,
        ) from error  # fmt: skip
    if done.returncode:
        # The kind of the error only; its message may hold a value.
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        kind = re.match(r"[A-Za-z_][\w.]{0,80}", last)
        raise _failed(f"exit code {done.returncode}{f' ({kind[0]})' if kind else ''}")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MAX_ANSWER:
            raise _failed("an answer that is too large")
        said = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _failed("no answer that can be read") from error
    if not isinstance(said, dict) or said.get("format") != ANSWER:
        raise _failed("an answer of another form")
    if not isinstance(said.get("libraries"), dict):
        raise _failed("an answer of another form")
    return said


def _check(said: Mapping[str, Any], names: tuple[str, ...]) -> None:
    if said.get("ok") is True:
        return
    at, error = said.get("column"), said.get("error")
    if error == "missing-library":
        raise UnavailableError(
            "synth.no-environment", "the synth environment lacks a library",
            expected="dpmm and anonymeter", mend=MEND,
        )  # fmt: skip
    column = names[at] if isinstance(at, int) and 0 <= at < len(names) else "?"
    if error == "no-bounds":
        raise MalformedError(
            "synth.no-bounds", f"the bounds of {column!r} could not be found out with noise",
            mend=DECLARE,
        )  # fmt: skip
    if error == "no-values":
        raise MalformedError(
            "synth.no-values", f"no value of {column!r} is frequent enough to be told with noise",
            mend=DECLARE,
        )  # fmt: skip
    raise _failed("an error that is not known")


def _failed(got: str) -> SunlitError:
    return UnavailableError(
        "synth.worker-failed", "the synth environment did not do what was asked",
        got=got, mend="check that it holds the versions of requirements/synth.txt; " + MEND,
    )  # fmt: skip
