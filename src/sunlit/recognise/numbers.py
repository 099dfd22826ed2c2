"""Numbers that python-stdnum knows, as tests of characters without separators, in upper case.

Each first looks at what costs little, a length or a month, so that the library only sees what can
be right, and calls the innermost function of the library that does the sum: its own cleaning is
slower than the sum.
"""

from typing import Final

from stdnum import iban as _iban
from stdnum import isbn as _isbn
from stdnum import luhn as _luhn
from stdnum.be import bis as _be_bis
from stdnum.be import nn as _be_nn
from stdnum.de import idnr as _de_idnr
from stdnum.es import dni as _es_dni
from stdnum.es import nie as _es_nie
from stdnum.fr import nir as _fr_nir
from stdnum.gb import nhs as _gb_nhs
from stdnum.gb import utr as _gb_utr
from stdnum.it import codicefiscale as _it_codicefiscale
from stdnum.nl import bsn as _nl_bsn
from stdnum.pl import pesel as _pl_pesel
from stdnum.se import personnummer as _se_personnummer
from stdnum.us import itin as _us_itin
from stdnum.us import ssn as _us_ssn

MIN_DIFFERENT: Final = 3  # 0000000000 and 1212121212 pass many a checksum and are nobody's


def not_repeated(number: str) -> bool:
    """Tell whether a number has enough different characters to be somebody's."""
    return len(set(number)) >= MIN_DIFFERENT


def luhn(number: str) -> bool:
    """Tell whether digits pass Luhn's test (ISO/IEC 7812-1)."""
    return number.isdecimal() and not_repeated(number) and _luhn.checksum(number) == 0


def card(number: str) -> bool:
    """Tell whether digits can be a payment card: an issuer's first digits, a length, Luhn."""
    return (
        12 <= len(number) <= 19
        and number.isdecimal()
        and len(number) in _card_lengths(number)
        and number[1:] != number[0] * (len(number) - 1)
        and _luhn.checksum(number) == 0
    )


def _card_lengths(number: str) -> tuple[int, ...] | range:
    """Return the lengths that cards with these first digits have (ISO/IEC 7812, the schemes)."""
    two, four = int(number[:2]), int(number[:4])
    if number[0] == "4":
        return 13, 16, 19  # Visa
    if four in (1800, 2131):
        return (15,)  # JCB, once
    if two in (34, 37):
        return (15,)  # American Express
    if 51 <= two <= 55 or 2221 <= four <= 2720 or 2200 <= four <= 2204 or four == 9792:
        return (16,)  # Mastercard, Mir, Troy
    if two in (30, 36, 38, 39):
        return 14, 16, 19  # Diners Club
    if two in (60, 62, 64, 65, 81, 82) or 3528 <= four <= 3589:
        return 16, 17, 18, 19  # Discover, UnionPay, RuPay, JCB
    if two in (50, 56, 57, 58, 59, 61, 63, 66, 67, 68, 69):
        return range(12, 20)  # Maestro
    return ()


def iban(number: str) -> bool:
    """Tell whether this is an IBAN: country, length and structure, 1 mod 97 (ISO 13616)."""
    return bool(_iban.is_valid(number, check_country=False))


def imei(number: str) -> bool:
    """Tell whether 15 digits can be an IMEI: a reporting body's first digits, and Luhn."""
    # 3GPP TS 23.003; the GSMA's reporting bodies begin 01, 35, 86, 91, 98, 99 and a few more.
    return len(number) == 15 and number[:2] in _BODIES and luhn(number)


_BODIES: Final = frozenset(str.split("01 10 30 33 35 44 45 49 50 51 52 53 54 86 91 98 99"))


def isbn(number: str) -> bool:
    """Tell whether this is an ISBN of 13 digits; the library takes 9 and 10 as well."""
    return len(number) == 13 and bool(_isbn.is_valid(number))


def gb_nhs(number: str) -> bool:
    """Tell whether ten digits can be an NHS number."""
    return (
        len(number) == 10
        and number.isdecimal()
        and _gb_nhs.checksum(number) == 0
        and not_repeated(number)
    )


