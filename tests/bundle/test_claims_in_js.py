"""A signed statement that is malformed passes neither in Python nor in the browser."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from sunlit.base import canonical
from sunlit.bundle import layout
from sunlit.bundle.pages.environment import scripts
from sunlit.claims.assurance import Attestation
from sunlit.log.entry import Entry
from sunlit.statement.dsse import Envelope, sign
from sunlit.testing.authority import named_key
from tests.bundle.cases import Parts, checked, copied_world, now, receipt
from tests.bundle.shapes import expected, written
from tests.bundle.tampering import first
from tests.rubric.story import LABS
from tests.security.in_node import needs_node, node_verdict

Change = Mapping[str, Any]
GONE: Final = object()
# What is written in an attestation's predicate, and what else in its statement.
PREDICATES: Final[dict[str, Change]] = {
    "a time that is none": {"validUntil": "tomorrow"},
    "no time": {"assessedOn": GONE},
    "a result that is none": {"result": "SPLENDID"},
    "a scope that is no list": {"scope": "performance"},
    "a scope with a number": {"scope": [7]},
    "a flag that is a text": {"noConflictDeclared": "yes"},
    "a null where none may be": {"method": None},
    "a report that is a text": {"report": "see there"},
    "a report with a number for a name": {"report": {"name": 1}},
    "a link to nothing": {"supersedes": "ab"},
}
STATEMENTS: Final[dict[str, Change]] = {
    "a predicate of null": {"predicate": None},
    "a digest that is too short": {"subject": [{"digest": {"sha256": "ab"}}]},
    "a subject without a digest": {"subject": [{"name": "it", "digest": {}}]},
    "a subject with a number for a name": {
        "subject": [{"name": 1, "digest": {"sha256": "ab" * 32}}],
    },
    "a type that is no URI": {"predicateType": "an attestation"},
}  # fmt: skip
NAMES: Final = (*PREDICATES, *STATEMENTS, "nothing of the kind")
# The quick run asks the browser about each third, and about the one that is whole.
QUICK: Final = [
    name if number % 3 == 0 else pytest.param(name, marks=pytest.mark.long)
    for number, name in enumerate(reversed(NAMES))
]


def said(name: str) -> Parts:
    """Let the laboratory sign its first attestation anew, with something else in it."""
    parts = Parts.of()
    file, _ = first(parts, Attestation)
    path = layout.STATEMENTS + file
    entry = Entry.parse(parts.files[path + layout.ENTRY])
    document = canonical.decode_object(Envelope.from_json(entry.envelope).payload)
    predicate = document["predicate"]
    assert isinstance(predicate, dict)
    predicate["note"] = name  # another statement, in any case
    changed = {**predicate, **PREDICATES.get(name, {})}
    document["predicate"] = {key: one for key, one in changed.items() if one is not GONE}
    document |= STATEMENTS.get(name, {})
    key = next(
        key for key in (named_key(f"{lab}/assessor") for lab in LABS)
        if key.public.key_id == entry.envelope["signatures"][0]["keyid"]  # type: ignore[index]
    )  # fmt: skip
    envelope = sign(canonical.encode(document), [key])
    data = Entry.of(entry.admitted_at, envelope.to_json()).to_bytes()
    parts.files[path + layout.ENTRY] = data
    parts.files[path + layout.PROOF] = receipt(data, copied_world().deployer)
    index = parts.json(layout.INDEX)
    for one in index["statements"]:
        if one["file"] == file:
            one |= {"statement": envelope.statement_id, "index": 199}
    parts.put(layout.INDEX, index)
    return parts


@pytest.mark.parametrize("name", NAMES)
def test_a_malformed_statement_does_not_pass(name: str) -> None:
    """Its signature holds, its receipt holds, and nobody can act on it."""
    found = checked(said(name).pack()).check("statements")

    assert found.outcome == ("Passed" if name == NAMES[-1] else "Failed"), found.words


@needs_node
@pytest.mark.parametrize("name", QUICK)
def test_the_browser_reads_it_as_strictly(name: str) -> None:
    """The same, in JavaScript."""
    found = node_verdict(said(name).pack(), copied_world().trust.read_bytes(), now())

    outcome, words = found["statements"]
    assert outcome == ("Passed" if name == NAMES[-1] else "Failed"), words


def test_the_page_knows_every_field_of_every_claim() -> None:
    """A claim that gets another field in Python gets it in the page, or this fails."""
    for table in expected():
        assert table in scripts()["claims"], "python -m tests.bundle.shapes writes it"
    assert written(scripts()["claims"]) == scripts()["claims"]
