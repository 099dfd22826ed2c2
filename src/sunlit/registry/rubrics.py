"""Which rubric: the shared core, with an agency's own profiles over it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.rubric.control import Rubric
from sunlit.rubric.core import adapted, core_rubric
from sunlit.rubric.oscal import read_profile

MAX_PROFILE: Final = 4 * 1024 * 1024


def load_rubric(profiles: Sequence[Path] = ()) -> Rubric:
    """Return the shared core, tightened by the OSCAL profiles at these paths, in order.

    Raises:
        UnavailableError: `rubric-file.unreadable`.
        MalformedError: `rubric.*`, for whatever would drop or loosen the core.
    """
    if not profiles:
        return core_rubric()
    return adapted([read_profile(_read(path)) for path in profiles])


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(MAX_PROFILE + 1)
    except OSError as error:
        raise UnavailableError(
            "rubric-file.unreadable", f"cannot read the profile {path}", got=error.strerror,
            mend="name an OSCAL profile in JSON",
        ) from error  # fmt: skip
