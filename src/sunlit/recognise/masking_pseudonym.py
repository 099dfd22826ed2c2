"""Pseudonyms: HMAC-SHA-256 of a value under the mask's key, in letters, or in the value's shape.

The letters are sixteen consonants, each standing for four bits. So a pseudonym never looks like a
number, a date or a float (`12e45`), spells no word, and no recogniser of numbers finds it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.plan import Rule

LETTERS: Final = "bcdfghjklmnpqrst"  # for the hex digits 0 to f, in order
LENGTH: Final = 20  # letters: 80 bits, so 10^9 different values collide with p = 4e-7
IN_TEXT: Final = 12  # letters: 48 bits
# What stands in a column of pseudonyms: a label in front where the plan says so, then letters.
FORM: Final = rf"(?:[A-Za-z0-9][A-Za-z0-9 -]{{0,39}}-)?[{LETTERS}]{{12,60}}"
_FORM: Final = re.compile(FORM)
_TO_LETTERS: Final = str.maketrans("0123456789abcdef", LETTERS)
_DROPPED: Final = dict.fromkeys(map(ord, " \t\n\r\u00a0\u2010\u2011\u2012\u2013-.()/"))
_SMALL: Final = "abcdefghijklmnopqrstuvwxyz"
_TRIES: Final = 64


def normal(text: str, *, fold: bool) -> str:
    """Return what two writings of one value have in common: NFC, without white space around.

    `fold`: also without case, and without the spaces, dashes, dots, slashes and brackets that
    numbers are grouped with.

    >>> normal(" 943 476-5919 ", fold=True)
    '9434765919'
    """
    found = text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()
    if not fold:
        return found
    folded = found.translate(_DROPPED).casefold()
    return unicodedata.normalize("NFC", folded) or found


def form_like(pseudonym: str) -> str | None:
    """Return a pattern of all values of the column that this pseudonym stands in, or None.

    A column is made after one rule, so its pseudonyms have one label and one length. The text
    alone cannot show that a key made it: whoever reads the pattern into a column trusts that.

    >>> form_like("P-" + "bcdf" * 5)
    '^P-[bcdfghjklmnpqrst]{20}$'
    """
    if not _FORM.fullmatch(pseudonym):
        return None
    label, dash, letters = pseudonym.rpartition("-")
    return f"^{label}{dash}[{LETTERS}]{{{len(letters)}}}$"


class Pseudonymiser:
    """Gives each value of one domain its pseudonym."""

    def __init__(self, key: MaskKey, domain: str) -> None:
        secret = key.derive("pseudonym", domain)
        self._keyed = HMAC(secret, SHA256())

    def digests(self, values: Iterable[bytes]) -> bytes:
        """Return the 32-byte HMACs of values that are normal already, one after another."""
        copied, found = self._keyed.copy, []
        for value in values:
            one = copied()
            one.update(value)
            found.append(one.finalize())
        return b"".join(found)

    def digest(self, value: str) -> bytes:
        """Return the HMAC of one normal value."""
        one = self._keyed.copy()
        # A lone half of a surrogate pair is possible in JSON; it has no UTF-8.
        one.update(value.encode("utf-8", "surrogatepass"))
        return one.finalize()

    def letters(self, value: str, length: int) -> str:
        """Return the pseudonym of a normal value in consonants."""
        return self.digest(value).hex()[:length].translate(_TO_LETTERS)

    def shaped(self, value: str, written: str) -> str:
        """Return a pseudonym in the shape of `written`: digits for digits, letters for letters.

        All else stays. Each character is replaced by one that a keyed stream chooses, and the
        stream hangs on the whole normal value: this is no format-preserving encryption, it
        cannot be reversed, and two values may meet. It never gives back what was written.
        """
        if not any(one.isalnum() for one in written):
            return written
        for attempt in range(_TRIES):
            found = self._shaped(f"{value}\0{attempt}", written)
            if found != written:
                return found
        raise AssertionError("a keyed stream gave the same text 64 times")  # pragma: no cover

    def _shaped(self, seed: str, written: str) -> str:
        stream, parts = b"", list[str]()
        for at, one in enumerate(written):
            if 2 * at + 2 > len(stream):
                stream += self.digest(f"{seed}\0{at}")
            chosen = int.from_bytes(stream[2 * at : 2 * at + 2], "big")
            parts.append(_like(one, chosen))
        return "".join(parts)


def _like(one: str, chosen: int) -> str:
    if one.isdigit() or one.isnumeric():
        return str(chosen % 10)
    if one.isalpha():
        letter = _SMALL[chosen % 26]
        return letter.upper() if one.isupper() else letter
    return one


def pseudonymise(rule: Rule, key: MaskKey, domain: str, length: int) -> Callable[[str], str]:
    """Return text -> pseudonym after a rule; `domain` and `length` are for where it says none.

    An empty text, or one of white space only, is no value: it stays.
    """
    maker = Pseudonymiser(key, rule.text("domain", domain))
    fold, letters = rule.flag("fold"), rule.whole("length", length)
    prefix = rule.text("prefix")
    before = f"{prefix}-" if prefix else ""

    def in_letters(text: str) -> str:
        value = normal(text, fold=fold)
        return before + maker.letters(value, letters) if value else text

    def in_shape(text: str) -> str:
        value = normal(text, fold=fold)
        return maker.shaped(value, text) if value else text

    return in_shape if rule.text("format") == "kept" else in_letters
