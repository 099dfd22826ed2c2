"""Kinds that are the same everywhere: contact, money, devices, places, dates and secrets."""

from base64 import urlsafe_b64encode
from random import Random
from typing import Final

from tests.data_corpus import checks
from tests.data_corpus.drawing import DIGITS, UPPER, birth, digits, letters, split

_LOCAL: Final = [
    "priya.raman",
    "d.okonkwo",
    "ewa_lis",
    "team-north",
    "m.fontaine77",
    "siobhan.oriordan",
    "t.b.ashworth",
    "jo",
    "casework+intake",
    "klaus.b",
    "anneli.s",
    "giulia-c",
    "r2.delgado",
    "frontdesk",
    "y.adeyemi",
]
_DOMAIN: Final = [
    "northmoor.gov.uk",
    "harbourcouncil.example.org",
    "mail.southwark-help.org",
    "post.example.net",
    "brightwater.nhs.uk",
    "stadt-lindenau.example.de",
    "mairie-valcourt.fr",
    "gemeente-oost.nl",
    "county.example.us",
    "sub.team.example.com",
    "kommun-sjovik.se",
    "correo.example.es",
    "web.example.co.uk",
]
_MONTHS: Final = (
    "January February March April May June July August September October November December"
)
_HEX: Final = "0123456789abcdef"
_BASE62: Final = UPPER + UPPER.lower() + DIGITS


def email(chance: Random) -> str:
    """A mailbox at a made-up domain."""
    text = f"{chance.choice(_LOCAL)}{chance.choice(['', '', str(chance.randint(2, 99))])}"
    text += f"@{chance.choice(_DOMAIN)}"
    return text.upper() if chance.random() < 0.04 else text


def phone(chance: Random) -> str:
    """A number of one of eleven countries, written as people there write it."""
    return chance.choice(
        (_uk_mobile, _uk_mobile, _uk_fixed, _uk_fixed, _us, _us, _abroad, _abroad)
    )(chance)


def _uk_mobile(chance: Random) -> str:
    rest = chance.choice(
        ["7700900" + digits(chance, 3), "7" + chance.choice("4589") + digits(chance, 8)]
    )
    if chance.random() < 0.3:
        return "+44" + chance.choice([" ", ""]) + split(rest, (4, 6), chance.choice([" ", ""]))
    zero = f"0{rest}"
    sizes = chance.choice([(5, 6), (5, 3, 3), (11,)])
    return split(zero, sizes, chance.choice([" ", " ", "-"]))


def _uk_fixed(chance: Random) -> str:
    style = chance.randint(0, 3)
    if style == 0:
        local = f"7946 0{digits(chance, 3)}"
        return chance.choice(
            [f"020 {local}", f"(020) {local}", f"+44 20 {local}", f"+44 (0)20 {local}"]
        )
    if style == 1:
        return f"0{chance.choice(['113', '121', '131', '161'])} 496 0{digits(chance, 3)}"
    if style == 2:
        return f"01632 960{digits(chance, 3)}"
    area = chance.choice(["223", "482", "752", "905"])
    return f"(01{area}) {chance.randint(200, 899)}{digits(chance, 3)}"


def _us(chance: Random) -> str:
    area = chance.choice(["212", "312", "415", "503", "617", "702", "808", "919"])
    exchange, line = f"{chance.randint(220, 989)}", digits(chance, 4)
    return chance.choice((
        f"({area}) {exchange}-{line}", f"{area}-{exchange}-{line}", f"{area}.{exchange}.{line}",
        f"+1 {area} {exchange} {line}", f"1-{area}-{exchange}-{line}",
    ))  # fmt: skip


def _abroad(chance: Random) -> str:
    two = [digits(chance, 2) for _ in range(4)]
    return chance.choice((
        f"+33 6 {' '.join(two)}", f"06 {' '.join(two)}", f"+49 30 {chance.randint(200000, 899999)}",
        f"+49 151 {chance.randint(20000000, 89999999)}",
        f"+31 6 {chance.randint(10000000, 59999999)}",
        f"+34 6{two[0]} {digits(chance, 3)} {digits(chance, 3)}", f"+39 347 {digits(chance, 7)}",
        f"+48 601 {digits(chance, 3)} {digits(chance, 3)}",
        f"+46 70 {digits(chance, 3)} {two[1]} {two[2]}",
        f"+32 470 {two[0]} {two[1]} {two[2]}", f"+353 87 {digits(chance, 3)} {digits(chance, 4)}",
    ))  # fmt: skip


