from dataclasses import replace

import pytest

from sunlit.claims.provenance import BuildDefinition, Resource
from sunlit.rubric import Outcome
from tests.rubric import story
from tests.rubric.story import Story


def without(said: Story, claim: object) -> Story:
    """Take one statement out of the story."""
    said.said = [it for it in said.said if it.claim != claim]
    return said


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.HOLDS),
        ({"files": 0}, Outcome.FAILS),
        ({"files": 0, "kind": "hosted-service"}, Outcome.HOLDS),
        ({"purl": story.PURL + "@1.0"}, Outcome.HOLDS),
    ],
)
def test_a_component_is_identified(changes: dict[str, object], outcome: Outcome) -> None:
    """By name, version, kind and a manifest that lists something."""
    said = Story()
    said.say(replace(story.component(), **changes), said.maintainer)  # type: ignore[arg-type]

    assert said.finding("prov-1").outcome is outcome


def test_another_name_fails() -> None:
    """The files are said to be something else than was asked about."""
    said = Story()
    said.draft(replace(story.component(), purl="pkg:generic/other"))

    assert said.finding("prov-1").outcome is Outcome.FAILS
    assert said.finding("prov-1", component=None).outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"maintainer": None}, "a maintainer"),
        ({"contact": " "}, "a contact"),
        ({"maintainer": None, "contact": None}, "a maintainer and a contact"),
    ],
)
def test_a_maintainer_and_contact_are_named(changes: dict[str, object], missing: str) -> None:
    """The finding says which of them is missing."""
    said = Story()
    said.say(replace(story.component(), **changes), said.maintainer)  # type: ignore[arg-type]

    found = said.finding("prov-2")

    assert found.outcome is Outcome.FAILS
    assert found.reason == f"It does not name {missing}."


def test_a_model_file_from_nowhere_fails() -> None:
    """A file that is named like weights counts, whatever the component declares."""
    said = Story().made()
    said.files["extra/Other.ONNX"] = "12" * 32

    found = said.finding("prov-3")

    assert found.outcome is Outcome.FAILS
    assert "extra/Other.ONNX" in found.reason


def test_without_a_known_model_file_it_is_unknown() -> None:
    """A run over a card says nothing about weights."""
    said = without(Story().made(), story.component())
    said.say(replace(story.component(), model_files=()), said.maintainer)

    found = said.finding("prov-3")

    assert found.outcome is Outcome.UNKNOWN
    assert found.mend == "sunlit init ."


def test_a_strangers_run_covers_nothing() -> None:
    """Only who keeps the component says how it was made."""
    said = without(Story().made(), story.run())
    said.say(story.run(), said.city.operator, about=story.MODEL)

    assert said.finding("prov-3").outcome is Outcome.UNKNOWN
    assert said.finding("prov-4").outcome is Outcome.UNKNOWN


def test_a_run_that_names_no_data_by_digest_fails() -> None:
    """A path or a link can change its content."""
    said = without(Story().made(), story.run())
    definition = BuildDefinition(
        build_type="x",
        external_parameters={},
        resolved_dependencies=(Resource(uri="git+https://x", digest={"gitCommit": "ab" * 20}),),
    )
    said.say(replace(story.run(), build_definition=definition), said.maintainer, about=story.MODEL)

    assert said.finding("prov-4").outcome is Outcome.FAILS


def test_data_that_nobody_describes_is_unknown() -> None:
    """A digest alone does not say what the data is."""
    assert said_without_dataset().finding("prov-4").outcome is Outcome.UNKNOWN


def said_without_dataset() -> Story:
    """Return the story without the dataset's description."""
    return without(Story().made(), story.dataset())


def test_somebody_elses_description_of_data_counts_if_they_maintain_it() -> None:
    """A statistics office describes its own data; an operator key does not."""
    said = said_without_dataset()
    said.say(story.dataset(), said.city.operator, about=story.DATA)

    assert said.finding("prov-4").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("control", "card"), [("prov-5", "model"), ("prov-6", "dataset")])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"missing": ("Limits",)}, "Limits (missing)"),
        ({"empty": ("Limits",)}, "Limits (empty)"),
        ({"present": ()}, "holds no section"),
    ],
)
def test_a_card_lacks_nothing(
    control: str, card: str, changes: dict[str, object], reason: str
) -> None:
    """Missing and empty sections are named, with the file to write them in."""
    said = Story()
    claim = replace(story.model_card(), card=card, **changes)  # type: ignore[arg-type]
    said.say(story.component(), said.maintainer)
    said.say(claim, said.maintainer)

    found = said.finding(control)

    assert found.outcome is Outcome.FAILS
    assert reason in found.reason


def test_an_agency_may_ask_for_a_section_more() -> None:
    """A parameter of the control, in the direction `superset`."""
    from sunlit.capabilities.provenance.rules import model_card_complete

    said = Story().made()

    verdict = model_card_complete(said.evidence(), {"sections": "Limits\nEnergy"})

    assert verdict.outcome is Outcome.FAILS
    assert "Energy (missing)" in verdict.reason
