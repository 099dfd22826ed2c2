"""Comparing what is served with what the logs give: whatever somebody changed is found."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, insert, select, text, update

from sunlit.base.errors import UnavailableError
from sunlit.projection.compare import FILE, SCHEMA, WORDS, Compared, compare
from sunlit.projection.engine import PRAGMAS, connect, reading, writing
from sunlit.projection.loading import file_of
from sunlit.projection.project import project
from sunlit.projection.tables import CARD, CARD_FACET, CHANGED, ENTRY, META, METADATA, STALE
from sunlit.testing.authority import LOG, World
from sunlit.testing.logs import MadeLog


def compared(engine: Engine, log: MadeLog, world: World, folder: Path) -> dict[str, Compared]:
    """Compare served rows with a log; return those tables that differ."""
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    found = compare(url, [log], world.trust, folder)
    for name in folder.glob("given.sqlite*"):
        name.unlink()
    assert {one.table for one in found} >= {*METADATA.tables, WORDS} - {META.name}
    return {one.table: one for one in found if not one.is_same}


def change(engine: Engine, *statements: Any) -> None:  # noqa: ANN401 - SQL of any kind
    """Do what somebody does who may write to the database."""
    with writing(engine, 1) as connection:
        for one in statements:
            connection.execute(one)


def test_what_the_logs_give_is_unchanged_however_it_grew(
    projections: Engine, log: MadeLog, world: World, tmp_path: Path
) -> None:
    """Also while the log has more than is projected, on each kind of database."""
    entries = world.entries[LOG]
    for size in range(20, len(entries) - 5, 11):
        project(projections, MadeLog(LOG, entries[:size]), world.trust, batch=3)

    assert compared(projections, log, world, tmp_path) == {}
    with reading(projections) as connection:
        assert 0 < (connection.scalar(select(func.count()).select_from(ENTRY)) or 0) < len(entries)


def test_a_row_that_was_taken_from_any_table_is_found(
    projections: Engine, log: MadeLog, world: World, tmp_path: Path
) -> None:
    """Each table is named with the first key that is not there, and no other table is."""
    project(projections, log, world.trust)
    firsts: dict[str, tuple[object, ...]] = {}
    for table in METADATA.tables.values():
        keys = list(table.primary_key)
        query = select(*keys).order_by(*keys).limit(1)
        with reading(projections) as connection:
            row = connection.execute(query).first()
        if row is not None and table not in (META, CARD, CARD_FACET):
            firsts[table.name] = tuple(row)
            mine = [key == value for key, value in zip(keys, row, strict=True)]
            change(projections, delete(table).where(*mine))

    found = compared(projections, log, world, tmp_path)

    assert len(firsts) > 25
    assert {name: one.first for name, one in found.items()} == firsts


def test_changed_added_and_hidden_rows_are_found(
    projections: Engine, log: MadeLog, world: World, tmp_path: Path
) -> None:
    """By the first key that differs; words that hide a card from a search, too."""
    project(projections, log, world.trust)
    with reading(projections) as connection:
        keys = [str(key) for key in connection.scalars(select(CARD.c.key).order_by(CARD.c.key))]
        ids = {row.key: row.id for row in connection.execute(select(CARD.c.key, CARD.c.id))}
        count = connection.scalar(select(func.count()).select_from(CARD_FACET)) or 0
    in_file = text("UPDATE card_text SET words = 'nothing' WHERE rowid = :id")
    hides = text("UPDATE card_words SET doc = 'nothing' WHERE id = :id")
    hides = (in_file if file_of(projections) else hides).bindparams(id=ids[keys[0]])
    change(
        projections, update(CARD).where(CARD.c.key == keys[-1]).values(status="valid", tier="gold"),
        insert(CARD_FACET).values(facet="area", value="x", id=10_000),
        insert(STALE).values(key="somebody"), hides,
        update(ENTRY).where(ENTRY.c.idx == 7).values(organisation="other.example"),
        delete(ENTRY).where(ENTRY.c.idx == 9),
    )  # fmt: skip

    found = compared(projections, log, world, tmp_path)

    assert {name: one.first for name, one in found.items()} == {
        "card": (keys[-1],), "card_facet": None, "stale": ("somebody",), WORDS: (keys[0],),
        "entry": (LOG, 7),
    }  # fmt: skip
    assert (found["card_facet"].served.rows, found["card_facet"].given.rows) == (count + 1, count)
    assert found["entry"].served.rows == found["entry"].given.rows - 1
    assert found["stale"].to_json()["first"] == ["somebody"]


def test_what_hides_in_a_files_index_or_acts_by_itself_is_found(
    sqlite: Engine, log: MadeLog, world: World, tmp_path: Path
) -> None:
    """A row that cannot be looked up any more; a trigger that changes rows later."""
    project(sqlite, log, world.trust)
    change(
        sqlite, text("DELETE FROM card_text_data WHERE id > 10"),
        text("CREATE TRIGGER later AFTER INSERT ON card BEGIN DELETE FROM card; END"),
    )  # fmt: skip

    found = compared(sqlite, log, world, tmp_path)

    assert set(found) == {FILE, SCHEMA}
    assert found[SCHEMA].first == ("trigger", "later")


def test_what_is_of_no_kind_that_its_column_has_is_found(
    sqlite: Engine, log: MadeLog, world: World, tmp_path: Path
) -> None:
    """SQLite keeps a text where a number was; neither a size nor a key has to be one."""
    project(sqlite, log, world.trust)
    change(sqlite, text("UPDATE entry SET idx = 'first' WHERE idx = 5"))
    assert compared(sqlite, log, world, tmp_path)["entry"].first == (LOG, 5)

    for size in ("many", -1):
        change(sqlite, text("UPDATE position SET size = :size").bindparams(size=size))
        assert compared(sqlite, log, world, tmp_path)["position"].first == (LOG,)


def test_a_server_that_writes_meanwhile_changes_nothing_about_the_answer(
    sqlite: Engine, log: MadeLog, world: World, tmp_path: Path
) -> None:
    """Not between the check of a file's pages and that of its words, either."""
    project(sqlite, log, world.trust)
    written: list[str] = []

    def write(_c: object, _k: object, statement: str, *_: object) -> None:
        if "integrity_check" in statement:
            written.append(statement)
            change(sqlite, update(META).where(META.c.name == CHANGED).values(value="9"))

    event.listen(Engine, "after_cursor_execute", write)
    try:
        assert compared(sqlite, log, world, tmp_path) == {}
    finally:
        event.remove(Engine, "after_cursor_execute", write)
    assert written


