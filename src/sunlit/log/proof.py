"""C2SP tlog-proof: a receipt, which shows offline that an entry is in a log."""

import base64
from dataclasses import dataclass
from typing import Final, Self

from sunlit.base.errors import MalformedError
from sunlit.log.checkpoint import Checkpoint
from sunlit.log.fields import strict_base64, strict_decimal
from sunlit.log.merkle import MAX_PROOF, check_hashes, leaf_hash, verify_inclusion
from sunlit.log.note import MAX_NOTE
from sunlit.log.policy import Policy, VerifiedCheckpoint

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_EXTRA: Final = 64 * 1024
MAX_RECEIPT: Final = MAX_NOTE + 2 * MAX_EXTRA

_ANY_VERSION: Final = "c2sp.org/tlog-proof@"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A receipt: the entry's index, its audit path and the signed checkpoint, verbatim.

    `extra` is not authenticated: nothing may be concluded from it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a receipt; this verifies nothing.

        Raises:
            MalformedError: `proof.form`, `proof.unknown-version`, `proof.hash-size`,
                `note.base64`, `note.decimal`.
        """
        if len(data) > MAX_RECEIPT:
            raise _malformed(f"at most {MAX_RECEIPT} bytes")
        head, blank, checkpoint = data.partition(b"\n\n")
        if not blank or not checkpoint or not head.isascii():
            raise _malformed("lines, an empty line, and a checkpoint")
        lines = head.decode("ascii").split("\n")
        _expect_header(lines.pop(0))
        extra = _field(lines, "extra")
        index = _field(lines, "index")
        if index is None or len(lines) > MAX_PROOF:
            raise _malformed(f"a line index <n>, and at most {MAX_PROOF} hashes")
        hashes = tuple(strict_base64(line, "a hash in a receipt") for line in lines)
        check_hashes(*hashes)
        return cls(
            strict_decimal(index, "the index in a receipt"),
            hashes,
            checkpoint,
            None if extra is None else strict_base64(extra, "the extra data of a receipt"),
        )

    def to_bytes(self) -> bytes:
        """Return the receipt as a file (`.tlog-proof`).

        Raises:
            MalformedError: `proof.form` where reading it back would give something else.
        """
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(found).decode() for found in self.hashes]
        data = "".join(f"{line}\n" for line in [*lines, ""]).encode() + self.checkpoint
        if TlogProof.parse(data) != self:
            raise _malformed("an index, hashes and a checkpoint that can be read back")
        return data


def _expect_header(line: str) -> None:
    if line.startswith(_ANY_VERSION) and line != HEADER:
        raise MalformedError(
            "proof.unknown-version",
            "the receipt is of a version that this program does not know",
            expected=HEADER,
            mend="use a newer sunlit; if it was copied, check that its line ends are LF",
        )
    if line != HEADER:
        raise _malformed(f"the first line {HEADER}")


def _field(lines: list[str], name: str) -> str | None:
    """Take the first line if it is `<name> <value>`, and return the value."""
    if lines and lines[0].startswith(f"{name} "):
        return lines.pop(0).removeprefix(f"{name} ")
    return None


def _malformed(expected: str) -> MalformedError:
    return MalformedError("proof.form", "the receipt is malformed", expected=expected)


def verify_receipt(entry: bytes, proof: bytes | TlogProof, policy: Policy) -> Checkpoint:
    """Check offline that `entry` is in a log that `policy` believes; return the checkpoint.

    Raises:
        MalformedError: `proof.*`, `note.*`, `log.checkpoint-form`, `log.checkpoint-root`.
        VerificationError: `note.no-known-signature`, `note.bad-signature`,
            `log.other-origin`, `log.quorum`, `proof.wrong-length`, `proof.inclusion`.
        UnavailableError: `note.no-ml-dsa`.
    """
    return verify_inclusion_of(leaf_hash(entry), proof, policy).checkpoint


def verify_inclusion_of(
    leaf: bytes, proof: bytes | TlogProof, policy: Policy
) -> VerifiedCheckpoint:
    """Do what `verify_receipt` does for a leaf's hash; also return the log and cosignatures.

    Raises:
        SunlitError: as `verify_receipt`.
    """
    # 1. The leaf's hash comes from outside: the receipt cannot choose what it proves.
    receipt = TlogProof.parse(proof) if isinstance(proof, bytes) else proof
    # 2. The log's signature and origin, and the quorum of cosignatures.
    found = policy.verify(receipt.checkpoint)
    # 3. The leaf's place under the root that was signed.
    checkpoint = found.checkpoint
    verify_inclusion(leaf, receipt.index, checkpoint.size, receipt.hashes, checkpoint.root)
    return found
