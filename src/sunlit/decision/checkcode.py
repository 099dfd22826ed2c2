"""The check code on a letter: 15 random characters and one that finds typing errors.

Crockford's base 32 (no I, L, O, U), in four groups of four; 75 random bits, so nobody finds
somebody else's decision by trying. The last character is Luhn mod 32, which finds each wrong
character and nearly each swap of two neighbours.
"""

from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.decision.entropy import draw

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 16
_BASE: Final = len(ALPHABET)
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_READ_AS: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
# By byte: its character, its value, and its value in Luhn's doubled places.
_DRAWN: Final = bytes(ALPHABET[byte % _BASE].encode()[0] for byte in range(256))
_PLAIN: Final = bytes(_VALUES.get(chr(byte), 0) for byte in range(256))
_DOUBLED: Final = bytes(2 * value // _BASE + 2 * value % _BASE for value in _PLAIN)


def new_code() -> str:
    """Return a fresh code, such as `7QK2-M4TX-90AB-CD3F`."""
    body = draw(LENGTH - 1).translate(_DRAWN).decode()
    return grouped(body + _last(body))


def grouped(code: str) -> str:
    """Return 16 characters in groups of four."""
    return f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"


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
    """Return the character that Luhn mod N asks for after `body`: each second one is doubled."""
    data = body.encode()[::-1]
    total = sum(data[::2].translate(_DOUBLED)) + sum(data[1::2].translate(_PLAIN))
    return ALPHABET[-total % _BASE]
