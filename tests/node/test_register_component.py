from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError
from sunlit.capabilities.lifecycle.admission import admit
from sunlit.capabilities.lifecycle.catalogued import entered
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.provenance import HOSTED
from sunlit.formats.publiccode import read_publiccode
from sunlit.node.drafts import Draft, Kind
from sunlit.node.register_component import (
    LIMITS,
    MAX_FILE,
    Found,
    changes,
    content,
    fields_of,
    optional,
    problems,
    read,
    registration,
    suggested,
    to_decide,
    to_submit,
    typed,
)
from sunlit.rubric import Outcome
from sunlit.testing.authority import World, named_key

AT = datetime(2026, 3, 1, tzinfo=UTC)
TOWN, PURL = "town.example", "pkg:generic/town.example/triage"
PUBLICCODE = b"""---
publiccodeYmlVersion: "0.4"
name: Medusa
url: https://code.example/medusa.git
landingURL: https://medusa.example
softwareVersion: "1.0"
description:
  it: {shortDescription: Ciao}
  en: {shortDescription: Sorts letters}
legal: {license: AGPL-3.0-or-later, mainCopyrightOwner: City}
maintenance:
  contacts: [{name: Jane Doe, email: jane@example.org}]
"""
CARD = b"""---
license: apache-2.0
model_name: Triage
---
# Ignored
Text.
"""
MANIFEST = b"""schema = 1
[component]
purl = "pkg:generic/town.example/triage@2.0"
kind = "model"
description = "Sorts post"
licence = "MIT"
"""

SERVICE = MANIFEST.replace(
    b'"model"',
    b'''"hosted-service"
supplier = "Vendor"
contract = "2026-117"
configuration = "%s"'''
    % (b"cd" * 32),
)


def draft(**fields: str) -> Draft:
    """Return a draft with these fields."""
    told = {"component": PURL, "name": "Triage", "kind": "model"} | fields
    return Draft(
        id="d1", organisation=TOWN, kind=Kind.REGISTRATION, about=PURL, author="ann",
        changed=AT, version=3, content=content(Found(source="form"), told, AT),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "data", "fields"),
    [
        ("manifest", MANIFEST, {"kind": "model", "licence": "MIT", "name": "triage"}),
        ("manifest", SERVICE, {
            "kind": HOSTED, "supplier": "Vendor", "contract": "2026-117",
            "configuration": "cd" * 32,
        }),
        ("publiccode", PUBLICCODE, {
            "name": "Medusa", "description": "Sorts letters", "licence": "AGPL-3.0-or-later",
            "homepage": "https://medusa.example", "kind": "code",
        }),
        ("model-card", CARD, {"name": "Triage", "licence": "apache-2.0", "kind": "model"}),
    ],
)  # fmt: skip
def test_what_a_file_says_is_not_asked_again(
    source: str, data: bytes, fields: dict[str, str]
) -> None:
    """Each format gives what it has; its digest is kept."""
    found = read(source, data)
    assert fields.items() <= found.fields.items()
    assert len(found.digest or "") == 64


def test_a_package_url_is_suggested_that_the_log_would_take() -> None:
    """From a name in whatever letters; without one it is begun only, and is asked for."""
    assert suggested("city.example", "Lëtter  sorter 2!") == (
        "pkg:generic/city.example/letter-sorter-2"
    )
    told = {"name": "Letter sorter", "kind": "code"}
    assert problems(told | {"component": suggested("city.example", told["name"])}) == {}
    assert "component" in problems(told | {"component": suggested("city.example", "")})


def test_no_person_is_taken_out_of_a_file() -> None:
    """The contacts of a publiccode.yml are people."""
    found = read("publiccode", PUBLICCODE)
    assert "Jane" not in str(found)
    assert "jane" not in str(found)


