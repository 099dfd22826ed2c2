"""Cards, timeline, checks, releases, differences: what stands below and behind the label."""

import csv
import io
import json
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from sunlit.claims.assurance import Withdrawal
from sunlit.claims.authority import Role
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.names import named_digest
from sunlit.rubric.core import core_rubric
from sunlit.rubric.finding import Outcome
from sunlit.testing.authority import ACCREDITOR, BOARD, LOG
from sunlit.views.catalogue import COLUMNS, as_csv, as_json
from sunlit.views.catalogue_record import record_view
from sunlit.views.component import Judged, component_view
from sunlit.views.component_cards import cards
from sunlit.views.component_controls import controls, kind_words
from sunlit.views.component_timeline import timeline
from sunlit.views.organisation import organisation, organisations
from sunlit.views.releases import releases
from sunlit.views.releases_compare import MOST, Side, compare
from tests.rubric.story import (
    EARLIER,
    EARLY,
    LABS,
    LATER,
    MAKER,
    PURL,
    SOON,
    Story,
    component,
    licence,
    metric,
    released,
)
from tests.rubric.story import tested as performance


@pytest.fixture(scope="module")
def story() -> Story:
    """Tell everything once; no test of this module adds to it."""
    return Story().complete()


def side(told: Story, release: str, files: dict[str, str] | None) -> Side:
    """Return one side of a comparison."""
    evidence = told.evidence(release=release, files=files or {})
    conformity = told.conformity(release=release, files=files or {})
    return Side(release=release, evidence=evidence, conformity=conformity, files=files)


def test_four_cards_say_who_when_and_about_what(story: Story) -> None:
    """Source, build, tests, reviews; an empty one is a blank."""
    found = {one.name: one for one in cards(story.evidence())}

    assert list(found) == ["source", "build", "tests", "reviews"]
    assert all(it.who and it.on for one in found.values() for it in one.facts)
    assert found["source"].facts[0].digest == story.release
    assert any("lab-a.example" in str(it.words) for it in found["reviews"].facts)
    assert all(one.facts[0].is_blank for one in cards(Story().evidence()))


def test_a_check_that_does_not_count_is_shown_with_the_reason() -> None:
    """Here: it ended."""
    told = Story().made()
    told.attested(0, valid_until=EARLY)
    reviews = cards(told.evidence())[3]

    assert "Does not count: It ended on 2026-01-01." in [str(it.words) for it in reviews.facts]


def test_the_timeline_has_the_newest_first_and_only_what_somebody_signed(story: Story) -> None:
    """What a key without authority says is not among what happened."""
    told = Story().made()
    said = told.attested(0)
    told.say(Withdrawal(statement=said.statement_id, reason="a mistake"),
             told.labs[0].key(Role.ASSESSOR))  # fmt: skip
    found = timeline(told.evidence())

    assert [str(one.words) for one in found[:2]] == [
        "A statement was taken back. The reason as it was signed: “a mistake”",
        "lab-a.example tested it independently: passed.",
    ]  # fmt: skip
    assert "Release 1.0: First." in [str(one.words) for one in timeline(story.evidence())]
    assert len(timeline(story.evidence(), most=2)) == 2
    assert str(timeline(bare_release().evidence())[0].words) == "Release "


def bare_release() -> Story:
    """Return a story with a release of which nothing is told."""
    told = Story()
    told.say(replace(released(), sunlit_changelog=None, release_id=None), told.maintainer)
    return told


def test_each_check_says_what_it_asks_and_what_it_rests_on(story: Story) -> None:
    """In the rubric's order and groups; what was not asked says why."""
    found = controls(core_rubric(), story.evidence(), story.conformity())
    first = found.asked[0]

    assert first.outcome is Outcome.HOLDS
    assert str(first.words).startswith("Holds")
    assert first.statement
    assert [str(it.words) for it in first.rests_on] == ["Component"]
    assert sum(map(len, found.groups().values())) == len(found.asked)
    assert found.count(Outcome.HOLDS) == len(found.asked)
    assert found.control(first.control) == first
    assert found.without(found.apart[0].control) == found.apart[0]
    assert (found.control("x"), found.without("x")) == (None, None)