def test_a_file_that_somebody_keeps_for_themselves_is_not_said_to_differ(
    sqlite: Engine, log: MadeLog, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for again."""
    project(sqlite, log, world.trust)
    monkeypatch.setattr(
        "sunlit.projection.engine.PRAGMAS", (*PRAGMAS, "PRAGMA busy_timeout = 10")
    )  # fmt: skip

    with writing(sqlite, 1), pytest.raises(UnavailableError) as caught:
        compared(sqlite, log, world, tmp_path)

    assert caught.value.code == "projection.unavailable"


def test_nothing_to_compare_is_said(tmp_path: Path, log: MadeLog, world: World) -> None:
    """No file is made, and tables of another version are left as they are."""
    path = tmp_path / "none.sqlite"
    with pytest.raises(UnavailableError) as caught:
        compare(f"sqlite:///{path}", [log], world.trust, tmp_path)
    assert caught.value.code == "projection.nothing"
    assert not path.exists()

    other = connect(f"sqlite:///{path}")
    with writing(other, 1) as connection:
        connection.execute(text("CREATE TABLE meta (name TEXT, value TEXT)"))
    with pytest.raises(UnavailableError) as caught:
        compare(f"sqlite:///{path}", [log], world.trust, tmp_path)
    assert caught.value.got == "tables of another version"
    other.dispose()
