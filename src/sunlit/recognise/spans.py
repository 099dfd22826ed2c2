"""Checks that find out where a value really begins and ends: the pattern only points at it."""

import ipaddress
import re
from functools import cache
from typing import Final

from stdnum import numdb

from sunlit.recognise import numbers

Span = tuple[int, int]

MAX_LOCAL: Final = 64  # RFC 5321 4.5.3.1.1
_LABEL: Final = rb"[A-Za-z0-9\xc0-\xff][A-Za-z0-9\xc0-\xff-]{0,62}"
_DOMAIN: Final = re.compile(rb"@(" + _LABEL + rb"(?:\." + _LABEL + rb"){1,9})")
_LAST: Final = re.compile(rb"(?:[A-Za-z\xc0-\xff]{2,24}|[Xx][Nn]--[A-Za-z0-9-]{2,59})")
_LOCAL: Final = bytes(
    one for one in range(256) if (chr(one).isascii() and chr(one).isalnum()) or one >= 0xC0
) + b"._%+-'&~"  # fmt: skip
_EDGE: Final = b".'&%~-+"
_IMAGES: Final = frozenset(b"png jpg jpeg gif webp svg ico bmp css js".split())
_IBAN: Final = re.compile(rb"[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")
_ADDRESS: Final = re.compile(rb"[0-9A-Fa-f:.]{3,45}")
MIN_GROUPS: Final = 3  # `a::b` is C++; an address that somebody has, has more
_SMALL: Final = 32  # versions have small numbers; an address without any large one is rare


def email(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return the address around an @."""
    head = text[max(0, start - MAX_LOCAL) : start]
    local = head[len(head.rstrip(_LOCAL)) :].lstrip(_EDGE)
    domain = _DOMAIN.match(text, start, min(stop, start + 255))
    if not local or not domain:
        return None
    labels = domain[1].split(b".")
    while len(labels) > 1 and not _LAST.fullmatch(labels[-1]):
        labels.pop()  # "...@example.org.2nd"
    if len(labels) < 2 or labels[-1].lower() in _IMAGES:
        return None
    if local.lower() == b"git" and text[domain.end() : domain.end() + 1] == b":":
        return None  # a place of code, nobody's address
    return start - len(local), start + 1 + len(b".".join(labels))


def iban(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return the IBAN that begins here: as many characters as its country has, 1 mod 97."""
    length = iban_lengths().get(text[start : start + 2].decode("latin-1").upper())
    run = _IBAN.match(text, start, min(stop, start + 70))
    if not length or not run:
        return None
    places = [at for at in range(start, run.end()) if text[at] not in b" -"][:length]
    end = places[-1] + 1
    if len(places) < length or (end < stop and text[end : end + 1].isalnum()):
        return None
    number = text[start:end].translate(None, b" -").decode("latin-1").upper()
    return (start, end) if numbers.iban(number) else None


@cache
def iban_lengths() -> dict[str, int]:
    """Return country -> how many characters its IBANs have, from the registry in python-stdnum."""
    registry = numdb.get("iban")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    found = {}
    for country in (one + two for one in letters for two in letters):
        structure = registry.info(country)[0][1].get("bban")
        if structure:
            found[country] = 4 + sum(int(one) for one in re.findall(r"(\d+)!", structure))
    return found


def ip(text: bytes, start: int, end: int, stop: int) -> Span | None:
    """Return the IP address here, of version 4 or 6."""
    found = _ADDRESS.match(text, start, min(stop, start + 46))
    if not found:
        return None
    written = found[0].rstrip(b".:") if not found[0].endswith(b"::") else found[0]
    if b":" not in written:
        written = text[start:end]
    elif written.count(b":") == 1:
        written = written.split(b":")[0]  # a port
    try:
        address = ipaddress.ip_address(written.decode("latin-1"))
    except ValueError:
        return None
    end = start + len(written)
    return (start, end) if _is_somebodys(address, written) and _ends_here(text, end, stop) else None


def _ends_here(text: bytes, end: int, stop: int) -> bool:
    rest = text[end : min(stop, end + 2)]
    return not rest[:1].isalnum() and not (
        rest[:1] in b".:" and rest[1:2].isalnum() and rest[:1] == b"."
    )


def _is_somebodys(address: ipaddress.IPv4Address | ipaddress.IPv6Address, written: bytes) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not address.is_unspecified and max(address.packed) >= _SMALL
    groups = [one for one in written.split(b":") if one]
    enough = len(groups) >= MIN_GROUPS or address.ipv4_mapped is not None or _is_given(address)
    return enough and any(48 <= one <= 57 for one in written)


def _is_given(address: ipaddress.IPv6Address) -> bool:
    """Tell whether the first group is one that hosts' addresses have (RFC 4291, RFC 4193)."""
    first = address.packed[0] << 8 | address.packed[1]
    return 0x2000 <= first < 0x4000 or 0xFC00 <= first < 0xFE00 or 0xFE80 <= first < 0xFEC0


DATE: Final = re.compile(
    rb"[0-3]?[0-9]([-/. ])[01]?[0-9]\1(?:[12][0-9])?[0-9]{2}"
    rb"|[12][0-9]{3}([-/.])[01]?[0-9]\2[0-3]?[0-9]"
    rb"|(?:19|20)[0-9]{2}[-/](?:19|20)?[0-9]{2}"
)
MIN_REFERENCE_DIGITS: Final = 4
_DIGITS: Final = b"0123456789"
MRZ_LENGTH: Final = 44
_MRZ_WEIGHTS: Final = (7, 3, 1)


def reference(text: bytes, start: int, end: int, stop: int) -> Span | None:
    """Return a reference that has enough digits to be one, and is no date or years."""
    written = text[start:end]
    digits = len(written) - len(written.translate(None, _DIGITS))
    if digits < MIN_REFERENCE_DIGITS or DATE.fullmatch(written):
        return None
    return None if _goes_on(text, start, end, stop) else (start, end)


def _goes_on(text: bytes, start: int, end: int, stop: int) -> bool:
    """Tell whether a dash, stroke or dot joins a reference to more of it."""
    before, after = text[max(0, start - 2) : start], text[end : min(stop, end + 2)]
    return bool(_JOINT_BEFORE.fullmatch(before) or _JOINT_AFTER.fullmatch(after))


_JOINT_BEFORE: Final = re.compile(rb"[A-Za-z0-9][-/*.]")
_JOINT_AFTER: Final = re.compile(rb"[-/*.][A-Za-z0-9]")


def mrz(text: bytes, start: int, end: int, _stop: int) -> Span | None:
    """Return the second line of a passport's machine-readable zone: its check digits hold.

    ICAO Doc 9303, part 4, 4.2.2: number, date of birth and date of expiry have one each.
    """
    line = text[start:end].upper()
    if len(line) != MRZ_LENGTH:
        return None
    fields = ((0, 9), (13, 19), (21, 27))
    good = all(_icao_digit(line[first:last]) == line[last] - 48 for first, last in fields)
    return (start, end) if good else None


def _icao_digit(field: bytes) -> int:
    values = (one - 48 if 48 <= one <= 57 else 0 if one == 60 else one - 55 for one in field)
    return sum(value * _MRZ_WEIGHTS[at % 3] for at, value in enumerate(values)) % 10