def iban(chance: Random) -> str:
    """An account in one of ten countries, national checks included."""
    text = checks.iban(*chance.choice((
        ("GB", f"{letters(chance, 4)}{digits(chance, 14)}"), ("DE", digits(chance, 18)),
        ("NL", f"{letters(chance, 4)}{digits(chance, 10)}"), ("FR", _french(chance)),
        ("BE", _belgian(chance)), ("ES", _spanish(chance)), ("CH", digits(chance, 17)),
        ("AT", digits(chance, 16)), ("IE", f"{letters(chance, 4)}{digits(chance, 14)}"),
        ("SE", digits(chance, 20)),
    )))  # fmt: skip
    if chance.random() < 0.5:
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
    return text


def _french(chance: Random) -> str:
    bank, branch, account = digits(chance, 5), digits(chance, 5), digits(chance, 11)
    return f"{bank}{branch}{account}{checks.rib(bank, branch, account)}"


def _belgian(chance: Random) -> str:
    ten = chance.choice(["001", "035", "063", "310", "734"]) + digits(chance, 7)
    return f"{ten}{int(ten) % 97 or 97:02}"


def _spanish(chance: Random) -> str:
    place, account = digits(chance, 8), digits(chance, 10)
    return f"{place}{checks.ccc(place, account)}{account}"


def card(chance: Random) -> str:
    """A payment card of the four large schemes."""
    start, length = chance.choice(
        (("4", 16), ("4", 16), ("53", 16), ("2234", 16), ("37", 15), ("6011", 16))
    )
    body = start + digits(chance, length - 1 - len(start))
    sizes = (4, 4, 4, 4) if length == 16 else (4, 6, 5)
    return split(body + checks.luhn(body), sizes, chance.choice(["", " ", " ", "-"]))


def ip_address(chance: Random) -> str:
    """Version 4, or version 6 in full or shortened."""
    if chance.random() < 0.7:
        first = chance.choice([10, 172, 192, chance.randint(11, 223)])
        return ".".join(str(one) for one in (first, *(chance.randint(0, 255) for _ in range(3))))
    groups = [f"{chance.randint(1, 65535):x}" for _ in range(8)]
    groups[0] = chance.choice(["2001", "2a02", "fe80"])
    return ":".join(groups) if chance.random() < 0.5 else f"{':'.join(groups[:3])}::{groups[7]}"


def coordinates(chance: Random) -> str:
    """Latitude and longitude, in decimal degrees or degrees, minutes and seconds."""
    north, east = chance.uniform(36, 60), chance.uniform(-9, 24)
    places = chance.choice([4, 5, 6])
    if chance.random() < 0.65:
        return f"{north:.{places}f}{chance.choice([', ', ',', ' , '])}{east:.{places}f}"
    if chance.random() < 0.5:
        return f"{north:.5f}° N, {abs(east):.5f}° {'E' if east > 0 else 'W'}"
    return f"{_dms(north)}N {_dms(abs(east))}{'E' if east > 0 else 'W'}"


def _dms(degrees: float) -> str:
    seconds = int(degrees * 3600)
    return f"{seconds // 3600}°{seconds // 60 % 60:02}'{seconds % 60:02}\""


def device_id(chance: Random) -> str:
    """An IMEI or a MAC address."""
    if chance.random() < 0.5:
        body = chance.choice(["35", "86", "01"]) + digits(chance, 12)
        return split(body + checks.luhn(body), (2, 6, 6, 1), chance.choice(["", "", "-"]))
    pairs = ["".join(chance.choices(_HEX, k=2)) for _ in range(6)]
    text = chance.choice([":", ":", "-"]).join(pairs)
    return chance.choice([text, text.upper()])


def date_of_birth(chance: Random) -> str:
    """A date as British, American, European and ISO writers put it."""
    year, month, day = birth(chance)
    name = _MONTHS.split()[month - 1]
    return chance.choice((
        f"{day:02}/{month:02}/{year}", f"{day:02}/{month:02}/{year}", f"{year}-{month:02}-{day:02}",
        f"{day} {name} {year}", f"{day:02}.{month:02}.{year}", f"{month:02}/{day:02}/{year}",
        f"{name} {day}, {year}", f"{day:02}-{name[:3]}-{year}", f"{day}/{month}/{year % 100:02}",
    ))  # fmt: skip


def secret(chance: Random) -> str:
    """A key or token with the prefix that its service publishes, so that leaks are found."""
    among = _BASE62
    return chance.choice((
        "AKIA" + letters(chance, 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
        "ghp_" + letters(chance, 36, among),
        "xoxb-" + digits(chance, 12) + "-" + digits(chance, 12) + "-" + letters(chance, 24, among),
        "sk_live_" + letters(chance, 24, among), "AIza" + letters(chance, 35, among),
        _token(chance),
        "glpat-" + letters(chance, 20, among),
    ))  # fmt: skip


def _token(chance: Random) -> str:
    body = urlsafe_b64encode(
        f'{{"sub":"{digits(chance, 10)}","iat":{digits(chance, 10)}}}'.encode()
    )
    head = urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()
    return f"{head}.{body.rstrip(b'=').decode()}.{letters(chance, 43, _BASE62)}"
