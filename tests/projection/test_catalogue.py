"""The catalogue: what a card says, how it is found, counted, sorted and paged."""

import json
import random
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert

from sunlit.base.errors import MalformedError
from sunlit.base.times import format_time
from sunlit.capabilities.lifecycle.queries import (
    SORTS,
    CatalogueQuery,
    CatalogueResult,
    CatalogueRow,
    catalogue,
    catalogue_state,
    component,
)
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.provenance import Component
from sunlit.projection.cards import Card, words_of
from sunlit.projection.catalogue_filter import DUE, STATUSES
from sunlit.projection.catalogue_index import FacetIndex, index_of
from sunlit.projection.engine import reading, writing
from sunlit.projection.facts import about_component, about_record
from sunlit.projection.project import project, rebuild
from sunlit.projection.refresh import put_cards, refresh_all
from sunlit.projection.tables import FACT, STALE
from sunlit.testing.authority import LOG, START, World
from sunlit.testing.logs import MadeLog
from tests.projection.conftest import empty
from tests.projection.folds import CITY, COMPONENT, MAKER, PURL, Teller, told

AT = START + timedelta(days=30)
KEY = about_component(PURL)
RECORD = about_record("inventory", "7")


def ask(engine: Engine, at: datetime = AT, **asked: Any) -> CatalogueResult:  # noqa: ANN401 - fields
    """Search the catalogue."""
    with reading(engine) as connection:
        return catalogue(connection, CatalogueQuery(**asked), at)


def counted(result: CatalogueResult, facet: str) -> dict[str, int]:
    """Return a facet's counts."""
    return {one.value: one.count for one in result.facets[facet]}


def put(engine: Engine, cards: Iterable[Card]) -> None:
    """Put cards into the catalogue."""
    cards = list(cards)
    with writing(engine, 1) as connection:
        put_cards(connection, [card.key for card in cards], cards)


def made(number: int) -> Card:
    """Return a card that differs from its neighbours in everything that is sorted by."""
    chance = random.Random(number)  # noqa: S311 - the same cards every time
    day = START + timedelta(days=chance.randint(0, 200))
    is_record = number % 5 == 0
    return Card(
        key=f"k{number}", component=f"pkg:generic/x.example/c{number}",
        name=chance.choice(("Ágnes", "agnes", "Zoe", "bert")), owner="x.example",
        summary=chance.choice(("flood maps", "parking permits", None)),
        kind=chance.choice((None, "model", "code")), source="imported" if is_record else "own",
        register=chance.choice(("omb", "atrs")) if is_record else None,
        used_by=tuple(sorted(chance.sample(("a.example", "b.example", "c.example"), number % 3))),
        areas=tuple(sorted(chance.sample("123456789", number % 4))),
        status=chance.choice(("valid", "valid", "suspended", "none", "invalid")),
        until=format_time(day), tier=chance.choice(("", "low", "critical")),
        next_review=format_time(day + timedelta(days=30)), updated=format_time(day),
    )  # fmt: skip


def test_a_component_and_a_record_stand_in_one_list(projections: Engine, log: MadeLog,
                                                    world: World) -> None:  # fmt: skip
    """Each once, with what was said last by whom it concerns; blanks are blanks."""
    project(projections, log, world.trust)
    project(projections, MadeLog("mirror.example/1", world.entries[LOG]), world.trust)

    found = ask(projections)

    assert found.next is None
    assert found.total == 2
    own, record = found.rows
    assert own == CatalogueRow(
        key=KEY, component=PURL, name="Écrire letters", version="1.0", summary="Drafts letters",
        kind="model", owner=MAKER, source="own", register=None, used_by=(CITY,), areas=(1, 5),
        status="suspended", kind_of_token="pilot", valid_until="2030-01-01T00:00:00Z",
        tier="high", code="534", next_review="2026-01-21T00:00:00Z", due="overdue",
        open_problems=1, blanks=2, updated=own.updated, permitted=("letters",), prohibited=(),
    )  # fmt: skip
    assert (record.key, record.source, record.register) == (RECORD, "imported", "inventory")
    assert (record.name, record.blanks) == ("Chatbot \ufffd of a department", 1)
    assert (record.status, record.due, record.tier, record.next_review) == (
        "none", "none", None, None,
    )  # fmt: skip
    assert counted(found, "source") == {"own": 1, "inventory": 1}
    with reading(projections) as connection:
        assert component(connection, KEY, AT) == own
        assert component(connection, "none", AT) is None


