"""Prepare a deployment's decision store: token, trust file, and decision logs that are registered.

Each log is made, then registered by a statement in the deployer's own log, then given entry and
receipt of that statement: a guard takes only logs that have them. A crash between two steps
leaves an unregistered log, which the next run finishes; nothing is registered twice.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from sunlit.authority.trustfile import TrustFile
from sunlit.base.canonical import decode_object
from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.base.times import format_time
from sunlit.capabilities.decision.standing import log_subject, registration_of
from sunlit.claims.decision import LogRegistration
from sunlit.decision.folder import LogFolder
from sunlit.decision.store import DecisionStore
from sunlit.guard.standing import Status, read_status
from sunlit.registry.admit import Ledger
from sunlit.registry.home import write_whole
from sunlit.registry.saying import say
from sunlit.runtime import jws
from sunlit.runtime.covers import Asked, expect_covers
from sunlit.runtime.folder import ENTRY, LABEL, MANIFEST, RECEIPT, STATUS, TOKEN, read_parts
from sunlit.runtime.token import TOKEN_TYPE, SafetyToken, issuer_keys, open_token
from sunlit.statement.keys import Signer

TOKEN_FOLDER: Final = "token"  # noqa: S105 - a name, no secret
TRUST: Final = "trust.json"
STORE_FILE: Final = "guard.json"
ORIGIN_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A store that is ready, and the logs that this run registered."""

    store: DecisionStore
    registered: tuple[LogFolder, ...]


def prepare_store(
    ledger: Ledger,
    token: Path,
    root: Path,
    *,
    use: str,
    workers: int = 1,
    keys: Path | None = None,
    signer: Signer | None = None,
) -> Prepared:
    """Make the store at `root`, or bring it to `workers` registered logs in all.

    `keys` is where content keys are kept, another volume perhaps. `signer` is the deployer's
    operator key, the home's unless given.

    Raises:
        VerificationError: `guard-store.token`, `guard-store.other-owner`, `guard-store.other-keys`,
            `guard-store.other-log`, `token.*`, `admit.refused`.
        UnavailableError: `home.no-such-key`, `home.no-trust`, `home.cannot-write`, `store.*`.
    """
    home, by = ledger.home, signer or ledger.home.signer("operator")
    deployer = home.organisation
    # 1. the token is for this use by this deployer
    trust = home.trust(ledger.now())
    expect_token_for(token, trust, use=use, deployer=deployer, at=ledger.now())
    # 2. the store is theirs
    store = _opened(root, deployer, use, keys)
    # 3. token and trust file
    _copy_trust(home.trust_path.read_bytes(), root / TRUST)
    _copy_token(token, root, ledger.now())
    # 4. finish what a crash left, then make what is missing
    done = [_registered(ledger, one, use, by) for one in store.logs() if one.registration is None]
    for _ in range(workers - len(store.logs())):
        origin = f"{deployer}/decisions/{secrets.token_hex(ORIGIN_BYTES)}"
        done.append(_registered(ledger, store.add_log(origin), use, by))
    return Prepared(store=store, registered=tuple(done))


def expect_token_for(
    folder: Path, trust: TrustFile, *, use: str, deployer: str, at: datetime
) -> SafetyToken:
    """Return the folder's token, signed by its issuer and given for this use by this deployer.

    Raises:
        VerificationError: `guard-store.token`, and as `open_token`.
    """
    found = open_token(read_parts(folder).token, issuer_keys(trust))
    try:
        expect_covers(found.claims, Asked(at=at, use=use, deployer=deployer))
    except VerificationError as error:
        raise VerificationError(
            "guard-store.token", f"this token is no use here: {error.what}",
            expected=error.expected, got=error.got,
            mend="name the token that was issued for this use, or the use that it is for",
        ) from error  # fmt: skip
    return found


def use_of(folder: Path) -> str:
    """Return the use that a token says it is for, unverified: `prepare_store` verifies it.

    Raises:
        UnavailableError: `token.unreadable`.
        MalformedError: `token.malformed`, `json.*`.
    """
    found = jws.parse(read_parts(folder).token, typ=TOKEN_TYPE)
    claims = decode_object(found.unverified_payload, what="the token").get("sunlit")
    return str(claims.get("use")) if isinstance(claims, dict) else ""


def _opened(root: Path, deployer: str, use: str, keys: Path | None) -> DecisionStore:
    if not (root / STORE_FILE).exists():
        return DecisionStore.create(root, organisation=deployer, use=use, keys=keys)
    store = DecisionStore.open(root)
    if (store.organisation, store.use) != (deployer, use):
        raise VerificationError(
            "guard-store.other-owner", "the decision store is of another organisation or use",
            expected=f"{deployer}, {use}", got=f"{store.organisation}, {store.use}",
            mend="name another directory: each deployment has a store of its own",
        )  # fmt: skip
    if keys is not None and keys.resolve() != store.keys.resolve():
        raise VerificationError(
            "guard-store.other-keys", "the content keys of this decision store are elsewhere",
            expected=str(store.keys), got=str(keys.absolute()),
            mend="leave --keys out; to move them: stop the service, move the folder, and change "
            "`keys` in guard.json",
        )  # fmt: skip
    return store


