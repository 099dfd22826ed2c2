"""Columns of keyed pseudonyms: no knowledge of who has no key, unless what is in them says more."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.base.errors import MalformedError
from sunlit.producers.data.risk import Measured, measure
from sunlit.producers.data.risk.profiles import read_profiles
from sunlit.producers.data.source import open_source
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.masking_pseudonym import form_like, pseudonymise
from sunlit.recognise.plan import Rule

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = MaskKey(bytes(range(32)))
ROWS = 400
NAMES = [f"Person {number}" for number in range(ROWS)]


def pseudonyms(values: Sequence[str], **options: str | int) -> list[str]:
    """Return what the mask writes instead of the values."""
    return list(map(pseudonymise(Rule("pseudonym", options), KEY, "person", 20), values))


def measured(
    tmp_path: Path, who: Sequence[str | None], profile: str = "controlled-training",
    quasi: Sequence[str] = (),
) -> Measured:  # fmt: skip
    path = tmp_path / "people.parquet"
    parquet.write_table(pa.table({"who": who, "sex": ["F", "M"] * (len(who) // 2)}), path)
    with open_source(str(path)) as source:
        return measure(source, profile=profile, quasi_identifiers=quasi, at=AT)


def figures(found: Measured) -> dict[str, tuple[str, str | None]]:
    return {one.name: (str(one.value), one.note) for one in found.claim.figures}


@pytest.mark.parametrize("profile", ["controlled-training", "sensitive-release"])
def test_keyed_pseudonyms_are_listed_and_identify_nobody(tmp_path: Path, profile: str) -> None:
    """The note says who could undo them."""
    found = measured(tmp_path, pseudonyms(NAMES), profile)

    assert found.met
    count, note = figures(found)["pseudonyms"]
    assert count == "1"
    assert note == "whoever holds the key can undo them, so drop what is not needed: who"
    assert found.detail["pseudonyms"] == ["who"]
    assert found.detail["columns"][0]["role"] == "pseudonym"
    assert figures(found)["identifying-columns"][0] == "0"


def test_what_is_published_stays_when_a_key_leaks(tmp_path: Path) -> None:
    """For public release pseudonyms identify, all different or not."""
    found = measured(tmp_path, pseudonyms(NAMES), "public-release")
    often = measured(tmp_path, pseudonyms([NAMES[at % 100] for at in range(ROWS)]),
                     "public-release")  # fmt: skip

    assert figures(found)["identifying-columns"][0] == "1"
    assert "pseudonyms" not in figures(found)
    assert "who" in often.claim.quasi_identifiers


def test_labels_and_blanks_are_part_of_a_column_of_pseudonyms(tmp_path: Path) -> None:
    """The mask leaves blanks and nulls, and writes a label in front where the plan says one."""
    made: list[str | None] = [*pseudonyms(NAMES, prefix="P", length=16)]
    made[3], made[4] = "", None

    assert measured(tmp_path, made).detail["pseudonyms"] == ["who"]


@pytest.mark.parametrize(
    "other", ["Ann Example", "bcdfghjklmnpqrstbcd", "bcdfghjklmnpqrstbcdfg", "B" * 20, "a" * 20]
)
def test_one_value_of_another_form_makes_all_of_them_identify(tmp_path: Path, other: str) -> None:
    """A name, another length, capitals, a vowel: then no key made the column."""
    found = measured(tmp_path, [*pseudonyms(NAMES)[:-1], other])

    assert not found.met
    assert figures(found)["identifying-columns"][0] == "1"
    assert found.detail["pseudonyms"] == []


def test_labels_that_differ_tell_people_apart(tmp_path: Path) -> None:
    """Whoever writes the ward in front of the pseudonym has said the ward."""
    north, south = pseudonyms(NAMES[:200], prefix="N"), pseudonyms(NAMES[200:], prefix="S")

    assert measured(tmp_path, north + south).detail["pseudonyms"] == []


def test_every_row_is_looked_at_and_not_a_sample(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One name among many rows is enough, wherever it stands."""
    monkeypatch.setattr("sunlit.producers.data.risk.table.SAMPLE", 50)
    clean = measured(tmp_path, pseudonyms(NAMES))
    made = pseudonyms(NAMES)
    sampled = [measured(tmp_path, [*made[:at], "Ann Example", *made[at + 1 :]])
               for at in range(0, ROWS, 80)]  # fmt: skip

    assert clean.detail["pseudonyms"] == ["who"]
    assert all(one.detail["pseudonyms"] == [] and not one.met for one in sampled)


def test_a_pseudonym_that_many_rows_have_is_guessed_by_its_frequency(tmp_path: Path) -> None:
    """Of two sexes, or of towns, the commonest is known without any key."""
    towns = pseudonyms(["Leeds" if at % 3 else f"Town {at}" for at in range(ROWS)])
    found = measured(tmp_path, towns)

    assert found.detail["pseudonyms"] == []
    assert "who" in found.claim.quasi_identifiers


def test_a_pseudonym_that_is_declared_makes_classes(tmp_path: Path) -> None:
    """What the caller says an attacker knows is taken as said."""
    found = measured(tmp_path, pseudonyms(NAMES), quasi=["who"])

    assert not found.met
    assert found.detail["pseudonyms"] == []


def test_an_agencys_profile_takes_pseudonyms_for_values_unless_it_says_otherwise() -> None:
    """Fail closed; and a word that is neither is an error."""
    text = '[own]\ngoverns = "marketer"\ntau = "0.2"\n{}\n[[own.limit]]\nfigure = "marketer"\n'
    text += 'at_most = "0.2"\nsource = "us"\n'

    assert not read_profiles(text.format(""))["own"].pseudonyms_apart
    assert read_profiles(text.format('pseudonyms = "listed"'))["own"].pseudonyms_apart
    with pytest.raises(MalformedError) as caught:
        read_profiles(text.format('pseudonyms = "fine"'))
    assert caught.value.code == "data-risk.profile"


def test_only_what_the_mask_writes_has_a_form() -> None:
    """Too short, or any other text, has none."""
    assert form_like("bcdfghjklmn") is None
    assert form_like("Ann Example") is None
