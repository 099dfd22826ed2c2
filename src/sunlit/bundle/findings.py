"""Check 11: the same statements under the same rubric give the findings that are shown.

The rules live in capabilities that only the registry lists, so whoever verifies passes in a
`Judge` that knows them all (`sunlit.registry.bundle_findings.judge`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from sunlit.authority.history import History
from sunlit.base import canonical
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.bundle.archive import Archive
from sunlit.bundle.layout import FILE_LIST, FINDINGS, MAX_JSON, RELEASES, RUBRIC
from sunlit.claims.lifecycle import TokenGrant
from sunlit.rubric.control import Rubric
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.oscal import read_catalog
from sunlit.rubric.resolve import read_control
from sunlit.statement.manifest import Manifest

MALFORMED: Final = "bundle.findings"
MAX_RELEASES: Final = 64
# What a finding says in words may be written better by a later version; what it found may not.
COMPARED: Final = ("outcome", "restsOn", "expires", "practices")
APART: Final = "notApplicable"  # absent where every control was asked, and before rubric 2.0
UNASKED: Final = ("restsOn", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What the findings are about: a release under a use by a deployer, a rubric, a time."""

    release: str
    component: str
    use: str
    deployer: str
    at: datetime
    rubric: Rubric
    files: Mapping[str, str] = field(default_factory=dict)
    manifests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Judge(Protocol):
    """Evaluates a rubric over what a history says of a matter."""

    def __call__(self, history: History, matter: Matter) -> Conformity:
        """Return the findings."""
        ...


def read_rubric(data: bytes) -> Rubric:
    """Read a resolved rubric.

    Raises:
        MalformedError: `json.*`, `rubric.*`.
    """
    catalog = read_catalog(data)
    return Rubric(
        title=str(catalog.metadata["title"]),
        version=str(catalog.metadata["version"]),
        controls=tuple(
            read_control(catalog.groups[id_], item) for id_, item in catalog.controls.items()
        ),
        document=canonical.decode_object(data, what="rubric.json"),
    )


def read_matter(archive: Archive, grant: TokenGrant, at: datetime) -> Matter:
    """Return what the findings must be about, by the verified grant and the record's time.

    Raises:
        VerificationError: `bundle.other-rubric`, `bundle.other-files`.
        MalformedError: `json.*`, `rubric.*`, `manifest.*`.
        UnavailableError: `bundle.file-missing`.
    """
    rubric = read_rubric(archive.read(RUBRIC, limit=MAX_JSON))
    if rubric.digest != grant.rubric:
        raise VerificationError(
            "bundle.other-rubric", "the rubric is not the one under which the token was granted",
            expected=grant.rubric, got=rubric.digest,
        )  # fmt: skip
    return Matter(
        release=grant.release, component=grant.component, use=grant.use, deployer=grant.deployer,
        at=at, rubric=rubric, files=_files(archive, FILE_LIST, grant.release),
        manifests={
            path.removeprefix(RELEASES).removesuffix(".json"): _files(
                archive, path, path.removeprefix(RELEASES).removesuffix(".json")
            )
            for path in sorted(archive.sizes)[: MAX_RELEASES * 100]
            if path.startswith(RELEASES)
        },
    )  # fmt: skip


def _files(archive: Archive, path: str, digest: str) -> Mapping[str, str]:
    manifest = Manifest.parse(archive.read(path, limit=MAX_JSON))
    if manifest.digest != digest:
        raise VerificationError(
            "bundle.other-files", f"{path} is not the file list of the release",
            expected=digest, got=manifest.digest,
        )  # fmt: skip
    return {one.name: one.sha256 for one in manifest.files}


def check_findings(archive: Archive, computed: Conformity) -> str:
    """Compare the findings shown with those computed; return a sentence.

    Raises:
        VerificationError: `bundle.findings-differ`.
        MalformedError: `bundle.findings`, `json.*`.
    """
    shown = canonical.decode_object(archive.read(FINDINGS, limit=MAX_JSON), what=FINDINGS)
    expected = computed.to_json()
    same_engine = shown.get("engine") == expected["engine"]
    if same_engine and shown != expected:
        raise _differ(_controls(shown), _controls(expected), COMPARED)
    for name in expected.keys() - {"engine", "findings", APART}:
        if shown.get(name) != expected[name]:
            raise VerificationError(
                "bundle.findings-differ", f"the findings shown have another {name}",
                expected=str(expected[name])[:80], got=str(shown.get(name))[:80],
            )  # fmt: skip
    left, right = _controls(shown), _controls(expected)
    if left.keys() != right.keys() or any(
        left[one].get(name) != right[one].get(name) for one in right for name in COMPARED
    ):
        raise _differ(left, right, COMPARED)
    apart, unasked = _controls(shown, APART), _controls(expected, APART)
    if apart.keys() != unasked.keys() or any(
        apart[one].get(name) != unasked[one].get(name) for one in unasked for name in UNASKED
    ):
        raise _differ(apart, unasked, ("control",))
    words = "" if same_engine else " Their wording is another version's, and was not compared."
    return f"All {len(right)} findings come out the same; together: {computed.outcome}.{words}"


def _controls(
    document: Mapping[str, object], under: str = "findings"
) -> dict[str, Mapping[str, object]]:
    rows = document.get(under, [] if under == APART else None)
    if isinstance(rows, list) and all(isinstance(row, dict) and "control" in row for row in rows):
        found = {str(row["control"]): row for row in rows}
        if len(found) == len(rows):
            return found
    raise MalformedError(MALFORMED, "findings.json is malformed")


def _differ(
    shown: Mapping[str, Mapping[str, object]], computed: Mapping[str, Mapping[str, object]],
    names: tuple[str, ...],
) -> VerificationError:  # fmt: skip
    ids = [one for one in sorted({*shown, *computed}) if shown.get(one) != computed.get(one)]
    first = ids[0] if ids else ""
    return VerificationError(
        "bundle.findings-differ", "evaluated again, the findings are others than those shown",
        expected="; ".join(
            f"{first}: {computed.get(first, {}).get(name)}" for name in names[:1]
        ), got=f"{first}: {shown.get(first, {}).get('outcome')}",
        mend="if they were computed by another version of sunlit, check with that version too",
    )  # fmt: skip
