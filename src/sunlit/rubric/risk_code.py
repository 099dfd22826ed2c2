"""The risk code, scheme `sunlit-risk-4/1`: digits and tier, read from the scheme's data file.

Digits are never added or averaged. 0 in any digit means not assessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.claims.risk import Tier

SCHEME_FILE: Final = "sunlit-risk-4-1.json"
NOT_ASSESSED: Final = "0"
ASSESSED: Final = range(1, 10)
ORDER: Final = (Tier.LOW, Tier.MEDIUM, Tier.HIGH, Tier.CRITICAL)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the tier table: a digit that it does not name may be anything."""

    tier: Tier
    areas: frozenset[int]
    impacts: frozenset[int]
    autonomies: frozenset[int]

    def matches(self, area: int, impact: int, autonomy: int) -> bool:
        """Tell whether the three digits lie in this row."""
        return area in self.areas and impact in self.impacts and autonomy in self.autonomies


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A risk code scheme: its id, the digest of its data file, and what is computed from it."""

    id: str
    digest: str
    maximum: int
    practices: tuple[str, ...]
    rows: tuple[Row, ...]
    document: Mapping[str, object]

    def digits(self, *, area: int, impact_raw: int, autonomy_level: int) -> str:
        """Return D1-D3: Annex III area, AIA raw score, Parasuraman-Sheridan-Wickens level.

        Raises:
            MalformedError: `risk.out-of-range`.
        """
        _expect(area, 1, 9, "area")
        _expect(impact_raw, 0, self.maximum, "impact score")
        _expect(autonomy_level, 1, 10, "autonomy level")
        impact = 1 + min(8, 9 * impact_raw // self.maximum)
        return f"{area}{impact}{min(9, autonomy_level)}"

    def tier(self, digits: str) -> Tier | None:
        """Return the highest tier of all rows that match; None where a digit is 0.

        Raises:
            MalformedError: `risk.out-of-range`.
        """
        if len(digits) != 3 or not (digits.isascii() and digits.isdigit()):
            raise MalformedError(
                "risk.out-of-range", "D1-D3 are malformed", expected="three digits", got=digits[:8]
            )
        if NOT_ASSESSED in digits:
            return None
        area, impact, autonomy = (int(digit) for digit in digits)
        matching = {row.tier for row in self.rows if row.matches(area, impact, autonomy)}
        return max(matching, key=ORDER.index)


def _expect(value: int, low: int, high: int, what: str) -> None:
    if not low <= value <= high:
        raise MalformedError(
            "risk.out-of-range", f"the {what} is out of range", expected=f"{low} to {high}",
            got=str(value),
        )  # fmt: skip


def data_file(name: str) -> bytes:
    """Return a file that is shipped with the rubric."""
    return files("sunlit.rubric").joinpath("data", name).read_bytes()


@cache
def scheme() -> Scheme:
    """Return the scheme that this version of Sunlit ships."""
    return read_scheme(data_file(SCHEME_FILE))


def autonomy_levels() -> Mapping[int, str]:
    """Return the ten levels of automation in words."""
    levels = _object(scheme().document, "autonomy")
    return {int(level): str(text) for level, text in sorted(levels.items(), key=_as_number)}


def _as_number(item: tuple[str, object]) -> int:
    return int(item[0])


def read_scheme(data: bytes) -> Scheme:
    """Read a scheme's data file; its digest is that of its canonical form.

    Raises:
        MalformedError: `json.*`, `risk.malformed-scheme`.
    """
    document = canonical.decode_object(data, what="the risk scheme", limit=1024 * 1024)
    impact, tiers = _object(document, "impact"), _object(document, "tiers")
    rows, maximum, id_ = tiers.get("rows"), impact.get("maximum"), document.get("id")
    if not isinstance(rows, list) or not isinstance(maximum, int) or not isinstance(id_, str):
        raise _bad("an id, impact.maximum and tiers.rows")
    read = Scheme(
        id=id_,
        digest=sha256(canonical.encode(document)).hexdigest(),
        maximum=maximum,
        practices=tuple(sorted(_object(document, "practices"))),
        rows=tuple(_row(row) for row in rows),
        document=document,
    )
    _expect_complete(read)
    return read


def _row(value: object) -> Row:
    if not isinstance(value, Mapping) or value.get("tier") not in set(ORDER):
        raise _bad("a known tier in each row")
    return Row(
        tier=Tier(str(value["tier"])),
        areas=_digits(value, "d1"),
        impacts=_digits(value, "d2"),
        autonomies=_digits(value, "d3"),
    )


def _digits(row: Mapping[str, object], name: str) -> frozenset[int]:
    listed = row.get(name, list(ASSESSED))
    if not isinstance(listed, list) or not all(digit in ASSESSED for digit in listed):
        raise _bad(f"digits from 1 to 9 in `{name}`")
    return frozenset(listed)


def _expect_complete(read: Scheme) -> None:
    """Every assessed code has a tier: a gap would read as harmless."""
    if read.maximum < 1 or not all(
        any(row.matches(area, impact, autonomy) for row in read.rows)
        for area in ASSESSED
        for impact in ASSESSED
        for autonomy in ASSESSED
    ):
        raise _bad("a maximum above 0 and a tier for every code")


def _object(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    if not isinstance(value, Mapping):
        raise _bad(f"an object `{name}`")
    return value


def _bad(expected: str) -> MalformedError:
    return MalformedError(
        "risk.malformed-scheme", "the risk scheme is malformed", expected=expected
    )
