"""The check code on a letter: 15 random characters and one that finds typing errors.

Crockford's base 32 (no I, L, O, U), in four groups of four; 75 random bits, so nobody finds
somebody else's decision by trying. The last character is Luhn mod 32, which finds each wrong
character and nearly each swap of two neighbours.
"""

import secrets
from typing import Final

from sunlit.base.errors import MalformedError

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
GROUP: Final = 4
_BASE: Final = len(ALPHABET)
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_code() -> str:
    """Return a fresh code, such as `7QK2-M4TX-90AB-CD3F`."""
    drawn = secrets.token_bytes(LENGTH - 1)
    body = "".join([ALPHABET[byte & 31] for byte in drawn])
    return grouped(body + _last(body))


def grouped(code: str) -> str:
    """Return 16 characters in groups of four."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read_code(typed: str) -> str:
    """Return the code as it is printed, whatever case, spaces and look-alikes were typed.

    Raises:
        MalformedError: `record.check-code`.
    """
    code = "".join(one for one in typed.upper() if not (one.isspace() or one == "-"))
    code = code.translate(_READ_AS)
    if (
        len(code) != LENGTH
        or any(one not in _VALUES for one in code)
        or _last(code[:-1]) != code[-1]
    ):
        raise MalformedError(
            "record.check-code", "the check code was mistyped",
            expected="16 letters and digits, as on the letter", mend="type it again, all of it",
        )  # fmt: skip
    return grouped(code)


def _last(body: str) -> str:
    """Return the character that Luhn mod N asks for after `body`."""
    total = 0
    for place, character in enumerate(reversed(body)):
        value = _VALUES[character] * (2 if place % 2 == 0 else 1)
        total += value // _BASE + value % _BASE
    return ALPHABET[-total % _BASE]