def _copy_trust(data: bytes, to: Path) -> None:
    """Lay the trust file there, unless the operator has put a newer one."""
    if not to.exists() or TrustFile.read(to.read_bytes()).version < TrustFile.read(data).version:
        write_whole(to, data)


def _copy_token(folder: Path, root: Path, at: datetime) -> None:
    """Lay the token's files there; a newer status list that lies there already stays."""
    to, parts = root / TOKEN_FOLDER, read_parts(folder)
    label = folder / LABEL
    files = {
        ENTRY: parts.entry, RECEIPT: parts.receipt, MANIFEST: parts.manifest,
        LABEL: label.read_bytes() if label.is_file() else None, TOKEN: parts.token,
    }  # fmt: skip
    for name, data in files.items():
        if data is not None:
            write_whole(to / name, data)
    if parts.status is None:
        return
    try:
        refresh_status(root, parts.status, at)
    except SunlitError:  # it is older, or nobody can tell: the guard judges what lies there
        if not (to / STATUS).exists():
            write_whole(to / STATUS, parts.status)


def refresh_status(root: Path, text: bytes, at: datetime) -> Status:
    """Replace a store's status list by one of the token's issuer that is not older.

    Raises:
        VerificationError: `guard-store.older-status`, `status.*`, `token.*`.
        MalformedError: `status.malformed`, `status.too-large`.
        UnavailableError: `token.unreadable`, `guard-store.no-trust`, `home.cannot-write`.
    """
    folder = root / TOKEN_FOLDER
    parts, trust = read_parts(folder), store_trust(root)
    trust.expect_current(at)
    token = open_token(parts.token, issuer_keys(trust))
    new = read_status(text.removesuffix(b"\n"), token, trust, at)
    expect_not_older(new, parts.status, token, trust, at)
    write_whole(folder / STATUS, new.raw)
    return new


def expect_not_older(
    new: Status, old: bytes | None, token: SafetyToken, trust: TrustFile, at: datetime
) -> None:
    """Check that a status list is not older than the one that is there.

    Raises:
        VerificationError: `guard-store.older-status`.
    """
    try:
        known = None if old is None else read_status(old, token, trust, at).found.issued_at
    except SunlitError:
        known = None  # what cannot be verified is no reason to refuse what can
    if known is not None and new.found.issued_at < known:
        raise VerificationError(
            "guard-store.older-status", "the status list is older than the one that is there",
            expected=f"made from {format_time(known)} on", got=format_time(new.found.issued_at),
            mend="get the issuer's latest list",
        )  # fmt: skip


def store_trust(root: Path) -> TrustFile:
    """Return the trust file that a store's guard starts from; it may have expired.

    Raises:
        UnavailableError: `guard-store.no-trust`.
        MalformedError, VerificationError: as `TrustFile.read`.
    """
    try:
        data = (root / TRUST).read_bytes()
    except OSError as error:
        raise UnavailableError(
            "guard-store.no-trust", "the decision store has no trust file",
            mend=f"put the trust file there as {TRUST}, or: sunlit guard init DIR --token FOLDER "
            "--use USE --home HOME",
        ) from error  # fmt: skip
    return TrustFile.read(data)


def _registered(ledger: Ledger, folder: LogFolder, use: str, signer: Signer) -> LogFolder:
    """Register a log that has no receipt yet, or find what an earlier run logged."""
    home, history = ledger.home, ledger.history
    known = registration_of(history.statements, history.directory, folder.origin, home.organisation)
    if known is None:
        claim = LogRegistration(
            origin=folder.origin, vkey=folder.vkey, deployer=home.organisation, use=use,
            registered_on=ledger.now(),
        )  # fmt: skip
        said = say(ledger, claim, log_subject(folder.origin), signer)
        entry, proof = said.entry, said.proof
    else:
        if known.claim.vkey != folder.vkey:
            raise VerificationError(
                "guard-store.other-log", f"the log {folder.origin} is registered with another key",
                expected=known.claim.vkey, got=folder.vkey,
                mend=f"remove {folder.path}, which has no record that counts, and run this again",
            )  # fmt: skip
        index, reader = known.said.index or 0, home.reader()
        entry, proof = reader.entry(index), reader.receipt(index).to_bytes()
    folder.keep_registration(entry, proof)
    return folder
