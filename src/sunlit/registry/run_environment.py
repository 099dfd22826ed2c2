"""What a training run ran in: interpreter, packages, platform and commit; never variables."""

import json
import platform
import re
import shutil
import subprocess
from collections.abc import Collection, Mapping, Sequence
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
_SECRET: Final = re.compile(
    r"(?i)pass|pwd|secret|token|key|credential|auth|user|login|cookie|header"
)
# One letter does not say what it holds: `-p`, `-u` and `-H` bring passwords, users and cookies.
_LETTER: Final = re.compile(r"-[A-Za-ln-z]")  # but -m, Python's module
_GLUED: Final = re.compile(r"(-[pu])[^=].*", re.DOTALL)  # mysql -phunter3
_RELEASE: Final = re.compile(r"[0-9]+(\.[0-9]+)*")
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
    # Not platform.platform(): whoever builds a kernel may write a host's name behind its version.
    release = _RELEASE.match(platform.release())
    known = (platform.system(), release and release[0], *platform.libc_ver())
    found: dict[str, object] = {
        "platform": "-".join(filter(None, known)), "machine": platform.machine()
    }  # fmt: skip
    if _PYTHON.fullmatch(Path(command[0]).name):
        answer = _output([command[0], "-c", _ASK, *PACKAGES])
        python = _last_object(answer or "")
        if python is not None:
            found["python"] = python
    return found


def _last_object(text: str) -> dict[str, object] | None:
    # An interpreter may be a wrapper that prints what it likes.
    try:
        value = json.loads((text.splitlines() or [""])[-1])
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


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


def without_secrets(command: Sequence[str], paths: Collection[str] = ()) -> list[str]:
    """Return the command without what must not stand in a log that cannot forget.

    Hidden are the values of one-letter options, and of options named like secrets or users,
    unless they are among `paths` (what the run reads and writes); users and passwords in URLs;
    and all but the last part of absolute paths: those name people's home directories.
    A secret that stands alone cannot be told from a file's name.
    """
    shown: list[str] = []
    hide_next = False
    for argument in command:
        name, equals, _ = argument.partition("=")
        secret = bool(_SECRET.search(name) or _LETTER.fullmatch(name))
        if hide_next and not argument.startswith("--") and argument not in paths:
            shown.append(HIDDEN)
        elif glued := _GLUED.fullmatch(argument):
            shown.append(glued[1] + HIDDEN)
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
