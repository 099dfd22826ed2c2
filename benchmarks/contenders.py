"""The ways to hash a folder, each run once in a process of its own: so imports cost no one else.

    python -m benchmarks.contenders NAME FOLDER HELP

FOLDER holds the files; HELP a key (key.pem, key.pub.pem), a bundle (model.sig) and the cache.
Prints {"wall", "cpu", "digests"}; the time is that of the work, without imports.
"""

import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

Work = Callable[[], object]


def hashlib_alone(folder: Path, _: Path) -> Work:
    """The floor: the standard library's own loop, file after file, and nothing else."""

    def work() -> dict[str, str]:
        found = {}
        for path in sorted(folder.iterdir()):
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
        return found

    return work


def sunlit(folder: Path, _: Path) -> Work:
    """Our manifest, nothing remembered."""
    from sunlit.statement.manifest import read_manifest  # noqa: PLC0415 - imports are not timed

    return lambda: {one.name: one.sha256 for one in read_manifest(folder).files}


def sunlit_cached(folder: Path, aside: Path) -> Work:
    """Our manifest with the cache that `sunlit assure` uses; opening it is part of the work."""
    from sunlit.adapters.cache import SqliteCache  # noqa: PLC0415 - imports are not timed
    from sunlit.statement.manifest import read_manifest  # noqa: PLC0415 - imports are not timed

    def work() -> dict[str, str]:
        cache = SqliteCache.open(aside / "cache.sqlite")
        return {one.name: one.sha256 for one in read_manifest(folder, cache=cache).files}

    return work


def sunlit_verify(folder: Path, aside: Path) -> Work:
    """Our verification of a model signature: bundle, key, every file."""
    from sunlit.statement.oms import Bundle  # noqa: PLC0415 - imports are not timed
    from sunlit.statement.oms_keys import ModelKey  # noqa: PLC0415 - imports are not timed
    from sunlit.statement.oms_verify import verify_folder  # noqa: PLC0415 - imports are not timed

    def work() -> None:
        bundle = Bundle.parse((aside / "model.sig").read_bytes())
        verify_folder(folder, bundle, ModelKey.from_pem((aside / "key.pub.pem").read_bytes()))

    return work


def model_signing(folder: Path, _: Path) -> Work:
    """model-signing's hashing alone, as its defaults are."""
    from model_signing import hashing  # noqa: PLC0415 - imports are not timed

    return lambda: _digests(hashing.Config().use_file_serialization().hash(folder))  # type: ignore[no-untyped-call]


def model_signing_verify(folder: Path, aside: Path) -> Work:
    """model-signing's verification of the same signature."""
    from model_signing import verifying  # noqa: PLC0415 - imports are not timed

    def work() -> None:
        config = verifying.Config()  # type: ignore[no-untyped-call]
        config = config.use_elliptic_key_verifier(public_key=aside / "key.pub.pem")
        config.verify(folder, aside / "model.sig")

    return work


def _digests(manifest: object) -> dict[str, str]:
    described = manifest.resource_descriptors()  # type: ignore[attr-defined]
    return {one.identifier: one.digest.digest_value.hex() for one in described}


CONTENDERS: Final[dict[str, Callable[[Path, Path], Work]]] = {
    "hashlib": hashlib_alone,
    "sunlit": sunlit,
    "sunlit cached": sunlit_cached,
    "sunlit verify": sunlit_verify,
    "model-signing": model_signing,
    "model-signing verify": model_signing_verify,
}


def main() -> None:
    """Run one contender once."""
    name, folder, aside = sys.argv[1:]
    work = CONTENDERS[name](Path(folder), Path(aside))
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({**took, "digests": result}))


if __name__ == "__main__":
    main()
