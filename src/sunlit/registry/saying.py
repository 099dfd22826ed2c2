"""Say something: a claim becomes a signed statement, and the log takes it."""

from dataclasses import dataclass

from sunlit.authority.history import History
from sunlit.base.errors import VerificationError
from sunlit.claims.base import Claim
from sunlit.claims.risk import Use
from sunlit.registry.admit import Ledger
from sunlit.registry.again import anew
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement that the log holds: what it says, its id, its entry and the entry's proof."""

    claim: Claim
    statement_id: str
    origin: str
    index: int
    entry: bytes
    proof: bytes

    def to_json(self) -> dict[str, object]:
        """Return the statement for `--json`."""
        return {
            "statement": self.statement_id,
            "log": self.origin,
            "index": self.index,
            "predicateType": self.claim.TYPE,
            "predicate": self.claim.to_predicate(),
        }


def say(ledger: Ledger, claim: Claim, subject: Subject, signer: Signer, *more: Subject) -> Said:
    """Sign a claim about a subject (and `more` of them) and admit it; see `again.anew`.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
        SunlitError: as `Ledger.admit`.
    """
    claim = anew(claim, ledger.history.statements, signer.public.key_id)
    envelope = signed(claim, signer, subject, *more)
    receipt = ledger.admit(envelope)
    return Said(
        claim=claim, statement_id=envelope.statement_id, origin=ledger.home.origin,
        index=receipt.index, entry=receipt.entry, proof=receipt.proof.to_bytes(),
    )  # fmt: skip


def signed(claim: Claim, signer: Signer, *subjects: Subject) -> Envelope:
    """Return a claim about subjects as a signed statement, in no log."""
    statement = Statement(subjects, claim.TYPE, claim.to_predicate())
    return sign(statement.to_payload(), [signer])


def find_use(history: History, use: str, deployer: str | None) -> Use:
    """Return the latest statement of a use; the deployer may be left out where it is plain.

    Raises:
        VerificationError: `use.unknown`, `use.ambiguous`.
    """
    found = [
        said.claim
        for said in history.statements
        if isinstance(said.claim, Use)
        and said.claim.id == use
        and deployer in (None, said.claim.deployer)
    ]
    if not found:
        raise VerificationError(
            "use.unknown", f"this log holds no use {use!r}",
            mend="bring it first: sunlit log import DIR --home HOME, or, by the deployer: "
            "sunlit use declare PATH --id USE --area N --description TEXT --home HOME",
        )  # fmt: skip
    deployers = sorted({one.deployer for one in found})
    if len(deployers) > 1:
        raise VerificationError(
            "use.ambiguous", f"several organisations have a use {use!r}",
            expected="one of " + ", ".join(deployers), mend="name it with --deployer",
        )  # fmt: skip
    return found[-1]
