"""The engine: where finds are, what decides between them, and that no text makes it slow."""

import threading
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.recognise import engine as engine_module
from sunlit.recognise import resolve
from sunlit.recognise.context import Words, column_words, lowered
from sunlit.recognise.engine import Engine, Match
from sunlit.recognise.normal import normalise
from sunlit.recognise.recognisers import Recogniser, Recognisers, shipped

ENGINE: Final = Engine(shipped())
PIECES: Final = (
    "NHS No", "9434765919", "943 476 5919", "ann@example.org", "4111 1111 1111 1111", " ", "\n",
    ",", "_", "-", ".", "é", "\u00a0", "\u2013", "😀", "\ud800", "12/03/1985", "DOB", "crime ref",
    "42/123456/24", "passport", "925665416", "GB29NWBK60161331926819", "password = x1y2z3!",
    "SW1A 1AA", "192.0.2.44", "07700 900123", "tel", "１２３", "AB12 CDE", "reg", "\x00", "0", "A",
)  # fmt: skip
TEXTS: Final = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(
    st.characters(), max_size=40
)
HOSTILE: Final = (
    "1 ", "0123-", "a@", "@a.", "+1", "12:34:", "1.2.3.4.", "AB12 ", "A1/", "9434765919 ",
    "password=", "-----BEGIN PRIVATE KEY-----", "eyJaaaaa.", "crime ref ", "01/", "://a:b@", "((",
    "GB29NWBK6016133192681", "custody 1234/", "5.123, ", "ghp_" + "a1" * 15, "tel 0",
)  # fmt: skip


@given(TEXTS)
def test_finds_lie_in_the_text_in_order_and_apart(text: str) -> None:
    """No text is refused; spans hold something, in order, and none overlaps another."""
    end = 0
    for match in ENGINE.find(text):
        assert end <= match.start < match.end <= len(text)
        assert match.confidence >= ENGINE.threshold
        end = match.end


@settings(deadline=None)
@given(st.lists(TEXTS | st.none(), max_size=6), st.sampled_from([None, "nhs_no", "dob", "notes"]))
def test_many_texts_at_once_give_what_each_gives(
    texts: list[str | None], column: str | None
) -> None:
    """A column scanned as one buffer finds in each row what the row holds alone."""
    alone = [
        (row, match)
        for row, text in enumerate(texts)
        for match in ENGINE.find(text or "", column=column)
    ]

    assert list(ENGINE.find_many(texts, column=column)) == alone


def test_buffers_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long column is cut into buffers; no find is lost or moved."""
    texts = ["NHS No 9434765919", "", None, "a@example.org and b@example.org"] * 5
    whole = list(ENGINE.find_many(texts))
    monkeypatch.setattr(engine_module, "BUFFER", 20)

    assert list(ENGINE.find_many(texts)) == whole
    assert len(whole) == 15


@given(st.text())
def test_one_byte_stands_for_one_character(text: str) -> None:
    """So an offset in the bytes is an offset in the text, lone surrogates included."""
    assert len(normalise(text)) == len(text) == len(lowered(normalise(text)))


@pytest.mark.parametrize(
    "written",
    [
        "943\u00a0476\u00a05919", "943\u2013476\u20135919", "943\u2009476\u20095919",
        "９４３４７６５９１９", "٩٤٣٤٧٦٥٩١٩", "943 - 476 - 5919", "943.476.5919",
    ],
)  # fmt: skip
def test_typesetting_hides_nothing(written: str) -> None:
    """No-break and thin spaces, dashes, full-width and Arabic digits."""
    (match,) = ENGINE.find(f"NHS No: {written}.")

    assert (match.kind, match.start, match.end) == ("nhs-number", 8, 8 + len(written))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("passport 925665416", ["uk-passport"]),
        ("US passport 925665416", ["us-passport"]),
        ("925665416", []),
        ("BSN 111222333", ["nl-bsn"]),
        ("UTR 1955839661", ["uk-utr"]),
        ("1955839661", []),
        ("9434765919", ["nhs-number"]),
        ("order 9434765919", []),
        ("NHS order 9434765919", ["nhs-number"]),
        ("ISBN 978-0-306-40615-7", []),
        ("0101801017", ["chi-number"]),
        ("NHS number 0101801017", ["nhs-number"]),
        ("nhs_9434765919_scan.pdf", ["nhs-number"]),
        ("é9434765919", []),
        ("9434765919é", []),
        ("5.9434765919", []),
        ("9434765919.", ["nhs-number"]),
        ("9434765919.5", []),
        ("UTR 1955839661, NHS 9434765919", ["uk-utr", "nhs-number"]),
    ],
)
def test_words_near_a_number_decide(text: str, kinds: list[str]) -> None:
    """Weak forms count with context only; labels tell numbers of the same form apart."""
    assert [match.kind for match in ENGINE.find(text)] == kinds


def test_a_columns_name_is_context() -> None:
    """Nine digits are a passport's in a column that says so, and nobody's in another."""
    named = ENGINE.find("925665416", column="PassportNo")

    assert [match.kind for match in named] == ["uk-passport"]
    assert ENGINE.find("925665416", column="amount") == []


def test_context_does_not_cross_from_row_to_row() -> None:
    """A label in one row says nothing about the next."""
    assert list(ENGINE.find_many(["passport", "925665416"])) == []


def test_a_pattern_that_crosses_rows_is_looked_at_again() -> None:
    """A secret's head in one row does not swallow the next."""
    rows = ["-----BEGIN PRIVATE KEY-----", "a@example.org"]

    assert [(row, match.kind) for row, match in ENGINE.find_many(rows)] == [
        (0, "secret"), (1, "email"),
    ]  # fmt: skip


