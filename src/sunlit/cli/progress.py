"""A progress bar on standard error, shown only where a person looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes (done, total) and moves a bar; silent without a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as shown:

        def step(done: int, total: int) -> None:
            shown.length = max(total, 1)
            shown.update(done - shown.pos)

        yield step


def tell(step: str) -> None:
    """Say on standard error which step begins; silent without a terminal."""
    if sys.stderr.isatty():
        # In the place of the bar: back to the line's start, and clear it.
        click.echo(f"\r\x1b[KLooking: {step} ", err=True, nl=False)
