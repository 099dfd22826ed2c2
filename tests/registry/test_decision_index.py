"""The search index is a projection: made again it is the same, and it never says more."""

import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError, UnavailableError, VerificationError
from sunlit.decision.record import Kind
from sunlit.registry.decision_index import Index
from sunlit.registry.decision_rows import UNREADABLE, Row
from sunlit.registry.decision_search import Search, row_json, search
from sunlit.registry.decisions import case_of, content_or_why, find, see, state_words
from tests.decisions import BROKEN, CASE, World, copied
from tests.rubric.story import USE

TABLES = ("source", "record", "lookup")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A deployment of the test's own."""
    return copied(tmp_path)


def everything(index: Index) -> list[list[tuple[object, ...]]]:
    return [
        index.connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()  # noqa: S608
        for name in TABLES
    ]


def names(world: World, rows: list[Row]) -> list[str]:
    known = {(one.log, one.index): name for name, one in world.pointers.items()}
    return [known[row.log, row.place] for row in rows]


def found(world: World, **wanted: object) -> set[str]:
    with Index.opened(world.store) as index:
        index.update()
        return set(names(world, list(search(index, Search(**wanted)))))  # type: ignore[arg-type]


def test_rebuilding_gives_equal_rows(world: World) -> None:
    """Whether it grew step by step or was made at once."""
    with Index.opened(world.store) as index:
        index.update()
        before = everything(index)
        again = index.update()
        index.rebuild()
        after = everything(index)

    assert before == after
    assert again == 0
    assert len(before[1]) == len(world.pointers)


def test_an_index_that_was_lost_or_damaged_is_made_again(world: World) -> None:
    """It is never the only place where something stands."""
    with Index.opened(world.store) as index:
        index.update()
        before = everything(index)
    (world.root / "store" / "index.sqlite").write_bytes(
        b"no database, and longer than a header" * 9
    )

    with Index.opened(world.store) as index:
        index.update()
        after = everything(index)

    assert before == after


def test_a_new_secret_makes_the_index_anew(world: World) -> None:
    """Rows that were made with another key find nothing, so they are not kept."""
    with Index.opened(world.store) as index:
        index.update()
        before = everything(index)
    (world.root / "store" / "index.key").write_bytes(b"too short")

    with Index.opened(world.store) as index:
        index.update()
        after = everything(index)

    assert before[1] == after[1]
    assert before[2] != after[2]


def test_the_index_is_private_and_holds_no_pointer_or_code(world: World) -> None:
    """Whoever copies index.sqlite alone learns no case and no check code."""
    with Index.opened(world.store) as index:
        index.update()
    folder = world.root / "store"
    data = (folder / "index.sqlite").read_bytes()

    assert all(
        stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        for name in ("index.sqlite", "index.key", "index.lock")
    )
    assert CASE.encode() not in data
    assert not any(code.encode() in data for code in world.codes.values())


def test_decisions_are_found_by_what_they_are(world: World) -> None:
    """Each filter alone."""
    assert found(world, undecided=True) == {"undecided"}
    assert found(world, unfinished=True) == {"unfinished"}
    assert found(world, needs_review=True) == {"unreviewed"}
    assert found(world, contested=True) == {"chosen"}
    assert found(world, state="proposed") == {"chosen", "undecided"}
    assert found(world, kind="refusal") == {"refused"}
    assert found(world, case=CASE, state="opened") == {"stream", "unfinished"}
    assert found(world, case="another") == set()
    assert found(world, use=USE, kind="decision") >= {"earlier", "elsewhere"}
    assert found(world, release="0" * 64) == set()


def test_decisions_are_found_by_time(world: World) -> None:
    """From a time on, and before another."""
    with Index.opened(world.store) as index:
        index.update()
        times = sorted({row.time for row in index.rows()})
    from sunlit.base.times import parse_time

    last = parse_time(times[-1])

    assert found(world, since=last) == {"elsewhere"}
    assert "elsewhere" not in found(world, until=last)


