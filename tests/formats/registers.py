"""The real registers' files that lie in the repository, read once."""

from functools import cache
from pathlib import Path
from typing import Final

from sunlit.formats.atrs import read_atrs
from sunlit.formats.nl_register import read_nl_register
from sunlit.formats.omb import read_omb
from sunlit.formats.register_file import FoundRegister

FOLDER: Final = Path(__file__).parents[2] / "examples" / "registers"
OMB: Final = FOLDER / "omb-2025.csv.gz"
ATRS: Final = FOLDER / "atrs-136.json.gz"
AMSTERDAM: Final = FOLDER / "nl-amsterdam.json"
CENTRIC: Final = FOLDER / "nl-centric.json"


@cache
def omb() -> FoundRegister:
    """The US federal inventory of 2025."""
    return read_omb(OMB.read_bytes())


@cache
def atrs() -> FoundRegister:
    """136 published UK records."""
    return read_atrs(ATRS.read_bytes())


@cache
def nl() -> FoundRegister:
    """Seven templates of a supplier for the Dutch register."""
    return read_nl_register(CENTRIC.read_bytes())
