"""How fast logs are projected, and the catalogue of 100,000 components answers; by hand or CI.

    python -m benchmarks.node_projection project --components 70000 --url sqlite:////tmp/p.sqlite
    python -m benchmarks.node_projection catalogue --components 100000 --url postgresql://...

A log is made once a folder: registrations with their publications, uses, tokens, records, signed
by real keys. With --folder it is kept, and a second run measures the memory of projecting alone.
Times are wall time of one process and its helpers. Memory is what they hold of their own at most
(RssAnon, looked at ten times a second): pages of mapped files are the kernel's, and given back.
"""

import argparse
import json
import random
import re
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Self

from sunlit.authority.statements import sign_claim
from sunlit.base.times import format_time
from sunlit.capabilities.lifecycle.queries import CatalogueQuery, catalogue
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import Publication, Registration, TokenGrant, TokenKind
from sunlit.claims.names import named_digest
from sunlit.claims.risk import Use
from sunlit.log.entry import Entry
from sunlit.log.note import ED25519, NoteVerifier
from sunlit.log.reader import CHECKPOINT_PATH, LogReader
from sunlit.projection.cards import Card
from sunlit.projection.engine import open_projections, reading, writing
from sunlit.projection.project import rebuild
from sunlit.projection.refresh import put_cards
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import ISSUER, START, World, named_key
from sunlit.testing.logs import MadeLog

AGENCY: Final = "agency.example"
ORIGIN: Final = "log.example/1"
AT: Final = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
WORDS: Final = [
    "benefit",
    "claim",
    "letter",
    "risk",
    "fraud",
    "parking",
    "permit",
    "translate",
    "summary",
    "chat",
    "search",
    "route",
    "school",
    "meal",
    "bridge",
    "flood",
    "pension",
    "tax",
    "border",
    "visa",
    "health",
    "record",
    "image",
    "triage",
    "case",
    "officer",
    "queue",
    "appeal",
    "evidence",
    "licence",
    "housing",
    "energy",
    "water",
    "road",
    "tree",
    "noise",
    "planning",
    "archive",
    "museum",
]
KINDS: Final = ("model", "hosted-service", "code")
TIERS: Final = ("", "low", "medium", "high", "critical")
CHUNK: Final = 4_000  # components


def make_world() -> World:
    """Return a world with one agency that registers components, uses them and gives tokens."""
    world = World()
    world.organisation(AGENCY, Role.MAINTAINER)
    return world


def claims(number: int) -> Iterator[tuple[Claim, str]]:
    """Yield what is said of one component or record, with who says it; the same every time."""
    chance = random.Random(number)  # noqa: S311 - the same words every time
    words = " ".join(chance.choices(WORDS, k=12))
    if number % 4 == 3:
        yield _record(number, words), f"{AGENCY}/operator"
        return
    purl = f"pkg:generic/{AGENCY}/{words.split()[0]}-{number}"
    registered = Registration(
        organisation=AGENCY, component=purl, kind=chance.choice(KINDS),
        name=f"{words.split()[0].title()} {words.split()[1]} {number}", description=words,
        source="form", asked=("contact",) if number % 3 else (),
    )  # fmt: skip
    yield registered, f"{AGENCY}/maintainer"
    deployer = f"council-{number % 40}.example" if number % 2 else AGENCY
    yield _use(number, purl, words, deployer, chance), f"{AGENCY}/operator"
    if number % 4 == 0:
        yield _grant(number, purl, chance), ""


def _record(number: int, words: str) -> ImportedRecord:
    return ImportedRecord(
        register="inventory", record=str(number), title=f"Record {words[:20]} {number}",
        publisher=f"department-{number % 30}.example", source="https://register.example/file.csv",
        source_digest="ab" * 32, licence="CC0-1.0", retrieved_on=START,
        fields={"purpose": words, "stage": "operation"}, blanks=("owner", "cost"),
    )  # fmt: skip


