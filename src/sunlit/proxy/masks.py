"""What a token may order to be masked: each mask finds one kind of personal number or address.

A mask is a function text -> spans, by pattern and, where the number has one, by checksum. Masks
find what is written as its standard says, in ASCII digits; they are no search for personal data,
and the pages say so. When in doubt they mask.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

Span = tuple[int, int]
Mask = Callable[[str], Iterator[Span]]

MAX_GAPS: Final = 8  # the longest IBAN in groups of four; and no text makes this slow
MAX_LOCAL: Final = 64  # RFC 5321 4.5.3.1.1
_DOMAIN: Final = re.compile(r"@(?:[^\W_]|-){1,63}(?:\.(?:[^\W_]|-){1,63}){1,9}")
_LOCAL: Final = frozenset(".!#$%&'*+/=?^_`{|}~-")
# ITU-T E.164: a plus, and at most 15 digits.
_PHONE: Final = re.compile(r"(?<![\w+])\+[1-9](?:[ ().-]{0,2}[0-9]){6,14}(?![0-9])")
# HMRC NIM39110: prefixes that are never given; the last letter is sometimes left out.
_NINO: Final = re.compile(
    r"(?<![A-Z0-9])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
    r"[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}(?:[ -]?[A-D])?(?![A-Z0-9])",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"[0-9](?:[ -]?[0-9])*")
_IBAN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}")


def emails(text: str) -> Iterator[Span]:
    """Find addresses: from each @ with a domain after it, back over what a local part may be."""
    for domain in _DOMAIN.finditer(text):
        start = domain.start()
        while start > max(0, domain.start() - MAX_LOCAL) and (
            text[start - 1].isalnum() or text[start - 1] in _LOCAL
        ):
            start -= 1
        if start < domain.start():
            yield start, domain.end()


def phones(text: str) -> Iterator[Span]:
    """Find telephone numbers in international form."""
    yield from (found.span() for found in _PHONE.finditer(text))


def ninos(text: str) -> Iterator[Span]:
    """Find UK National Insurance numbers; they have no checksum."""
    yield from (found.span() for found in _NINO.finditer(text))


def nhs_numbers(text: str) -> Iterator[Span]:
    """Find NHS numbers: ten digits, the last one a checksum mod 11."""
    return _numbers(text, _DIGITS, range(10, 11), _mod_11)


def cards(text: str) -> Iterator[Span]:
    """Find payment card numbers: 13 to 19 digits (ISO/IEC 7812) that pass Luhn's test."""
    return _numbers(text, _DIGITS, range(19, 12, -1), _luhn)


def ibans(text: str) -> Iterator[Span]:
    """Find IBANs: ISO 13616, 15 to 34 characters, 1 mod 97."""
    return _numbers(text, _IBAN, range(34, 14, -1), _mod_97)


MASKS: Final[Mapping[str, Mask]] = {
    "card": cards,
    "email": emails,
    "iban": ibans,
    "nhs-number": nhs_numbers,
    "phone-e164": phones,
    "uk-nino": ninos,
}


def _numbers(
    text: str, run: re.Pattern[str], lengths: range, valid: Callable[[str], bool]
) -> Iterator[Span]:
    """Find, in each run of characters and separators, the numbers that stand between separators.

    A run may hold more than one number ("4111 1111 1111 1111 12"), so each group that it is
    written in may begin one and end one; the longest wins.
    """
    for found in run.finditer(text):
        places = [at for at in range(*found.span()) if text[at].isalnum()]
        begins = 0
        while begins < len(places):
            count = _fits(text, places, begins, lengths, valid)
            if count:
                yield places[begins], places[begins + count - 1] + 1
            begins += count or 1


def _fits(
    text: str, places: list[int], begins: int, lengths: range, valid: Callable[[str], bool]
) -> int:
    """Return how many characters from `begins` on are a number; 0 for none."""
    if begins and places[begins] == places[begins - 1] + 1:
        return 0  # in the middle of a group
    for count in lengths:
        end = begins + count
        if end > len(places) or places[end - 1] - places[begins] - count >= MAX_GAPS:
            continue
        if end < len(places) and places[end] == places[end - 1] + 1:
            continue
        if valid("".join([text[at] for at in places[begins:end]])):
            return count
    return 0


def _luhn(digits: str) -> bool:
    doubled = (int(one) * 2 for one in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(one // 10 + one % 10 for one in doubled)) % 10 == 0


def _mod_11(digits: str) -> bool:
    total = sum(int(one) * weight for one, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9]) and digits != "0" * 10


def _mod_97(text: str) -> bool:
    return int("".join(str(int(one, 36)) for one in text[4:] + text[:4])) % 97 == 1
