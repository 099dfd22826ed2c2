"""The corpus is what it says: values that a kept library accepts, spans in place, honest counts."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from stdnum import iban, imei, luhn
from stdnum.be import nn
from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs, utr
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer
from stdnum.us import itin, ssn

from tests.data_corpus import columns, negatives, values_net
from tests.data_corpus.corpus import (
    CHECKED,
    EACH,
    MAKERS,
    Document,
    Truth,
    build,
    from_lines,
    to_lines,
)
from tests.data_corpus.drawing import seeded
from tests.data_corpus.score import Found, Rate, kinds_table, score, table
from tests.data_corpus.wording import LABELS, SAID, UNSAID

VALIDATORS: Final[dict[str, Callable[[str], Any]]] = {
    "iban": iban.is_valid, "card": luhn.is_valid, "nhs-number": nhs.is_valid,
    "chi-number": nhs.is_valid, "uk-utr": utr.is_valid, "us-ssn": ssn.is_valid,
    "us-itin": itin.is_valid, "fr-nir": nir.is_valid, "nl-bsn": bsn.is_valid,
    "es-nif": dni.is_valid, "es-nie": nie.is_valid, "it-codice-fiscale": codicefiscale.is_valid,
    "de-tax-id": idnr.is_valid, "pl-pesel": pesel.is_valid,
    "se-personnummer": personnummer.is_valid,
    "be-national-number": nn.is_valid,
}  # fmt: skip


@pytest.mark.parametrize("kind", VALIDATORS)
def test_every_value_passes_the_published_check(kind: str) -> None:
    """What the corpus's own code makes, a library that it does not use accepts."""
    chance = seeded(kind)
    drop = str.maketrans("", "", " -." if kind not in {"us-ssn", "us-itin"} else ".")
    for _ in range(300):
        value = MAKERS[kind](chance)
        if kind == "us-itin" and 50 <= int(value[4:6]) <= 65:
            continue  # given out by the IRS since 2021; the library does not know
        plain = value.replace(" ", "-") if kind in {"us-ssn", "us-itin"} else value.translate(drop)
        assert VALIDATORS[kind](plain), value


def test_a_device_is_a_mac_or_a_valid_imei() -> None:
    """IMEIs carry a Luhn digit."""
    chance = seeded("devices")
    values = [values_net.device_id(chance) for _ in range(200)]
    numbers = [one for one in values if one.replace("-", "").isdigit() and len(one) > 12]
    assert len(numbers) > 50
    assert all(imei.is_valid(one) or len(one.replace("-", "")) == 12 for one in numbers)


def test_the_same_seed_gives_the_same_documents_and_another_seed_others() -> None:
    """The corpus is made, not kept, so it must come out the same everywhere."""
    assert build(1, 4, 40) == build(1, 4, 40)
    assert build(1, 4, 40) != build(2, 4, 40)


def test_the_corpus_has_every_kind_half_of_it_said_and_enough_negatives() -> None:
    """The sizes that the accuracy table rests on."""
    documents = build()
    spans = [span for one in documents for span in one.spans]
    assert len(MAKERS) == 31
    assert len(CHECKED) == 26
    for kind in MAKERS:
        mine = [span for span in spans if span.kind == kind]
        assert len(mine) == EACH
        assert sum(span.is_said for span in mine) == (EACH if kind == "date-of-birth" else EACH / 2)
    assert sum(bool(one.family) for one in documents) == negatives.COUNT >= 1_500
    assert all(bool(one.spans) != bool(one.family) for one in documents)


def test_spans_do_not_overlap_and_a_bare_value_has_no_word_of_its_kind() -> None:
    """Offsets are those of the values; bare means bare."""
    for one in build(3, 10, 0):
        at = -1
        for span in one.spans:
            assert at < span.start < span.end <= len(one.text)
            at = span.end
        if len(one.spans) == 1 and not one.spans[0].is_said:
            rest = one.text.replace(one.text[one.spans[0].start : one.spans[0].end], "").lower()
            words = {label.lower() for label in LABELS[one.spans[0].kind] if len(label) > 5}
            assert not any(word in rest for word in words), one.text


def test_every_language_has_both_wordings_and_no_carrier_lacks_its_value() -> None:
    """A carrier without a value would label empty air."""
    assert SAID.keys() == UNSAID.keys()
    assert all("{value}" in one for carriers in SAID.values() for one in carriers)
    assert all(
        "{value}" in one and "{label}" not in one
        for carriers in UNSAID.values()
        for one in carriers
    )


