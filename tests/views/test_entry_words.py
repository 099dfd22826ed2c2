"""Every kind of statement has its sentence, and hostile text stays text."""

from dataclasses import MISSING, fields, replace
from string import Formatter
from typing import Final

from sunlit.base import wording
from sunlit.claims.base import Claim, Opaque, claim_types
from sunlit.claims.decision import Anchor
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.names import named_digest
from sunlit.claims.risk import Mitigation
from sunlit.statement.intoto import Subject
from sunlit.views.entry_patterns import PATTERNS
from sunlit.views.entry_words import NOBODY, Sentence, called, kind_of, sentence
from tests.rubric import story
from tests.rubric.story import LABS, LATER, Story

GIVEN: Final = {"who", "about", "predicate_type"}
REFUSED: Final = {Anchor, Mitigation}  # no log takes one of these with what its sentence lacks


def test_each_kind_of_statement_has_a_sentence() -> None:
    """A new claim without one would be shown as if it were unknown."""
    assert set(claim_types().values()) == set(PATTERNS)


def test_a_sentence_names_fields_that_the_claim_has() -> None:
    """A field that was renamed would read as "not stated" for ever."""
    for cls in PATTERNS:
        for whole in (False, True):
            _, names = asked(cls, whole=whole)
            assert names <= GIVEN | {field.name for field in fields(cls)}, cls


def test_no_sentence_ends_in_what_is_not_stated() -> None:
    """What a claim may leave out has a sentence without it: nobody tested with "not stated"."""
    for cls in PATTERNS:
        if cls in REFUSED:
            continue
        claim, names = asked(cls, whole=False)
        for name in names - GIVEN:
            assert getattr(claim, name) not in (None, "", ()), (cls, name)


def test_a_register_is_called_by_its_name() -> None:
    """Nobody outside this project knows what "omb" is."""
    claim = object.__new__(ImportedRecord)
    for name, words in (("omb", "US federal"), ("atrs", "UK algorithmic"), ("x", "{register}")):
        object.__setattr__(claim, "register", name)
        pattern = PATTERNS[ImportedRecord]
        assert callable(pattern)
        assert words in pattern(claim)


def asked(cls: type[Claim], *, whole: bool) -> tuple[Claim, set[str]]:
    """Return a claim with all its fields or the least, and what its sentence names."""
    claim = object.__new__(cls)
    for field in fields(cls):
        made = field.default_factory() if field.default_factory is not MISSING else field.default
        object.__setattr__(claim, field.name, "x" if whole or made is MISSING else made)
    pattern = PATTERNS[cls]
    chosen = pattern(claim) if callable(pattern) else pattern
    return claim, {name for _, name, _, _ in Formatter().parse(chosen) if name}


def test_a_sentence_says_who_says_what_about_what() -> None:
    """In plain words, with times as dates."""
    told = Story()
    text = str(sentence(told.say(story.vote(), told.maintainer), ["Board"]))

    assert text
    assert "{" not in text
    grant = told.say(story.mitigation("M1"), told.city.operator)
    assert "M1" in str(sentence(grant, ["City"]))


def test_the_three_words_about_a_practice_read_differently() -> None:
    """Shown, promised and not needed are three things."""
    base = Mitigation(practice="M3", use="u", deployer="d", valid_until=LATER, owner="Press")
    told = Story()
    texts = [
        str(sentence(told.say(one, told.city.operator), ["City"]))
        for one in (
            replace(base, evidence="see report"),
            replace(base, due=LATER),
            replace(base, not_needed_ground="section 3"),
        )
    ]

    assert "showed" in texts[0]
    assert "promised" in texts[1]
    assert "1 January 2027" in texts[1]
    assert "not needed" in texts[2]


def test_hostile_text_is_a_value_and_never_a_pattern() -> None:
    """Braces, control characters and endless texts do no harm."""
    told = Story()
    evil = Mitigation(practice="{who}{x.__class__}", use="\x1b[2J", deployer="y" * 5000,
                      valid_until=LATER, evidence="<script>")  # fmt: skip
    found = sentence(told.say(evil, told.city.operator), ())
    text = str(found)

    assert isinstance(found, Sentence)
    assert "{who}{x.__class__}" in text
    assert "\x1b" not in text
    assert len(text) < 1000
    assert NOBODY in text


def test_what_is_not_known_or_not_said_is_named_so() -> None:
    """An unknown type, a subject without a name, a list that is long."""
    told = Story()
    said = told.say(story.licence(), told.maintainer)
    opaque = replace(said, claim=Opaque(predicate_type="urn:x:y"))
    assert "urn:x:y" in str(sentence(opaque, ["Maker"]))
    assert kind_of(opaque.claim) == "unknown kind"
    licence = said
    assert "digest aaaaaaaaaaaa" in str(sentence(licence, ["Maker"]))
    assert kind_of(licence.claim) == "licence"
    named = replace(licence, subjects=(Subject("it", {"sha256": named_digest("a", "b")}),))
    assert " it." in str(sentence(named, ["Maker"]))


def test_what_an_assessor_looks_at_is_said_in_words() -> None:
    """In the reader's language where we know the scope; others' words keep theirs."""
    told = Story()
    scopes = ("target-validity", "street-level-bias")
    said = sentence(
        told.say(replace(story.attestation(LABS[0]), scope=scopes), told.maintainer), ()
    )

    assert said.values["scope"] == "target validity, street level bias"
    assert wording.told(said.values["scope"], "nl") == "geldigheid van het doel, street level bias"


def test_a_component_is_called_by_its_name() -> None:
    """With whose it is, so that two of one name stay two; other words stay as they are."""
    assert called("pkg:generic/maker.example/outreach") == "outreach (maker.example)"
    assert called("pkg:github/city/models/outreach?kind=x") == "outreach (city/models)"
    assert called("pkg:pypi/outreach") == "outreach"
    for text in ("pkg:", "a table/with a slash", "pkg:x/y/approved (maker.example)", "pkg:x/a@1"):
        assert called(text) == text
