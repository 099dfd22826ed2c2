"""A log as pages ask for it: lists, searches, and steps in indices only."""

import pytest
from sqlalchemy import Connection, Engine, event

from sunlit.base.errors import UnavailableError
from sunlit.base.slugs import component_key
from sunlit.claims.risk import Use, Vote
from sunlit.log.entry import Entry
from sunlit.projection.book import FOUND, Book
from sunlit.projection.project import FEW, catch_up, project
from sunlit.testing.authority import BOARD, LOG, World
from sunlit.testing.logs import MadeLog
from tests.projection.folds import PURL, RELEASE


@pytest.fixture
def book(projections: Engine, log: MadeLog, world: World) -> Book:
    """Give a log of some of everything, projected."""
    project(projections, log, world.trust)
    return Book(projections, log.reader(), world.trust)


def test_a_list_holds_what_the_whole_log_says_of_it(book: Book, world: World) -> None:
    """Uses, a board's acts; entries by their statements; the name of a component."""
    said = [one for one in book.every([Use, Vote]) if isinstance(one.claim, Use)]
    votes = book.named(("board", BOARD, None)).statements

    assert [one.claim for one in book.named(("uses", "", None)).statements] == [
        one.claim for one in said
    ]
    assert [type(one.claim) for one in votes].count(Vote) == sum(
        isinstance(one.claim, Vote) for one in book.every([Vote])
    )
    assert book.holding(said[0].statement_id).statements[0].index == said[0].index
    assert book.directory() == book.holding().directory
    assert (named := book.naming(component_key(PURL))) is not None
    assert named.index is not None
    assert book.naming("x.example~none") is None
    assert book.begun() == Entry.parse(world.entries[LOG][0]).admitted_at
    assert book.origin == LOG


def test_a_search_takes_steps_in_indices(book: Book, projections: Engine) -> None:
    """On both databases it asks for no whole table, whatever is looked for."""
    asked: list[tuple[str, object]] = []

    def note(_c: object, _u: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(projections, "before_cursor_execute", note)
    whole_digest, beginning = book.places(RELEASE), book.places(RELEASE[:8])
    event.remove(projections, "before_cursor_execute", note)

    assert whole_digest == beginning
    assert 0 < len(beginning) <= FOUND
    assert book.places("f" * 64) == book.places("abc") == book.places("not hex!!") == ()
    with projections.connect() as connection:
        if projections.dialect.name != "sqlite":
            connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, values in asked:
            if not statement.startswith("SELECT"):
                continue
            explain = "EXPLAIN QUERY PLAN " if projections.dialect.name == "sqlite" else "EXPLAIN "
            plan = str(connection.exec_driver_sql(explain + statement, values).all())  # type: ignore[arg-type]
            assert "SCAN" not in plan.replace("SCAN entry USING INDEX entry_acts", "")
            assert "SEARCH entry USING PRIMARY KEY" not in plan
            assert "Seq Scan" not in plan


def test_a_page_waits_for_a_few_entries_and_not_for_many(
    sqlite: Engine, log: MadeLog, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those are left to who projects; nor is a log projected anew by another trust file."""
    size = log.reader().size
    assert size <= FEW
    monkeypatch.setattr("sunlit.projection.project.FEW", size - 1)
    catch_up(sqlite, log, world.trust, size)
    book = Book(sqlite, log.reader(), world.trust)
    assert list(book.every([Use])) == []
    with pytest.raises(UnavailableError) as caught:
        book.expect_whole()
    assert caught.value.code == "projection.behind"
    monkeypatch.undo()
    catch_up(sqlite, log, world.trust, size)
    assert list(book.every([Use]))
    book.expect_whole()


def test_a_log_is_whole_when_that_is_projected_which_it_held(
    projections: Engine, world: World
) -> None:
    """However much it grew since: else it never were, on a node that is always written to."""
    entries = world.entries[LOG]
    before, opened, after = (MadeLog(LOG, entries[:n]) for n in (10, 20, 30))
    project(projections, before, world.trust)
    book = Book(projections, opened.reader(), world.trust)
    first = book.is_whole()
    project(projections, opened, world.trust)
    later = Book(projections, after.reader(), world.trust)

    assert [first, book.is_whole(), later.is_whole()] == [False, True, False]
    book.expect_whole()


def test_a_page_is_shown_where_nothing_can_be_written(
    sqlite: Engine, log: MadeLog, world: World
) -> None:
    """A disk that is full keeps new entries from the pages, not the pages from their readers."""
    size = log.reader().size

    def refuse(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = ON")

    event.listen(sqlite, "begin", refuse)
    catch_up(sqlite, log, world.trust, size)
    assert list(Book(sqlite, log.reader(), world.trust).every([Use])) == []
