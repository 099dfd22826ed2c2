"""What a dataset is held to: profiles, each a set of limits with the source of each.

The shipped ones are data (`profiles.toml`); an agency gives its own file of the same form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Final, NoReturn

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.toml import parse_toml, place_in

SHIPPED: Final = "profiles.toml"
# Figures that lie between 0 and 1 and of which less is better.
LIMITABLE: Final = (
    "journalist-at-risk", "journalist-average", "journalist-highest", "marketer",
    "population-uniqueness", "prosecutor-average", "prosecutor-highest", "records-at-risk",
    "sample-uniqueness",
)  # fmt: skip
MAX_FILE: Final = 1 << 20
IDENTIFYING: Final = "identifying"
LISTED: Final = "listed"


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a figure's upper end may be, and who says so."""

    figure: str
    at_most: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """All limits for one use; `governs` names the one that the claim gives as its risk.

    `pseudonyms_apart`: columns of keyed pseudonyms are listed and identify nobody, because who
    has the data does not have the key.
    """

    name: str
    title: str
    governs: str
    tau: Decimal
    limits: tuple[Limit, ...]
    pseudonyms_apart: bool = False

    @property
    def main(self) -> Limit:
        """The limit that governs."""
        return next(one for one in self.limits if one.figure == self.governs)

    def limit(self, figure: str) -> Limit | None:
        """Return the limit of a figure, if it has one."""
        return next((one for one in self.limits if one.figure == figure), None)

    @property
    def at_risk(self) -> Fraction:
        """`tau` as a fraction, so that comparing it with one over a size is exact."""
        return Fraction(self.tau)


def profiles() -> Mapping[str, Profile]:
    """Return the shipped profiles by name."""
    return read_profiles(files("sunlit.producers.data.risk").joinpath(SHIPPED).read_text("utf-8"))


def profile_of(name: str) -> Profile:
    """Return a shipped profile, or the only one of a TOML file.

    Raises:
        MalformedError: `data-risk.profile`.
        UnavailableError: `data-risk.profile-unreadable`.
    """
    known = profiles()
    if name in known:
        return known[name]
    if not name.endswith(".toml"):
        raise MalformedError(
            "data-risk.profile", f"there is no profile {name[:80]!r}",
            expected=" or ".join(known), mend="name one of these, or a TOML file with a profile",
        )  # fmt: skip
    found = tuple(read_profiles(_text(Path(name))).values())
    if len(found) != 1:
        _no("the file holds several profiles")
    if found[0].name in known and found[0] != known[found[0].name]:
        _no(f"{found[0].name!r} is the name of a shipped one, which says something else")
    return found[0]


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE).decode()
    except UnicodeDecodeError:
        _no("the file is not UTF-8")
    except OSError as error:
        raise UnavailableError(
            "data-risk.profile-unreadable", f"cannot read the profile {path}", got=error.strerror,
            mend="name a file that is there, or one of: " + ", ".join(profiles()),
        ) from error  # fmt: skip


def read_profiles(text: str) -> Mapping[str, Profile]:
    """Read profiles.

    Raises:
        MalformedError: `data-risk.profile`.
    """
    try:
        document = parse_toml(text)
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        _no(f"the file is no TOML: {place_in(error)}")
    if not document:
        _no("the file is empty")
    return {name: _profile(name, table) for name, table in document.items()}


def _profile(name: str, table: object) -> Profile:
    if not isinstance(table, Mapping):
        _no(f"{name!r} is no table")
    limits = table.get("limit")
    if not isinstance(limits, list) or not limits:
        _no(f"{name!r} has no limit")
    read = tuple(_limit(name, one) for one in limits)
    governs = str(table.get("governs"))
    if governs not in {one.figure for one in read}:
        _no(f"{name!r} is governed by a figure without a limit")
    pseudonyms = table.get("pseudonyms", IDENTIFYING)
    if pseudonyms not in (IDENTIFYING, LISTED):
        _no(f"{name!r} takes pseudonyms for neither {IDENTIFYING} nor {LISTED}")
    return Profile(
        name, str(table.get("title", name)), governs, _share(table.get("tau")), read,
        pseudonyms_apart=pseudonyms == LISTED,
    )  # fmt: skip


def _limit(name: str, table: object) -> Limit:
    if not isinstance(table, Mapping) or table.get("figure") not in LIMITABLE:
        _no(f"{name!r} limits a figure that is not known")
    source = table.get("source")
    if not isinstance(source, str) or not source:
        _no(f"{name!r} has a limit without a source")
    return Limit(str(table["figure"]), _share(table.get("at_most")), source)


def _share(value: object) -> Decimal:
    try:
        found = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        found = Decimal("NaN")
    if not (found.is_finite() and 0 < found <= 1):
        _no("a limit or tau is no share")
    return found


def _no(what: str) -> NoReturn:
    raise MalformedError(
        "data-risk.profile", f"a profile cannot be read: {what}",
        expected='tables with governs, tau = "0.2" and limits (figure, at_most, source)',
        mend="copy a shipped one: docs/data/risk.md shows where they lie",
    )  # fmt: skip
