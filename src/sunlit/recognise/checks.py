"""The named checks that a recogniser's file may ask for: what a pattern found, is it one?

A check gets the text (see `normal.py`) and where a pattern matched, and returns where the value
really stands, or None. Where python-stdnum knows a number's rules, they are its rules.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from sunlit.base.errors import UnavailableError

Span = tuple[int, int]
Check = Callable[[bytes, int, int, int], Span | None]  # text, start, end, where it stops
Test = Callable[[str], bool]

SEPARATORS: Final = b" .-/()"
# name -> module and function: a Test of the characters without separators, in upper case
TESTS: Final[Mapping[str, str]] = {
    "be.bis": "numbers:be_bis",
    "be.nn": "numbers:be_nn",
    "card": "numbers:card",
    "de.idnr": "numbers:de_idnr",
    "es.nie": "numbers:es_nie",
    "es.nif": "numbers:es_nif",
    "fr.nir": "numbers:fr_nir",
    "gb.chi": "british:chi",
    "gb.driving-licence": "british:driving_licence",
    "gb.grid-reference": "places:grid_reference",
    "gb.nhs": "numbers:gb_nhs",
    "gb.nino": "british:nino",
    "gb.pnc": "british:pnc",
    "gb.postcode": "british:postcode",
    "gb.utr": "numbers:gb_utr",
    "gb.vehicle": "british:vehicle",
    "imei": "numbers:imei",
    "isbn": "numbers:isbn",
    "it.codice-fiscale": "numbers:it_codicefiscale",
    "luhn": "numbers:luhn",
    "mac": "numbers:mac",
    "nl.bsn": "numbers:nl_bsn",
    "not-repeated": "numbers:not_repeated",
    "pl.pesel": "numbers:pl_pesel",
    "se.personnummer": "numbers:se_personnummer",
    "us.itin": "numbers:us_itin",
    "us.ssn": "numbers:us_ssn",
}
# name -> module and function: a Check, which may move the ends
CHECKS: Final[Mapping[str, str]] = {
    "birth-date": "dates:birth_date",
    "coordinates": "places:coordinates",
    "email": "spans:email",
    "iban": "spans:iban",
    "ip": "spans:ip",
    "gb.vehicle-plate": "british:vehicle_plate",
    "jwt": "secrets:jwt",
    "mrz": "spans:mrz",
    "pem": "secrets:pem",
    "phone": "phones:international",
    "phone-nanp": "phones:north_american",
    "phone-national": "phones:national",
    "phone-spoken": "phones:loose",
    "reference": "spans:reference",
    "secret": "secrets:value",
    "secret-mixed": "secrets:mixed_value",
    "token": "secrets:token",
    "url-password": "secrets:url_password",
}
NAMES: Final = frozenset(TESTS) | frozenset(CHECKS)
_STDNUM: Final = re.compile(r"stdnum(\.[a-z][a-z0-9_]*){1,2}")


def is_name(name: str) -> bool:
    """Tell whether there is such a check: one of `NAMES`, or a module of python-stdnum.

    Raises:
        UnavailableError: `recognise.no-engine`.
    """
    if name in NAMES:
        return True
    if not _STDNUM.fullmatch(name):
        return False
    _needs("stdnum")
    try:
        return find_spec(name) is not None and hasattr(import_module(name), "is_valid")
    except ModuleNotFoundError:
        return False


@cache
def check(name: str) -> Check:
    """Return the check of that name.

    Raises:
        UnavailableError: `recognise.no-engine`.
    """
    _needs("stdnum")
    _needs("phonenumbers")
    if name in CHECKS:
        found: Check = _function(CHECKS[name])
        return found
    test: Test = _function(TESTS[name]) if name in TESTS else import_module(name).is_valid
    return _whole(test)


def _whole(test: Test) -> Check:
    def whole(text: bytes, start: int, end: int, _stop: int) -> Span | None:
        value = text[start:end].translate(None, SEPARATORS).upper().decode("latin-1")
        return (start, end) if value.isascii() and test(value) else None

    return whole


def _function(place: str) -> Any:  # noqa: ANN401 - a Test or a Check, as the table says
    module, name = place.split(":")
    return getattr(import_module(f"sunlit.recognise.{module}"), name)


def _needs(library: str) -> None:
    if find_spec(library) is None:
        raise UnavailableError(
            "recognise.no-engine", "recognising personal data needs an extra",
            expected=library, mend="pip install 'sunlit[recognise]'",
        )  # fmt: skip
