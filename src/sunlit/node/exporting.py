"""Export a component, a record of another register, or a catalogue of them, by a format's name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.purl import called, is_purl
from sunlit.base.slugs import component_key, slug
from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import Registration, Release
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Use
from sunlit.formats import atrs_write, cyclonedx, mldcat, nl_write, omb_write, publiccode_write
from sunlit.formats.losses import Exported, Facts
from sunlit.node.desk import Desk, whole
from sunlit.views.export_facts import component_facts, record_facts

FORMATS: Final[Mapping[str, Callable[[Facts], Exported]]] = {
    atrs_write.FORMAT: atrs_write.to_atrs,
    cyclonedx.FORMAT: cyclonedx.to_cyclonedx,
    mldcat.FORMAT: mldcat.to_mldcat,
    nl_write.FORMAT: nl_write.to_nl_register,
    omb_write.FORMAT: omb_write.to_omb,
    publiccode_write.FORMAT: publiccode_write.to_publiccode,
}
MAX_CATALOGUE: Final = 20_000  # components and records in one document
Record = tuple[Admitted, ImportedRecord]


def exporter(name: str) -> Callable[[Facts], Exported]:
    """Return what writes a format.

    Raises:
        UnavailableError: `export.no-such-format`.
    """
    found = FORMATS.get(name)
    if found is None:
        raise UnavailableError(
            "export.no-such-format", "nothing here writes this format",
            expected="one of " + ", ".join(FORMATS), mend="choose one of these",
        )  # fmt: skip
    return found


def facts_of(desk: Desk, key: str, at: datetime) -> Facts:
    """Return what is known of a component as of a time.

    Raises:
        UnavailableError: `desk.no-such-component`.
    """
    seen = desk.component(key, at)
    knowing = [log for log in desk.logs(at) if log.component(key) is not None]
    base = max((whole(log, key, at) for log in knowing), key=lambda it: len(it.statements))
    return component_facts(seen.view, seen.judged, base)


def names_in(said: Sequence[Admitted]) -> dict[str, str]:
    """Return the package URL of every component of a history, by key, sorted."""
    found: dict[str, str] = {}
    for one in said:
        claim = one.claim
        if isinstance(claim, Component | Release):
            found.setdefault(component_key(claim.purl), claim.purl)
        elif isinstance(claim, Use | Registration):
            found.setdefault(component_key(claim.component), claim.component)
    return dict(sorted(found.items()))


def current_records(said: Sequence[Admitted]) -> tuple[Record, ...]:
    """Return the imported records of a history that no later one replaced, by name."""
    newest: dict[tuple[str, str], Record] = {}
    for one in said:
        if isinstance(one.claim, ImportedRecord):
            newest[one.claim.register, one.claim.record] = (one, one.claim)
    return tuple(newest[name] for name in sorted(newest))


def find(
    which: str, purls: Mapping[str, str], records: Sequence[Record]
) -> tuple[str | None, Record | None]:
    """Return the component's key, or the record, that a name stands for.

    `purls` are the known package URLs by key. A component is named by its package URL, its key,
    or the end of it where only one ends so; a record by `register/record`.

    Raises:
        UnavailableError: `export.no-such-name`.
        VerificationError: `export.ambiguous`.
    """
    wanted = component_key(which) if is_purl(which) else which
    ends = [key for key, purl in purls.items() if called(purl) == which]
    if wanted in purls or len(ends) == 1:
        return (wanted if wanted in purls else ends[0]), None
    if len(ends) > 1:
        raise VerificationError(
            "export.ambiguous", "several components end with this name",
            expected="one of " + ", ".join(sorted(purls[key] for key in ends)),
        )  # fmt: skip
    for said, claim in records:
        names = (f"{claim.register}/{claim.record}", f"{claim.register}#{claim.record}")
        if which in names or which == f"{claim.register}/{slug(claim.record)}":
            return None, (said, claim)
    raise UnavailableError(
        "export.no-such-name", "no component and no imported record has this name",
        expected="a package URL, such as " + (next(iter(purls.values()), "pkg:generic/name"))
        + ", or register/record", mend="sunlit export --list, to see the names",
    )  # fmt: skip


def all_facts(
    desk: Desk, keys: Sequence[str], records: Sequence[Record], at: datetime
) -> Iterator[Facts]:
    """Yield the facts of every component, then of every record.

    Raises:
        VerificationError: `export.too-many`.
    """
    if len(keys) + len(records) > MAX_CATALOGUE:
        raise VerificationError(
            "export.too-many", "the catalogue is too large for one document",
            expected=f"at most {MAX_CATALOGUE}", got=str(len(keys) + len(records)),
            mend="export components one by one",
        )  # fmt: skip
    for key in keys:
        yield facts_of(desk, key, at)
    for said, claim in records:
        yield record_facts(said, claim, at)


def catalogue(name: str, views: Sequence[Facts], *, publisher: str, uri: str) -> Exported:
    """Return a catalogue as one document, where the format knows such a thing.

    Raises:
        UnavailableError: `export.no-catalogue`.
    """
    if name == mldcat.FORMAT:
        return mldcat.to_mldcat_catalogue(
            views, title=f"AI systems known to {publisher}", publisher=publisher, uri=uri
        )
    if name == omb_write.FORMAT:
        return omb_write.to_omb_catalogue(views)
    raise UnavailableError(
        "export.no-catalogue", "this format describes one component, not a catalogue",
        expected=f"{mldcat.FORMAT} or {omb_write.FORMAT}",
        mend="sunlit export FORMAT COMPONENT, for each; or choose one of these",
    )  # fmt: skip
