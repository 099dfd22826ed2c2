"""What a training run ran in: interpreter, packages, platform and commit; never variables."""

import json
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from sunlit.claims.provenance import Resource

# What decides a trained model besides its code; other packages are in the repository's lock file.
PACKAGES: Final = (
    "catboost", "datasets", "flax", "gensim", "jax", "joblib", "keras", "lightgbm", "numpy", "onnx",
    "pandas", "polars", "pyarrow", "safetensors", "scikit-learn", "scipy", "sentence-transformers",
    "skops", "spacy", "statsmodels", "tensorflow", "tokenizers", "torch", "transformers", "xgboost",
)  # fmt: skip
SECONDS: Final = 30
_PYTHON: Final = re.compile(r"python[0-9.]*(\.exe)?")
_SECRET: Final = re.compile(r"(?i)pass(word|wd|phrase)?|secret|token|api[-_]?key|credential")
HIDDEN: Final = "***"
_IN_URL: Final = re.compile(r"//[^/@]*@")
_HOME: Final = re.compile(r"(/(?:home|Users)/)[^/]+")

_ASK: Final = """
import importlib.metadata as m, json, platform, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = m.version(name)
    except m.PackageNotFoundError:
        pass
print(json.dumps({"implementation": platform.python_implementation(),
                  "version": platform.python_version(), "packages": found}))
"""


def environment(command: Sequence[str]) -> dict[str, object]:
    """Return platform and, for a Python command, its interpreter's version and packages."""
    found: dict[str, object] = {"platform": platform.platform(), "machine": platform.machine()}
    if _PYTHON.fullmatch(Path(command[0]).name):
        answer = _output([command[0], "-c", _ASK, *PACKAGES])
        if answer is not None:
            found["python"] = json.loads(answer.splitlines()[-1])
    return found


def source(folder: Path) -> tuple[Resource, ...]:
    """Return the git commit that the folder stands at, and whether it was changed since."""
    commit = _output(["git", "-C", str(folder), "rev-parse", "HEAD"])
    if commit is None or not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit):
        return ()
    changed = _output(["git", "-C", str(folder), "status", "--porcelain"])
    remote = _output(["git", "-C", str(folder), "remote", "get-url", "origin"])
    plain = re.sub(r"//[^/@]*@", "//", remote or "")  # a password may stand in a remote's URL
    return (
        Resource(
            name="source",
            uri=f"git+{plain}@{commit}" if plain.startswith("https://") else None,
            digest={"gitCommit": commit},
            annotations={"dirty": changed != ""},
        ),
    )


def without_secrets(command: Sequence[str]) -> list[str]:
    """Return the command without what must not stand in a log that cannot forget.

    Hidden are the values of options that are named like secrets, users and passwords in URLs,
    and all but the last part of absolute paths: those name people's home directories.
    """
    shown: list[str] = []
    hide_next = False
    for argument in command:
        name, equals, _ = argument.partition("=")
        secret = _SECRET.search(name) is not None
        if hide_next and not argument.startswith("-"):
            shown.append(HIDDEN)
        else:
            shown.append(f"{name}={HIDDEN}" if secret and equals else _impersonal(argument))
        hide_next = secret and not equals and argument.startswith("-")
    return shown


def _impersonal(argument: str) -> str:
    name, equals, value = argument.rpartition("=")
    if value.startswith(("/", "~")):
        value = PurePosixPath(value).name
    value = _IN_URL.sub(f"//{HIDDEN}@", value)
    return name + equals + _HOME.sub(rf"\1{HIDDEN}", value)


def scripts(command: Sequence[str]) -> Mapping[str, Path]:
    """Return the files that the command names as they are: the programs that it runs."""
    named = {argument: Path(argument) for argument in command[1:]}
    return {name: path for name, path in named.items() if path.suffix and path.is_file()}


def _output(command: Sequence[str]) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    try:
        done = subprocess.run(
            list(command), capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
