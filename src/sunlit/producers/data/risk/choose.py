"""Which columns the classes are made by: declared or searched, confirmed on all rows."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sunlit.base.errors import MalformedError
from sunlit.producers.data.risk.classes import class_sizes, histogram
from sunlit.producers.data.risk.kinds import PSEUDONYM, Looked, look, of_kind
from sunlit.producers.data.risk.search import Found, enough, search
from sunlit.producers.data.risk.table import sampled
from sunlit.recognise.columns import all_name_kinds

SENSITIVE: Final = frozenset({"special-category", "criminal-offence", "health"})
MOST_SENSITIVE: Final = 8  # columns; each takes a pass over the rows
CONFIRMED: Final = 20_000_000  # rows up to which all columns together are counted too


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller declares; None: find out."""

    quasi_identifiers: tuple[str, ...] | None
    sensitive: tuple[str, ...]

    def expect(self, columns: Sequence[str], name: str) -> None:
        """Make sure that the columns are there and that none is declared as both.

        Raises:
            MalformedError: `data.no-column`, `data-risk.both`.
        """
        declared = self.quasi_identifiers or ()
        for one in (*declared, *self.sensitive):
            if one not in columns:
                raise MalformedError(
                    "data.no-column", f"{name!r} has no column {one!r}",
                    expected="one of " + ", ".join(map(repr, columns[:20])),
                )  # fmt: skip
        both = sorted(set(declared) & set(self.sensitive))
        if both:
            raise MalformedError(
                "data-risk.both", f"column {both[0]!r} is declared as both",
                expected="a quasi-identifier or a sensitive attribute",
                mend="leave it out of --sensitive: classes are made by quasi-identifiers",
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chosen:
    """The quasi-identifiers, how they came, and what the search saw.

    `coded` are the sample's columns; `everything` is the number of classes that all candidates
    make on all rows, None where that was too many rows to count.
    """

    keys: tuple[str, ...]
    how: str
    left_out: tuple[str, ...]
    looked: tuple[Looked, ...]
    nested: tuple[str, ...]
    found: Found
    sample_rows: int
    everything: int | None


def choose(table: Any, rows: int, asked: Asked, seed: int, *, apart: bool) -> Chosen:  # noqa: ANN401 - Ibis
    """Look at a sample, search it, and confirm on all rows what was found.

    `apart`: keyed pseudonyms are no knowledge of an attacker, and are listed.
    """
    sample = sampled(table, rows, seed)
    looked = tuple(
        one if apart and _all_pseudonyms(table, one) else one.as_values() for one in look(sample)
    )
    nested = tuple(name for name in table.columns if name not in sample.column_names)
    nested += of_kind(looked, "nested")
    columns = {one.name: one.coded for one in looked if one.kind == "candidate" and one.coded}
    found = search(columns)
    everything = _classes(table, found.order) if rows <= CONFIRMED else None
    confirmed = _confirmed(table, found, everything)
    declared = asked.quasi_identifiers
    keys = (
        declared
        if declared is not None
        else tuple(name for name in confirmed if name not in asked.sensitive)
    )
    left_out = tuple(name for name in confirmed if name not in keys)
    if declared is not None:
        left_out += tuple(name for name in nested if name not in keys)
    how = "searched" if declared is None else "declared"
    return Chosen(keys, how, left_out, looked, nested, found, sample.num_rows, everything)


def _all_pseudonyms(table: Any, one: Looked) -> bool:  # noqa: ANN401 - Ibis
    """Whether every value of all rows has the form that the sample's have."""
    if one.form is None:
        return False
    column = table[one.name]
    odd = column.notnull() & (column.strip() != "") & ~column.re_search(one.form)
    return int(table.filter(odd).count().to_pyarrow().as_py()) == 0


def _classes(table: Any, keys: Sequence[str]) -> int:  # noqa: ANN401 - Ibis
    return histogram(class_sizes(table, keys)).classes if keys else 1


def _confirmed(table: Any, found: Found, everything: int | None) -> tuple[str, ...]:  # noqa: ANN401
    """Return the columns found, with as many more as all rows need to be told apart nearly all."""
    if everything is None:
        return found.chosen
    numbers = range(len(found.chosen), len(found.order))
    # more columns never make fewer classes, so it is halved where enough begins
    lacking = bisect_left(
        numbers, 1, key=lambda one: int(enough(_classes(table, found.order[:one]), everything))
    )
    return found.order[: len(found.chosen) + lacking]


def sensitive_of(chosen: Chosen, asked: Asked) -> tuple[str, ...]:
    """Return the columns whose spread within classes is measured.

    Those that were declared; else those whose names say special-category data, crime or health,
    and that make no class: what makes a class says nothing new within it.
    """
    if asked.sensitive:
        return asked.sensitive
    names = [one for one in of_kind(chosen.looked, "candidate") if one not in chosen.keys]
    named = all_name_kinds([one.name for one in chosen.looked])
    found = [one for one in names if any(kind.category in SENSITIVE for kind in named.get(one, ()))]
    return tuple(found[:MOST_SENSITIVE])


def pseudonyms(chosen: Chosen) -> tuple[str, ...]:
    """Return the columns of keyed pseudonyms; not those declared as quasi-identifiers."""
    return tuple(name for name in of_kind(chosen.looked, PSEUDONYM) if name not in chosen.keys)


def identifiers(chosen: Chosen) -> tuple[str, ...]:
    """Return the columns that are nearly all different and are not random; not those declared."""
    return tuple(name for name in of_kind(chosen.looked, "identifier") if name not in chosen.keys)
