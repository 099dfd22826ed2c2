"""Write, sign, check and install trust files."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from sunlit.authority.trust_parts import (
    Board,
    RootKeys,
    TokenIssuer,
    TrustedKey,
    TrustedLog,
    TrustedOrganisation,
    TrustedWitness,
    WitnessGroup,
)
from sunlit.authority.trustfile import TrustFile, open_envelope, update_all
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.times import format_time
from sunlit.claims.authority import Role
from sunlit.log.policy import NONE
from sunlit.registry.home import Home, write_whole
from sunlit.registry.organisations import Request
from sunlit.statement.dsse import MAX_ENVELOPE
from sunlit.statement.keys import PublicKey

GROUP = "witnesses"
MAX_FILE: Final = 2 * MAX_ENVELOPE  # bytes; a model signature holds an envelope in base64


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What goes into a trust file, from requests and public keys. Boards: id, threshold, keys."""

    root_organisations: Sequence[Request] = ()
    logs: Sequence[Request] = ()
    witnesses: Sequence[Request] = ()
    witnesses_needed: int | None = None
    accreditors: Sequence[str] = ()
    boards: Sequence[tuple[str, int, Sequence[PublicKey]]] = ()
    token_issuers: Sequence[Request] = ()
    status_lists: Sequence[str] = ()
    jurisdictions: Sequence[str] = ()


def new(root_keys: Sequence[PublicKey], threshold: int, expires: datetime) -> TrustFile:
    """Return version 1, naming nobody but its root keys.

    Raises:
        MalformedError: `trust.threshold-range`, `trust.duplicate-key`.
    """
    trust = TrustFile(
        version=1, expires=expires,
        root=RootKeys(threshold=threshold, keys=tuple(map(_trusted, root_keys))),
    )  # fmt: skip
    trust.check()
    return trust


def successor(current: TrustFile, expires: datetime) -> TrustFile:
    """Return the draft of the next version, as the one in force but for version and expiry."""
    return replace(current, version=current.version + 1, expires=expires)


def with_root(trust: TrustFile, more: Sequence[PublicKey], threshold: int | None) -> TrustFile:
    """Return the draft with more root keys, or another threshold."""
    root = replace(
        trust.root,
        keys=(*trust.root.keys, *map(_trusted, more)),
        threshold=trust.root.threshold if threshold is None else threshold,
    )
    return replace(trust, root=root)


def add(trust: TrustFile, more: Contents) -> TrustFile:
    """Return the draft with more in it; a part of the same name replaces the old one.

    Raises:
        MalformedError: `trust.*` when the result is not in order.
    """
    logs = [_log(one) for one in more.logs]
    witnesses = [_witness(one) for one in more.witnesses]
    roots = [_root(one) for one in more.root_organisations]
    boards = [_board(*one) for one in more.boards]
    issuers = [_issuer(one) for one in more.token_issuers]
    trust = replace(
        trust,
        logs=(*(it for it in trust.logs if it.origin not in {x.origin for x in logs}), *logs),
        witnesses=(
            *(it for it in trust.witnesses if it.name not in {x.name for x in witnesses}),
            *witnesses,
        ),
        organisations=(
            *(it for it in trust.organisations if it.id not in {x.id for x in roots}), *roots,
        ),
        boards=(
            *(it for it in trust.boards if it.organisation not in {x.organisation for x in boards}),
            *boards,
        ),
        token_issuers=(
            *(it for it in trust.token_issuers
              if it.organisation not in {x.organisation for x in issuers}),
            *issuers,
        ),
        accreditors=_merged(trust.accreditors, more.accreditors),
        status_lists=_merged(trust.status_lists, more.status_lists),
        jurisdictions=_merged(trust.jurisdictions, more.jurisdictions),
    )  # fmt: skip
    if more.witnesses_needed is not None:
        trust = _with_quorum(trust, more.witnesses_needed)
    trust.check()
    return trust


def _with_quorum(trust: TrustFile, needed: int) -> TrustFile:
    if needed == 0:
        return replace(trust, groups=(), quorum=NONE)
    names = tuple(witness.name for witness in trust.witnesses)
    if needed > len(names):
        raise MalformedError(
            "trust.threshold-range", "the quorum is larger than the number of witnesses",
            expected=f"0 to {len(names)}", got=str(needed),
        )  # fmt: skip
    group = WitnessGroup(name=GROUP, threshold=needed, members=names)
    return replace(trust, groups=(group,), quorum=GROUP)


