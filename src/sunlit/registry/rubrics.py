"""Which rubric: the shared core, with shipped profiles and an agency's own over it.

A profile is named by a word (`policing`: one that is shipped) or by a path. What a profile of an
agency imports decides what lies below it: `policing.json` the shipped one, a file beside it that
is an OSCAL catalog its own controls, a profile beside it another layer; all else the core.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.rubric.control import Rubric
from sunlit.rubric.core import (
    CATALOG_FILE,
    PROFILE_FILE,
    SHIPPED,
    Layer,
    core_rubric,
    earlier_rubrics,
    layered,
    shipped,
)
from sunlit.rubric.oscal import LIMIT, Catalog, read_catalog, read_profile

MAX_PROFILE: Final = LIMIT
MAX_LAYERS: Final = 8  # of profiles over profiles, so that none imports itself for ever


def load_rubric(profiles: Sequence[Path | str] = ()) -> Rubric:
    """Return the shared core, tightened by these profiles, in order.

    Raises:
        UnavailableError: `rubric-file.unreadable`.
        MalformedError: `rubric.*`, for whatever would drop or loosen the core.
    """
    layers: list[Layer] = []
    for profile in profiles:
        for layer in _layers(profile, MAX_LAYERS):
            if all(layer.profile.digest != one.profile.digest for one in layers):
                layers.append(layer)
    return layered(layers)


def known_rubrics(profiles: Sequence[Path | str] = ()) -> tuple[Rubric, ...]:
    """Return the asked rubric, then all that this version can name by digest.

    Raises:
        UnavailableError: `rubric-file.unreadable`.
        MalformedError: `rubric.*`.
    """
    alone = (load_rubric([name]) for name in SHIPPED)
    return (load_rubric(profiles), core_rubric(), *alone, *earlier_rubrics())


def _layers(profile: Path | str, depth: int) -> Iterator[Layer]:
    if str(profile) in SHIPPED:
        yield shipped(str(profile))
        return
    path = Path(profile)
    read = read_profile(_read(path))
    catalogs: dict[str, Catalog] = {}
    for item in read.imports:
        name = item.href.rpartition("/")[2]
        if name in (CATALOG_FILE, PROFILE_FILE):
            continue
        if (word := name.removesuffix(".json")) in SHIPPED:
            yield shipped(word)
        elif (beside := path.parent / name).is_file():
            data = _read(beside)
            if "catalog" in canonical.decode_object(data, what=name, limit=MAX_PROFILE):
                catalogs[item.href] = read_catalog(data)
            elif depth > 1:
                yield from _layers(beside, depth - 1)
            else:
                raise MalformedError(
                    "rubric.unsupported", f"{name} lies under more than {MAX_LAYERS} profiles",
                    mend="a profile that imports itself resolves to nothing",
                )  # fmt: skip
    yield Layer(read, catalogs)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(MAX_PROFILE + 1)
    except OSError as error:
        raise UnavailableError(
            "rubric-file.unreadable", f"cannot read the profile {path}", got=error.strerror,
            mend=f"name an OSCAL profile in JSON, or one of {', '.join(SHIPPED)}",
        ) from error  # fmt: skip
