"""Every capability is one room of one shape, with the same name everywhere."""

import ast
from importlib import import_module
from typing import Final

import pytest

from tests.architecture.project import PACKAGE, ROOT

# Where a reader looks for a capability, in the order of a first visit.
PLACES: Final = {
    "declaration": "src/sunlit/capabilities/{name}/__init__.py",
    "admission": "src/sunlit/capabilities/{name}/admission.py",
    "rules": "src/sunlit/capabilities/{name}/rules.py",
    "claims": "src/sunlit/claims/{name}.py",
    "page": "docs/capabilities/{name}.md",
    "tests": "tests/capabilities/{name}",
}
HEADINGS: Final = ("## Question it answers", "## Claims", "## Rules", "## Limits")
# The fourteen questions of the design. A new room is a new question: say so in an ADR.
PLANNED: Final = {
    "authority", "provenance", "assurance", "risk", "privacy", "lifecycle", "incident",
    "openness", "procurement", "interop", "sharing", "funding", "federation", "decision",
}  # fmt: skip
ROOMS: Final = sorted(path.parent.name for path in (PACKAGE / "capabilities").glob("*/__init__.py"))


def test_there_are_rooms_and_each_was_planned() -> None:
    """A capability answers one of the design's questions."""
    assert ROOMS
    assert set(ROOMS) <= PLANNED


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ROOMS)
def test_a_room_is_found_in_each_place(name: str, place: str) -> None:
    """One name, the same places."""
    assert (ROOT / PLACES[place].format(name=name)).exists()


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_declares_itself_and_holds_no_code(name: str) -> None:
    """`__init__` imports and says CAPABILITY; a function there would be a second place."""
    path = PACKAGE / "capabilities" / name / "__init__.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))

    code = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef | ast.If)]
    capability = import_module(f"sunlit.capabilities.{name}").CAPABILITY

    assert not code
    assert capability.name == name
    assert capability.question.endswith("?")
    assert capability.claims


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_has_a_page_that_names_all_it_holds(name: str) -> None:
    """Who knows one page knows where to look on the next; no rule and no claim is left out."""
    page = ROOT / PLACES["page"].format(name=name)
    text = page.read_text(encoding="utf-8")
    capability = import_module(f"sunlit.capabilities.{name}").CAPABILITY
    words = [*capability.rules, *(claim.__name__ for claim in capability.claims)]

    assert capability.question in text
    assert not [heading for heading in HEADINGS if heading not in text]
    assert not [word for word in words if f"`{word}`" not in text]


def test_each_claim_has_one_owner() -> None:
    """Only the owner decides whether a claim may enter, so there must be exactly one."""
    owners: dict[type, list[str]] = {}
    for name in ROOMS:
        for claim in import_module(f"sunlit.capabilities.{name}").CAPABILITY.claims:
            owners.setdefault(claim, []).append(name)

    shared = {claim.__name__: names for claim, names in owners.items() if len(names) > 1}

    assert not shared
