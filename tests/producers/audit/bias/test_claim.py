"""From the cube to the claim: only what is public, bound to what is guarded."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import pytest

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.base import read_claim
from sunlit.claims.bias import BiasAudit
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.bias.claim import MOST_BYTES, Asked, Audit, audit
from sunlit.producers.audit.bias.claim_check import asked_of, checked
from sunlit.producers.audit.bias.claim_figures import How
from sunlit.producers.audit.bias.commitment import Guarded
from sunlit.producers.audit.bias.cube import Cube, Meaning
from sunlit.producers.audit.bias.forms import FORMS, report
from tests.producers.audit.bias import cubes

AT = datetime(2026, 11, 22, tzinfo=UTC)
SALT = bytes(range(32))
DATA = Resource(name="people.parquet", digest={"sha256": "ab" * 32})
NAMES = ("sex", "race")


def people(seed: int = 1, shape: tuple[int, ...] = (2, 4)) -> Cube:
    """Return a cube with outcomes in which a few intersections are small."""
    chance = np.random.default_rng(seed)
    counts = chance.integers(5, 60, size=(*shape, 2, 3))
    counts[..., 2] = 0
    counts[0, :2], counts[1, 3] = counts[0, :2] // 20, counts[1, 3] // 20
    names = [*NAMES, *(f"more{one}" for one in range(9))][: len(shape)]
    meaning = Meaning(prediction="letter", selected=("1",), outcome="uncovered", positive=("1",))
    return replace(cubes.cube(counts, *names), meaning=meaning)


def asked(cube: Cube, **changes: Any) -> Asked:  # noqa: ANN401 - fields
    """Return what is asked of an audit."""
    changes.setdefault("how", How(replicates=50))
    return Asked(data=DATA, at=AT, characteristics={one: one for one in cube.names}, **changes)


@cache
def done() -> Audit:
    """Return an audit."""
    cube = people()
    return audit(cube, asked(cube, not_analysed={"religion": "not collected"}), SALT)


def test_the_claim_holds_the_public_cells_and_what_follows() -> None:
    """The first is everybody's; each characteristic has its reference and its gaps."""
    claim = done().claim
    first = claim.cube[0]

    assert first.group == {}
    assert first.rows == claim.rows
    assert {frozenset(one.group) for one in claim.cube[1:]} >= {frozenset({"sex"})}
    assert [one.name for one in claim.attributes] == list(NAMES)
    assert all(one.reference is not None for one in claim.attributes)
    assert {one.name for one in claim.figures} >= {"gap in tpr", "impact ratio"}
    assert (claim.favourable, claim.outcome) == ("letter is 1", "uncovered is 1")
    assert claim.not_analysed[0].what == "religion"


def test_the_claim_is_read_as_it_was_written() -> None:
    """Field by field."""
    predicate = canonical.decode_object(canonical.encode(done().claim.to_predicate()), what="it")

    assert read_claim(BiasAudit.TYPE, predicate) == done().claim


def test_no_figure_tells_of_what_is_hidden() -> None:
    """Two cubes that differ in hidden cells only give the same figures, intervals and report."""
    cube = people()
    other = replace(cube, counts=cube.counts.copy())
    hidden = audit(cube, asked(cube), SALT)
    moved = (0, 0), (0, 1), (1, 0), (1, 1)  # round a square: all margins stay
    for at, step in zip(moved, (1, -1, -1, 1), strict=True):
        other.counts[at][0, 0] += step
    again = audit(other, asked(other), SALT)

    shown = {frozenset(one.group.items()) for one in hidden.claim.cube}
    assert all(
        frozenset({"sex": f"a0{x}", "race": f"a0{y}"}.items()) not in shown for x, y in moved
    )
    assert again.claim.commitment != hidden.claim.commitment
    assert replace(again.claim, commitment="") == replace(hidden.claim, commitment="")
    assert {**again.detail, "commitment": ""} == {**hidden.detail, "commitment": ""}


def test_the_report_holds_nothing_of_the_guarded_cube() -> None:
    """Neither salt nor a count below the floor of any group."""
    files = report(done().detail, FORMS)

    for data in files.values():
        assert SALT.hex().encode() not in data
    for table in done().detail["tables"]:
        assert all(one["rows"] >= done().claim.floor for one in table["groups"])


def test_the_same_audit_gives_the_same_bytes() -> None:
    """Claim, report and guarded file."""
    cube = people()
    one, other = (audit(cube, asked(cube), SALT) for _ in range(2))

    assert one.claim == other.claim
    assert report(one.detail, FORMS) == report(other.detail, FORMS)
    assert one.guarded.to_bytes() == other.guarded.to_bytes()


def test_whoever_holds_the_cube_checks_the_audit() -> None:
    """From the claim alone comes how it was made; the guarded file gives all of it again."""
    guarded = Guarded.parse(done().guarded.to_bytes())

    assert checked(done().claim, guarded).claim.cube == done().claim.cube


