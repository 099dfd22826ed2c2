"""The file lists of earlier releases, kept as blobs: what a change plan is compared with.

A manifest's digest is the release's digest, so a kept list proves itself; one that is missing
or damaged only means that a plan cannot be followed.
"""

from collections.abc import Mapping
from pathlib import Path

from sunlit.authority.history import History
from sunlit.base.errors import SunlitError
from sunlit.claims.assurance import ChangePlan
from sunlit.registry.blobs import blob_path, keep_blob, read_blob
from sunlit.registry.home import Home
from sunlit.registry.producing import ComponentFolder
from sunlit.statement.manifest import MAX_MANIFEST, Manifest

Manifests = Mapping[str, Mapping[str, str]]


def keep_manifest(home: Home, component: ComponentFolder) -> None:
    """Keep the list of the component's files under the release's digest."""
    keep_blob(home, component.manifest.to_bytes())


def kept_manifests(home: Home, history: History) -> Manifests:
    """Return the files (name -> SHA-256) of each release from which a change plan starts."""
    found: dict[str, Mapping[str, str]] = {}
    for digest in _starts(history):
        try:
            manifest = Manifest.parse(read_blob(home, digest))
        except SunlitError:
            continue
        found[digest] = {entry.name: entry.sha256 for entry in manifest.files}
    return found


def bring_manifests(home: Home, history: History, source: Path) -> int:
    """Take the lists that are wanted here from the home at `source`; return how many came."""
    came = 0
    for digest in _starts(history):
        path = source / blob_path(home, digest).relative_to(home.root)
        if blob_path(home, digest).exists() or not _is_small(path):
            continue
        data = path.read_bytes()
        try:
            manifest = Manifest.parse(data)
        except SunlitError:
            continue
        if manifest.digest == digest:
            keep_blob(home, data)
            came += 1
    return came


def _is_small(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= MAX_MANIFEST


def _starts(history: History) -> frozenset[str]:
    return frozenset(
        subject.digest["sha256"]
        for said in history.statements
        if isinstance(said.claim, ChangePlan)
        for subject in said.subjects
        if "sha256" in subject.digest
    )
