"""A token's folder, `<name>.token/`: the token and all that is needed to check it offline."""

from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.log.proof import MAX_RECEIPT
from sunlit.log.tiles import MAX_ENTRY
from sunlit.runtime.jws import MAX_TOKEN
from sunlit.runtime.statuslist import MAX_LIST
from sunlit.runtime.verify import TokenParts

TOKEN: Final = "token.jwt"  # noqa: S105 - a name, no secret
ENTRY: Final = "grant.entry.json"
RECEIPT: Final = "grant.tlog-proof"
STATUS: Final = "status.jwt"
MANIFEST: Final = "manifest.json"
LABEL: Final = "label.txt"
MAX_MANIFEST: Final = 64 * 1024 * 1024  # bytes


def read_parts(folder: Path) -> TokenParts:
    """Read a token's folder, or a single file that holds only the token. Verifies nothing.

    Raises:
        UnavailableError: `token.unreadable` when there is no token.
        MalformedError: `token.too-large`.
    """
    if not folder.is_dir():
        return TokenParts(token=_token(folder))
    return TokenParts(
        token=_token(folder / TOKEN),
        entry=_read(folder / ENTRY, MAX_ENTRY),
        receipt=_read(folder / RECEIPT, MAX_RECEIPT),
        status=_stripped(_read(folder / STATUS, MAX_LIST)),
        manifest=_read(folder / MANIFEST, MAX_MANIFEST),
    )


def _token(path: Path) -> bytes:
    found = _stripped(_read(path, MAX_TOKEN))
    if found is None:
        raise UnavailableError(
            "token.unreadable", "there is no token here", expected=f"a folder with {TOKEN}",
            got=str(path), mend="name the folder that ends in .token",
        )  # fmt: skip
    return found


def _read(path: Path, limit: int) -> bytes | None:
    """Return the bytes of a regular file, None when it is missing."""
    if not path.is_file():  # no pipe that never ends
        return None
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise UnavailableError(
            "token.unreadable", f"{path.name} cannot be read", got=error.strerror
        ) from error
    if len(data) > limit:
        raise MalformedError(
            "token.too-large", f"{path.name} is too large", expected=f"at most {limit} bytes"
        )
    return data


def _stripped(data: bytes | None) -> bytes | None:
    """Return the data without the one newline that editors put at a file's end."""
    return None if data is None else data.removesuffix(b"\n")
