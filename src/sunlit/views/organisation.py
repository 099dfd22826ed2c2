"""An organisation as the logs know it: what it is, its keys by role, accreditations, logs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sunlit.authority.directory import Directory
from sunlit.authority.records import KeyRecord
from sunlit.claims.authority import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """How many keys an organisation has for one role. Never by whom they are held."""

    role: Role
    in_force: int
    ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accredited:
    """One accreditation: for what, by whom, until when, in which statement."""

    scopes: tuple[str, ...]
    accreditor: str
    valid_from: datetime
    valid_until: datetime
    statement: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationView:
    """An organisation, as of a time. `statement` is where it was described last, if anywhere."""

    id: str
    name: str
    register: str | None = None
    register_id: str | None = None
    jurisdiction: str | None = None
    parents: tuple[str, ...] = ()
    is_root: bool = False
    statement: str | None = None
    described_on: datetime | None = None
    keys: tuple[KeyLine, ...] = ()
    accreditations: tuple[Accredited, ...] = ()
    logs: tuple[str, ...] = ()
    board: tuple[int, int] | None = None


def organisation(directory: Directory, id_: str, at: datetime) -> OrganisationView | None:
    """Return an organisation that is rooted, or that the trust file names; None for others."""
    if not directory.knows(id_) and id_ not in _trusted(directory):
        return None
    claim, trust = directory.organisation(id_), directory.trust
    record = directory.organisation_records.get(id_)
    root = next((one for one in trust.organisations if one.id == id_), None) if trust else None
    board = trust.board(id_) if trust else None
    return OrganisationView(
        id=id_, name=(claim.name if claim else None) or (root.name if root else None) or id_,
        register=claim.register if claim else None,
        register_id=claim.register_id if claim else None,
        jurisdiction=claim.jurisdiction if claim else None,
        parents=claim.parents if claim else (), is_root=id_ in directory.roots,
        statement=record.basis.statement_id if claim and record else None,
        described_on=record.basis.place.at if claim and record else None,
        keys=_keys(directory, id_, at), accreditations=_accreditations(directory, id_, at),
        logs=tuple(log.origin for log in trust.logs if log.organisation == id_) if trust else (),
        board=(board.threshold, len(board.keys)) if board else None,
    )  # fmt: skip


def organisations(directory: Directory, at: datetime) -> tuple[OrganisationView, ...]:
    """Return every organisation that is rooted, or that the trust file names, by name."""
    names = directory.roots | directory.organisation_records.keys() | _trusted(directory)
    found = [view for name in names if (view := organisation(directory, name, at)) is not None]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.id)))


def _trusted(directory: Directory) -> frozenset[str]:
    """Return whom the trust file gives a part: logs, witnesses, boards, issuers, accreditors."""
    trust = directory.trust
    if trust is None:
        return frozenset()
    named = [
        *(one.organisation for one in trust.logs),
        *(it.organisation for it in trust.witnesses),
    ]
    named += [*(one.organisation for one in trust.boards), *trust.accreditors]
    named += [one.organisation for one in trust.token_issuers]
    return frozenset(name for name in named if name)


def _keys(directory: Directory, id_: str, at: datetime) -> tuple[KeyLine, ...]:
    held, ended = Counter[Role](), Counter[Role]()
    for records in directory.key_records.values():
        record = records[-1]
        if record.organisation == id_:
            (held if _holds(directory, record, at) else ended).update(record.roles)
    roles: Iterable[Role] = (role for role in Role if held[role] or ended[role])
    return tuple(KeyLine(role=role, in_force=held[role], ended=ended[role]) for role in roles)


def _holds(directory: Directory, record: KeyRecord, at: datetime) -> bool:
    revoked = any(it.claim.key_id == record.key.key_id for it in directory.revocations)
    lost = record.basis is not None and record.basis.serial in directory.lost
    return record.is_valid(at) and not revoked and not lost


def _accreditations(directory: Directory, id_: str, at: datetime) -> tuple[Accredited, ...]:
    found = [
        Accredited(
            scopes=it.claim.scopes, accreditor=it.claim.accreditor,
            valid_from=it.claim.valid_from, valid_until=it.claim.valid_until,
            statement=it.basis.statement_id,
            is_current=it.claim.valid_from <= at < it.claim.valid_until,
        )
        for it in directory.accreditations
        if it.claim.assessor == id_ and directory.stands(it.basis)
        and not directory.is_replaced(it.basis.statement_id)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.valid_until, one.statement), reverse=True))
