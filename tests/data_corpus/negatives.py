"""Hard negatives: what looks like an identifier of a person and is none."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from tests.data_corpus import checks
from tests.data_corpus.drawing import UPPER, birth, digits, letters, seeded, split

COUNT: Final = 1_600
_HEX: Final = "0123456789abcdef"
_CARRIERS: Final = (
    "{said}", "{said}.", "Please note: {said}.", "{said}, as agreed last week.",
    "Logged at the counter. {said}", "- {said}\n- chairs stacked\n- lights off",
    "Hello,\n\n{said}. Shall we go ahead?\n\nBest wishes", "row 14;{said};done",
)  # fmt: skip


def build(seed: object, count: int) -> Iterator[tuple[str, str]]:
    """Give (family, text), each family as often as the others."""
    chance = seeded(f"negatives {seed}")
    names = list(FAMILIES)
    for number in range(count):
        name = names[number % len(names)]
        said = FAMILIES[name](chance)
        yield name, chance.choice(_CARRIERS).format(said=said)


def _money(chance: Random) -> str:
    amount = f"{chance.randint(1, 999)},{digits(chance, 3)}.{digits(chance, 2)}"
    return chance.choice((
        f"Invoice total £{amount} due in 30 days",
        f"we paid €{amount.replace(',', ' ')} for the roof",
        f"budget line 4: ${chance.randint(1, 9)},{digits(chance, 3)},{digits(chance, 3)}",
        f"Kosten {chance.randint(100, 999)}.{digits(chance, 3)},{digits(chance, 2)} EUR",
    ))  # fmt: skip


def _date(chance: Random) -> str:
    year, month, day = birth(chance, 1995, 2031)
    return chance.choice((
        f"The meeting moves to {day:02}/{month:02}/{year}", f"Deadline {year}-{month:02}-{day:02}",
        f"valid until {day:02}.{month:02}.{year}",
        f"logged {year}{month:02}{day:02}T{digits(chance, 6)}",
        f"minutes of {day}/{month}/{year % 100:02}", f"session {day:02}-{month:02}-{year} 14:30",
    ))  # fmt: skip


def _book(chance: Random) -> str:
    thirteen = f"978{digits(chance, 9)}"
    last = -checks.weighted(thirteen, (1, 3) * 6) % 10
    ten = None
    while ten is None:
        nine = digits(chance, 9)
        ten = checks.nhs(nine)  # ISBN-10 and the NHS number have the same check
    by = chance.choice(["-", "", " "])
    return chance.choice((
        f"ISBN {split(f'{thirteen}{last}', (3, 1, 4, 4, 1), by)}",
        f"ISBN {split(nine + ten, (1, 4, 4, 1), by)}",
        f"order the book, ISBN-13: {thirteen}{last}",
        f"ISSN {digits(chance, 4)}-{digits(chance, 4)}",
    ))  # fmt: skip


def _hash(chance: Random) -> str:
    return chance.choice((
        f"commit {letters(chance, 40, _HEX)}", f"sha256:{letters(chance, 64, _HEX)}",
        f"checksum {letters(chance, 32, _HEX)} ok", f"built from {letters(chance, 7, _HEX)}",
        f"crc32 {letters(chance, 8, _HEX)}",
    ))  # fmt: skip


def _version(chance: Random) -> str:
    parts = [str(chance.randint(0, 30)) for _ in range(4)]
    return chance.choice((
        f"upgraded to version {'.'.join(parts)}", f"firmware v{'.'.join(parts[:3])}-rc{parts[3]}",
        f"release {chance.randint(2015, 2026)}.{parts[0]}.{parts[1]}",
        f"schema rev {parts[0]}.{parts[1]}",
        f"see section {'.'.join(parts)} of the manual",
    ))  # fmt: skip


def _parcel(chance: Random) -> str:
    return chance.choice((
        f"tracking {letters(chance, 2)}{digits(chance, 9)}GB",
        f"parcel 1Z{letters(chance, 6, UPPER + '0123456789')}{digits(chance, 10)}",
        f"consignment {digits(chance, 12)}",
        f"tracking number {digits(chance, 10)} out for delivery",
        f"waybill {digits(chance, 3)}-{digits(chance, 8)}",
    ))  # fmt: skip


def _order(chance: Random) -> str:
    return chance.choice((
        f"order {digits(chance, 9)} shipped", f"purchase order PO-{digits(chance, 7)}",
        f"invoice no. {digits(chance, 8)}",
        f"Order number: {digits(chance, 3)}-{digits(chance, 7)}-{digits(chance, 7)}",
        f"quote Q{digits(chance, 6)} accepted", f"Rechnung Nr. {digits(chance, 10)}",
        f"commande n° {digits(chance, 8)}",
    ))  # fmt: skip


def _serial(chance: Random) -> str:
    return chance.choice((
        f"serial no. {letters(chance, 3)}{digits(chance, 8)}",
        f"S/N {letters(chance, 2)}{digits(chance, 7)}",
        f"boiler model {letters(chance, 2)}-{digits(chance, 4)}", f"asset tag {digits(chance, 8)}",
        f"toner part {letters(chance, 1)}{digits(chance, 4)}{letters(chance, 1)}",
        f"meter point {digits(chance, 13)}",
    ))  # fmt: skip


def _measure(chance: Random) -> str:
    first, second = chance.uniform(1, 90), chance.uniform(1, 90)
    return chance.choice((
        f"door is {first:.1f} x {second:.1f} cm",
        f"readings {first:.2f}, {second:.2f} and {first + 1:.2f}",
        f"mean {first:.4f}, sd {second:.4f}", f"scores were {first:.1f}, {second:.1f}",
        f"temperature {first:.1f}°, humidity {second:.0f} %",
        f"drawn to scale 1:{chance.randint(2, 50)}00",
    ))  # fmt: skip


def _room(chance: Random) -> str:
    return chance.choice((
        f"meet in room {chance.choice('ABCDE')}{chance.randint(1, 4)}{digits(chance, 2)}",
        f"locker {digits(chance, 4)}",
        f"car park level {chance.randint(1, 6)}, bay {digits(chance, 3)}",
        f"gate {chance.choice('ABC')}{chance.randint(1, 60)}",
        f"bus route {letters(chance, 1)}{chance.randint(1, 99)}",
        f"platform {chance.randint(1, 19)}",
    ))  # fmt: skip


def _code(chance: Random) -> str:
    return chance.choice((
        f"course code {letters(chance, 2)}{digits(chance, 3)}",
        f"cost centre {digits(chance, 5)}-{digits(chance, 3)}",
        f"paint RAL {digits(chance, 4)}", f"form SA{digits(chance, 3)}",
        f"flight {letters(chance, 2)}{digits(chance, 4)}",
        f"standard BS EN {digits(chance, 5)}:{chance.randint(2000, 2024)}",
        f"policy HR/{digits(chance, 3)}/{chance.randint(10, 26)}",
        f"minute ref {letters(chance, 3)}/{digits(chance, 4)}",
        f"A4 paper, {digits(chance, 3)} gsm",
    ))  # fmt: skip


def _phone_like(chance: Random) -> str:
    return chance.choice((
        f"opening hours 0900-{chance.randint(13, 19)}00",
        f"pages {digits(chance, 3)}-{digits(chance, 4)}",
        f"lottery draw {' '.join(f'{chance.randint(1, 59):02}' for _ in range(6))}",
        f"extension {digits(chance, 4)}",
        f"grid {digits(chance, 3)} {digits(chance, 3)}",
        f"population {chance.randint(1, 9)} {digits(chance, 3)} {digits(chance, 3)}",
        f"SKU {digits(chance, 3)}-{digits(chance, 3)}-{digits(chance, 5)}",
        f"years 19{chance.randint(40, 99)}-20{chance.randint(10, 26)}",
    ))  # fmt: skip


def _bad_card(chance: Random) -> str:
    body = f"4{digits(chance, 14)}"
    wrong = str((int(checks.luhn(body)) + chance.randint(1, 9)) % 10)
    number = split(body + wrong, (4, 4, 4, 4), chance.choice(["", " "]))
    return f"{chance.choice(['gift voucher', 'library ticket', 'sample'])} {number}"


def _bad_nhs(chance: Random) -> str:
    while True:
        ten = f"4{digits(chance, 9)}"
        wrong = checks.nhs(ten[:9]) != ten[9] and checks.utr(ten[1:]) != ten[0]
        if wrong:
            return f"ticket {split(ten, (3, 3, 4), chance.choice(['', ' ']))} closed"


def _bad_iban(chance: Random) -> str:
    right = checks.iban("GB", f"{letters(chance, 4)}{digits(chance, 14)}")
    wrong = f"{right[:2]}{(int(right[2:4]) + chance.randint(1, 80)) % 97:02}{right[4:]}"
    return f"placeholder {wrong} in the template"


def _bad_nino(chance: Random) -> str:
    prefix = f"{chance.choice('DFIQUV')}{chance.choice('ABCE')}"
    return f"batch {prefix}{digits(chance, 6)}{chance.choice('EFGHJ')}"


def _bad_european(chance: Random) -> str:
    number = chance.randint(10_000_000, 99_999_999)
    letter = checks.NIF_LETTERS[(number + chance.randint(1, 22)) % 23]
    eight = digits(chance, 9)
    fiscal = f"{letters(chance, 6)}{digits(chance, 2)}A{digits(chance, 2)}H{digits(chance, 3)}"
    swapped = chr(ord("A") + (ord(checks.codice_fiscale(fiscal)) - 64) % 26)
    return chance.choice((
        f"locker key {number}{letter}", f"seed {fiscal}{swapped}",
        f"test id 000-{eight[:2]}-{eight[2:6]}",
        f"job 666-{eight[:2]}-{eight[2:6]}",
    ))  # fmt: skip


def _network(chance: Random) -> str:
    return chance.choice((
        f"port {chance.randint(1024, 65535)} is open",
        f"at 12:{chance.randint(10, 59)}:{chance.randint(10, 59)}",
        f"ratio {chance.randint(1, 9)}:{chance.randint(1, 9)}:{chance.randint(1, 9)}",
        f"address 0x{letters(chance, 8, _HEX)}",
        f"numbering {chance.randint(300, 999)}.{chance.randint(300, 999)}.1.1",
        f"@{letters(chance, 6).lower()} liked the post",
        f"file report_{digits(chance, 6)}.pdf", f"color #{letters(chance, 6, _HEX)}",
    ))  # fmt: skip


def _words(chance: Random) -> str:
    return chance.choice((
        "the driving licence office is closed on Fridays", "a passport is needed; ask for the form",
        "please quote the crime reference in all letters", "no NHS number was given",
        "date of birth not recorded",
        "card payments only", "the postcode lottery came up again", "we keep no e-mail addresses",
        "phone lines open at nine", "her National Insurance record has gaps", "IBAN to follow",
        "API keys are rotated",
    ))  # fmt: skip


def _epoch(chance: Random) -> str:
    return chance.choice((
        f"ts={chance.randint(1_500_000_000, 1_799_999_999)} job finished",
        f"epoch {chance.randint(1_500_000_000_000, 1_799_999_999_999)}",
        f"uptime {digits(chance, 7)} s", f"pid {chance.randint(300, 99999)} exited with 0",
        f"{digits(chance, 9)} bytes written",
        f"request took {chance.randint(10, 9999)} ms",
    ))  # fmt: skip


FAMILIES: Final[dict[str, Callable[[Random], str]]] = {
    "money": _money, "dates": _date, "books": _book, "hashes": _hash, "versions": _version,
    "parcels": _parcel, "orders": _order, "serials": _serial, "measures": _measure, "rooms": _room,
    "codes": _code, "phone-like": _phone_like, "card that fails": _bad_card,
    "NHS number that fails": _bad_nhs, "IBAN that fails": _bad_iban, "NINO that fails": _bad_nino,
    "European that fails": _bad_european, "network": _network, "words alone": _words,
    "times": _epoch,
}  # fmt: skip