def test_only_the_kinds_that_are_asked_for() -> None:
    """A plan that masks e-mail addresses finds nothing else."""
    engine = Engine(shipped(), kinds={"email"})

    assert [match.kind for match in engine.find("a@example.org 9434765919")] == ["email"]


def test_an_unknown_kind_is_refused() -> None:
    """A misspelt kind would find nothing and look like good news."""
    with pytest.raises(MalformedError) as caught:
        Engine(shipped(), kinds={"emial"})
    assert caught.value.code == "recognise.kind"


def test_a_lower_threshold_finds_weak_forms() -> None:
    """Who would rather mask too much than too little lowers the threshold."""
    engine = Engine(shipped(), kinds={"nl-bsn"}, threshold=0.3)

    assert engine.find("111222333") == [Match(0, 9, "nl-bsn", "identifier", 0.35)]


def test_threads_share_an_engine() -> None:
    """The proxy masks on many threads at once."""
    text = "NHS No 9434765919, a@example.org " * 50
    wanted = ENGINE.find(text)
    found: list[list[Match]] = []
    threads = [
        threading.Thread(target=lambda: found.extend(ENGINE.find(text) for _ in range(20)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [wanted] * 80


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_makes_the_work_grow_faster_than_itself(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hits, checks and comparisons for ten times the text are at most some twelve times as many."""
    small, large = (_work(piece * times, monkeypatch) for times in (200, 2000))

    assert large <= 12 * small + 100


def _work(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count what the engine does for a text."""
    done = 0
    judge, best = resolve._judge, resolve._best

    def counted(*given: object) -> object:
        nonlocal done
        done += 1
        return judge(*given)  # type: ignore[arg-type]

    def compared(found: list[object], *given: object) -> object:
        nonlocal done
        done += len(found)
        return best(found, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(resolve, "_judge", counted)
        patch.setattr(resolve, "_best", compared)
        ENGINE.find(text)
    return done


def test_words_that_two_texts_make_together_are_no_context() -> None:
    """What ends one text and begins the next was never written as one."""
    texts = ["925665416 travel", "document", "925665416, a travel document"]

    assert [row for row, _ in ENGINE.find_many(texts)] == [2]


def test_a_long_word_is_context_only_where_a_word_begins() -> None:
    """`Repassport` is no passport, whatever the database of words points at."""
    assert ENGINE.find("Repassport 925665416") == []
    assert [one.kind for one in ENGINE.find("re-passport 925665416")] == ["uk-passport"]


def test_words_are_seen_where_they_stand() -> None:
    """A short word stands alone; a longer one may go on; both begin a word."""
    words = Words()
    short, long = words.numbers(["ni"]), words.numbers(["passport"])
    words.compile()

    assert words.within("ni, running") == short
    assert words.within("Passports") == long
    assert words.within("nine") == words.within("mypassport") == frozenset()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("dateOfBirth", "date of birth"), ("NHSNumber", "nhs number"), ("nhs_no", "nhs no"),
        ("  E-Mail ", "e mail"), ("", ""),
    ],
)  # fmt: skip
def test_a_columns_name_is_read_as_words(name: str, words: str) -> None:
    """Snakes, camels and spaces."""
    assert column_words(name) == words


def test_a_pattern_that_matches_line_ends_does_not_join_rows() -> None:
    """An agency's pattern may cross lines; a row is looked at alone where it would."""
    one = Recogniser(
        id="pair", kind="pair", title="A, then B", category="identifier", region="any",
        source="https://example.org", patterns=(r"[A]\s[B]", r"C\s"), alone=0.9, edges=False,
    )  # fmt: skip
    engine = Engine(Recognisers((one,)))
    rows = ["A", "B", "A\nB", "C", "C ", ""]

    found = list(engine.find_many(rows))

    assert found == [(row, match) for row in range(6) for match in engine.find(rows[row])]
    assert [row for row, _ in found] == [2, 4]


def test_weak_forms_far_apart_are_found_near_their_words_only() -> None:
    """Each label has its surroundings; what stands between them is not looked at."""
    text = "passport 925665416 " + "x " * 300 + "123456782 " + "x " * 300 + "BSN 111222333"

    assert [match.kind for match in ENGINE.find(text)] == ["uk-passport", "nl-bsn"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of columns come from outside: no million of them fills memory."""
    engine = Engine(shipped(), kinds={"nl-bsn"})
    monkeypatch.setattr(engine_module, "MAX_COLUMNS", 2)
    monkeypatch.setattr(engine_module, "MAX_SCANNERS", 1)

    for column in ("a", "bsn", "b", "c", "bsn"):
        found = engine.find("111222333", column=column)
        assert bool(found) == (column == "bsn")
    assert len(engine._named) <= 2
    assert len(engine._scanners) == 1


@pytest.mark.parametrize(
    ("letter", "byte"),
    [("“", b'"'), ("−", b"-"), ("\u200b", b" "), ("\u00ad", b" "), ("ж", b"\xff"), ("😀", b"\x1a")],
)
def test_every_character_has_its_byte(letter: str, byte: bytes) -> None:
    """Quotes, the minus, what is not seen, other letters, other signs."""
    assert normalise(letter) == byte