def test_what_nobody_answers_for_makes_no_card(sqlite: Engine) -> None:
    """A registration alone, one that was taken back, and a name that somebody else keeps."""
    world = told()
    teller = Teller(world)
    for number, decision in enumerate((None, "publish", "withdraw")):
        purl = f"pkg:generic/{CITY}/r{number}"
        said = Registration(organisation=CITY, component=purl, kind="code", name=f"R{number}",
                            description="x", source="form")  # fmt: skip
        statement = teller.say(said, f"{CITY}/maintainer")
        if decision:
            teller.say(Publication(organisation=CITY, statement=statement, decision="publish"),
                       f"{CITY}/operator")  # fmt: skip
        if decision == "withdraw":
            teller.say(Publication(organisation=CITY, statement=statement, decision=decision),
                       f"{CITY}/operator")  # fmt: skip
        teller.say(Publication(organisation=MAKER, statement=statement, decision="publish"),
                   f"{MAKER}/operator")  # fmt: skip
    stolen = Component(purl=PURL, version="6.6.6", kind="model", files=1, bytes=1)
    teller.say(stolen, f"{CITY}/maintainer", digest=COMPONENT)
    project(sqlite, MadeLog(LOG, world.entries[LOG]), world.trust)

    rows = {row.name: row for row in ask(sqlite).rows}

    assert set(rows) == {"Écrire letters", "R1", "Chatbot \ufffd of a department"}
    assert rows["Écrire letters"].version == "1.0"
    assert rows["R1"].owner == CITY


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ecrire", {KEY}), ("ÉCRIRE Draft", {KEY}), ("letters maker", {KEY}), ("chat", {RECORD}),
        ("permits questions", {RECORD}), ("city.example", {KEY}), ("letters permits", set()),
        ("!!", set()), ("' OR 1=1 --", set()), ('"letters"*', {KEY}), ("NOT letters", set()),
        ("  ", {KEY, RECORD}), ("x" * 5000, set()),
    ],
)  # fmt: skip
def test_words_find_what_holds_them_all(
    projections: Engine, log: MadeLog, world: World, words: str, found: set[str]
) -> None:
    """Without case and accents, by their beginnings; nothing in them is an operator."""
    project(projections, log, world.trust)
    result = ask(projections, text=words)
    assert {row.key for row in result.rows} == found
    assert result.total == len(found)


@pytest.mark.parametrize("sort", SORTS)
def test_pages_hold_every_card_once_in_order(projections: Engine, sort: str) -> None:
    """However large the pages are; the suspended first, then what is late, then the node's own."""
    cards = [made(number) for number in range(60)]
    put(projections, cards)
    for limit in (1, 7, 20, 60):
        rows, after = list[CatalogueRow](), None
        while True:
            page = ask(projections, sort=sort, after=after, limit=limit)
            assert page.total == 60
            assert len(page.rows) <= limit
            rows += page.rows
            if page.next is None:
                break
            after = page.next
        assert len({row.key for row in rows}) == len(rows) == 60
        orders: dict[str, list[Any]] = {
            "attention": [_attention(row) for row in rows],
            "name": [" ".join(words_of(row.name)) for row in rows],
            "newest": [-datetime.fromisoformat(row.updated).timestamp() for row in rows],
            "review": [row.next_review or "" for row in rows],
        }  # fmt: skip
        assert orders[sort] == sorted(orders[sort])


def _attention(row: CatalogueRow) -> tuple[int, str]:
    late = row.due == "overdue" or row.status == "expired"
    rank = 0 if row.status == "suspended" else 1 if late else 2 if row.source == "own" else 3
    return rank, " ".join(words_of(row.name))


