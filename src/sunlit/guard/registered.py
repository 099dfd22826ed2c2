"""Is a decision log the deployer's registered one? Asked before a guard writes its first record.

The statement and its receipt lie beside the log, so a guard needs no node. What is looked at:
1. The registration's entry is in a log that the trust file names, under that log's signature.
   Cosignatures are not waited for: a log is used minutes after it was registered, and whoever
   judges a record later asks for the quorum.
2. It is about this log, this key and the token's deployer and use. Who signed it was looked at by
   whoever admitted it there, and is again by every reader of that log.
3. No other folder of the store holds a log of this origin: two writers would make two histories.
"""

from dataclasses import replace
from typing import NoReturn

from sunlit.base.errors import SunlitError, VerificationError
from sunlit.claims.base import read_claim
from sunlit.claims.decision import LogRegistration
from sunlit.decision.folder import LogFolder
from sunlit.decision.store import DecisionStore
from sunlit.guard.standing import Standing
from sunlit.log.entry import Entry
from sunlit.log.policy import NONE
from sunlit.log.proof import verify_receipt
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement


def expect_registered(store: DecisionStore, origin: str, standing: Standing) -> None:
    """Check the registration of the store's log `origin`.

    Raises:
        VerificationError: `guard.log-unregistered`.
    """
    found = [folder for folder in store.logs() if folder.origin == origin]
    if len(found) != 1 or found[0].registration is None or found[0].receipt is None:
        _refuse("two folders of the store hold it" if len(found) > 1 else "it has no registration")
    try:
        claim = _read(found[0], standing)
    except SunlitError as error:
        _refuse(f"{error.code}: {error.what}")
    grant = standing.token.claims
    if claim is None or (claim.origin, claim.vkey) != (origin, found[0].vkey):
        _refuse("the registration is of another log or key")
    if claim.deployer != grant.deployer or claim.use not in (None, grant.use):
        _refuse("the registration is of another deployer or use")


def _read(folder: LogFolder, standing: Standing) -> LogRegistration | None:
    entry, receipt = folder.registration or b"", folder.receipt or b""
    verify_receipt(entry, receipt, replace(standing.trust.policy, quorum=NONE))
    said = Statement.parse(Envelope.from_json(Entry.parse(entry).envelope).payload)
    claim = read_claim(said.predicate_type, said.predicate)
    return claim if isinstance(claim, LogRegistration) else None


def _refuse(got: str) -> NoReturn:
    raise VerificationError(
        "guard.log-unregistered", "the decision log is not the deployer's registered one",
        expected="its registration, for this deployer and use, in a log of the trust file",
        got=got,
        mend="register it: sunlit guard init DIR --token FOLDER --home HOME",
    )  # fmt: skip
