"""Rows as databases keep them: mended where they must be, many in a statement."""

from sqlalchemy import create_engine

from sunlit.projection.storable import storable_rows
from sunlit.projection.writing import Pending, insert_rows


def test_rows_are_mended_only_where_a_database_could_not_keep_them() -> None:
    """PostgreSQL has no NUL, UTF-8 no half of a surrogate pair; all else stays as it is."""
    kept: list[tuple[object, ...]] = [("plain", 1, None), ("café", 2, None)]

    assert storable_rows(kept) is kept
    for bad in ("a\x00b", "a\ud800b", "é\x00b"):
        mended = storable_rows([*kept, (bad, 3, None)])
        assert mended == [*kept, (f"{bad[0]}\N{REPLACEMENT CHARACTER}b", 3, None)]


def test_every_row_is_inserted_once_in_order() -> None:
    """Below, at and above the number of rows that go into one statement."""
    for count in (0, 1, 249, 250, 251, 777):
        rows = [(number, str(number)) for number in range(count)]
        with create_engine("sqlite://").connect() as connection:
            connection.exec_driver_sql("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT)")
            insert_rows(connection, {"thing": rows})
            found = connection.exec_driver_sql("SELECT * FROM thing ORDER BY rowid").all()
        assert [tuple(row) for row in found] == rows


def test_rows_that_wait_for_more_are_inserted_once_in_order_too() -> None:
    """What is left over of one batch goes into the database with the next, or at the end."""
    rows = [(number, str(number)) for number in range(1100)]
    with create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT)")
        kept, at = Pending(connection), 0
        for count in (0, 3, 249, 500, 348):
            kept.insert({"thing": rows[at : at + count]})
            at += count
            assert at - connection.exec_driver_sql("SELECT count(*) FROM thing").scalar_one() < 250
        kept.end()
        found = connection.exec_driver_sql("SELECT * FROM thing ORDER BY rowid").all()
    assert [tuple(row) for row in found] == rows
