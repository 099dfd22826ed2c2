"""What the pages have in common: who made it, of which dataset, and how to do it again."""

from collections.abc import Iterable, Mapping
from shlex import quote

from sunlit.producers.data.report.figures import known, part
from sunlit.producers.data.report.model import Fact

SAME = (
    "PLACE is where you have the dataset whose SHA-256 stands above; the same version of Sunlit "
    "then gives the same figures."
)


def digest(detail: Mapping[str, object], *path: str) -> str:
    """Return the digest of a dataset, or of whatever stands at a path."""
    at = part(detail, *path)
    return known(at.get("sha256") or at.get("rows-sha256") or next(iter(at.values()), None))


def made_with(*pairs: tuple[str, object]) -> tuple[Fact, ...]:
    """Return facts on how something was made."""
    return tuple(Fact(title, known(value)) for title, value in pairs)


def command(*words: str) -> str:
    """Return a command as a shell takes it, whatever a column is called."""
    return " ".join(map(quote, words))


def each(option: str, values: Iterable[str]) -> list[str]:
    """Return an option once for each value."""
    return [word for value in values for word in (option, value)]
