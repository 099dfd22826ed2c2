"""Later records: many, over two decision logs, and what is refused; by both verifiers."""

from collections.abc import Callable
from typing import Final

import pytest

from sunlit.bundle import layout
from sunlit.bundle.archive import opened
from sunlit.bundle.decided import later_names
from tests.bundle.cases import Parts, checked, copied_world, now
from tests.bundle.chains import Tree, back_again, chain, later, pointer, proof_in, put, two_logs
from tests.security.in_node import needs_node, node_verdict

MANY: Final = 1001


def before_its_cause() -> Parts:
    """Let a later record stand before the one that it points to, in their log."""
    parts = chain(1)
    decision = parts.files[layout.RECORD]
    first = later(parts, pointer(decision, 1))
    tree = Tree([first, decision])
    parts.files[layout.RECORD_PROOF] = proof_in(tree, 1, 2, 0)
    parts.manifest["decision"]["index"] = 1
    parts.manifest["sections"]["human"] = 0
    put(parts, 1, first, proof_in(tree, 0, 2, 0))
    return parts


def of_a_stranger() -> Parts:
    """Let a later record point to a record that is not here."""
    parts = two_logs()
    parts.move(f"{layout.LATER}01", "x")
    parts.without("x")
    parts.manifest["sections"]["contest"] -= 1
    return parts


def unregistered() -> Parts:
    """Leave out the registration of the other log."""
    parts = two_logs()
    parts.without(f"{layout.LATER}02{layout.LOG_SUFFIX}")
    return parts


def out_of_order() -> Parts:
    """Let 10 and 11 of a chain change places."""
    parts = chain(11)
    for old, new in (("10", "x"), ("11", "10")):
        parts.move(layout.LATER + old, layout.LATER + new)
    parts.move(f"{layout.LATER}x", f"{layout.LATER}11")
    return parts


def miscounted() -> Parts:
    """Count one later record less than there is."""
    parts = chain(101)
    parts.manifest["sections"]["human"] -= 1
    return parts


# What is laid in -> what check 9 finds
CASES: Final[dict[str, tuple[Callable[[], Parts], str]]] = {
    "a chain over two logs": (two_logs, "Passed"),
    "a chain to another log and back": (back_again, "Passed"),
    "two checkpoints of the other log": (lambda: two_logs(sizes=(1, 2)), "Failed"),
    "a record earlier than its cause": (before_its_cause, "Failed"),
    "a record of one that is not here": (of_a_stranger, "Failed"),
    "another log without its registration": (unregistered, "Failed"),
    "a chain past 99": (lambda: chain(101), "Passed"),
    "a chain past 999": (lambda: chain(MANY), "Passed"),
    "a chain with two links exchanged": (out_of_order, "Failed"),
    "a chain that is miscounted": (miscounted, "Failed"),
}

QUICK: Final = [
    pytest.param(name, marks=pytest.mark.long) if name == "a chain past 999" else name
    for name in CASES
]


@pytest.mark.parametrize("name", QUICK)
def test_later_records_are_of_this_decision_and_of_one_history(name: str) -> None:
    """Whoever writes two logs shows one checkpoint of each, or check 9 fails."""
    make, outcome = CASES[name]

    assert str(checked(make().pack()).check("human").outcome) == outcome


@needs_node
@pytest.mark.parametrize("name", QUICK)
def test_the_browser_follows_them_as_far(name: str) -> None:
    """The same, in JavaScript."""
    make, outcome = CASES[name]
    found = node_verdict(make().pack(), copied_world().trust.read_bytes(), now())

    assert found["human"][0] == outcome, found["human"]


def test_a_hundred_comes_after_eleven() -> None:
    """By number, not by letter; no name gets lost."""
    with opened(chain(101).pack()) as archive:
        names = later_names(archive)

    assert [int(name.removeprefix(layout.LATER)) for name in names] == list(range(1, 102))
