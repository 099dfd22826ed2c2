"""Renew the receipts of issued tokens, once witnesses have cosigned a newer checkpoint.

A receipt is given at publication, before any witness could see the entry. What a verifier's
quorum asks for comes later, as a receipt of the same entry under a cosigned checkpoint.
"""

from pathlib import Path

from sunlit.base.errors import VerificationError
from sunlit.log.proof import TlogProof
from sunlit.registry.home import Home, write_whole
from sunlit.runtime import folder


def renew_receipts(home: Home) -> tuple[Path, ...]:
    """Lay a receipt under the newest checkpoint into each token's folder; return the folders.

    Raises:
        VerificationError: `receipt.other-entry` when a folder's grant is not in the log.
    """
    reader = home.reader()
    renewed = []
    for where in sorted((home.root / "tokens").glob("*.token")):
        entry = (where / folder.ENTRY).read_bytes()
        index = TlogProof.parse((where / folder.RECEIPT).read_bytes()).index
        if index >= reader.size or reader.entry(index) != entry:
            raise VerificationError(
                "receipt.other-entry", f"{where.name} does not hold the entry that the log has",
                expected=f"entry {index} of {home.origin}", mend="issue the token again",
            )  # fmt: skip
        write_whole(where / folder.RECEIPT, reader.receipt(index).to_bytes())
        renewed.append(where)
    return tuple(renewed)