def _use(number: int, purl: str, words: str, deployer: str, chance: random.Random) -> Use:
    del deployer  # whoever deploys signs it; one agency is enough here
    return Use(
        id=f"use-{number}", deployer=AGENCY, component=purl, description=words,
        area=chance.randint(1, 9),
    )  # fmt: skip


def _grant(number: int, purl: str, chance: random.Random) -> TokenGrant:
    end = START + timedelta(days=chance.randint(30, 700))
    return TokenGrant(
        issuer=ISSUER, kind=TokenKind.FULL, component=purl, version="1.0", release="cd" * 32,
        use=f"use-{number}", deployer=AGENCY, code="5441", code_scheme="ab" * 32, ceiling=3,
        rubric="ab" * 32, engine="ab" * 32, log_origin=ORIGIN, log_size=1, conformity="ab" * 32,
        granted_on=START, valid_from=START, valid_until=end, status_list="https://s.example/1",
        status_index=number, permitted=("triage",), oversight="human-decides", fallback="by hand",
        minimum_binding="declared", tier=chance.choice(("low", "medium", "high", "critical")),
    )  # fmt: skip


def entries(begin: datetime, numbers: range) -> Iterator[bytes]:
    """Yield the entries in which something is said of components, some twenty a second."""
    for number in numbers:
        at = begin + timedelta(seconds=1 + number // 8)
        for claim, who in claims(number):
            said = _signed(claim, who, number)
            yield Entry.of(at, said.to_json()).to_bytes()
            if isinstance(claim, Registration):
                published = Publication(
                    organisation=AGENCY, statement=said.statement_id, decision="publish"
                )
                second = _signed(published, f"{AGENCY}/operator", number)
                yield Entry.of(at, second.to_json()).to_bytes()


def _signed(claim: Claim, who: str, number: int) -> Envelope:
    name = getattr(claim, "component", None) or str(number)
    subject = Subject(None, {"sha256": named_digest("component", str(name))})
    key = _KEYS.setdefault(who, named_key(who or f"{ISSUER}/token-issuer"))
    return sign_claim(claim, [key], [subject])


_KEYS: Final = dict[str, PrivateKey]()


class KeptLog:
    """A log that an earlier run made in a folder. It is a `projection.project.HomeLike`."""

    origin = ORIGIN

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: str) -> bytes | None:
        """Return a file of the log (`sunlit.log.reader.Files`)."""
        place = self._folder / path
        return place.read_bytes() if place.is_file() else None

    def reader(self) -> LogReader:
        """Return a verifying reader over the log."""
        public = named_key(f"log/{ORIGIN}").public
        return LogReader.open(self, NoteVerifier(ORIGIN, ED25519, public.spki[-32:]))