@pytest.mark.parametrize(
    ("source", "data"),
    [
        ("manifest", b"[["), ("manifest", b" "), ("hearsay", b"x"), ("publiccode", b"a: b"),
        ("publiccode", b"{{{"), ("publiccode", b"a: &x [*x]"), ("model-card", b"\xff\xfe"),
        ("model-card", b"# x" * MAX_FILE), ("publiccode", b"[1, 2]"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused(source: str, data: bytes) -> None:
    """Nothing is guessed; what is wrong is said."""
    with pytest.raises(MalformedError):
        read(source, data)


@given(st.sampled_from(["manifest", "publiccode", "model-card"]), st.binary(max_size=200))
def test_no_file_can_do_more_than_be_refused(source: str, data: bytes) -> None:
    """Whatever the bytes are; and what is read is one short line of text."""
    try:
        found = read(source, data)
    except SunlitError:
        return
    assert all(len(value) <= LIMITS[name] for name, value in found.fields.items())
    assert all(value.isprintable() for value in found.fields.values())


def test_a_poisoned_card_gives_plain_words() -> None:
    """Tricks with directions and line ends are taken out; tags stay words, escaped on the page."""
    found = read("model-card", '---\nmodel_name: "a\u202eb\\n<b>"\n---\n# x\n'.encode())
    assert found.fields["name"] == "a b <b>"


def test_a_description_is_found_in_whatever_language_there_is() -> None:
    """English where there is some."""
    told = read_publiccode(b"name: x\ndescription: {it: {longDescription: Ciao}}")
    assert told.description == "Ciao"
    assert read_publiccode(b"name: x\ndescription: {}").description is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("component", ""), ("component", "triage"), ("component", "pkg:generic/a b"),
        ("name", ""), ("kind", ""), ("kind", "toaster"), ("homepage", "javascript:alert(1)"),
        ("configuration", "xyz"), ("description", "x" * 1_001),
    ],
)  # fmt: skip
def test_what_was_typed_wrong_is_said_beside_the_field(field: str, value: str) -> None:
    """One message for each field."""
    told = {"component": PURL, "name": "Triage", "kind": "model"} | {field: value}
    assert list(problems(told)) == [field]


def test_what_was_typed_is_one_line_without_a_version() -> None:
    """A registration is of a component, not of a release."""
    told = typed({"component": f"{PURL}@2.0?x=y", "name": " a\n b ", "other": "x"})
    assert told == {"component": PURL, "name": "a b"}


def test_blanks_are_named_with_the_day_since_when() -> None:
    """Of a model; of a service that was bought also what nobody here can know."""
    claim = registration(draft(licence="MIT"))
    assert (claim.asked, claim.asked_on) == (("description", "contact", "homepage"), AT)

    hosted = registration(draft(kind=HOSTED, supplier="Vendor"))
    assert {"weights", "provenance", "contract"} <= set(hosted.asked)
    assert hosted.supplier == "Vendor"


def test_nothing_is_asked_where_all_was_answered() -> None:
    """Then there is no day either."""
    told = dict.fromkeys(optional("model"), "x") | {"homepage": "https://x.example"}
    claim = registration(draft(**told))
    assert (claim.asked, claim.asked_on) == ((), None)


def test_what_is_incomplete_is_not_signed() -> None:
    """The page asks first; this asks again."""
    with pytest.raises(MalformedError, match="not complete"):
        to_submit(draft(name=""))


def test_a_checker_sees_what_changes() -> None:
    """Against what is published; a first registration against nothing."""
    old = registration(draft(licence="MIT"))
    new = registration(draft(licence="EUPL-1.2"))

    assert [it.name for it in changes(new, old) if it.differs] == ["licence"]
    assert all(it.before is None for it in changes(new, None))


def test_what_is_proposed_is_what_the_log_admits() -> None:
    """The writer's statement, then the checker's; then it is in the catalogue, until withdrawn."""
    world = World()
    town = world.organisation(TOWN, Role.MAINTAINER)
    second = named_key("town/second")
    world.register_key(TOWN, second, Role.MAINTAINER, by=town.operator)
    first = to_submit(draft())
    made = world.say(first.claim, town.key(Role.MAINTAINER), subjects=first.subjects)
    waiting = replace(draft(), statement=made.statement_id)
    for decision, public in (("publish", True), ("withdraw", False)):
        then = to_decide(waiting, decision, "It is the wrong one")
        said = world.say(then.claim, second, subjects=then.subjects)
        assert admit(said, [made], world.directory).outcome is Outcome.HOLDS
        (one,) = entered(world.history.statements, world.directory)
        assert (one.is_public, one.decision) == (public, decision)


def test_strangers_neither_register_nor_publish_in_anothers_name() -> None:
    """Though their statements be in a log."""
    world = World()
    town = world.organisation(TOWN, Role.MAINTAINER)
    other = world.organisation("other.example", Role.MAINTAINER)
    first = to_submit(draft())
    foreign = world.say(first.claim, other.key(Role.MAINTAINER), subjects=first.subjects)
    assert entered(world.history.statements, world.directory) == ()

    claim = replace(first.claim, name="Other")  # type: ignore[call-arg]
    assert isinstance(claim, Registration)
    made = world.say(claim, town.key(Role.MAINTAINER), subjects=first.subjects)
    said = Publication(organisation=TOWN, statement=made.statement_id, decision="publish")
    world.say(said, other.key(Role.MAINTAINER), subjects=first.subjects)
    world.say(replace(said, statement=foreign.statement_id), other.key(Role.MAINTAINER),
              subjects=first.subjects)  # fmt: skip
    (one,) = entered(world.history.statements, world.directory)
    assert not one.is_public


def test_a_draft_of_another_shape_has_no_fields() -> None:
    """An old draft is mended by typing, not by failing."""
    assert fields_of(replace(draft(), content={"fields": "x"})) == {}
