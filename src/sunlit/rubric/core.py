"""The rubrics that this version of Sunlit ships: the shared core, profiles over it, and before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from sunlit.rubric.control import Rubric
from sunlit.rubric.oscal import Catalog, Profile, read_catalog, read_profile
from sunlit.rubric.resolve import resolve
from sunlit.rubric.risk_code import data_file

CATALOG_FILE: Final = "core-catalog.json"
PROFILE_FILE: Final = "core-profile.json"
SHIPPED: Final = ("benefits", "generative-text", "high-risk", "policing", "recruitment")
EARLIER: Final = ("1.1",)


@dataclass(frozen=True, slots=True)
class Layer:
    """A profile, and the catalogs of its own controls by the href that it imports them with."""

    profile: Profile
    catalogs: Mapping[str, Catalog] = field(default_factory=dict)


@cache
def core_catalog() -> Catalog:
    """Return the catalog of the shared core."""
    return read_catalog(data_file(CATALOG_FILE))


@cache
def core_profile() -> Profile:
    """Return the profile of the shared core."""
    return read_profile(data_file(PROFILE_FILE))


@cache
def core_rubric() -> Rubric:
    """Return the shared core, resolved."""
    return resolve(core_catalog(), [core_profile()])


@cache
def shipped(name: str) -> Layer:
    """Return a profile that is shipped, one of `SHIPPED`, with its controls."""
    own = f"{name}-controls.json"
    profile = read_profile(data_file(f"profiles/{name}.json"))
    return Layer(profile, {own: read_catalog(data_file(f"profiles/{own}"))})


@cache
def earlier_rubrics() -> tuple[Rubric, ...]:
    """Return the shared core as versions before this one shipped it: tokens name its digest."""
    return tuple(
        resolve(
            read_catalog(data_file(f"earlier/core-catalog-{version}.json")),
            [read_profile(data_file(f"earlier/core-profile-{version}.json"))],
        )
        for version in EARLIER
    )


def adapted(agency: Sequence[Profile], *, more: Mapping[str, Catalog] | None = None) -> Rubric:
    """Return the shared core with an agency's profiles over it, in order.

    Raises:
        MalformedError: `rubric.*`, for whatever would drop or loosen the core.
    """
    return resolve(core_catalog(), [core_profile(), *agency], more=more)


def layered(layers: Sequence[Layer]) -> Rubric:
    """Return the shared core with these layers over it, in order.

    Raises:
        MalformedError: `rubric.*`, for whatever would drop or loosen what lies below.
    """
    if not layers:
        return core_rubric()
    more = {href: catalog for layer in layers for href, catalog in layer.catalogs.items()}
    return adapted([layer.profile for layer in layers], more=more)
