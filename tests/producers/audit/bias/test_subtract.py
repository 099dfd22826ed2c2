"""Two audits of the same rows, and who would be told by taking one from the other."""

from dataclasses import replace

import pytest

from sunlit.base.errors import VerificationError
from sunlit.claims.bias import BiasAudit, Cell
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.bias.subtract import differ, expect_no_subtraction
from tests.rubric.story import audited


def aged(*groups: tuple[str, int], left_out: int = 0) -> BiasAudit:
    """Return an audit by age with these groups."""
    cells = tuple(Cell(group={"age": value}, rows=rows, selected=1) for value, rows in groups)
    total = sum(rows for _, rows in groups)
    return audited(rows=total, cube=(Cell(rows=total - left_out, selected=1), *cells))


YOUNG, OLDER = (
    aged(("under 40", 300), ("40 and over", 301)),
    aged(("under 41", 310), ("41 up", 291)),
)


def test_other_bands_other_people_or_other_counts_set_people_apart() -> None:
    """A band that begins a year later; somebody who is left out; a value that moved."""
    assert differ(YOUNG, OLDER)
    assert differ(YOUNG, aged(("under 40", 300), ("40 and over", 300)))
    assert differ(YOUNG, aged(("under 40", 301), ("40 and over", 300)))


def test_the_same_groups_set_nobody_apart() -> None:
    """Also when another model was audited, or a second attribute is new."""
    more = replace(YOUNG, cube=(*YOUNG.cube, Cell(group={"sex": "F"}, rows=300, selected=2)))

    assert not differ(YOUNG, YOUNG)
    assert not differ(YOUNG, more)


def test_only_audits_of_the_same_rows_are_held_against_each_other() -> None:
    """By the digest of the dataset, where it has one."""
    other = replace(OLDER, data=Resource(name="x", digest={"sha256": "01" * 32}))
    unnamed = replace(OLDER, data=Resource(name="x"))

    expect_no_subtraction(YOUNG, [other, unnamed, YOUNG])
    expect_no_subtraction(unnamed, [unnamed, YOUNG])
    with pytest.raises(VerificationError) as caught:
        expect_no_subtraction(YOUNG, [other, OLDER])
    assert caught.value.code == "bias.subtraction"
