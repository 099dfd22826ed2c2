"""Compares projections with what the logs give: somebody who may write to them may have.

What the logs give is made anew in a SQLite file of its own, whatever database the served rows are
in, as far as those go. Each table is then read once beside it, in the order of its keys. Numbers
of cards are left out: they say in which order cards were made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from sqlite3 import SQLITE_BUSY, Error
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, Executable, func, select, text
from sqlalchemy.exc import DatabaseError

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import UnavailableError
from sunlit.log.reader import LogReader
from sunlit.projection.dialect import is_postgresql
from sunlit.projection.engine import answering, connect, open_projections, reading, version
from sunlit.projection.loading import file_of
from sunlit.projection.project import HomeLike, Step, project, rebuild
from sunlit.projection.rooms import rooms
from sunlit.projection.tables import CARD, CARD_FACET, ENTRY, META, METADATA, POSITION

SCHEMA: Final = "schema"  # of SQLite: tables, indices, and nothing besides that acts on its own
WORDS: Final = "words"  # by which the catalogue is searched; each database has its own table
FILE: Final = "file"  # of SQLite: its own check of its pages, indices and words
AT_ONCE: Final = 2_000  # rows that are fetched
_MASTER: Final = text("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name")
_COUNT_IN_SQLITE: Final = text("SELECT count(*) FROM card_text")
_IN_SQLITE: Final = text(
    "SELECT key FROM card LEFT JOIN card_text ON card_text.rowid = card.id"
    " WHERE card_text.words IS NOT card.search ORDER BY key LIMIT 1"
)
_COUNT_IN_POSTGRESQL: Final = text("SELECT count(*) FROM card_words")
_IN_POSTGRESQL: Final = text(
    "SELECT key FROM card LEFT JOIN card_words USING (id) WHERE doc IS DISTINCT FROM"
    " array_to_tsvector(string_to_array(search, ' ')) ORDER BY key LIMIT 1"
)
_CHECK_WORDS: Final = "INSERT INTO card_text (card_text) VALUES ('integrity-check')"


class Rows(NamedTuple):
    """How many rows a table has, and the SHA-256 over all of them in order (hex)."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One table as it is served and as the logs give it. `first`: the first key that differs."""

    table: str
    served: Rows
    given: Rows
    first: tuple[object, ...] | None = None

    @property
    def is_same(self) -> bool:
        """Tell whether it is what the logs give."""
        return self.served == self.given and self.first is None

    def to_json(self) -> dict[str, object]:
        """Return it for `--json`."""
        found: dict[str, object] = {
            "table": self.table, "same": self.is_same, "served": self.served._asdict(),
            "given": self.given._asdict(),
        }  # fmt: skip
        return found if self.first is None else found | {"first": list(self.first)}


@dataclass(frozen=True)
class Upto:
    """A home's log as far as it is projected: what was logged since then is not compared."""

    home: HomeLike
    size: int

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.home.origin

    def reader(self) -> LogReader:
        """Return the log at that size."""
        whole = self.home.reader()
        return whole.at(min(self.size, whole.size))


def compare(
    url: str, homes: Sequence[HomeLike], trust: TrustFile, folder: Path,
    step: Step = lambda _origin, _done, _all: None,
) -> tuple[Compared, ...]:  # fmt: skip
    """Compare each table of the projections at `url` with what the logs give, and change nothing.

    What the logs give is made in `folder`.

    Raises:
        UnavailableError: `projection.nothing`, `projection.unavailable`, `log.*`.
        SunlitError: as `sunlit.projection.project.rebuild`.
    """
    rooms()
    served = _opened(url)
    made = open_projections(f"sqlite:///{folder / 'given.sqlite'}")
    try:
        with reading(served) as connection:
            _expect_version(connection)
            upto = _upto(connection, homes)
        rebuild(made, upto, trust, step=step)
        with reading(served) as connection:
            # One state of it from here on. It may have grown in between.
            for home in _upto(connection, homes):
                project(made, home, trust)
            with reading(made) as given:
                found = [*_tables(connection, given), _words(connection)]
                if not is_postgresql(connection):
                    found.append(_stream(SCHEMA, connection, given, _MASTER, 2))
        return (*found, *_file(served))
    finally:
        served.dispose()
        made.dispose()


def _opened(url: str) -> Engine:
    engine = connect(url)
    path = file_of(engine)
    if path is not None and not path.is_file():
        raise _nothing("there is no such file")
    return engine


def _expect_version(connection: Connection) -> None:
    found = connection.scalar(select(META.c.value).where(META.c.name == "version"))
    if found != version():
        raise _nothing("tables of another version")


def _nothing(got: str) -> UnavailableError:
    return UnavailableError(
        "projection.nothing", "nothing is projected that could be compared", got=got,
        mend="sunlit rebuild --at NODE",
    )  # fmt: skip


