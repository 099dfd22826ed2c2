"""The labelled corpus: documents with the spans of what is in them, the same for the same seed.

Half of each kind's values stand beside a word that says what they are, half do not. Dates of birth
are always said to be: a bare date is no date of birth, and stands among the negatives.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Final

from tests.data_corpus import negatives, values_eu, values_net, values_uk
from tests.data_corpus.drawing import seeded
from tests.data_corpus.wording import AFTER, BEFORE, LABELS, LANGUAGE, SAID, UNSAID

SEED: Final = 4
EACH: Final = 120  # values of a kind
MAKERS: Final[dict[str, Callable[[Random], str]]] = {
    "email": values_net.email, "phone": values_net.phone, "iban": values_net.iban,
    "card": values_net.card, "ip-address": values_net.ip_address,
    "nhs-number": values_uk.nhs_number, "chi-number": values_uk.chi_number,
    "uk-nino": values_uk.nino, "uk-utr": values_uk.utr, "uk-passport": values_uk.passport,
    "uk-driving-licence": values_uk.driving_licence, "uk-vehicle": values_uk.vehicle,
    "uk-postcode": values_uk.postcode, "crime-reference": values_uk.crime_reference,
    "custody-reference": values_uk.custody_reference, "us-ssn": values_eu.us_ssn,
    "us-itin": values_eu.us_itin, "us-passport": values_eu.us_passport, "fr-nir": values_eu.fr_nir,
    "nl-bsn": values_eu.nl_bsn, "es-nif": values_eu.es_nif, "es-nie": values_eu.es_nie,
    "it-codice-fiscale": values_eu.it_codice_fiscale, "de-tax-id": values_eu.de_tax_id,
    "pl-pesel": values_eu.pl_pesel, "se-personnummer": values_eu.se_personnummer,
    "be-national-number": values_eu.be_national_number, "date-of-birth": values_net.date_of_birth,
    "coordinates": values_net.coordinates, "device-id": values_net.device_id,
    "secret": values_net.secret,
}  # fmt: skip
# No check digit and no form of their own: without a word beside them they are any number.
BY_WORD: Final = frozenset(
    {"uk-passport", "us-passport", "crime-reference", "custody-reference", "date-of-birth"}
)
CHECKED: Final = tuple(kind for kind in MAKERS if kind not in BY_WORD)
ALWAYS_SAID: Final = frozenset({"date-of-birth"})


@dataclass(frozen=True, slots=True)
class Truth:
    """A value in a document; offsets in characters, the end excluded."""

    start: int
    end: int
    kind: str
    is_said: bool  # a word beside it says what it is


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what is in it; a negative has nothing, and `family` says what it resembles."""

    text: str
    spans: tuple[Truth, ...] = ()
    family: str = ""


def build(seed: object = SEED, each: int = EACH, empty: int = negatives.COUNT) -> list[Document]:
    """Return the documents: about a fifth hold two values, `empty` of them hold none."""
    chance = seeded(f"corpus {seed}")
    wanted = [
        (kind, kind in ALWAYS_SAID or number % 2 == 0) for kind in MAKERS for number in range(each)
    ]
    chance.shuffle(wanted)
    found = []
    while wanted:
        count = 2 if len(wanted) > 1 and chance.random() < 0.12 else 1
        found.append(_document(chance, [wanted.pop() for _ in range(count)]))
    found += [Document(text, family=name) for name, text in negatives.build(seed, empty)]
    chance.shuffle(found)
    return found


def _document(chance: Random, wanted: list[tuple[str, bool]]) -> Document:
    text = chance.choice(BEFORE)
    spans = []
    for number, (kind, is_said) in enumerate(wanted):
        text += "\n" if number else ""
        carried, start, value = _carried(chance, kind, is_said=is_said)
        spans.append(Truth(len(text) + start, len(text) + start + len(value), kind, is_said))
        text += carried
    return Document(text + chance.choice(AFTER), tuple(spans))


def _carried(chance: Random, kind: str, *, is_said: bool) -> tuple[str, int, str]:
    """Return a sentence, where the value stands in it, and the value."""
    home = LANGUAGE.get(kind, "en")
    language = home if home == "en" or chance.random() < 0.7 else "en"
    value, label = MAKERS[kind](chance), chance.choice(LABELS[kind])
    carrier = chance.choice((SAID if is_said else UNSAID)[language])
    before, after = (
        part.format(label=label, key=_key(label)) for part in carrier.split("{value}", maxsplit=1)
    )
    return f"{before}{value}{after}", len(before), value


def _key(label: str) -> str:
    """Return the label as a program would spell it."""
    plain = "".join(one if one.isalnum() else " " for one in label.lower())
    return "_".join(plain.split())


def to_lines(documents: list[Document]) -> Iterator[str]:
    """Return one JSON line a document, for contenders that run in a process of their own."""
    for one in documents:
        yield json.dumps(asdict(one), ensure_ascii=False)


def from_lines(path: Path) -> list[Document]:
    """Read what `to_lines` gave."""
    found = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            value = json.loads(line)
            spans = tuple(Truth(**span) for span in value["spans"])
            found.append(Document(value["text"], spans, value["family"]))
    return found
