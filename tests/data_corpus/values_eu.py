"""Continental and American identifiers, from their published formats; all made up."""

from random import Random
from typing import Final

from tests.data_corpus import checks
from tests.data_corpus.drawing import birth, digits, letters, sometimes_lower, split

_CF_MONTHS: Final = "ABCDEHLMPRST"
_CONSONANTS: Final = "BCDFGLMNPRSTVZ"
_TOWNS: Final = ("H501", "F205", "L219", "A944", "G273", "D612", "Z129")


def us_ssn(chance: Random) -> str:
    """Area, group, serial; never 000, 666 or 9xx, 00, 0000 (SSA since 2011)."""
    area = chance.choice([one for one in range(1, 900) if one != 666])
    text = f"{area:03}{chance.randint(1, 99):02}{chance.randint(1, 9999):04}"
    return split(text, (3, 2, 4), chance.choice(["-", "-", "-", " "]))


def us_itin(chance: Random) -> str:
    """Nine digits from 9, the fourth and fifth in the IRS's ranges."""
    group = chance.choice([*range(50, 66), *range(70, 89), 90, 91, 92, *range(94, 100)])
    text = f"9{digits(chance, 2)}{group}{chance.randint(1, 9999):04}"
    return split(text, (3, 2, 4), chance.choice(["-", "-", "-", " "]))


def us_passport(chance: Random) -> str:
    """Nine digits, or since 2021 a letter and eight."""
    return (
        digits(chance, 9) if chance.random() < 0.5 else f"{letters(chance, 1)}{digits(chance, 8)}"
    )


def fr_nir(chance: Random) -> str:
    """Sex, year, month, department, commune, order, key (INSEE)."""
    year, month, _ = birth(chance)
    place = chance.choice(["2A", "2B"]) if chance.random() < 0.05 else _department(chance)
    body = f"{chance.choice('12')}{year % 100:02}{month:02}{place}"
    body += f"{chance.randint(1, 350):03}{chance.randint(1, 900):03}"
    return split(body + checks.nir(body), (1, 2, 2, 2, 3, 3, 2), chance.choice([" ", " ", ""]))


def _department(chance: Random) -> str:
    return f"{chance.choice([*range(1, 20), *range(21, 96)]):02}"


def nl_bsn(chance: Random) -> str:
    """Nine digits that pass the eleven-test."""
    check = None
    while check is None:
        eight = f"{chance.randint(1, 9)}{digits(chance, 7)}"
        check = checks.bsn(eight)
    text = eight + check
    return chance.choice([text, text, split(text, (4, 2, 3), "."), split(text, (3, 3, 3), " ")])


def es_nif(chance: Random) -> str:
    """Eight digits and a letter."""
    number = chance.randint(1_000_000, 99_999_999)
    by = chance.choice(["", "", "-", " "])
    text = f"{number:08}"
    if chance.random() < 0.15:
        text = split(text, (2, 3, 3), ".")
    return sometimes_lower(chance, f"{text}{by}{checks.nif(number)}", 0.05)


def es_nie(chance: Random) -> str:
    """X, Y or Z, seven digits and a letter."""
    first, number = chance.choice([0, 1, 2]), chance.randint(0, 9_999_999)
    by = chance.choice(["", "", "-"])
    return f"{'XYZ'[first]}{by}{number:07}{by}{checks.nif(first * 10_000_000 + number)}"


def it_codice_fiscale(chance: Random) -> str:
    """Surname, name, year, month letter, day with 40 added for women, town, control letter."""
    year, month, day = birth(chance)
    day += chance.choice([0, 40])
    body = f"{letters(chance, 6, _CONSONANTS)}{year % 100:02}{_CF_MONTHS[month - 1]}{day:02}"
    body += chance.choice(_TOWNS)
    text = body + checks.codice_fiscale(body)
    sizes = (3, 3, 5, 5)
    spaced = split(text, sizes, " ") if chance.random() < 0.2 else text
    return sometimes_lower(chance, spaced)


def de_tax_id(chance: Random) -> str:
    """Eleven digits: one of the first ten occurs twice, the others once or not at all (BZSt)."""
    while True:
        nine = chance.sample("0123456789", 9)
        place = chance.randrange(10)
        nine.insert(place, chance.choice(nine))
        ten = "".join(nine)
        if ten[0] != "0":
            break
    return split(ten + checks.steuer_id(ten), (2, 3, 3, 3), chance.choice([" ", " ", ""]))


def pl_pesel(chance: Random) -> str:
    """Birth date with 20 added to the month after 1999, four digits, check digit."""
    year, month, day = birth(chance)
    month += 20 if year > 1999 else 0
    ten = f"{year % 100:02}{month:02}{day:02}{digits(chance, 4)}"
    return ten + checks.pesel(ten)


def se_personnummer(chance: Random) -> str:
    """Birth date, three digits, Luhn digit over the ten without the century (Skatteverket)."""
    year, month, day = birth(chance)
    nine = f"{year % 100:02}{month:02}{day:02}{chance.randint(1, 980):03}"
    ending = nine[6:] + checks.luhn(nine)
    date = nine[:6] if chance.random() < 0.5 else f"{year // 100}{nine[:6]}"
    return f"{date}-{ending}" if len(date) == 6 or chance.random() < 0.7 else f"{date}{ending}"


def be_national_number(chance: Random) -> str:
    """Birth date, order of the day, 97 minus the rest."""
    year, month, day = birth(chance)
    nine = f"{year % 100:02}{month:02}{day:02}{chance.randint(1, 997):03}"
    check = checks.belgian(nine, is_born_after_1999=year > 1999)
    if chance.random() < 0.6:
        return f"{nine[:2]}.{nine[2:4]}.{nine[4:6]}-{nine[6:]}.{check}"
    return split(nine + check, (6, 3, 2), chance.choice(["", "-", " "]))
