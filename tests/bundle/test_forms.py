"""Documents of a bundle that are not of their form are refused, each by its own check."""

from collections.abc import Callable
from typing import Final

import pytest

from sunlit.bundle import layout
from tests.bundle.cases import Parts, checked, failed
from tests.bundle.tampering import AFTER

Act = Callable[[Parts], None]


def manifest(**changes: object) -> Act:
    """Let the manifest say something else."""
    return lambda parts: parts.manifest.update(changes)


def document(path: str, **changes: object) -> Act:
    """Let another document say something else."""
    return lambda parts: parts.put(path, parts.json(path) | changes)


CASES: Final[dict[str, tuple[str, Act]]] = {
    "no inspection in a list": ("files", manifest(inspection=[])),
    "an inspection that is a text": ("files", manifest(inspection=["x"])),
    "sections in a list": ("files", manifest(sections=[])),
    "nobody made it": ("files", manifest(madeBy="")),
    "a decision without a leaf": (
        "files", manifest(decision={"log": "x", "index": 0, "leaf": "x", "id": "x"}),
    ),
    "an opening of a later version": ("opening", document(layout.OPENING, v=2)),
    "an opening of texts": ("opening", document(layout.OPENING, fields=["x"])),
    "statements in no list": ("statements", document(layout.INDEX, statements={})),
    "a statement that is a text": ("statements", document(layout.INDEX, statements=["x"])),
    "a proof of growth with a number": (
        "anchors", document(AFTER + layout.CONSISTENCY, hashes=[1]),
    ),
    "a proof of growth beyond ASCII": (
        "anchors", document(AFTER + layout.CONSISTENCY, hashes=["é"]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_of_its_form_fails(name: str) -> None:
    """No default is put in the place of what is malformed."""
    check, act = CASES[name]
    parts = Parts.of()
    act(parts)

    assert check in failed(checked(parts.pack()))
