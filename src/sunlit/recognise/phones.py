"""Telephone numbers after the numbering plans of phonenumbers (Google's libphonenumber).

The library parses one number in some 50 microseconds; here its plans are matched directly, each
number against the plans of its country.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

from sunlit.recognise.spans import DATE

Span = tuple[int, int]

# Digits in groups, and a way to write the area code in brackets; two spaces part columns.
_RUN: Final = re.compile(rb"[+(]{0,2}[0-9](?:(?: ?[().\-/]{1,2} ?| )?[0-9]){6,17}")
_EXTENSION: Final = re.compile(
    rb"[ ,;]{0,2}(?:x|ext\.?|extension)[ :.]?[0-9]{1,7}\b", re.IGNORECASE
)
_TRUNK: Final = re.compile(rb"\(\s?0\s?\)")
_GROUP_END: Final = re.compile(rb"[0-9](?![0-9])")
_NOT_DIGITS: Final = bytes(one for one in range(256) if one not in b"0123456789")
_GROUPED: Final = re.compile(rb"[ ()/-]")
_MORE: Final = re.compile(rb" [0-9]")
_LESS: Final = re.compile(rb"[0-9] ")
# Ofcom keeps these free for drama; a set of test data is full of them, and a plan is not.
_DRAMA: Final = (
    r"7700900\d{3}|1632960\d{3}|3069990\d{3}|909879\d{4}|1(?:1[3-8]|[2-6]1)4960\d{3}|"
    r"1914980\d{3}|2079460\d{3}|2896496\d{3}|2890180\d{3}|2920180\d{3}|8081570\d{3}"
)
SHORTEST: Final = 7  # characters
# Where people write numbers of their own country without its code: a leading 0, or none.
BARE: Final = ("GB", "GG", "JE", "IM", "IE", "FR", "NL", "BE")
GROUPED: Final = (*BARE, "DE", "SE", "IT", "CH", "AT")
SPOKEN: Final = (
    "GB",
    "GG",
    "JE",
    "IM",
    "US",
    "FR",
    "DE",
    "NL",
    "ES",
    "IT",
    "PL",
    "SE",
    "BE",
    "IE",
    "PT",
    "DK",
    "NO",
)
_TYPES: Final = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
)  # fmt: skip


def international(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return the number that begins with a plus or 00 and a country's code."""
    for end in _ends(text, start, stop):
        run = text[start:end]
        digits = _TRUNK.sub(b"", run).translate(None, _NOT_DIGITS).decode()
        if b"+" not in run[:2]:
            if digits[:2] != "00":
                return None
            digits = digits[2:]
        if _is_of_a_country(digits):
            return _trimmed(text, start, end)
    return None


def national(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return the number that begins with 0 and an area's code, as some countries write them."""
    for end in _ends(text, start, stop):
        run = text[start:end]
        # The plans of GROUPED leave lengths open: only what is grouped, and complete, counts.
        in_row = _MORE.match(text, end, stop) or _LESS.match(text, max(0, start - 2), start)
        grouped = not in_row and _GROUPED.search(run.strip(b"()"))
        regions = GROUPED if grouped else BARE
        if _is_of(run.translate(None, _NOT_DIGITS).decode(), regions):
            return _trimmed(text, start, end)
    return None


def north_american(text: bytes, start: int, end: int, stop: int) -> Span | None:
    """Return the number of the North American Numbering Plan that a pattern matched."""
    if text[start : start + 1] == b"_":
        start += 1
    digits = text[start:end].translate(None, _NOT_DIGITS).decode().removeprefix("1")
    end -= text[end - 1 : end] in (b"_", b"x", b"X")
    if _goes_on(text, end, stop) or _is_tail(text, start):
        return None
    good = _plan_of_code(1).fullmatch(digits)
    return (start, _with_extension(text, end)) if good else None


def loose(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return the number as any country may write it: only good where words say it is one."""
    for end in _ends(text, start, stop):
        digits = text[start:end].translate(None, _NOT_DIGITS).decode()
        # A spreadsheet drops the 0 of a number.
        if DATE.fullmatch(text, start, end):
            continue
        if _is_of(digits, SPOKEN) or _is_of("0" + digits, BARE):
            return _trimmed(text, start, end)
    return None


def _ends(text: bytes, start: int, stop: int) -> Iterator[int]:
    """Yield where groups of digits end, the longest number first."""
    found = _RUN.match(text, start, min(stop, start + 40))
    if not found or _is_tail(text, start):
        return
    last = found.end()
    is_whole = last == stop or not text[last : last + 1].isdigit()  # else no number is so long
    if is_whole and last - start >= SHORTEST and not _goes_on(text, last, stop):
        yield last
    ends = [one.end() for one in _GROUP_END.finditer(text, start + SHORTEST - 1, last)]
    for end in reversed(ends[:-1]):
        if not _goes_on(text, end, stop):
            yield end


def _goes_on(text: bytes, end: int, stop: int) -> bool:
    """Tell whether a dash, a dot or a time's colon joins a number to more digits."""
    after = text[end : min(stop, end + 2)]
    return after[:1] in (b"-", b".", b":") and after[1:].isdigit()


def _is_tail(text: bytes, start: int) -> bool:
    """Tell whether a dash or dot joins a number to digits before it."""
    before = text[max(0, start - 2) : start]
    return before[1:] in (b"-", b".") and before[:1].isdigit()


def _trimmed(text: bytes, start: int, end: int) -> Span:
    run = text[start:end]
    if run[:1] == b"(" and b")" not in run:
        start += 1
    return start, _with_extension(text, end)


def _with_extension(text: bytes, end: int) -> int:
    """Return where the extension ends that follows a number, if one does."""
    found = _EXTENSION.match(text, end, end + 20)
    return found.end() if found else end


def _is_of_a_country(digits: str) -> bool:
    for length in (1, 2, 3):
        code = int(digits[:length] or 0)
        if code in COUNTRY_CODE_TO_REGION_CODE:
            plan = _plan_of_code(code)
            number = digits[length:]
            return bool(plan.fullmatch(number) or plan.fullmatch(number.removeprefix("0")))
    return False


def _is_of(digits: str, regions: tuple[str, ...]) -> bool:
    return bool(_plans(regions).fullmatch(digits))


@cache
def _plans(regions: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of the numbers of these regions, as they are written within them."""
    return re.compile("|".join(_plan(region) for region in regions))


def _plan(region: str) -> str:
    plan = PhoneMetadata.metadata_for_region(region, None)
    types = (getattr(plan, name, None) for name in _TYPES)
    patterns = [one.national_number_pattern for one in types if one and one.national_number_pattern]
    patterns += [_DRAMA] if region == "GB" else []
    prefix = getattr(plan, "national_prefix", None) or ""
    optional = "" if prefix == "0" else "?"
    return f"(?:{prefix}){optional}(?:{'|'.join(patterns)})"


@cache
def _plan_of_code(code: int) -> re.Pattern[str]:
    """Return the pattern of all numbers under a country's code: the plan's general description."""
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    if regions == ("001",):
        plans = [PhoneMetadata.metadata_for_nongeo_region(code, None)]
    else:
        plans = [PhoneMetadata.metadata_for_region(region, None) for region in regions]
    patterns = [
        plan.general_desc.national_number_pattern for plan in plans if plan and plan.general_desc
    ]
    return re.compile("|".join(f"(?:{one})" for one in patterns))
