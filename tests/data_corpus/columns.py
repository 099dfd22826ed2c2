"""Labelled columns of a table: a name, a thousand values, and what the column holds, if anything.

Two thirds hold identifiers, under names that help and names that do not; one third is neutral.
One value in forty is missing and one in fifty is a remark instead, as in tables that people fill.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.data_corpus.corpus import MAKERS, SEED
from tests.data_corpus.drawing import UPPER, digits, letters, seeded

ROWS: Final = 1_000
_REMARKS: Final = ("n/k", "refused", "see notes", "-", "pending", "?")
# (name, kind): the names of real forms and exports in Britain, Europe and America.
_HELD: Final = (
    ("email", "email"), ("contact_mail", "email"), ("mobile_no", "phone"), ("tel_home", "phone"),
    ("iban", "iban"), ("payout_account", "iban"), ("card_number", "card"), ("last_login_ip",
    "ip-address"),
    ("nhs_no", "nhs-number"), ("patient_ref", "nhs-number"), ("chi", "chi-number"), ("ni_number",
    "uk-nino"),
    ("utr", "uk-utr"), ("passport_no", "uk-passport"), ("driving_licence", "uk-driving-licence"),
    ("vrm", "uk-vehicle"), ("vehicle", "uk-vehicle"), ("postcode", "uk-postcode"), ("addr_5",
    "uk-postcode"),
    ("crime_ref", "crime-reference"), ("custody_record", "custody-reference"), ("ssn", "us-ssn"),
    ("itin", "us-itin"), ("num_secu", "fr-nir"), ("bsn", "nl-bsn"), ("dni", "es-nif"), ("nie",
    "es-nie"),
    ("codice_fiscale", "it-codice-fiscale"), ("steuer_id", "de-tax-id"), ("pesel", "pl-pesel"),
    ("personnummer", "se-personnummer"), ("rijksregisternummer", "be-national-number"),
    ("date_of_birth", "date-of-birth"), ("dob", "date-of-birth"), ("gps", "coordinates"),
    ("device_mac", "device-id"), ("api_key", "secret"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """A column; `kind` is None where it holds no identifier."""

    name: str
    values: tuple[str | None, ...]
    kind: str | None


def _amount(chance: Random) -> str:
    return f"{chance.randint(0, 9999)}.{digits(chance, 2)}"


def _day(chance: Random) -> str:
    return f"20{chance.randint(19, 26)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"


def _time(chance: Random) -> str:
    return f"{_day(chance)}T{chance.randint(0, 23):02}:{chance.randint(10, 59)}:00Z"


def _whole(chance: Random) -> str:
    return str(chance.randint(0, 400))


def _order(chance: Random) -> str:
    return f"PO-{digits(chance, 7)}"


def _share(chance: Random) -> str:
    return f"{chance.random():.4f}"


def _hash(chance: Random) -> str:
    return letters(chance, 40, "0123456789abcdef")


def _sku(chance: Random) -> str:
    return f"{letters(chance, 3)}-{digits(chance, 4)}"


def _version(chance: Random) -> str:
    return f"{chance.randint(1, 9)}.{chance.randint(0, 30)}.{chance.randint(0, 9)}"


def _long(chance: Random) -> str:
    return digits(chance, 10)


def _among(*values: str) -> Callable[[Random], str]:
    return lambda chance: chance.choice(values)


_NEUTRAL: Final[dict[str, Callable[[Random], str]]] = {
    "amount": _amount, "opened_on": _day, "updated_at": _time, "quantity": _whole,
    "purchase_order": _order, "share": _share, "file_hash": _hash, "sku": _sku,
    "app_version": _version,
    "transaction": _long, "status": _among("open", "closed", "waiting"), "grade": _among(*"ABCDEF"),
    "department": _among("Housing", "Parks", "Revenues", "Libraries"), "flag": _among("Y", "N"),
    "weekday": _among("Mon", "Tue", "Wed", "Thu", "Fri"), "currency": _among("GBP", "EUR", "SEK",
    "PLN"),
    "channel": _among("web", "desk", "letter", "telephone"), "size": _among("S", "M", "L", "XL"),
    "colour": _among("red", "slate", "olive", "white"),
    "batch": lambda chance: letters(chance, 2, UPPER),
}  # fmt: skip


def build(seed: object = SEED, rows: int = ROWS) -> list[Labelled]:
    """Return the columns, those that hold identifiers first."""
    held = [
        Labelled(name, _values(f"column {seed} {name}", MAKERS[kind], rows), kind)
        for name, kind in _HELD
    ]
    neutral = [
        Labelled(name, _values(f"column {seed} {name}", make, rows), None)
        for name, make in _NEUTRAL.items()
    ]
    return held + neutral


def _values(seed: str, make: Callable[[Random], str], rows: int) -> tuple[str | None, ...]:
    chance = seeded(seed)
    found: list[str | None] = []
    for number in range(rows):
        if number % 40 == 39:
            found.append(None)
        elif number % 50 == 49:
            found.append(chance.choice(_REMARKS))
        else:
            found.append(make(chance))
    return tuple(found)