def _upto(connection: Connection, homes: Sequence[HomeLike]) -> list[Upto]:
    # Where somebody took the position away, as far as there are entries.
    entries = select(ENTRY.c.origin, func.max(ENTRY.c.idx) + 1).group_by(ENTRY.c.origin)
    sizes: dict[str, int] = {}
    for query in (entries, select(POSITION.c.origin, POSITION.c.size)):
        found = connection.execute(query)
        # In SQLite a column may hold anything: then it differs from what the log gives.
        sizes |= {str(it): max(size, 0) for it, size in found if isinstance(size, int)}
    return [Upto(home, sizes.get(home.origin, 0)) for home in homes]


def _tables(served: Connection, given: Connection) -> Iterator[Compared]:
    for name, table in sorted(METADATA.tables.items()):
        if table is CARD:
            columns = [it for it in CARD.columns if it.name not in {"id", "changed", "key"}]
            yield _stream(name, served, given, select(CARD.c.key, *columns).order_by("key"), 1)
        elif table is CARD_FACET:
            yield _facets(served, given)
        elif table is not META:
            keys = list(table.primary_key)
            others = [it for it in table.columns if not it.primary_key]
            query = select(*keys, *others).order_by(*keys)
            yield _stream(name, served, given, query, len(keys))


def _facets(served: Connection, given: Connection) -> Compared:
    """Compare facets by the keys of their cards; those of no card are counted."""
    columns = (CARD.c.key, CARD_FACET.c.facet, CARD_FACET.c.value)
    query = select(*columns).join(CARD, CARD.c.id == CARD_FACET.c.id).order_by(*columns)
    found = _stream(CARD_FACET.name, served, given, query, len(columns))
    every = select(func.count()).select_from(CARD_FACET)
    counts = [connection.scalar(every) or 0 for connection in (served, given)]
    return replace(
        found, served=found.served._replace(rows=counts[0]),
        given=found.given._replace(rows=counts[1]),
    )  # fmt: skip


def _stream(
    name: str, served: Connection, given: Connection, query: Executable, keys: int
) -> Compared:
    """Read both in the order of their first columns, which are the keys, some rows at a time."""
    chosen = query.execution_options(yield_per=AT_ONCE)
    first: tuple[object, ...] | None = None
    sums = _Sum(), _Sum()
    with served.execute(chosen) as left, given.execute(chosen) as right:
        for pair in zip_longest(left, right):
            for one, row in zip(sums, pair, strict=True):
                one.add(row)
            if first is None and pair[0] != pair[1]:
                first = min((tuple(row[:keys]) for row in pair if row is not None), key=_ordered)
    return Compared(table=name, served=sums[0].total, given=sums[1].total, first=first)


def _ordered(key: tuple[Any, ...]) -> list[tuple[str, Any]]:
    # Somebody may have put a text where a number was: those compare with nothing but texts.
    return [(type(one).__name__, one) for one in key]


class _Sum:
    """Counts rows and hashes them as they come."""

    def __init__(self) -> None:
        self._count, self._hash = 0, sha256()

    def add(self, row: Sequence[object] | None) -> None:
        if row is not None:
            self._count += 1
            self._hash.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))

    @property
    def total(self) -> Rows:
        return Rows(self._count, self._hash.hexdigest())


def _words(served: Connection) -> Compared:
    """Compare the words by which cards are found with the cards, which are compared already."""
    count, differs = _COUNT_IN_SQLITE, _IN_SQLITE
    if is_postgresql(served):
        count, differs = _COUNT_IN_POSTGRESQL, _IN_POSTGRESQL
    row = served.execute(differs).first()
    cards = served.scalar(select(func.count()).select_from(CARD)) or 0
    return Compared(
        table=WORDS, served=Rows(served.scalar(count) or 0, ""), given=Rows(cards, ""),
        first=None if row is None else tuple(row),
    )  # fmt: skip


def _file(served: Engine) -> Iterator[Compared]:
    """Let SQLite check its file: an index may hide rows, or words, that their table has."""
    if file_of(served) is None:
        return
    with answering():
        try:
            with served.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
            # As a writer from the beginning: a reader who turns into one is refused where the
            # server wrote in between. It writes nothing.
            with served.connect().execution_options(sunlit_writes=True) as connection:
                connection.exec_driver_sql(_CHECK_WORDS)
        except DatabaseError as error:
            if _is_busy(error.orig):
                raise
            found = type(error.orig).__name__
    none = Rows(0, "")
    yield Compared(
        table=FILE, served=none, given=none, first=None if found == "ok" else (str(found),)
    )


def _is_busy(error: BaseException | None) -> bool:
    code = error.sqlite_errorcode if isinstance(error, Error) else 0
    return code & 0xFF == SQLITE_BUSY  # the lower byte; the rest tells kinds of it apart
