"""Makes what the speed of `benchmarks.data` is measured on: notes, a table, people in classes.

All of it is drawn from a seed, in a temporary folder, and gone afterwards.
"""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT: Final = Path(__file__).parent.parent
BLOCK: Final = 100_000  # rows that are made at a time
# Quasi-identifiers and how many values each has: those of the Adult census table.
QUASI: Final = {
    "age": 73, "sex": 2, "race": 5, "marital_status": 7, "education": 16, "country": 42,
    "workclass": 9,
}  # fmt: skip
SENSITIVE: Final = "occupation"
OCCUPATIONS: Final = 15
TEXT_COLUMNS: Final = ("email", "phone", "nhs_no", "postcode", "ni_number", "name", "note")
_INWARD: Final = list("ABDEFGHJLNPQRSTUWXYZ")
_OUTWARD: Final = ["M1", "B33", "EC1A", "NE28", "LS11", "CF10", "EH8", "BT9", "SW19", "PL9"]
_FIRST: Final = ["Aisha", "Callum", "Dilys", "Farah", "Gareth", "Nadia", "Owain", "Zofia"]
_LAST: Final = ["Begum", "Drummond", "Kilbride", "Nowak", "Ogunleye", "Quayle", "Rattray"]
_PROSE: Final = (
    "The kettle was on and the kitchen was tidy, with post opened on the table.",
    "We went through the plan again, and she would like it to stay as it is for now.",
    "He said that the stairs are harder than last winter but that the rail has helped.",
    "Officers waited until the fire service had gone, then spoke to people in the street.",
    "Nobody could say when the noise had begun; most had been asleep or at work.",
    "A second letter was sent because the first had come back, marked as gone away.",
    "The form was explained twice and signed in front of a colleague from the next team.",
    "It rained throughout, and what prints there may have been were washed out by nine.",
    "Both sides agreed to keep the gate shut and to ring before anything is moved.",
    "The next review is due in spring unless something changes, which seems unlikely.",
    "Two of the three complaints were closed; the third waits for the landlord's answer.",
    "There is no record of an earlier visit, though a note on the board suggests one.",
    "The school has been asked for its view and has promised it before half-term.",
    "Most of the hour went on the question of who holds the keys and who pays for heat.",
)
_SAID: Final = (
    "Visited on Tuesday, heating repaired, two letters sent and one answered. ",
    "Client prefers calls in the morning; forms were explained and left with her. ",
    "No change since the last review, next appointment in six weeks at the desk. ",
)


def notes(place: Path, count: int, seed: int = 4, *, is_dense: bool = False) -> int:
    """Write that many case notes as documents, and return their size in bytes.

    The example's notes are dense: an identifier every 60 characters. Unless that is asked for,
    prose is put between, so that there is one every 300 characters or so, as in longer files.
    """
    made = _note_maker().make(count, seed)
    chance = np.random.default_rng(seed)
    texts = [row["note"] for row, _ in made]
    if not is_dense:
        texts = [f"{_prose(chance)} {text} {_prose(chance)}" for text in texts]
    lines = (json.dumps({"text": text}, ensure_ascii=False) for text in texts)
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(len(text.encode()) for text in texts)


def _prose(chance: np.random.Generator) -> str:
    return " ".join(_PROSE[one] for one in chance.integers(0, len(_PROSE), 11).tolist())


def _note_maker() -> ModuleType:
    place = ROOT / "examples" / "case-notes" / "make_notes.py"
    spec = importlib.util.spec_from_file_location("make_notes", place)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{place} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(place: Path, rows: int, seed: int = 4) -> None:
    """Write a Parquet table of 7 text columns, every value drawn anew."""
    chance = np.random.default_rng(seed)
    schema = pa.schema([(name, pa.string()) for name in TEXT_COLUMNS])
    with pq.ParquetWriter(place, schema) as writer:
        for first in range(0, rows, BLOCK):
            writer.write_table(pa.table(_block(chance, min(BLOCK, rows - first)), schema))


def _block(chance: np.random.Generator, rows: int) -> dict[str, list[str]]:
    number = chance.integers(0, 10**9, rows).tolist()
    first, last = _drawn(chance, _FIRST, rows), _drawn(chance, _LAST, rows)
    inward = zip(_drawn(chance, _INWARD, rows), _drawn(chance, _INWARD, rows), strict=True)
    outward = _drawn(chance, _OUTWARD, rows)
    people = list(zip(first, last, number, strict=True))
    codes = [
        f"{out} {n % 10}{a}{b}" for out, (a, b), n in zip(outward, inward, number, strict=True)
    ]
    phones = [f"07{n:09}" for n in number]
    return {
        "email": [f"{a}.{b}{n % 10_000}@post.example.org".lower() for a, b, n in people],
        "phone": [f"{one[:5]} {one[5:]}" for one in phones],
        "nhs_no": _nhs(chance, rows),
        "postcode": codes,
        "ni_number": [f"{a[0]}{b[0]}{n % 10**6:06}{'ABCD'[n % 4]}" for a, b, n in people],
        "name": [f"{a} {b}" for a, b, _ in people],
        "note": [
            f"{_SAID[n % 3]}{_SAID[n // 3 % 3]}Ring {phone}."
            for n, phone in zip(number, phones, strict=True)
        ],
    }


def _drawn(chance: np.random.Generator, among: list[str], rows: int) -> list[str]:
    return [among[one] for one in chance.integers(0, len(among), rows).tolist()]


def _nhs(chance: np.random.Generator, rows: int) -> list[str]:
    """Return numbers with their Modulus 11 digit, drawn until enough have one."""
    found: list[str] = []
    while len(found) < rows:
        nine = chance.integers(400_000_000, 500_000_000, rows)
        digits = nine[:, None] // 10 ** np.arange(8, -1, -1) % 10
        check = -(digits * np.arange(10, 1, -1)).sum(axis=1) % 11
        whole = (nine * 10 + check)[check < 10].tolist()
        found += [f"{n // 10**7} {n // 10**4 % 1000:03} {n % 10**4:04}" for n in whole]
    return found[:rows]


def people(place: Path, rows: int, seed: int = 4) -> None:
    """Write people with 7 quasi-identifiers and an occupation, common values far commoner.

    The eighth power gives about as many classes as Adult has at its size, and as drawing from
    Adult gives at a million.
    """
    columns = [
        f"floor({count} * pow(hash(i * 16 + {at} + {seed} * 1000003) / 18446744073709551616.0, 8))"
        f"::INTEGER AS {name}"
        for at, (name, count) in enumerate({**QUASI, SENSITIVE: OCCUPATIONS}.items())
    ]
    # As text: pyCANON takes the values of a number for ordered, and measures another distance.
    columns[-1] = (
        f"'occupation ' || ({columns[-1].removesuffix(f' AS {SENSITIVE}')}) AS {SENSITIVE}"
    )
    # Every part of it is this module's own.
    select = f"SELECT {', '.join(columns)} FROM range({rows}) AS t(i)"  # noqa: S608
    database: Any = duckdb.connect()
    try:
        database.execute(f"COPY ({select}) TO '{place}' (FORMAT parquet)")
    finally:
        database.close()
