"""What the commands `decision` and `retain` share: the store, its index, a look at one record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from sunlit.registry.decision_index import Index

F = TypeVar("F", bound=Callable[..., Any])


def store_option(function: F) -> F:
    """Add `--store` (also from SUNLIT_STORE)."""
    return click.option(
        "--store", type=click.Path(path_type=Path, file_okay=False), envvar="SUNLIT_STORE",
        required=True, metavar="DIR",
        help="The decision store, which sunlit guard init made (or SUNLIT_STORE).",
    )(function)  # fmt: skip


@contextmanager
def at_store(path: Path, *, update: bool = False) -> "Iterator[Index]":
    """Open a store and its search index, brought up to date where that is asked for."""
    from sunlit.decision.store import DecisionStore
    from sunlit.registry.decision_index import Index

    with Index.opened(DecisionStore.open(path)) as index:
        if update:
            with bar("Indexing") as step:
                index.update(step)
        yield index
