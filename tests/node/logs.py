"""The logs of homes as a node's pages ask for them: projected anew each time they are asked."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sunlit.node.known import Known
from sunlit.projection.book import Book
from sunlit.projection.engine import open_projections
from sunlit.projection.project import catch_up
from sunlit.projection.signed import Directories
from sunlit.registry.home import Home
from sunlit.rubric.core import core_rubric


def known_of(folder: Path, homes: Sequence[Home], at: datetime) -> Known:
    """Return what these homes' logs say; the projections are kept in a folder."""
    engine, directories = open_projections(f"sqlite:///{folder / 'p.sqlite'}"), Directories()

    def log(home: Home) -> Book:
        trust = home.trust(at)
        reader = home.reader()
        catch_up(engine, home, trust, reader.size)
        return Book(engine, reader, trust, directories)

    return Known(homes=lambda: homes, log=log, rubric=core_rubric())