@pytest.fixture(scope="module")
def sixty(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Give projections with sixty cards."""
    from sunlit.projection.engine import open_projections

    path = tmp_path_factory.mktemp("sixty") / "p.sqlite"
    engine = open_projections(f"sqlite:///{path}")
    put(engine, (made(number) for number in range(60)))
    return engine


FACET_VALUES = {
    "status": STATUSES, "due": DUE, "tier": ("none", "low", "critical"),
    "kind": ("none", "model", "code"), "source": ("own", "omb", "atrs"),
    "area": ("1", "5", "9"), "used_by": ("a.example", "b.example"),
}  # fmt: skip


@settings(max_examples=40)
@given(
    chosen=st.dictionaries(
        st.sampled_from(sorted(FACET_VALUES)), st.lists(st.integers(0, 4), max_size=2), max_size=3
    ),
    words=st.sampled_from(["", "flood", "agnes"]), days=st.integers(0, 240),
)  # fmt: skip
def test_counts_are_those_of_the_rows_that_are_found(
    sixty: Engine, chosen: dict[str, list[int]], words: str, days: int
) -> None:
    """Total and each facet's counts, as counting the rows of each choice one by one gives them."""
    at = START + timedelta(days=days)
    facets = {
        name: tuple(FACET_VALUES[name][at_ % len(FACET_VALUES[name])] for at_ in values)
        for name, values in chosen.items()
    }  # fmt: skip
    result = ask(sixty, at, text=words, facets=facets, limit=100)
    assert result.total == len(result.rows)
    for facet in FACET_VALUES:
        others = {name: values for name, values in facets.items() if name != facet}
        rows = ask(sixty, at, text=words, facets=others, limit=100).rows
        expected = Counter(value for row in rows for value in _values(row, facet))
        assert counted(result, facet) == dict(expected)


def _values(row: CatalogueRow, facet: str) -> tuple[str, ...]:
    if facet == "area":
        return tuple(map(str, row.areas))
    if facet == "used_by":
        return row.used_by
    if facet == "source":
        return (row.register or row.source,)
    return (getattr(row, facet) or "none",)


def test_counts_follow_what_changes(projections: Engine) -> None:
    """A card that changes, one that goes and tables made anew are counted as they are."""
    cards = [made(number) for number in range(4)]
    put(projections, cards)
    before = ask(projections)
    changed = [Card(key="k1", component="c", name="N", tier="high", kind="code")]
    put(projections, changed)
    after = ask(projections)
    with writing(projections, 1) as connection:
        put_cards(connection, ["k1"], [])
    gone = ask(projections)
    rebuild(projections, [], told().trust)

    assert (before.total, after.total, gone.total) == (4, 4, 3)
    assert counted(after, "tier")["high"] == 1
    assert "high" not in {**counted(before, "tier"), **counted(gone, "tier")}
    assert ask(projections).total == 0


def test_what_many_hold_is_found_by_going_through_an_index(sixty: Engine) -> None:
    """Few are asked for by their numbers, of many an index is gone through: the same cards."""
    many = ask(sixty, text="flood", sort="name", limit=3)  # 20 of 60, 3 asked for
    few = ask(sixty, text="flood", sort="name", limit=100)
    rest, after = list(many.rows), many.next
    while after:
        page = ask(sixty, text="flood", sort="name", limit=3, after=after)
        rest, after = [*rest, *page.rows], page.next
    assert tuple(rest) == few.rows
    assert few.total > 15


def test_words_that_were_searched_follow_what_changes(projections: Engine) -> None:
    """A search asked again finds cards that came since, and no longer those that changed."""
    put(projections, [made(number) for number in range(20)])
    before = {row.key for row in ask(projections, text="flood", limit=50).rows}
    changed = min(before)
    put(projections, [Card(key=changed, component="c", name="Other"),
                      Card(key="new", component="c", name="Floods")])  # fmt: skip
    after = {row.key for row in ask(projections, text="flood", limit=50).rows}
    put(projections, [Card(key=f"x{number}", component="c", name="Flood") for number in range(501)])

    assert after == before - {changed} | {"new"}
    assert ask(projections, text="flood").total == len(after) + 501


def test_time_alone_changes_counts_and_the_state(projections: Engine) -> None:
    """To the second at which a permission ends or a review falls due, there and back."""
    ends, review = START + timedelta(days=10), START + timedelta(days=105)
    put(projections, [Card(key="k", component="c", name="N", status="valid",
                           until=format_time(ends), next_review=format_time(review))])  # fmt: skip
    second = timedelta(seconds=1)
    moments = [START, ends - second, ends, review - timedelta(days=90), review - timedelta(days=30),
               review - timedelta(days=30) + second, review, review + second]  # fmt: skip
    told = []
    for at in [*moments, *reversed(moments)]:
        with reading(projections) as connection:
            told.append(catalogue_state(connection, at))
        found = ask(projections, at)
        row = found.rows[0]
        assert (counted(found, "status"), counted(found, "due")) == ({row.status: 1}, {row.due: 1})
    assert told == told[::-1]
    assert [one == other for one, other in pairwise(told[:8])] == [
        True, False, True, False, False, True, False,
    ]  # fmt: skip


def test_who_began_before_a_change_puts_nothing_back(projections: Engine) -> None:
    """A page that is still being made counts neither cards nor words as they were before."""
    ends = START + timedelta(days=10)
    valid = Card(key="k", component="c", name="N", status="valid", until=format_time(ends))
    put(projections, [valid])
    with reading(projections) as earlier:
        catalogue_state(earlier, START)
        put(projections, [replace(valid, status="suspended"), replace(valid, key="l", name="Oak")])
        now = ask(projections, ends)
        catalogue(earlier, CatalogueQuery(text="oak"), START)
    after = ask(projections, ends)

    assert counted(now, "status") == counted(after, "status") == {"suspended": 1, "expired": 1}
    assert ask(projections, ends, text="oak").total == 1


def test_an_index_that_was_broken_off_goes_on_where_it_was(
    projections: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the reading of cards in the middle, the next who asks is told all of them."""
    put(projections, [made(number) for number in range(4)])
    ask(projections)
    put(projections, [made(number) for number in range(2, 8)])
    real, left = FacetIndex._put, iter(range(3))

    def some(self: FacetIndex, *told: Any) -> None:  # noqa: ANN401 - as it is called
        next(left)
        real(self, *told)

    with monkeypatch.context() as patched:
        patched.setattr(FacetIndex, "_put", some)
        with pytest.raises(StopIteration):
            ask(projections)
    assert ask(projections).total == 8


def test_values_that_no_card_has_are_not_kept(sixty: Engine) -> None:
    """Whoever asks for one invented value after the other fills no memory."""
    kept = index_of(sixty)._numbers
    ask(sixty, facets={"kind": ("model",)})
    before = len(kept)
    ask(sixty, facets={"kind": tuple(f"made up {number}" for number in range(50))})
    assert len(kept) == before


def _cursor(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "asked",
    [
        {"facets": {"colour": ("red",)}}, {"facets": {"area": ("1",) * 51}}, {"sort": "random"},
        {"after": "%%%"}, {"after": "aGVsbG8"}, {"after": _cursor([0])}, {"after": _cursor({})},
        {"after": _cursor(["0", None])}, {"after": _cursor([0, ["a", "b"]])},
        {"after": _cursor([0, ["a", 2**31]])}, {"after": _cursor([0, [1, 1]])},
        {"after": _cursor([0, "ab"])}, {"after": "w" * 3000}, {"after": "é"},
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused(sixty: Engine, asked: dict[str, Any]) -> None:
    """A facet, a sort or a cursor that nobody was given."""
    with pytest.raises(MalformedError) as caught:
        ask(sixty, **asked)
    assert caught.value.code == "projection.bad-query"


def test_a_cursor_past_the_end_gives_an_empty_page(sixty: Engine) -> None:
    """It is well formed; there is only nothing after it."""
    assert ask(sixty, after=_cursor([7, None])).rows == ()
    assert len(ask(sixty, after=_cursor([-1, None])).rows) == 25


def test_cards_are_made_of_facts_that_are_left(sqlite: Engine, log: MadeLog, world: World) -> None:
    """What a database holds of another version of a fact, or none at all, stops nobody."""
    project(empty(sqlite), log, world.trust)
    with writing(sqlite, 1) as connection:
        connection.execute(delete(FACT).where(FACT.c.key == RECORD))
        connection.execute(insert(FACT).values(
            key="odd", origin=LOG, idx=0, field="use", alias="a", admitted_at="", statement_id="",
            organisations='["x"]', value="[]"))  # fmt: skip
        connection.execute(insert(STALE), [{"key": key} for key in (RECORD, "odd", "never")])
    refresh_all(sqlite)
    assert [row.key for row in ask(sqlite).rows] == [KEY]
