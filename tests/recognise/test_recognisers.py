"""Each kind of personal data is one file; each file proves itself."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from sunlit.base.errors import MalformedError
from sunlit.recognise.engine import Engine
from sunlit.recognise.play import marked, play
from sunlit.recognise.reading import read_file
from sunlit.recognise.recognisers import (
    Examples,
    Recogniser,
    Recognisers,
    load,
    make,
    read_folder,
    shipped,
    source_of,
)

# docs: the kinds that issue 4 promises; names, addresses and organisations come from elsewhere.
PROMISED: Final = {
    "email", "phone", "iban", "card", "ip-address", "nhs-number", "chi-number", "uk-nino",
    "uk-utr", "uk-passport", "uk-driving-licence", "uk-vehicle", "uk-postcode", "crime-reference",
    "custody-reference", "us-ssn", "us-itin", "us-passport", "fr-nir", "nl-bsn", "es-nif",
    "es-nie", "it-codice-fiscale", "de-tax-id", "pl-pesel", "se-personnummer",
    "be-national-number", "date-of-birth", "coordinates", "device-id", "secret",
}  # fmt: skip
OWN: Final = """
id = "staff-number"
title = "Staff number of Exampleshire"
category = "identifier"
region = "gb"
source = "https://example.org/staff"
patterns = ['EX-[0-9]{5}']
alone = 0.8

[tests]
found = ["Staff no «EX-12345»."]
ignored = ["EX-1234"]
"""


@pytest.fixture(scope="module")
def engine() -> Engine:
    """The engine of the shipped recognisers, compiled once."""
    return Engine(shipped())


def test_every_promised_kind_has_a_recogniser() -> None:
    """What the issue lists is found, and nothing is found that no kind names."""
    assert set(shipped().kinds) == PROMISED


@pytest.mark.parametrize("one", shipped().items, ids=lambda one: one.id)
def test_a_recognisers_file_keeps_its_promises(one: Recogniser, engine: Engine) -> None:
    """What a file says is found is found just there, and what it says is not is not."""
    assert list(play([one], engine)) == []


@pytest.mark.parametrize("one", shipped().items, ids=lambda one: one.id)
def test_a_recogniser_has_hard_negatives(one: Recogniser) -> None:
    """A recogniser that was only shown what it should find finds too much; decoys find none."""
    assert one.tests.ignored or one.category == "none"


def test_a_file_is_named_after_its_recogniser() -> None:
    """A reader of a finding opens the file that made it."""
    assert all(f'id = "{one.id}"' in source_of(one.id) for one in shipped())


def test_an_unknown_recogniser_has_no_file() -> None:
    """The error says where the ids are listed."""
    with pytest.raises(MalformedError, match="no recogniser has this id"):
        source_of("nobody")


def test_an_agency_adds_its_own(tmp_path: Path) -> None:
    """One more file, and the engine finds one more kind beside all others."""
    (tmp_path / "staff.toml").write_text(OWN)

    them = load(tmp_path)
    found = Engine(them).find("EX-12345 wrote to a@example.org")

    assert [match.kind for match in found] == ["staff-number", "email"]
    assert them.by_id["staff-number"].kind == "staff-number"
    assert list(play(read_folder(tmp_path), Engine(them))) == []


def test_a_file_that_breaks_its_promise_is_told(tmp_path: Path) -> None:
    """Each test that does not hold is named, with what happened."""
    (tmp_path / "staff.toml").write_text(OWN.replace("«EX-12345»", "«XX-12345»"))

    (broken,) = play(read_folder(tmp_path), Engine(load(tmp_path)))

    assert broken.id == "staff-number"
    assert "found at []" in broken.why


def test_what_must_not_be_found_and_is_is_told(tmp_path: Path) -> None:
    """A false alarm is as much a broken promise."""
    (tmp_path / "staff.toml").write_text(OWN.replace('"EX-1234"', '"EX-12346"'))

    (broken,) = play(read_folder(tmp_path), Engine(load(tmp_path)))

    assert broken.why == "staff-number found at [(0, 8)]"


def test_a_file_without_tests_is_told(tmp_path: Path) -> None:
    """A recogniser that nobody tried is not one."""
    (tmp_path / "staff.toml").write_text(OWN.split("[tests]")[0])

    (broken,) = play(read_folder(tmp_path), Engine(load(tmp_path)))

    assert broken.why == "the file holds no test"


def test_the_same_id_twice_is_refused(tmp_path: Path) -> None:
    """Else a report's kind would have two meanings."""
    (tmp_path / "own.toml").write_text(OWN.replace("staff-number", "email"))

    with pytest.raises(MalformedError, match="'email'") as caught:
        load(tmp_path)
    assert caught.value.code == "recognise.twice"


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """Somebody mistyped a path: nothing of their own would be looked for."""
    with pytest.raises(MalformedError) as caught:
        load(tmp_path)
    assert caught.value.code == "recognise.no-folder"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "staff-number"', 'id = "Staff Number"', "id"),
        ('title = "Staff number of Exampleshire"', "", "title"),
        ('category = "identifier"', 'category = "thing"', "category"),
        ('source = "https://example.org/staff"', 'source = "a book"', "source"),
        ("alone = 0.8", "alone = 8", "alone"),
        ("alone = 0.8", "alone = true", "alone"),
        ("alone = 0.8", "within = 0", "within"),
        ("alone = 0.8", 'after = "no"', "after"),
        ("alone = 0.8", 'validator = "nobody"', "validator"),
        ("alone = 0.8", 'validator = "stdnum.zz.none"', "validator"),
        ("alone = 0.8", "colour = 1", "colour"),
        ("alone = 0.8", "context = [1]", "context"),
        ("EX-[0-9]{5}", "(?<=x)[0-9]", "patterns"),
        ("EX-[0-9]{5}", "(a)\\1", "patterns"),
        ("EX-[0-9]{5}", "(unclosed", "patterns"),
        ("EX-[0-9]{5}", "[ж]", "patterns"),
        ("patterns = ['EX-[0-9]{5}']", "patterns = []", "patterns"),
        ('ignored = ["EX-1234"]', "ignored = 3", "tests"),
        ('ignored = ["EX-1234"]', "other = []", "tests"),
    ],
)
def test_a_wrong_key_is_named_with_its_file(old: str, new: str, key: str) -> None:
    """An agency's own file fails in words, before anything is looked for."""
    assert old in OWN
    with pytest.raises(MalformedError, match=f"'own.toml'.*`{key}`") as caught:
        read_file("own.toml", OWN.replace(old, new).encode())
    assert caught.value.code == "recognise.key"


