"""Before a commit: is there room, is it time, which envelopes are new, and what are their bytes?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.times import Clock, format_time, from_unix
from sunlit.log.entry import Entry
from sunlit.log.faults import disk_full, translated
from sunlit.log.ports import FileStore
from sunlit.log.tiles import MAX_ENTRY, entry_too_large

CLOCK_TOLERANCE: Final = timedelta(seconds=5)
MAX_BATCH: Final = 16_384

_HEAD: Final = b'{"admitted":"%s","envelope":'
_TAIL: Final = b',"v":1}'
_AROUND: Final = len(_HEAD % format_time(from_unix(0)).encode()) + len(_TAIL)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An envelope that is known to fit: its canonical JSON. Made by `prepare`."""

    canonical: bytes


def prepare(envelope: bytes | Mapping[str, object] | Prepared) -> Prepared:
    """Check an envelope and put it in canonical form, in the caller's thread and time.

    Raises:
        MalformedError: `log.entry-too-large`, `json.*`.
    """
    if isinstance(envelope, Prepared):
        return envelope
    canonical = encode(Entry.of(from_unix(0), envelope).envelope)
    if len(canonical) + _AROUND > MAX_ENTRY:
        raise entry_too_large(len(canonical) + _AROUND)
    return Prepared(canonical)


def entry_of(prepared: Prepared, admitted_at: datetime) -> bytes:
    """Return the entry that `admit` frames, without parsing again: it is not checked here."""
    return _HEAD % format_time(admitted_at).encode() + prepared.canonical + _TAIL


def admit(prepared: Sequence[Prepared], admitted_at: datetime) -> bytes:
    """Return framed entries, each what `Entry.to_bytes` gives, without parsing again.

    One join: each envelope is copied once on its way into the frame.
    """
    head = _HEAD % format_time(admitted_at).encode()
    bodies = [found.canonical for found in prepared]
    leads = [(len(body) + _AROUND).to_bytes(2, "big") + head for body in bodies]
    parts = [_TAIL] * (3 * len(bodies))
    parts[0::3] = leads
    parts[1::3] = bodies
    return b"".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which envelopes of a call are new, where each one stands, and the keys that are new."""

    start: int
    fresh: Sequence[Prepared]
    places: Sequence[int]
    keys: Mapping[bytes, int]


def place(
    prepared: Sequence[Prepared],
    keys: Sequence[bytes | None],
    known: Mapping[bytes, int],
    *,
    start: int,
) -> Plan:
    """Give each envelope its index; one whose key is known has that of the first."""
    if keys.count(None) == len(prepared):
        every = range(start, start + len(prepared))
        return Plan(start=start, fresh=prepared, places=every, keys={})
    fresh: list[Prepared] = []
    added: dict[bytes, int] = {}
    places: list[int] = []
    for found, key in zip(prepared, keys, strict=True):
        index = None if key is None else known.get(key, added.get(key))
        if index is None:
            index = start + len(fresh)
            fresh.append(found)
            if key is not None:
                added[key] = index
        places.append(index)
    return Plan(start=start, fresh=fresh, places=places, keys=added)


def admission_time(clock: Clock, last: datetime | None) -> datetime:
    """Return the time of the next entries: never before `last`, that of the newest ones.

    A clock that is behind by at most CLOCK_TOLERANCE (a leap or a correction) is held at `last`.

    Raises:
        UnavailableError: `log.clock-behind`.
    """
    now = clock.now().replace(microsecond=0)
    if last is None or now >= last:
        return now
    if last - now > CLOCK_TOLERANCE:
        raise UnavailableError(
            "log.clock-behind",
            "the clock is behind the log's newest entry",
            expected=f"{format_time(last)} or later",
            got=format_time(now),
            mend="set the clock; times in a log never go backwards",
        )
    return last


def expect_batch(envelopes: int, keys: int) -> None:
    """Refuse more than one commit takes, or keys that do not pair with the envelopes.

    Raises:
        MalformedError: `log.batch-form`.
    """
    if envelopes > MAX_BATCH or envelopes != keys:
        raise MalformedError(
            "log.batch-form",
            "these are too many envelopes for one commit, or not as many keys",
            expected=f"at most {MAX_BATCH} envelopes, and one key (or None) for each",
            got=f"{envelopes} envelopes, {keys} keys",
        )


def expect_space(files: FileStore, size: int, reserve: int) -> None:
    """Refuse before the disk is full: staged, and in tiles with what is rewritten around them.

    `size` is how many bytes the entries have.

    Raises:
        UnavailableError: `log.disk-full`, `log.write-failed`.
    """
    with translated():
        free = files.free()
    if free < reserve + 4 * size:
        raise disk_full()
