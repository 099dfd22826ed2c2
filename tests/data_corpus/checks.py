"""Check digits of the identifiers that the corpus makes, from their published rules.

Written for this corpus alone, and not from the product's validators: whoever writes the test does
not write the rules. Each function takes digits as text and returns the check to append.
"""

from collections.abc import Sequence
from typing import Final

NIF_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
# Decreto ministeriale 23/12/1976: what a character counts at an odd place, 0-9 then A-Z.
_ODD: Final = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)
_ODD_LETTERS: Final = (
    *_ODD, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
)  # fmt: skip


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Return the sum of digits times weights."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def luhn(digits: str) -> str:
    """Return the Luhn check digit (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def nhs(digits: str) -> str | None:
    """Return the Modulus 11 digit of nine digits (NHS Data Dictionary), None where it is 10."""
    check = 11 - weighted(digits, range(10, 1, -1)) % 11
    return None if check == 10 else str(check % 11)


def utr(digits: str) -> str:
    """Return the first digit of a UK tax reference from its other nine (HMRC)."""
    return "21987654321"[weighted(digits, (6, 7, 8, 9, 10, 5, 4, 3, 2)) % 11]


def iban(country: str, account: str) -> str:
    """Return an IBAN with its two check digits (ISO 13616, ISO 7064 mod 97-10)."""
    as_number = "".join(str(int(one, 36)) for one in f"{account}{country}00")
    return f"{country}{98 - int(as_number) % 97:02}{account}"


def nir(digits: str) -> str:
    """Return the key of a French NIR's thirteen characters, Corsica's letters counted (INSEE)."""
    return f"{97 - int(digits.replace('2A', '19').replace('2B', '18')) % 97:02}"


def bsn(digits: str) -> str | None:
    """Return the last digit of a Dutch BSN from its first eight (the eleven-test)."""
    check = weighted(digits, range(9, 1, -1)) % 11
    return None if check == 10 else str(check)


def nif(number: int) -> str:
    """Return the letter of a Spanish number (Orden INT/2058/2008)."""
    return NIF_LETTERS[number % 23]


def codice_fiscale(fifteen: str) -> str:
    """Return the control letter of a codice fiscale."""
    total = 0
    for place, one in enumerate(fifteen, start=1):
        value = int(one, 36)
        total += _odd(value) if place % 2 else value if value < 10 else value - 10
    return chr(ord("A") + total % 26)


def _odd(value: int) -> int:
    # A letter counts as the digit of the same place does: A as 0, B as 1 and so on to J.
    return _ODD[value] if value < 10 else _ODD_LETTERS[value - 10]


def steuer_id(digits: str) -> str:
    """Return the check digit of a German tax number's first ten (ISO 7064 mod 11,10)."""
    product = 10
    for digit in digits:
        product = 2 * ((int(digit) + product - 1) % 10 + 1) % 11
    return str((11 - product) % 10)


def pesel(digits: str) -> str:
    """Return the last digit of a PESEL from its first ten."""
    return str(-weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10)


def belgian(digits: str, *, is_born_after_1999: bool) -> str:
    """Return the two check digits of a Belgian national number's first nine."""
    return f"{97 - int(('2' if is_born_after_1999 else '') + digits) % 97:02}"


def rib(bank: str, branch: str, account: str) -> str:
    """Return the two-digit key of a French account of digits only."""
    return f"{97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97:02}"


def ccc(bank_branch: str, account: str) -> str:
    """Return the two control digits of a Spanish account."""
    weights = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
    found = (11 - weighted(part, weights) % 11 for part in (f"00{bank_branch}", account))
    return "".join("1" if one == 10 else str(one % 11) for one in found)
