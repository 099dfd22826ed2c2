"""Write what Sunlit is made of as CycloneDX 1.6: `python -m tools.sbom [FILE]`.

It is made of the lock files that a node is installed from, and of what is taken over into the
package itself (GOV.UK Frontend). Each component has its version, who needs it, and the hashes by
which pip takes it. The same lock files give the same bytes, so that two can be compared.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

import sunlit
from tools import vendor_govuk

ROOT: Final = Path(__file__).parents[1]
LOCKS: Final = ("core", "server")  # what a node runs; `core` alone is what a verifier runs
PIN: Final = re.compile(r"([a-z0-9-]+)(?:\[[^]]*\])?==([^ \\]+)(?: ; ([^\\]+?))? \\")
HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
VIA: Final = re.compile(r"#   ?(?:via )?([a-z0-9-]+)(?: \(pyproject\.toml\))?$")
OWN: Final = "sunlit"
GOVUK: Final = "govuk-frontend"


@dataclass(slots=True)
class Locked:
    """A package as the lock files have it. `needed_by` are names; `locks` those that hold it."""

    version: str
    marker: str
    hashes: list[str] = field(default_factory=list)
    needed_by: set[str] = field(default_factory=set)
    locks: set[str] = field(default_factory=set)


def read(lock: str, text: str, into: dict[str, Locked]) -> None:
    """Add what a lock file holds."""
    one: Locked | None = None
    for line in map(str.strip, text.splitlines()):
        if pin := PIN.fullmatch(line):
            one = into.setdefault(pin[1], Locked(pin[2], (pin[3] or "").strip()))
            one.locks.add(lock)
        elif one is not None and (found := HASH.search(line)):
            one.hashes.append(found[1])
        elif one is not None and (via := VIA.fullmatch(line)):
            one.needed_by.add(via[1])
    for known in into.values():
        known.hashes = sorted(set(known.hashes))


def bill(locks: dict[str, str]) -> Bom:
    """Return the bill of materials of lock files, by their names."""
    packages: dict[str, Locked] = {}
    for lock, text in locks.items():
        read(lock, text, packages)
    root = Component(
        name=OWN, version=sunlit.__version__, type=ComponentType.APPLICATION, bom_ref=OWN,
        purl=PackageURL("pypi", name=OWN, version=sunlit.__version__),
    )  # fmt: skip
    made = {OWN: root, **{name: _component(name, one) for name, one in packages.items()}}
    made[GOVUK] = _govuk()
    found = Bom(
        components=[one for name, one in made.items() if name != OWN],
        metadata=BomMetaData(component=root), serial_number=uuid5(NAMESPACE_URL, repr(locks)),
    )  # fmt: skip
    for needed, by in _edges(packages):
        found.register_dependency(made[by], [made[needed]])
    return found


def _edges(packages: dict[str, Locked]) -> Iterator[tuple[str, str]]:
    yield GOVUK, OWN
    for name, one in packages.items():
        yield from ((name, by) for by in sorted(one.needed_by) if by == OWN or by in packages)


def _component(name: str, one: Locked) -> Component:
    properties = [Property(name="sunlit:lock", value=lock) for lock in sorted(one.locks)]
    if one.marker:
        properties.append(Property(name="sunlit:marker", value=one.marker))
    # Several files of one version: each has its own hash, so they are the distribution's.
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(f"https://pypi.org/project/{name}/{one.version}/"),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=it) for it in one.hashes],
    )  # fmt: skip
    return Component(
        name=name, version=one.version, type=ComponentType.LIBRARY, bom_ref=name,
        purl=PackageURL("pypi", name=name, version=one.version), external_references=[files],
        properties=properties,
    )  # fmt: skip


def _govuk() -> Component:
    version = vendor_govuk.VERSION
    return Component(
        name=GOVUK, version=version, type=ComponentType.LIBRARY, bom_ref=GOVUK,
        purl=PackageURL("npm", name=GOVUK, version=version),
        external_references=[
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION, url=XsUri(vendor_govuk.URL)
            )
        ],
        properties=[
            Property(name="sunlit:vendored", value=f"{name} sha256:{digest}")
            for name, digest in vendor_govuk.DIGESTS.items()
        ],
    )  # fmt: skip


def written() -> str:
    """Return the bill of this tree as JSON, without the time at which it was made."""
    locks = {one: (ROOT / "requirements" / f"{one}.txt").read_text("utf-8") for one in LOCKS}
    made = bill(locks)
    text = JsonV1Dot6(made).output_as_string(indent=1)
    stamp = f',\n  "timestamp": "{made.metadata.timestamp.isoformat()}"'
    return text.replace(stamp, "") + "\n"


def main(arguments: list[str]) -> int:
    """Write the bill to a file, by default build/sunlit.cdx.json."""
    to = Path(arguments[0]) if arguments else ROOT / "build" / "sunlit.cdx.json"
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(written(), "utf-8")
    sys.stdout.write(f"sbom: {to}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