def _merged(old: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *more)))


def _trusted(key: PublicKey) -> TrustedKey:
    return TrustedKey(key=key.to_json())


def _log(asked: Request) -> TrustedLog:
    return TrustedLog(
        origin=asked.log.name, vkey=asked.log.vkey, organisation=asked.organisation.id
    )


def _witness(asked: Request) -> TrustedWitness:
    return TrustedWitness(
        name=asked.organisation.id, vkey=asked.witness.vkey, organisation=asked.organisation.id
    )


def _root(asked: Request) -> TrustedOrganisation:
    keys = tuple(map(_trusted, asked.public_keys(Role.OPERATOR)))
    return TrustedOrganisation(id=asked.organisation.id, name=asked.organisation.name, keys=keys)


def _board(organisation: str, threshold: int, keys: Sequence[PublicKey]) -> Board:
    return Board(organisation=organisation, threshold=threshold, keys=tuple(map(_trusted, keys)))


def _issuer(asked: Request) -> TokenIssuer:
    keys = tuple(map(_trusted, asked.public_keys(Role.TOKEN_ISSUER)))
    return TokenIssuer(organisation=asked.organisation.id, keys=keys)


def install(home: Home, versions: Sequence[bytes], at: datetime) -> TrustFile:
    """Put a trust file in force in a home: the first as it is, later ones as successors.

    Raises:
        MalformedError, VerificationError: `trust.*`; the one in force stays.
        UnavailableError: `home.cannot-write`.
    """
    data = versions[-1]
    if home.trust_path.exists():
        current = TrustFile.read(home.trust_path.read_bytes())
        if data == home.trust_path.read_bytes():
            return TrustFile.load(data, at)
        trust = update_all(current, versions, at)
    else:
        trust = update_all(TrustFile.read(versions[0]), versions[1:], at)
    write_whole(home.trust_path, data)
    return trust


def describe(trust: TrustFile) -> dict[str, object]:
    """Return what a person wants to know of a trust file, with key ids in place of keys."""
    return {
        "version": trust.version,
        "expires": format_time(trust.expires),
        "root": {
            "threshold": trust.root.threshold,
            "keys": [key.public.key_id for key in trust.root.keys],
        },
        "logs": [{"origin": log.origin, "vkey": log.vkey} for log in trust.logs],
        "witnesses": [{"name": it.name, "vkey": it.vkey} for it in trust.witnesses],
        "quorum": trust.quorum,
        "groups": [
            {"name": it.name, "threshold": it.threshold, "members": list(it.members)}
            for it in trust.groups
        ],
        "organisations": [it.id for it in trust.organisations],
        "accreditors": list(trust.accreditors),
        "boards": [
            {"organisation": it.organisation, "threshold": it.threshold, "members": len(it.keys)}
            for it in trust.boards
        ],
        "tokenIssuers": [it.organisation for it in trust.token_issuers],
        "statusLists": list(trust.status_lists),
        "jurisdictions": list(trust.jurisdictions),
    }


def read_draft(data: bytes) -> TrustFile:
    """Read a draft (a payload) or an envelope whose signatures are not complete yet.

    Raises:
        MalformedError: `trust.*`, `json.*`.
    """
    if b'"payloadType"' in data:
        return TrustFile.parse(open_envelope(data).payload)
    return TrustFile.parse(data)


def read_file(path: Path, *, limit: int = MAX_FILE) -> bytes:
    """Return a file's bytes; of a larger file no more than `limit` are read.

    Raises:
        MalformedError: `trust.too-large`.
        UnavailableError: `trust.unreadable`.
    """
    try:
        with path.open("rb") as stream:
            return read_stream(stream, str(path), limit=limit)
    except OSError as error:
        raise UnavailableError(
            "trust.unreadable", f"cannot read {path}", got=error.strerror
        ) from error


def read_stream(stream: BinaryIO, name: str, *, limit: int = MAX_FILE) -> bytes:
    """Return all that a stream holds, as `read_file`.

    Raises:
        MalformedError: `trust.too-large`.
    """
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise MalformedError(
            "trust.too-large", f"{name} is larger than what is read whole",
            expected=f"at most {limit} bytes", mend="name the right file",
        )  # fmt: skip
    return data
