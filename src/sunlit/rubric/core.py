"""The shared core that this version of Sunlit ships: catalog, profile, resolved rubric."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from sunlit.rubric.control import Rubric
from sunlit.rubric.oscal import Catalog, Profile, read_catalog, read_profile
from sunlit.rubric.resolve import resolve
from sunlit.rubric.risk_code import data_file

CATALOG_FILE: Final = "core-catalog.json"
PROFILE_FILE: Final = "core-profile.json"


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


def adapted(agency: Sequence[Profile], *, more: Mapping[str, Catalog] | None = None) -> Rubric:
    """Return the shared core with an agency's profiles over it, in order.

    Raises:
        MalformedError: `rubric.*`, for whatever would drop or loosen the core.
    """
    return resolve(core_catalog(), [core_profile(), *agency], more=more)
