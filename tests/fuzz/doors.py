"""The doors that strangers' data comes through, each a function of bytes for a fuzzer to call.

What a door may say to bad input is a SunlitError, and soon. Anything else is a bug: the bytes then
go to tests/fuzz/fixtures/<door>/ and are knocked with in every run of the tests.
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from sunlit.base.errors import SunlitError
from sunlit.formats.sunlit_toml import read_toml
from sunlit.producers.data.source import open_source
from sunlit.recognise.engine import Engine
from sunlit.recognise.plan import ColumnRule, MaskPlan, Rule
from sunlit.recognise.plan_read import parse_plan
from sunlit.recognise.plan_write import dump_plan
from sunlit.recognise.reading import read_file
from sunlit.recognise.recognisers import Recognisers, make, shipped
from tests.data_corpus.corpus import build

ROOT: Final = Path(__file__).parent.parent.parent
FIXTURES: Final = Path(__file__).parent / "fixtures"
PLAIN: Final = "Ring 020 7946 0999 or jo@post.example."


@cache
def _engine() -> Engine:
    return Engine(shipped())


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def engine(data: bytes) -> None:
    """Text for the recognisers: findings lie in it, in order, apart, the same in company."""
    text = data.decode("utf-8", "replace")
    found = _engine().find(text)
    at = 0
    for one in found:
        assert at <= one.start < one.end <= len(text), (at, one)
        assert 0 < one.confidence <= 1, one
        at = one.end
    alone = _engine().find(PLAIN)
    together = list(_engine().find_many([PLAIN, text, None, PLAIN]))
    assert [match for row, match in together if row == 1] == found
    assert [match for row, match in together if row == 0] == alone
    assert [match for row, match in together if row == 3] == alone


def plan(data: bytes) -> None:
    """A mask plan: what is read says the same when written and read again."""
    read = parse_plan(data.decode("utf-8", "replace"))
    assert parse_plan(dump_plan(read)) == read


def recogniser(data: bytes) -> None:
    """An agency's recogniser file; what is accepted must also compile, or be refused."""
    Engine(Recognisers((make(read_file("own.toml", data)),))).find(PLAIN)


def csv(data: bytes) -> None:
    """A CSV file: read to its end, or refused."""
    _read("fuzz.csv", data)


def jsonl(data: bytes) -> None:
    """A file of JSON lines: read to its end, or refused."""
    _read("fuzz.jsonl", data)


def toml(data: bytes) -> None:
    """A component's sunlit.toml."""
    read_toml(data)


def _read(name: str, data: bytes) -> None:
    place = _folder() / name
    place.write_bytes(data)
    with open_source(str(place), memory="100MB") as source:
        assert sum(batch.num_rows for batch in source.batches()) == source.rows()


DOORS: Final[dict[str, Callable[[bytes], None]]] = {
    "engine": engine, "plan": plan, "recogniser": recogniser, "csv": csv, "jsonl": jsonl,
    "toml": toml,
}  # fmt: skip
# Opening a dataset costs milliseconds, so a fuzzer gets further with small ones.
LONGEST: Final = {
    "engine": 8192, "plan": 4096, "recogniser": 4096, "csv": 512, "jsonl": 512, "toml": 4096,
}  # fmt: skip


def knock(door: str, data: bytes) -> SunlitError | None:
    """Give bytes to a door; a refusal in words is an answer, and returned."""
    try:
        DOORS[door](data)
    except SunlitError as refused:
        return refused
    return None


def seeds(door: str) -> Iterator[bytes]:
    """Give what the door is made for, which a fuzzer then spoils."""
    if door == "engine":
        yield from (one.text.encode() for one in build("fuzz", 2, 40))
    elif door == "plan":
        yield from (dump_plan(one).encode() for one in _plans())
    elif door == "recogniser":
        folder = ROOT / "src" / "sunlit" / "recognise" / "data"
        yield from (path.read_bytes() for path in sorted(folder.rglob("*.toml")))
    elif door == "toml":
        yield from (path.read_bytes() for path in sorted(ROOT.glob("examples/*/**/sunlit.toml")))
        yield b'[component]\nname = "one"\n'
    else:
        yield from _TABLES[door]


def _plans() -> Iterator[MaskPlan]:
    rules = (
        Rule("redact"), Rule("pseudonym", {"format": "kept"}), Rule("hash", {"salt": "s"}),
        Rule("clip", {"low": 1, "high": 9}), Rule("round", {"to": 5}), Rule("drop"), Rule("text"),
    )  # fmt: skip
    yield MaskPlan(default="keep")
    for number, rule in enumerate(rules):
        columns = (ColumnRule(f"c{number}", rule, ("email",), "it is one"),)
        yield MaskPlan(columns=columns, text={"phone": Rule("redact")})


_TABLES: Final = {
    "csv": (
        b"id,name\n1,Jo\n2,\n", b'a;b\n"x;1";"y\n2"\n', b"\xef\xbb\xbfa,b\r\n1,2\r\n",
        "größe\tname\n1\tÅ\n".encode("utf-16"), b"one\n", b"a,a\n1,2\n", b"a,b\n1,2,3\n",
    ),
    "jsonl": (
        b'{"id": 1, "note": "x"}\n{"id": 2, "note": null}\n', b'{"a": {"b": [1, 2]}}\n',
        b'{"a": 1}\n{"a": "two"}\n', b'{"a": 1, "a": 2}\n', b"[1]\n", b"{}\n", b"\n\n",
    ),
}  # fmt: skip
