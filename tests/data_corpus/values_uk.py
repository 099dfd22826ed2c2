"""British identifiers, from their published formats; all made up."""

from random import Random
from typing import Final

from tests.data_corpus import checks
from tests.data_corpus.drawing import birth, digits, letters, sometimes_lower, split

# A sample of Royal Mail's outward codes with every shape: A9, A99, AA9, AA99, A9A, AA9A.
OUTWARD: Final = [
    "M1",
    "M14",
    "M60",
    "B1",
    "B33",
    "B98",
    "L4",
    "L37",
    "S10",
    "S9",
    "G3",
    "G51",
    "E2",
    "E17",
    "N8",
    "N22",
    "W6",
    "W13",
    "W1A",
    "W1T",
    "EC1A",
    "EC2V",
    "SW1A",
    "SE1P",
    "WC2H",
    "SE15",
    "SW19",
    "NW10",
    "CR2",
    "CR0",
    "DN55",
    "BT9",
    "BT48",
    "CF10",
    "LL57",
    "SA1",
    "EH8",
    "EH54",
    "AB10",
    "DD1",
    "IV2",
    "KW15",
    "ZE1",
    "PH33",
    "NE1",
    "NE28",
    "DL3",
    "TS14",
    "YO31",
    "HU5",
    "LS11",
    "BD7",
    "HX1",
    "WF9",
    "SR4",
    "LE2",
    "NG7",
    "DE21",
    "ST4",
    "CV6",
    "WV10",
    "WS2",
    "DY8",
    "HR1",
    "GL50",
    "BS3",
    "BA2",
    "TA6",
    "EX4",
    "PL9",
    "TR26",
    "DT1",
    "BH8",
    "SO14",
    "PO5",
    "GU21",
    "RG4",
    "SL1",
    "OX4",
    "MK9",
    "LU3",
    "AL10",
    "CM2",
    "CO3",
    "IP4",
    "NR31",
    "PE7",
]
_INWARD: Final = "ABDEFGHJLNPQRSTUWXYZ"  # C I K M O V do not occur
_NINO_FIRST: Final = "ABCEGHJKLMNOPRSTWXYZ"  # not D F I Q U V (HMRC NIM39110)
_NINO_SECOND: Final = "ABCEGHJKLMNPRSTWXYZ"  # nor O
_NINO_NEVER: Final = {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
_PLATE: Final = "ABCDEFGHJKLMNOPRSTUVWXYZ"  # no I, no Q
_OLD_YEAR: Final = "ABCDEFGHJKLMNPRSTVWXY"
_SURNAMES: Final = [
    "MORGAN",
    "ASHDOWN",
    "FENWICK",
    "OKAFOR",
    "PATEL",
    "LEE",
    "HOLLOWAY",
    "NG",
    "TREVITHICK",
    "DHILLON",
    "CARRICK",
    "BYRNE",
    "WOOD",
]


def nhs_number(chance: Random) -> str:
    """Ten digits of the ranges in use in England and Wales: 4..., 6..., 7..."""
    check = None
    while check is None:
        nine = chance.choice("467") + digits(chance, 8)
        check = checks.nhs(nine)
    by = chance.choice([" ", " ", "", "", "-"])
    return split(nine + check, (3, 3, 4), by)


def chi_number(chance: Random) -> str:
    """Date of birth, two digits, one that says the sex, a check digit (Public Health Scotland)."""
    check = None
    while check is None:
        year, month, day = birth(chance)
        nine = f"{day:02}{month:02}{year % 100:02}{digits(chance, 3)}"
        check = checks.nhs(nine)
    return split(nine + check, (6, 4), chance.choice(["", "", " "]))


def nino(chance: Random) -> str:
    """Two letters, six digits, A to D (HMRC)."""
    prefix = "BG"
    while prefix in _NINO_NEVER:
        prefix = chance.choice(_NINO_FIRST) + chance.choice(_NINO_SECOND)
    text = f"{prefix}{digits(chance, 6)}{chance.choice('ABCD')}"
    sizes = chance.choice([(9,), (9,), (2, 2, 2, 2, 1), (2, 2, 2, 2, 1), (2, 6, 1)])
    return sometimes_lower(chance, split(text, sizes, " "))


def utr(chance: Random) -> str:
    """Ten digits, the first a check digit (HMRC)."""
    nine = digits(chance, 9)
    return split(checks.utr(nine) + nine, (5, 5), chance.choice(["", "", " "]))


def passport(chance: Random) -> str:
    """Nine digits, or since 2023 also a letter and eight."""
    return (
        digits(chance, 9) if chance.random() < 0.8 else f"{letters(chance, 1)}{digits(chance, 8)}"
    )


def driving_licence(chance: Random) -> str:
    """Surname, birth date with 5 added for women, initials, a digit and two letters (DVLA)."""
    surname = chance.choice(_SURNAMES)[:5].ljust(5, "9")
    year, month, day = birth(chance)
    tens = month // 10 + chance.choice([0, 5])
    born = f"{year // 10 % 10}{tens}{month % 10}{day:02}{year % 10}"
    initials = letters(chance, chance.choice([1, 2])).ljust(2, "9")
    text = f"{surname}{born}{initials}{chance.choice('9998')}{letters(chance, 2)}"
    return split(text, (5, 6, 5), " ") if chance.random() < 0.35 else text


def vehicle(chance: Random) -> str:
    """A registration: the style since 2001, the two before it, or Northern Ireland's."""
    style = chance.choice(["current", "current", "current", "prefix", "suffix", "ni"])
    gap = chance.choice([" ", " ", ""])
    if style == "current":
        area = (
            f"{chance.choice('ABCDEFGHKLMNOPRSVWY')}{letters(chance, 1, 'ABCDEFGHJKLMNOPRSTUVWXY')}"
        )
        age = chance.choice([chance.randint(2, 25), chance.randint(51, 75)])
        text = f"{area}{age:02}{gap}{letters(chance, 3, _PLATE)}"
    elif style == "prefix":
        number = chance.randint(21, 999)
        text = f"{chance.choice(_OLD_YEAR)}{number}{gap}{letters(chance, 3, _PLATE)}"
    elif style == "suffix":
        number = chance.randint(1, 999)
        text = f"{letters(chance, 3, _PLATE)}{gap}{number}{chance.choice(_OLD_YEAR)}"
    else:
        text = (
            f"{chance.choice('ABCDFGHJKLMNORST')}{chance.choice('IZ')}{letters(chance, 1, _PLATE)}"
        )
        text += f"{gap}{chance.randint(1000, 9999)}"
    return sometimes_lower(chance, text, 0.06)


def postcode(chance: Random) -> str:
    """An outward code, a digit, two letters (BS 7666)."""
    inward = f"{chance.randint(0, 9)}{letters(chance, 2, _INWARD)}"
    text = f"{chance.choice(OUTWARD)}{chance.choice([' ', ' ', ' ', ''])}{inward}"
    return sometimes_lower(chance, text, 0.12)


def crime_reference(chance: Random) -> str:
    """As forces print them on letters to victims: number/year, force/number/year, CRI/..."""
    year = chance.randint(15, 26)
    style = chance.randint(0, 4)
    if style == 0:  # Metropolitan Police
        return f"{chance.randint(1_000_000, 9_999_999)}/{year}"
    if style == 1:  # West Midlands, Essex, Kent: area or force, running number, year
        return f"{chance.choice(['20', '42', '46'])}/{chance.randint(1000, 199_999)}/{year}"
    if style == 2:  # Thames Valley, West Yorkshire: force, year, seven digits
        return f"{chance.choice(['43', '13', '50'])}{year}{digits(chance, 7)}"
    if style == 3:  # Greater Manchester
        return f"CRI/06{letters(chance, 2)}/{digits(chance, 7)}/{year}"
    return f"{chance.randint(10, 54)}{letters(chance, 2)}/{digits(chance, 5)}/{year}"


def custody_reference(chance: Random) -> str:
    """Force and station code, running number, year, as a custody record's front sheet has it."""
    year, number = chance.randint(15, 26), chance.randint(1, 9999)
    station = f"{chance.randint(1, 63):02}{letters(chance, 2)}"
    by = chance.choice(["/", "/", "/", "-"])
    return by.join((station, f"{number:04}" if chance.random() < 0.6 else str(number), f"{year}"))
