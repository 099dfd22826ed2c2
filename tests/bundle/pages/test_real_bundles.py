"""The page judges bundles of a played deployment, good and tampered with, as the command does."""

from functools import cache

import pytest

from sunlit.bundle.outcome import NAMES
from tests.bundle.cases import Parts, checked, copied_world, made, now
from tests.bundle.pages.browser import Verifier
from tests.bundle.tampering import TABLE


@cache
def trust() -> bytes:
    """Return the trust file that a stranger has."""
    return copied_world().trust.read_bytes()


def test_a_real_bundle_passes_all_that_the_page_can_check(verifier: Verifier) -> None:
    """Statements of many organisations, keys registered in the log, witnesses: all are followed."""
    found = verifier.check(made().data, trust(), now())

    assert {found[name][0] for name in NAMES[:-1]} == {"Passed"}, found
    assert found["findings"][0] == "Not done"


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=() if number % 12 == 0 else pytest.mark.long)
    for number, name in enumerate(TABLE)
])  # fmt: skip
def test_a_tampered_bundle_fails_at_the_same_checks(verifier: Verifier, name: str) -> None:
    """Each change of the command's own table, with keys used where that took keys."""
    parts = Parts.of()
    TABLE[name][1](parts)
    data = parts.pack()

    found = verifier.check(data, trust(), now())

    expected = {check.name: str(check.outcome) for check in checked(data).checks}
    assert {one: found[one][0] for one in NAMES[:-1]} == {one: expected[one] for one in NAMES[:-1]}