def gb_utr(number: str) -> bool:
    """Tell whether digits can be a Unique Taxpayer Reference: ten, or HMRC's three before them."""
    digits = number.strip("K")
    if len(digits) == 13:
        digits = digits[3:]  # HMRC design patterns, "Your UTR can be 10 or 13 digits long"
    return (
        len(digits) == 10 and digits.isdecimal() and not_repeated(digits)
        and _gb_utr.calc_check_digit(digits[1:]) == digits[0]
    )  # fmt: skip


def us_ssn(number: str) -> bool:
    """Tell whether nine digits can be a US Social Security number."""
    return len(number) == 9 and not_repeated(number) and bool(_us_ssn.is_valid(number))


def us_itin(number: str) -> bool:
    """Tell whether nine digits can be a US Individual Taxpayer Identification Number."""
    # The IRS gives out 50 to 65 as the middle pair too, which the library does not know.
    newer = number.isdecimal() and number[0] == "9" and "50" <= number[3:5] <= "65"
    return len(number) == 9 and (newer or bool(_us_itin.is_valid(number)))


def fr_nir(number: str) -> bool:
    """Tell whether 15 characters can be a French NIR: check digits and a month."""
    return (
        len(number) == 15
        and number[:5].isdecimal()
        and number[7:].isdecimal()
        and (number[5:7].isdecimal() or number[5:7] in ("2A", "2B"))
        and _fr_nir.calc_check_digits(number[:-2]) == number[-2:]
    )


def nl_bsn(number: str) -> bool:
    """Tell whether nine digits can be a Dutch BSN."""
    return (
        len(number) == 9
        and number.isdecimal()
        and not_repeated(number)
        and _nl_bsn.checksum(number) == 0
    )


def es_nif(number: str) -> bool:
    """Tell whether nine characters can be a Spanish NIF of a person."""
    return (
        len(number) == 9
        and number[:8].isdecimal()
        and _es_dni.calc_check_digit(number[:8]) == number[8]
    )


def es_nie(number: str) -> bool:
    """Tell whether nine characters can be a Spanish NIE."""
    return (
        len(number) == 9
        and number[0] in "XYZ"
        and number[1:8].isdecimal()
        and _es_nie.calc_check_digit(number[:8]) == number[8]
    )


def it_codicefiscale(number: str) -> bool:
    """Tell whether 16 characters can be an Italian codice fiscale, omocodia included."""
    return len(number) == 16 and bool(_it_codicefiscale.is_valid(number))


def de_idnr(number: str) -> bool:
    """Tell whether eleven digits can be a German tax identification number."""
    return len(number) == 11 and bool(_de_idnr.is_valid(number))


def pl_pesel(number: str) -> bool:
    """Tell whether eleven digits can be a Polish PESEL: a date and a check digit."""
    return (
        len(number) == 11
        and number.isdecimal()
        and "01" <= number[4:6] <= "31"
        and _pl_pesel.calc_check_digit(number[:10]) == number[10]
        and not_repeated(number)
        and bool(_pl_pesel.is_valid(number))
    )


def se_personnummer(number: str) -> bool:
    """Tell whether this can be a Swedish personal identity number: a date and Luhn's test."""
    digits = number.replace("+", "")
    if not (len(digits) in (10, 12) and digits.isdecimal() and "01" <= digits[-8:-6] <= "12"):
        return False
    if "61" <= digits[-6:-4] <= "91":  # samordningsnummer: the day is 60 more (SKV 707)
        return _luhn.checksum(digits[-10:]) == 0
    return bool(_se_personnummer.is_valid(digits))


def be_nn(number: str) -> bool:
    """Tell whether eleven digits can be a Belgian national number."""
    return (
        len(number) == 11
        and number[2:4] <= "12"
        and not_repeated(number)
        and bool(_be_nn.is_valid(number))
    )


def be_bis(number: str) -> bool:
    """Tell whether eleven digits can be a Belgian bis number: the month is 20 or 40 more."""
    return len(number) == 11 and not_repeated(number) and bool(_be_bis.is_valid(number))


def mac(number: str) -> bool:
    """Tell whether twelve hexadecimal digits are a device's address, and not everybody's."""
    digits = number.replace(":", "")
    return len(digits) == 12 and digits not in _EVERYBODY and not digits.isdecimal()


_EVERYBODY: Final = frozenset(("0" * 12, "F" * 12))