def test_what_is_not_known_is_called_by_its_type() -> None:
    """A type of tomorrow is named by its own word, and says nothing else."""
    assert str(kind_words("urn:sunlit:risk:new-thing:v1")) == "new thing"
    assert str(kind_words("x")) == "x"


def two_releases() -> Story:
    """Return a story of two releases: other files, figures, licence."""
    told = Story()
    told.release = EARLIER
    earlier = replace(released(), release_id="0.9", sunlit_released_on=EARLY)
    for claim in (component(), earlier, performance(metric("0.9")), licence()):
        told.say(claim, told.maintainer)
    told.attested(0, valid_until=EARLY)
    told.release = "aa" * 32
    for claim in (
        component(), replace(released(), sunlit_released_on=SOON), performance(),
        replace(licence(), expression="MIT"),
    ):  # fmt: skip
        told.say(claim, told.maintainer)
    told.say(replace(released(), release_id="9", purl="pkg:generic/x"), told.maintainer)
    told.say(replace(released(), release_id="9"), told.city.operator, about="9a" * 32)
    return told


def test_releases_come_newest_first_with_what_lapsed() -> None:
    """Only those that a maintainer declared, of this component."""
    found = releases(two_releases().evidence())

    assert [(one.version, one.is_latest) for one in found] == [("1.0", True), ("0.9", False)]
    assert [str(one.words) for one in found[1].lapsed] == ["What lab-a.example attested ended."]
    assert found[0].to_json()["rollback"] == "none: the first"
    assert releases(Story().evidence()) == ()


def test_two_releases_differ_in_files_figures_licence_and_checks() -> None:
    """Each section names what it was and is; what nobody recorded is not called the same."""
    told = two_releases()
    before = side(told, EARLIER, {"model.txt": "11" * 32, "old.txt": "22" * 32})
    after = side(told, told.release, {"model.txt": "33" * 32, "new.txt": "44" * 32})
    found = {one.name: one for one in compare(before, after)}

    assert [(one.name, one.before is None, one.after is None)
            for one in found["files"].differences] == [
        ("model.txt", False, False), ("new.txt", True, False), ("old.txt", False, True),
    ]  # fmt: skip
    assert not found["data"].known
    assert [(one.before, one.after) for one in found["licence"].differences] == [
        ("EUPL-1.2", "MIT")
    ]
    assert ("0.9", "0.8") in [(it.before, it.after) for it in found["figures"].differences]
    assert found["controls"].known
    assert compare(after, after)[0].differences == ()
    assert not compare(replace(before, files=None), after)[0].known


def test_a_long_list_of_differences_is_cut_and_says_so() -> None:
    """By how much."""
    told = two_releases()
    many = {f"{number:04}": "11" * 32 for number in range(MOST + 3)}
    found = compare(side(told, EARLIER, many), side(told, told.release, {"x": "22" * 32}))[0]

    assert (len(found.differences), found.cut) == (MOST, 4)


def test_data_that_a_run_names_is_compared(story: Story) -> None:
    """By digest, under the name that somebody gave it."""
    one = side(story, story.release, dict(story.files))

    assert compare(one, one)[1].known


def test_a_component_is_named_by_its_registration_once_published(story: Story) -> None:
    """Else by the end of its package URL; blanks of the entry stay blanks."""
    told = Story()
    claim = Registration(
        organisation=MAKER, component=PURL, kind="hosted-service", name="Letter finder",
        description="Finds whom to write to", source="form", homepage="https://maker.example",
        asked=("weights",), asked_on=SOON,
    )  # fmt: skip
    said = told.say(claim, told.maintainer, about=named_digest("component", PURL))
    told.say(Publication(organisation=MAKER, statement=said.statement_id, decision="publish"),
             told.maintainer, about=named_digest("component", PURL))  # fmt: skip
    found = component_view(told.evidence(use=None, deployer=None), [])

    assert (found.name, found.kind, found.version) == ("Letter finder", "hosted-service", None)
    assert str(found.summary.words) == "Finds whom to write to"
    assert [(str(it.lead), it.is_blank) for it in found.facts] == [
        ("Homepage", False), ("Model files", True),
    ]  # fmt: skip
    plain = component_view(story.evidence(use=None, deployer=None), [])
    assert (plain.name, plain.summary.is_blank, plain.facts) == ("outreach", True, ())