def test_pages_of_rows_leave_nothing_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small a page is."""
    monkeypatch.setattr("sunlit.registry.decision_index.BATCH", 2)
    with Index.opened(world.store) as index:
        index.update()
        rows = list(index.rows())

    assert len({(row.log, row.place) for row in rows}) == len(rows) == len(world.pointers)
    assert [row.time for row in rows] == sorted(row.time for row in rows)


def test_a_record_is_named_by_id_code_or_place(world: World) -> None:
    """Three names, one record."""
    pointer = world.pointers["chosen"]
    with Index.opened(world.store) as index:
        index.update()
        by_place = find(index, f"{pointer.log}#{pointer.index}")
        by_id = find(index, by_place.id)
        by_code = find(index, world.codes["chosen"].lower().replace("-", " "))

    assert by_place == by_id == by_code
    assert by_place.pointer == pointer
    assert row_json(by_place)["index"] == pointer.index


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("0" * 32, "decision.unknown"),
        ("nowhere#3", "decision.unknown"),
        ("short", "decision.name"),
        (f"log#{9 * 10**30}", "decision.name"),
        ("0000-0000-0000-0001", "record.check-code"),
    ],
)
def test_a_name_of_nothing_is_refused(world: World, name: str, code: str) -> None:
    """With the way to find the right one."""
    with Index.opened(world.store) as index:
        index.update()
        with pytest.raises(SunlitError) as caught:
            find(index, name)

    assert caught.value.code == code
    assert caught.value.mend


def test_two_records_with_one_id_are_not_chosen_between(world: World) -> None:
    """A guard never makes two."""
    with Index.opened(world.store) as index:
        index.update()
        row = find(index, world.codes["chosen"])
        with index.connection:
            index.connection.execute("UPDATE record SET id = ? WHERE kind = 'refusal'", (row.id,))
        with pytest.raises(VerificationError, match="several records"):
            find(index, row.id)


def test_a_case_says_what_it_is_now(world: World) -> None:
    """In one sentence, for each state."""
    words = {}
    with Index.opened(world.store) as index:
        index.update()
        for name in world.codes:
            words[name] = state_words(case_of(index, find(index, world.codes[name])))

    assert words["released"].startswith("Released: it took effect")
    assert words["undecided"] == "Proposed: nothing until a human decides. No human has decided."
    assert words["chosen"] == "Proposed, then outreach officer changed it."
    assert words["stream"] == "Released as a stream, to its end."
    assert words["unfinished"].startswith("Unfinished")


def test_a_case_knows_what_is_open(world: World) -> None:
    """Contests, reviews, outcomes."""
    with Index.opened(world.store) as index:
        index.update()
        cases = {name: case_of(index, find(index, code)) for name, code in world.codes.items()}

    assert [name for name, case in cases.items() if case.unreviewed] == ["unreviewed"]
    assert [name for name, case in cases.items() if case.undecided] == ["undecided"]
    assert [name for name, case in cases.items() if case.unfinished] == ["unfinished"]
    assert not any(case.open_contests for case in cases.values())
    assert cases["broken"].seen.record.break_glass == BROKEN
    assert [str(one.record.kind) for one in cases["chosen"].later] == [
        "outcome", "contest", "contest-result", "access",
    ]  # fmt: skip


def test_a_record_that_waits_for_its_checkpoint_is_seen(world: World) -> None:
    """What was acknowledged is shown, and that nothing stands for it yet."""
    from sunlit.decision.recorder import Pace
    from sunlit.registry.decision_acts import Act, record_act

    with Index.opened(world.store) as index:
        index.update()
        log = world.store.writer(world.clock, pace=Pace(checkpoint_seconds=None))
        try:
            from sunlit.decision.content import Content
            from sunlit.decision.ports import Draft
            from sunlit.decision.record import Record, new_id

            record = Record(kind=Kind.ACCESS, id=new_id(), time=world.clock.at)
            log.append([Draft.of(record, Content({}))])
            index.update()
            waiting = see(index.store, find(index, record.id))
        finally:
            log.close()
        signed = see(index.store, find(index, record.id))
        _, pointer = record_act(index, world.codes["released"], Act(kind=Kind.CONTEST), world.clock)

    assert (waiting.signed, signed.signed) == (False, True)
    assert pointer.leaf


def test_a_log_that_was_cut_is_noticed(world: World) -> None:
    """An index never follows a log backwards; made anew on purpose it does."""
    store = world.store
    origin = world.pointers["elsewhere"].log
    with Index.opened(store) as index:
        index.update()
        segments = store.log(origin).segments
        shutil.rmtree(segments)
        segments.mkdir()
        with pytest.raises(VerificationError) as caught:
            index.update()
        index.rebuild()
        left = list(index.rows("log = ?", (origin,)))

    assert caught.value.code == "decision.log-differs"
    assert left == []


def test_a_record_that_is_gone_or_another_is_noticed(world: World) -> None:
    """The index locates; only the log tells."""
    store, pointer = world.store, world.pointers["elsewhere"]
    with Index.opened(store) as index:
        index.update()
        row = index.at(pointer.log, pointer.index)
        assert row is not None
        beyond = replace(row, place=row.place + 99)
        other = replace(row, leaf="0" * 64)
        codes = []
        for wrong in (beyond, other):
            with pytest.raises(VerificationError) as caught:
                see(store, wrong)
            codes.append(caught.value.code)

    assert codes == ["decision.record-differs"] * 2


def test_contents_without_keys_are_tried_again_later(world: World) -> None:
    """The key store may be another volume that is not mounted today."""
    store = world.store
    away = world.root / "keys-away"
    store.keys.rename(away)
    with Index.opened(store) as index:
        index.update()
        before = {row.content for row in index.rows()}
        found_before = list(index.looked_up("case", CASE))
    away.rename(store.keys)
    with Index.opened(store) as index:
        index.update()
        after = {row.content for row in index.rows()}
        found_after = list(index.looked_up("case", CASE))
        rows = everything(index)
        index.rebuild()
        assert everything(index) == rows

    assert (before, after) == ({UNREADABLE}, {"kept"})
    assert (len(found_before), len(found_after)) == (0, len(world.codes))


def test_a_damaged_content_does_not_stop_the_index(world: World) -> None:
    """The record is indexed; its content is said to be unreadable."""
    store, pointer = world.store, world.pointers["released"]
    from sunlit.decision.segread import SegmentReader

    path, at, size = SegmentReader(store.log(pointer.log).segments).sealed_place(pointer.index)
    data = bytearray(path.read_bytes())
    data[at + size - 1] ^= 1
    path.write_bytes(bytes(data))
    with Index.opened(store) as index:
        index.update()
        row = index.at(pointer.log, pointer.index)

    assert row is not None
    assert row.content == UNREADABLE
    assert content_or_why(store, pointer)[1].startswith("unreadable: ")


def test_an_index_that_cannot_be_written_says_so(world: World) -> None:
    """A directory in its place, for one."""
    (world.root / "store" / "index.sqlite").mkdir()

    with pytest.raises(UnavailableError) as caught, Index.opened(world.store):
        pass

    assert caught.value.code == "decision.index"


def test_a_question_that_sqlite_cannot_answer_says_so(world: World) -> None:
    """A damaged page is met in the middle of a search."""

    def ask() -> None:
        with Index.opened(world.store) as index:
            index.connection.execute("DROP TABLE record")
            list(index.rows())

    with pytest.raises(UnavailableError) as caught:
        ask()

    assert caught.value.code == "decision.index"


def test_progress_is_told(world: World) -> None:
    """After each batch."""
    told: list[int] = []
    with Index.opened(world.store) as index:
        index.update(lambda done, _total: told.append(done))

    assert told[-1] == len(world.pointers)
