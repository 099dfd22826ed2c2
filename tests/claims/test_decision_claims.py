"""What is said about decision logs survives writing and reading, and nonsense is named."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.claims.base import read_claim
from sunlit.claims.decision import (
    MAX_DAYS,
    MAX_INDICES,
    Anchor,
    Counts,
    Erasure,
    Hold,
    LogRegistration,
    Retention,
)

AT = datetime(2026, 11, 22, tzinfo=UTC)
COUNT = st.integers(0, 2**40)
NAMES = tuple(Counts.__dataclass_fields__)


def counts_of(numbers: list[int]) -> Counts:
    """Return counts, in the order of the fields."""
    return Counts(**dict(zip(NAMES, numbers, strict=True)))


@given(st.lists(COUNT, min_size=8, max_size=8), st.text("abc/+=\n", max_size=20))
def test_an_anchor_survives_writing_and_reading(numbers: list[int], note: str) -> None:
    """Open with its counts, each in its field."""
    counts = counts_of(numbers)
    claim = Anchor(
        origin="o", deployer="d.example", anchored_on=AT, checkpoint=note, size=counts.total,
        counts=counts,
    )  # fmt: skip

    again = read_claim(Anchor.TYPE, claim.to_predicate())

    assert again == claim
    assert claim.flaw() is None
    assert sum(numbers) == counts.total


@given(st.lists(COUNT, min_size=8, max_size=8), st.lists(COUNT, min_size=8, max_size=8))
def test_counts_grow_only_together(old: list[int], more: list[int]) -> None:
    """A log that lost one record of a kind did not only grow, however many others came."""
    before = counts_of(old)
    after = counts_of([a + b for a, b in zip(old, more, strict=True)])

    assert after.is_from(before)
    assert before.is_from(after) is (before == after)
    assert not Counts(decisions=-1).is_from(Counts(decisions=-1))


@given(st.lists(st.integers(0, 2**40), max_size=5), st.booleans())
def test_holds_and_the_others_survive_writing_and_reading(
    indices: list[int],
    lifted: bool,  # noqa: FBT001 - hypothesis gives it by place
) -> None:
    """Every claim of the family."""
    claims = (
        Hold(origin="o", deployer="d", ground="g", indices=tuple(indices), lifted=lifted),
        Erasure(origin="o", index=3, deployer="d", legal_basis="b", stores=2, erased_on=AT),
        Retention(use="u", deployer="d", days=30, legal_basis="b"),
        LogRegistration(origin="o", vkey="v", deployer="d", registered_on=AT),
    )

    for claim in claims:
        assert read_claim(claim.TYPE, claim.to_predicate()) == claim
    assert claims[0].covers(3) is (not indices or 3 in indices)


@pytest.mark.parametrize(
    "claim",
    [
        Hold(origin="o", deployer="d", ground=" "),
        Hold(origin="o", deployer="d", ground="g", indices=(-1,)),
        Hold(origin="o", deployer="d", ground="g", indices=tuple(range(MAX_INDICES + 1))),
        Erasure(origin="o", index=-1, deployer="d", legal_basis="b", stores=1, erased_on=AT),
        Erasure(origin="o", index=1, deployer="d", legal_basis="b", stores=0, erased_on=AT),
        Erasure(origin="o", index=1, deployer="d", legal_basis="x" * 513, stores=1, erased_on=AT),
        Retention(use="u", deployer="d", days=MAX_DAYS + 1, legal_basis="b"),
        Retention(use="u", deployer="d", days=1, legal_basis="a\x1b[2J"),
        Anchor(origin="o", deployer="d", anchored_on=AT),
        Anchor(origin="o", deployer="d", anchored_on=AT, commitment="AB" * 32),
        Anchor(origin="o", deployer="d", anchored_on=AT, commitment="ab" * 32, size=1),
        Anchor(origin="o", deployer="d", anchored_on=AT, checkpoint="c", size=2, counts=Counts()),
    ],
)
def test_nonsense_has_a_flaw(claim: Anchor | Erasure | Hold | Retention) -> None:
    """Said in words, so that admission can refuse it with a reason."""
    assert claim.flaw()