@pytest.mark.parametrize("data", [b"= no", b"\xff", b"#" * 300_000])
def test_a_file_that_is_no_toml_is_named(data: bytes) -> None:
    """The same where the file cannot be read at all."""
    with pytest.raises(MalformedError, match=r"'own.toml'") as caught:
        read_file("own.toml", data)
    assert caught.value.code == "recognise.file"


@pytest.mark.parametrize("pattern", ["[a-z]{40000}x", "a*"])
def test_a_pattern_beyond_linear_time_is_refused_by_name(pattern: str) -> None:
    """The engine compiles nothing whose time could explode; the error shows the pattern."""
    own = replace(make(read_file("own.toml", OWN.encode())), patterns=("b", pattern))

    with pytest.raises(MalformedError) as caught:
        Engine(alone(own))
    assert caught.value.code == "recognise.pattern"
    assert repr(pattern[:80]) in str(caught.value)


def alone(one: Recogniser) -> Recognisers:
    return Recognisers((one,))


def test_any_module_of_stdnum_checks(tmp_path: Path) -> None:
    """Eighty countries' numbers need no code: an agency names the library's module."""
    text = OWN.replace("EX-[0-9]{5}", "[0-9]{10}").replace(
        "alone", 'validator="stdnum.at.vnr"\nalone'
    )
    (tmp_path / "own.toml").write_text(text)
    engine = Engine(load(tmp_path), kinds={"staff-number"})

    assert [match.start for match in engine.find("1237010180 1237010181")] == [0]


def test_the_digest_tells_what_is_looked_for(tmp_path: Path) -> None:
    """A claim names the recognisers by digest: a change of meaning changes it, a test does not."""
    one = make(read_file("own.toml", OWN.encode()))
    other = replace(one, tests=Examples())
    louder = replace(one, alone=0.9)

    digests = [alone(each).digest for each in (one, other, louder)]

    assert digests[0] == digests[1] != digests[2]


def test_marks_say_where() -> None:
    """«so» in a test's text marks what must be found."""
    assert marked("a «b» «c»") == ("a b c", [(2, 3), (4, 5)])
