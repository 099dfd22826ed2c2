"""A made-up table of a council's service users, as a CSV: what a British agency really holds.

All of it is drawn from a seed. Nobody in it exists: NHS numbers have a right check digit and
start with 999, which the NHS keeps for tests; e-mail ends in example.org.
"""

import csv
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Final

COLUMNS: Final = (
    "name", "email", "nhs_number", "date_of_birth", "postcode", "sex", "ethnicity", "notes",
)  # fmt: skip
FIRST: Final = str.split(
    "Amina Ben Carys Dev Ewan Fatima Grace Hamish Isla Jack Kofi Leah Mairi Noor Owen Priya Ruth "
    "Sam Tomasz Zoe"
)
LAST: Final = str.split(
    "Ahmed Baker Clarke Davies Evans Fraser Green Hughes Iqbal Jones Khan Lewis Murray Nowak "
    "Okafor Patel Reid Singh Taylor Wood"
)
DISTRICTS: Final = str.split("LS1 LS2 LS3 LS4 LS5 LS6 LS7 LS8 LS9 LS10 LS11 LS12")
ETHNICITIES: Final = (
    "White British", "White Irish", "White Other", "Asian or Asian British - Indian",
    "Asian or Asian British - Pakistani", "Black or Black British - African",
    "Mixed - White and Asian", "Chinese",
)  # fmt: skip
WEIGHTS: Final = (70, 3, 8, 5, 6, 5, 2, 1)
TOPICS: Final = (
    "asked about council tax support and was told which form to send",
    "needs help with repairs to the kitchen before the winter comes",
    "missed the last two visits and would like to be called in the morning",
    "wants to move nearer to family and joined the housing list this week",
)


def write_council(path: Path, rows: int = 2_000, seed: int = 2018) -> Path:
    """Write the table to a CSV file, and return its path."""
    draw = random.Random(seed)  # noqa: S311 - nobody is protected by it
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        lines.writerows(_person(number, draw) for number in range(rows))
    return path


def _person(number: int, draw: random.Random) -> list[str]:
    first, last = draw.choice(FIRST), draw.choice(LAST)
    email = f"{first}.{last}{number}@example.org".lower()
    born = date(1935, 1, 1) + timedelta(days=draw.randrange(365 * 70))
    district = draw.choice(DISTRICTS)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    unit = f"{draw.randrange(1, 10)}{draw.choice(letters)}{draw.choice(letters)}"
    nhs = nhs_number(draw)
    note = f"The tenant {draw.choice(TOPICS)}; reference {number % 40}."
    if number % 7 == 0:
        note += f" Write to {email} or quote NHS number {nhs}."
    if number % 11 == 0:
        note += f" New address is in {district} {unit}."
    return [
        f"{first} {last}", email, nhs, born.strftime("%d/%m/%Y"), f"{district} {unit}",
        draw.choice(("F", "M")), draw.choices(ETHNICITIES, WEIGHTS)[0], note,
    ]  # fmt: skip


def nhs_number(draw: random.Random) -> str:
    """Return a number with a right check digit (modulus 11), of those kept for tests."""
    while True:
        digits = [9, 9, 9, *(draw.randrange(10) for _ in range(6))]
        check = (11 - sum(digit * (10 - at) for at, digit in enumerate(digits)) % 11) % 11
        if check < 10:
            text = "".join(map(str, [*digits, check]))
            return f"{text[:3]} {text[3:6]} {text[6:]}"