def made_log(folder: Path, components: int) -> tuple[KeptLog, World]:
    """Return a log in a folder, made where it is not there yet."""
    world, place = make_world(), folder / str(components)
    if (place / CHECKPOINT_PATH).is_file():
        return KeptLog(place), world
    log = MadeLog(ORIGIN, world.entries[ORIGIN], folder=place)
    ranges = [range(at, min(at + CHUNK, components)) for at in range(0, components, CHUNK)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for batch in pool.map(partial(_listed, world.now), ranges):
            log.append(batch)
    return KeptLog(place), world


def _listed(begin: datetime, numbers: range) -> list[bytes]:
    return list(entries(begin, numbers))


def cards(count: int) -> Iterator[Card]:
    """Yield as many cards as a large catalogue has, three of four own components."""
    for number in range(count):
        chance = random.Random(number)  # noqa: S311 - the same cards every time
        words, is_record = " ".join(chance.choices(WORDS, k=12)), number % 4 == 3
        days = [timedelta(days=chance.randint(0, 700)) for _ in range(2)]
        yield Card(
            key=f"k-{number}", component=f"pkg:generic/{AGENCY}/x-{number}", summary=words,
            name=f"{words.split(maxsplit=1)[0]} service {number}", kind=chance.choice(KINDS),
            owner=f"agency-{number % 200}.example", source="imported" if is_record else "own",
            register=chance.choice(("omb", "atrs")) if is_record else None,
            used_by=() if is_record else (f"council-{number % 300}.example",),
            areas=() if is_record else (str(chance.randint(1, 9)),),
            status="none" if is_record else chance.choice(("valid",) * 40 + ("suspended",)),
            until=format_time(START + days[0]), next_review=format_time(START + days[1]),
            tier=chance.choice(TIERS), updated=format_time(START + timedelta(minutes=number)),
        )  # fmt: skip


def searches(count: int) -> Iterator[CatalogueQuery]:
    """Yield what people ask: the front page, words, a number, facets, other orders."""
    chance = random.Random(count)  # noqa: S311 - the same questions every time
    for _ in range(count):
        yield chance.choice((
            CatalogueQuery(), CatalogueQuery(text=str(chance.randint(0, count * 10))),
            CatalogueQuery(text=" ".join(chance.choices(WORDS, k=3))),
            CatalogueQuery(facets={"area": (str(chance.randint(1, 9)),)}, sort="newest"),
            CatalogueQuery(facets={"used_by": (f"council-{chance.randint(0, 299)}.example",)}),
            CatalogueQuery(facets={"status": ("suspended",), "source": ("own",)}, sort="review"),
        ))  # fmt: skip


def time_projection(url: str, folder: Path, components: int) -> dict[str, float]:
    """Project a made log from nothing; return entries, seconds, CPU and peak memory."""
    log, world = made_log(folder, components)
    engine = open_projections(url)
    with Held() as held:
        before, start = _cpu(), time.perf_counter()
        entries_ = rebuild(engine, [log], world.trust)
        seconds = time.perf_counter() - start
    engine.dispose()
    return {
        "entries": entries_, "seconds": round(seconds, 2), "a_second": round(entries_ / seconds),
        "cpu_us_an_entry": round((_cpu() - before) / entries_ * 1e6),
        "peak_mib": held.ours // 1024, "helper_mib": held.helper // 1024,
    }  # fmt: skip


class Held:
    """The most memory of their own, in KiB, that this process and any helper held meanwhile."""

    def __init__(self) -> None:
        self.ours = self.helper = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.1):
            self.ours = max(self.ours, _anonymous("self"))
            found = Path("/proc/self/task").glob("*/children")
            helpers = [pid for one in found for pid in one.read_text().split()]
            self.helper = max([self.helper, *map(_anonymous, helpers)])


def _anonymous(pid: str) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it has ended meanwhile
        return 0
    found = re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0


def time_catalogue(url: str, count: int, questions: int) -> dict[str, float]:
    """Search a catalogue of `count` cards; return times in milliseconds."""
    engine = open_projections(url)
    with writing(engine, 1) as connection:
        made = list(cards(count))
        for at in range(0, count, 500):
            some = made[at : at + 500]
            put_cards(connection, [card.key for card in some], some)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    times = []
    for query in [CatalogueQuery(), *searches(questions)]:
        start = time.perf_counter()
        with reading(engine) as connection:
            catalogue(connection, query, AT)
        times.append((time.perf_counter() - start) * 1000)
    first, *rest = times
    rest.sort()
    engine.dispose()
    return {
        "cards": count, "questions": len(rest), "first_ms": round(first, 1),
        "median_ms": round(rest[len(rest) // 2], 1),
        "p99_ms": round(rest[int(len(rest) * 0.99)], 1), "worst_ms": round(rest[-1], 1),
    }  # fmt: skip


def _cpu() -> float:
    ours, helpers = (resource.getrusage(who) for who in
                     (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))  # fmt: skip
    return float(sum(it.ru_utime + it.ru_stime for it in (ours, helpers)))


def main() -> None:
    """Measure what the command line asks for, and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("project", "catalogue"))
    parser.add_argument("--url", required=True)
    parser.add_argument("--components", type=int, default=70_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where the log is made")
    asked = parser.parse_args()
    if asked.what == "catalogue":
        found = time_catalogue(asked.url, asked.components, asked.questions)
    else:
        with tempfile.TemporaryDirectory() as made:
            found = time_projection(asked.url, asked.folder or Path(made), asked.components)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