@pytest.mark.parametrize(
    ("family", "validators"),
    [
        ("card that fails", (luhn.is_valid,)),
        ("NHS number that fails", (nhs.is_valid, utr.is_valid)),
        ("IBAN that fails", (iban.is_valid,)),
        ("European that fails", (dni.is_valid, codicefiscale.is_valid, ssn.is_valid)),
    ],
)
def test_a_number_that_should_fail_its_check_does(
    family: str, validators: Sequence[Callable[[str], bool]]
) -> None:
    """A negative that is valid by accident would blame a detector that is right."""
    chance = seeded(family)
    for _ in range(200):
        said = negatives.FAMILIES[family](chance)
        words = said.split()
        whole = [word for word in words if len(word) > 8]
        joined = "".join(word for word in words if any(one.isdigit() for one in word))
        assert not any(check(text) for check in validators for text in (*whole, joined)), said


def test_columns_hold_what_they_say_with_gaps_and_remarks() -> None:
    """Thirty and more columns, a thousand values each, neutral ones among them."""
    made = columns.build()
    assert len([one for one in made if one.kind]) >= 30
    assert len([one for one in made if one.kind is None]) >= 15
    assert len({one.name for one in made}) == len(made)
    assert all(len(one.values) == 1_000 and None in one.values for one in made)
    assert made == columns.build()


def test_documents_survive_being_written_and_read(tmp_path: Path) -> None:
    """Contenders run elsewhere and read the corpus from a file."""
    documents = build(5, 3, 20)
    place = tmp_path / "corpus.jsonl"
    place.write_text("\n".join(to_lines(documents)), encoding="utf-8")
    assert from_lines(place) == documents


TEXT: Final = "call 01632 960123 now"
ONE: Final = Document(TEXT, (Truth(5, 17, "phone", is_said=True),))
NONE: Final = Document("order 12345", family="orders")


@pytest.mark.parametrize(
    ("found", "typed", "masked", "precision"),
    [
        ([Found(5, 17, "phone")], 1, 1, Rate(1, 1)),
        ([Found(5, 15, "phone")], 1, 1, Rate(1, 1)),
        ([Found(5, 14, "phone")], 0, 0, Rate(1, 1)),
        ([Found(5, 17, "uk-utr")], 0, 1, Rate(0, 1)),
        ([Found(5, 17, None)], 0, 1, Rate(0, 0)),
        ([Found(5, 11, "phone"), Found(11, 17, "phone")], 0, 1, Rate(2, 2)),
        ([Found(0, 21, "phone")], 0, 1, Rate(1, 1)),
        ([], 0, 0, Rate(0, 0)),
    ],
)
def test_a_value_counts_where_one_fitting_span_of_its_kind_covers_it(
    found: list[Found], typed: int, masked: int, precision: Rate
) -> None:
    """Right kind and 80 % of it: typed; covered by anything: masked."""
    counted = score([ONE], lambda text: found)

    assert counted.typed(said=True, kinds=["phone"]) == Rate(typed, 1)
    assert counted.masked(said=True, kinds=["phone"]) == Rate(masked, 1)
    assert counted.precision(counted.kinds) == precision
    assert counted.typed(said=False) == Rate(0, 0)


def test_a_negative_is_flagged_by_any_span() -> None:
    """Whatever it was taken for, someone has to look at it."""
    counted = score([NONE, NONE], lambda text: [Found(6, 11, None)])
    assert counted.negatives == Rate(2, 2)
    assert score([NONE], lambda text: []).negatives == Rate(0, 1)


def test_intervals_are_exact() -> None:
    """Clopper-Pearson, as published: 0 of 10 has 1 - 0.025 ** (1 / 10) as its upper end."""
    assert Rate(0, 10).interval == pytest.approx((0, 1 - 0.025**0.1))
    assert Rate(10, 10).interval == pytest.approx((0.025**0.1, 1))
    assert Rate(8, 10).interval == pytest.approx((0.4439045, 0.9747893))
    assert Rate(0, 0).share is None


def test_the_tables_name_every_contender_and_kind() -> None:
    """What is printed is what was counted."""
    counted = score([ONE, NONE], lambda text: [Found(5, 17, "phone")] if "call" in text else [])
    said = table({"Ours": counted, "Theirs": counted})
    assert "| hard negatives flagged | 0.000 (0.000-0.975) | 0.000 (0.000-0.975) |" in said
    assert "| phone | 1.000 (0.025-1.000) | - | 1.000 (0.025-1.000) |" in kinds_table(
        {"Ours": counted}
    )
    assert counted.to_json()["kinds"]["phone"]["typed, said"]["hits"] == 1