def test_named_references_are_found_again() -> None:
    """And the rule for the others, and who is in no ratio."""
    cube = people()
    how = How(rule="largest", named={"sex": "a01"}, replicates=20, min_share=Decimal("0.02"))
    found = audit(cube, asked(cube, how=how, adverse=True), SALT)

    assert asked_of(found.claim).how == how
    assert found.claim.favourable == "not: letter is 1"
    assert checked(found.claim, found.guarded).claim == found.claim


def test_another_cube_does_not_open_it() -> None:
    """One count is enough, and so is another salt."""
    other = people(2)

    for guarded in (Guarded(SALT, other), Guarded(bytes(32), done().guarded.cube)):
        with pytest.raises(VerificationError) as caught:
            checked(done().claim, guarded)
        assert caught.value.code == "statement.opening"


@pytest.mark.parametrize("name", ["cube", "figures", "rows"])
def test_a_claim_that_says_something_else_than_its_cube_is_found_out(name: str) -> None:
    """Whatever it is."""
    claim = done().claim
    changed = {
        "cube": replace(claim, cube=claim.cube[:-1]),
        "figures": replace(claim, figures=claim.figures[1:]),
        "rows": replace(claim, rows=claim.rows + 1),
    }[name]

    with pytest.raises(VerificationError) as caught:
        checked(changed, done().guarded)

    assert caught.value.code == "bias.not-from-cube"
    assert caught.value.got == name


@pytest.mark.parametrize("settings", [{}, {"seed": "x"}])
def test_a_claim_that_does_not_say_how_cannot_be_checked(settings: dict[str, object]) -> None:
    """It was made by another tool."""
    with pytest.raises(MalformedError) as caught:
        asked_of(replace(done().claim, intervals=settings))

    assert caught.value.code == "bias.settings"


@pytest.mark.parametrize(
    "data", [b"{}", b'{"format":"sunlit-guarded-cube/1"}', b"[]", done().claim.tool.encode()]
)
def test_what_is_no_guarded_cube_is_refused(data: bytes) -> None:
    """Without a word of what it holds."""
    with pytest.raises(MalformedError):
        Guarded.parse(data)


def test_the_guarded_cube_is_in_no_text() -> None:
    """Neither salt nor counts show in what a traceback would print."""
    assert SALT.hex() not in repr(done())
    assert repr(done().guarded) == "Guarded()"


def test_a_claim_fits_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit stands in the report, by whole tables, and the claim names it."""
    monkeypatch.setattr("sunlit.producers.audit.bias.claim.MOST_BYTES", 7000)
    cube = people(3, (3, 4, 3))
    found = audit(cube, asked(cube, how=How(replicates=5)), SALT)
    shown = {frozenset(one.group) for one in found.claim.cube}

    assert len(canonical.encode(found.claim.to_predicate())) <= 7000
    assert found.claim.left_to_report == ("sex x more0", "race x more0")
    assert all(frozenset(it.split(" x ")) not in shown for it in found.claim.left_to_report)
    assert checked(found.claim, found.guarded).claim == found.claim


def test_a_claim_of_the_largest_size_fits_an_entry_when_it_is_signed() -> None:
    """In base64, with an envelope, two signatures and the subjects around it."""
    assert MOST_BYTES * 4 // 3 < 65_535 - 8_000


def test_too_many_groups_by_single_attributes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would fill more than a statement holds."""
    monkeypatch.setattr("sunlit.producers.audit.bias.claim.MOST_BYTES", 1000)
    cube = people()

    with pytest.raises(MalformedError) as caught:
        audit(cube, asked(cube), SALT)

    assert caught.value.code == "bias.too-large"


def test_without_outcomes_only_selection_is_said() -> None:
    """Counts and figures alike; a score says how it was cut."""
    counts = np.full((3, 2, 1), 30)
    counts[1, 1] = 90
    meaning = Meaning(rule="above", threshold="0.5", median=True)
    cube = replace(cubes.cube(counts, "sex", unknown=2), meaning=meaning)
    found = audit(cube, asked(cube, data_kind="historical"), SALT)

    assert found.claim.outcome is None
    assert found.claim.favourable == "the score is above 0.5, the median"
    assert {one.name for one in found.claim.figures} == {"gap in selection", "impact ratio"}
    assert found.claim.attributes[0].unknown == 60
    assert all(one.tp is None for one in found.claim.cube)
    assert "are selected" in found.detail["headline"]


def test_one_group_alone_is_compared_with_nobody() -> None:
    """The audit says so, and every page can be read."""
    counts = np.full((1, 2, 3), 30)
    cube = replace(cubes.cube(counts, "sex"), meaning=people().meaning)
    found = audit(cube, asked(cube, distributed_on="2026-01-01"), SALT)

    assert found.detail["headline"] == "No two groups are large enough to be compared."
    assert found.claim.figures == ()
    for name, data in report(found.detail, FORMS).items():
        assert data, name
