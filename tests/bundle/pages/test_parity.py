"""The verifier in the browser and the one in Python say the same of every bundle."""

from functools import cache
from typing import Final

import pytest

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError
from sunlit.bundle.outcome import NAMES
from sunlit.bundle.verify import verify_bundle
from tests.bundle.pages.browser import Verifier
from tests.bundle.pages.tampered import GOOD, Bundle, by_file, every, few_witnesses, unlisted
from tests.fixtures.token_world import AT

CASES: Final = {**dict(every()), **dict(unlisted())}
# The quick run takes each tenth change of one file, and each second of the others.
_BY_FILE: Final = [*dict(by_file()), *dict(unlisted())]
_BY_SKILL: Final = [name for name in CASES if name not in _BY_FILE]
QUICK: Final = frozenset(_BY_FILE[::10]) | frozenset(_BY_SKILL[::2])
COMPARED: Final = NAMES[:-1]  # the page never evaluates findings
HARMLESS: Final = frozenset({
    "open anchors", "trust file that needs no witness", "suspended, glass broken", "glass broken",
    "index with rows in another order", "dropped decision/opening.json",
    "dropped decision/later/01.opening.json", "dropped anchors/before.entry.json",
    *(f"{how} {page}" for how in ("changed", "dropped") for page in ("trust.json", "index.html")),
})  # fmt: skip


def in_python(bundle: bytes, trust: bytes) -> dict[str, str]:
    """Return what the command's verifier finds, by the check's name."""
    found = verify_bundle(bundle, TrustFile.read(trust), AT)
    return {check.name: str(check.outcome) for check in found.checks}


@cache
def expected_of(name: str) -> dict[str, str]:
    """Return what the command's verifier finds in a case."""
    return in_python(*CASES[name])


def in_browser(verifier: Verifier, bundle: Bundle) -> dict[str, str]:
    """Return what the page finds, by the check's name."""
    return {name: outcome for name, (outcome, _) in verifier.check(*bundle, AT).items()}


def test_the_quick_run_holds_enough_changes() -> None:
    """Thirty at least go through the browser each time."""
    assert len(QUICK - HARMLESS) >= 30
    assert len(CASES) > 2 * len(QUICK)


def test_a_good_bundle_passes_every_check_that_the_page_can_do(verifier: Verifier) -> None:
    """What is true is not doubted, or nobody would believe the doubt."""
    found = in_browser(verifier, (GOOD.bundle(), GOOD.trust_bytes))

    assert {found[name] for name in COMPARED} == {"Passed"}
    assert found["findings"] == "Not done"


@pytest.mark.parametrize("name", [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in CASES
])  # fmt: skip
def test_a_changed_bundle_is_judged_alike(verifier: Verifier, name: str) -> None:
    """Two verifiers that differ would leave the choice of the answer to whoever picks one."""
    found = in_browser(verifier, CASES[name])
    expected = expected_of(name)

    assert {one: found[one] for one in COMPARED} == {one: expected[one] for one in COMPARED}


@pytest.mark.parametrize("name", [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.long)
    for name in sorted(set(CASES) - HARMLESS)
])  # fmt: skip
def test_a_changed_bundle_does_not_pass(name: str) -> None:
    """Each change is one that a reader must be told of."""
    expected = list(expected_of(name).values())[:-1]

    assert set(expected) != {"Passed"}


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_a_change_that_shows_nothing_wrong_passes(name: str) -> None:
    """Pages and the trust file that is shown are nobody's evidence; a list may be in any order."""
    expected = list(expected_of(name).values())[:-1]

    assert set(expected) == {"Passed"}


def test_a_bundle_with_too_few_witnesses_is_refused_by_both(verifier: Verifier) -> None:
    """A log that shows itself to one witness only may show others something else."""
    bundle, trust = few_witnesses()

    found = in_browser(verifier, (bundle, trust))

    assert found["registration"] == "Failed"
    assert found == in_python(bundle, trust)


@pytest.mark.parametrize("trust", [b"", b"{}", b"no file of trust", GOOD.bundle()])
def test_what_is_no_trust_file_fails_the_second_check(verifier: Verifier, trust: bytes) -> None:
    """Nothing can be concluded without one, and the page says so."""
    found = in_browser(verifier, (GOOD.bundle(), trust))

    assert (found["files"], found["trust"], found["record"]) == ("Passed", "Failed", "Not done")


def test_a_trust_file_changed_in_one_byte_fails_the_second_check(verifier: Verifier) -> None:
    """The reader's own file is checked too: it may have been broken on its way."""
    good = GOOD.trust_bytes
    at = good.index(b'"payload":"') + 200
    changed = good[:at] + (b"A" if good[at : at + 1] != b"A" else b"B") + good[at + 1 :]

    found = in_browser(verifier, (GOOD.bundle(), changed))

    assert found["trust"] == "Failed"
    with pytest.raises(SunlitError):
        TrustFile.read(changed)


def test_the_page_keeps_quiet_and_asks_nothing_of_a_network(verifier: Verifier) -> None:
    """It was opened from disk, on a machine that may have no network."""
    verifier.check(GOOD.bundle(), GOOD.trust_bytes, AT)

    assert verifier.noise == []
