"""The checks that recognisers name: the libraries' rules, and our own where there are none."""

from importlib import import_module
from typing import Final

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import UnavailableError
from sunlit.recognise import checks, phones
from sunlit.recognise.checks import CHECKS, NAMES, TESTS, check, is_name
from sunlit.recognise.normal import normalise
from sunlit.recognise.recognisers import shipped
from sunlit.recognise.spans import iban_lengths

DIGITS: Final = "0123456789"
# our name, the library's module, an alphabet and a length that make hits likely
SAME: Final = [
    ("gb.nhs", "gb.nhs", DIGITS, 10), ("gb.utr", "gb.utr", DIGITS, 10),
    ("fr.nir", "fr.nir", DIGITS, 15), ("nl.bsn", "nl.bsn", DIGITS, 9),
    ("es.nif", "es.dni", DIGITS + "TRWAGM", 9), ("es.nie", "es.nie", "XYZ0123456789TRW", 9),
    ("pl.pesel", "pl.pesel", DIGITS, 11), ("be.nn", "be.nn", DIGITS, 11),
    ("us.ssn", "us.ssn", DIGITS, 9), ("luhn", "luhn", DIGITS, 6),
    ("de.idnr", "de.idnr", DIGITS, 11),
]  # fmt: skip


def _is(name: str, text: str) -> bool:
    plain = normalise(text)
    return check(name)(plain, 0, len(plain), len(plain)) is not None


@settings(max_examples=60)
@pytest.mark.parametrize(("ours", "module", "alphabet", "length"), SAME)
@given(data=st.data())
def test_a_librarys_rule_is_kept(
    ours: str, module: str, alphabet: str, length: int, data: st.DataObject
) -> None:
    """The quick way to the library's sum says what the library says, repeated digits aside."""
    number = data.draw(st.text(alphabet, min_size=length, max_size=length))
    valid = import_module(f"stdnum.{module}").is_valid
    if ours in ("gb.nhs", "gb.utr", "fr.nir", "nl.bsn", "pl.pesel"):
        # Walk on to a number that the library takes, so that both answers are met.
        number = next((n for n in _following(number) if valid(n)), number)

    if len(set(number)) >= 3:
        assert _is(ours, number) == valid(number)


def _following(number: str) -> list[str]:
    return [str((int(number) + step) % 10 ** len(number)).zfill(len(number)) for step in range(120)]


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_check_exists_and_refuses_nonsense(name: str) -> None:
    """A name in a file stands for a function; no nonsense passes, and none makes it fail."""
    for text in ("@", "?", "+", "--", "\x00" * 40, "²" * 10, "9" * 44, "² ² ²", "9" * 30 + "/1/1"):
        assert not _is(name, text) or name in ("pem", "not-repeated", "reference")


def test_every_check_is_used() -> None:
    """A check that no recogniser names is dead code; agencies find checks by their use."""
    assert {one.validator for one in shipped()} - {None} == {*TESTS, *CHECKS} - {"luhn"}


def test_names_of_the_library_are_known_and_others_are_not() -> None:
    """Any module of python-stdnum that can tell, and nothing else."""
    assert is_name("stdnum.at.vnr")
    assert not any(map(is_name, ("stdnum.util", "stdnum.no.such", "os.path", "stdnum")))


def test_without_the_libraries_the_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 3, and which extra to install."""
    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    with pytest.raises(UnavailableError, match=r"sunlit\[recognise\]|extra") as caught:
        checks.check.__wrapped__("email")
    assert caught.value.mend == "pip install 'sunlit[recognise]'"


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("card", "4111111111111111", "4111111111111112"), ("card", "378282246310005", "1" * 16),
        ("card", "5555555555554444", "9955555555554440"), ("card", "30569309025904", "2" * 20),
        ("card", "2223003122003222", "2199003122003221"), ("card", "6011111111111117", "7" * 16),
        ("imei", "490154203237518", "770154203237518"), ("mac", "00:1B:44:11:3A:B7", "0" * 12),
        ("us.itin", "912-60-3456", "912-49-3456"), ("us.itin", "912903456", "812903456"),
        ("gb.nino", "AB123456C", "BG123456C"), ("gb.nino", "ab 12 34 56", "QQ123456C"),
        ("gb.chi", "0101801017", "4101801017"), ("gb.postcode", "GIR 0AA", "ZZ1 1AA"),
        ("gb.postcode", "EC1A 1BB", "LS1A 1BB"), ("gb.vehicle", "AB12 CDE", "AB99 CDE"),
        ("gb.pnc", "98/123456G", "98/123456H"), ("gb.vehicle-plate", "A1", "a1"),
        ("gb.vehicle-plate", "A123 BCD", "ABCD 1234"), ("gb.grid-reference", "TQ3080", "TQ308"),
        ("gb.driving-licence", "MORGA657054SM9IJ", "MORGA677054SM9IJ"),
        ("birth-date", "29/02/2000", "29/02/1999"), ("birth-date", "1er mars 1962", "1 foo 1962"),
        ("birth-date", "12 października 1985", "12/03/1785"), ("birth-date", "031285", "3 1985"),
        ("birth-date", "12031985", "99999999"), ("birth-date", "May 3, 1970", "May May 1970"),
        ("coordinates", "51.5, -0.12", "51.5, 200.1"), ("coordinates", "-91.5", "0.0, 0.0"),
        ("reference", "01YR/1234/24", "12/05/2024"), ("reference", "AB-12345", "2023/24"),
        ("email", "a@b.example", "a@b"), ("se.personnummer", "811228+9874", "811228-9873"),
        ("it.codice-fiscale", "RCCMNL83S18D969H", "RCCMNL83S18D969I"),
        ("isbn", "9780306406157", "9780306406158"), ("not-repeated", "123", "121212"),
    ],
)  # fmt: skip
def test_published_examples(name: str, good: str, bad: str) -> None:
    """Each from the rules' source or made after them."""
    if name == "email":
        good_span, bad_span = (check(name)(normalise(t), 1, 2, len(t)) for t in (good, bad))
        assert (good_span, bad_span) == ((0, len(good)), None)
    elif (name, good) == ("birth-date", "031285"):
        assert not _is(name, bad)
    else:
        assert _is(name, good)
        assert not _is(name, bad)


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+44 20 7946 0958", None), ("+1-212-555-0123", None), ("+39 06 1234 5678", None),
        ("0033 1 23 45 67 89", None), ("+800 1234 5678", None), ("+44 (0)20 7946 0958", None),
    ],
)  # fmt: skip
def test_numbers_of_any_country_are_those_of_the_library(number: str, region: str | None) -> None:
    """What libphonenumber takes for a number is one here."""
    plain = normalise(number)
    parsed = phonenumbers.parse(number.replace("0033", "+33"), region)

    assert phonenumbers.is_possible_number(parsed)
    assert phones.international(plain, 0, 3, len(plain)) == (0, len(plain))


@pytest.mark.parametrize("number", ["+999 12345678", "+44 1", "0123", "00 00 00 00"])
def test_no_countrys_number_is_none(number: str) -> None:
    """A code that no country has, too few digits, no code at all."""
    plain = normalise(number)

    assert phones.international(plain, 0, 3, len(plain)) is None


def test_an_iban_is_as_long_as_its_country_says() -> None:
    """The registry's lengths, by the library."""
    lengths = iban_lengths()

    assert (lengths["GB"], lengths["NO"], lengths["MT"]) == (22, 15, 31)
    assert "ZZ" not in lengths