def test_a_use_has_a_label_and_a_stopped_one_a_banner(story: Story) -> None:
    """Here nobody gave a permission: a label, and no banner."""
    judged = Judged(evidence=story.evidence(), conformity=story.conformity())
    found = component_view(story.evidence(use=None, deployer=None), [judged])
    one = found.labels[0]

    assert found.banners == ()
    assert found.label(one.deployer, one.use) == one
    assert found.label(one.deployer, "other") is None
    assert [log.origin for log in found.logs] == [LOG]


def test_an_organisation_shows_its_keys_by_role_and_who_accredited_it(story: Story) -> None:
    """Never by name; one that nobody may speak for is not shown."""
    directory, at = story.evidence().directory, story.world.now
    lab, board = organisation(directory, LABS[0], at), organisation(directory, BOARD, at)

    assert lab is not None
    assert [it.role for it in lab.keys] == [Role.ASSESSOR, Role.OPERATOR]
    assert lab.accreditations[0].accreditor == ACCREDITOR
    assert board is not None
    assert board.board == (2, 3)
    assert organisation(directory, "stranger.example", at) is None
    names = [one.name.casefold() for one in organisations(directory, at)]
    assert names == sorted(names)
    assert LABS[0] in {one.id for one in organisations(directory, at)}


def test_a_record_is_shown_with_its_blanks_and_what_was_cut() -> None:
    """The newest that somebody in force took over."""
    told = Story()
    claim = ImportedRecord(
        register="omb", record="1", title="T", publisher="P", source="https://x", licence="CC0-1.0",
        source_digest="ab" * 32, retrieved_on=SOON, fields={"Purpose": "x", "Empty": ""},
        blanks=("Risks",), cut=("Purpose",),
    )  # fmt: skip
    told.say(claim, told.city.operator)
    known, directory = tuple(told.said), told.evidence().directory
    found = record_view(known, directory, "omb", "1")

    assert found is not None
    assert [(it.name, it.text, it.cut) for it in found.fields] == [
        ("Empty", None, False), ("Purpose", "x", True), ("Risks", None, False),
    ]  # fmt: skip
    assert found.blanks == 2
    assert record_view(known, directory, "omb", "2") is None


@dataclass(frozen=True)
class Row:
    """A row of the catalogue with what a stranger may have written."""

    name: str
    key: str = "k"
    used_by: tuple[str, ...] = ("a", "b")

    def __getattr__(self, name: str) -> object:
        return None


def test_a_file_of_the_catalogue_runs_nothing_in_a_spreadsheet() -> None:
    """What begins like a formula does not any more; JSON keeps it as it is."""
    rows = [Row("=1+1"), Row('a"b,c\nd')]
    read = list(csv.DictReader(io.StringIO(b"".join(as_csv([rows])).decode())))
    document = json.loads(b"".join(as_json([rows], total=2, at=LATER)))

    assert [one["name"] for one in read] == ["'=1+1", 'a"b,c\nd']
    assert (read[0]["used_by"], read[0]["summary"]) == ("a; b", "")
    assert list(document["rows"][0]) == list(COLUMNS)
    assert document["rows"][0]["name"] == "=1+1"


def test_what_ended_is_told_of_tests_and_attestations_alike() -> None:
    """A test that ended, and one that has no end."""
    told = Story()
    told.say(component(), told.maintainer)
    ended = datetime.fromisoformat("2026-01-01T00:00:01+00:00")
    told.say(replace(performance(), sunlit_valid_until=ended), told.maintainer)
    told.say(performance(), told.maintainer)

    assert [str(one.words) for one in releases(told.evidence())[0].lapsed] == [
        "The test of performance ended."
    ]
