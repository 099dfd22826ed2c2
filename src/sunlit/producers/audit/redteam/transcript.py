"""What was asked and answered, one JSON object a line (spec/red-team.md, `sunlit-redteam/1`).

A line is written and flushed as soon as an answer is there, so that a run that is stopped or
crashes leaves what it has. Probes stand in the transcript themselves: whoever has it judges it
again without the probe sets of that day.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from math import isfinite
from pathlib import Path
from threading import Lock
from typing import IO, Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.audit.redteam.probes import Probe
from sunlit.producers.audit.redteam.reading import read_most
from sunlit.producers.audit.redteam.target import Answer

FORMAT: Final = "sunlit-redteam/1"
MAX_BYTES: Final = 512 * 1024 * 1024
MAX_LINE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One answer to one probe; `number` counts the repeats from 0."""

    probe: str
    number: int
    answer: Answer
    tries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A transcript as it was read. `head` is its first line; `why` the last end, "" for none."""

    head: Mapping[str, object]
    probes: Mapping[str, Probe]
    attempts: Mapping[tuple[str, int], Attempt]
    why: str
    ended: str
    sha256: str
    repeats: int
    broken: bool = False

    def due(self) -> Iterator[tuple[Probe, int]]:
        """Yield what was planned and not answered, in order."""
        for number in range(self.repeats):
            for probe in self.probes.values():
                done = self.attempts.get((probe.id, number))
                if done is None or done.answer.error:
                    yield probe, number


@dataclass(slots=True)
class Writer:
    """Appends lines and flushes each; several threads may write."""

    file: IO[bytes]
    _lock: Lock = field(default_factory=Lock)

    def write(self, line: Mapping[str, object]) -> None:
        """Append one line, whole."""
        data = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            self.file.write(data)
            self.file.flush()

    def attempt(self, done: Attempt) -> None:
        """Append one attempt; what is empty is left out."""
        line: dict[str, object] = {"line": "attempt", "probe": done.probe, "n": done.number}
        said = done.answer
        if said.error:
            line["error"] = said.error
        elif said.score is not None:
            line["score"] = repr(said.score)
        else:
            line["answer"] = said.text
        line |= {name: value for name, value in (("finish", said.finish), ("model", said.model))
                 if value}  # fmt: skip
        if done.tries > 1:
            line["tries"] = done.tries
        self.write(line)


def probe_line(probe: Probe) -> dict[str, object]:
    """Return a probe as its line; what is empty is left out."""
    kept = {name: value for name, value in asdict(probe).items() if value}
    if kept.get("form") == "chat":
        del kept["form"]
    return {"line": "probe", **kept}


def open_transcript(path: Path) -> Transcript:
    """Read a transcript's file.

    Raises:
        MalformedError: `redteam.transcript`.
        UnavailableError: `redteam.no-transcript`.
    """
    try:
        data = read_most(path, MAX_BYTES)
    except OSError as error:
        raise UnavailableError(
            "redteam.no-transcript", f"the transcript {path.name} cannot be read",
            got=error.strerror or "an error", mend="name the file that a run has written",
        ) from error  # fmt: skip
    if len(data) > MAX_BYTES:
        raise _malformed(0, f"it is larger than {MAX_BYTES} bytes")
    return read_transcript(data)


def read_transcript(data: bytes) -> Transcript:
    """Read a transcript's bytes; a last line that was cut off is passed over, and said so.

    Raises:
        MalformedError: `redteam.transcript`.
    """
    *whole, rest = data.split(b"\n")
    lines = [_line(raw, number) for number, raw in enumerate(whole, 1)]
    if not lines or lines[0].get("line") != "start" or lines[0].get("format") != FORMAT:
        raise _malformed(1, f"its first line is no start of {FORMAT}")
    head = lines[0]
    found = _Found()
    for number, line in enumerate(lines[1:], 2):
        found.take(line, number)
    repeats = head.get("repeats")
    if not isinstance(repeats, int) or not 1 <= repeats <= 1000:
        raise _malformed(1, "repeats is no number from 1 to 1000")
    return Transcript(
        head=head, probes=found.probes, attempts=found.attempts, why=found.why, ended=found.ended,
        sha256=sha256(data).hexdigest(), repeats=repeats, broken=bool(rest),
    )  # fmt: skip


@dataclass(slots=True)
class _Found:
    probes: dict[str, Probe] = field(default_factory=dict)
    attempts: dict[tuple[str, int], Attempt] = field(default_factory=dict)
    why: str = ""
    ended: str = ""

    def take(self, line: Mapping[str, object], number: int) -> None:
        """Take one line; a later attempt at the same counts in the place of one without answer."""
        match line.get("line"):
            case "probe":
                probe = _probe(line, number)
                if self.attempts or probe.id in self.probes:
                    raise _malformed(number, "a probe comes late, or twice")
                self.probes[probe.id] = probe
            case "attempt":
                done = _attempt(line, number)
                before = self.attempts.get((done.probe, done.number))
                if done.probe not in self.probes or (before and not before.answer.error):
                    raise _malformed(number, "an attempt at no probe, or one answered already")
                self.attempts[done.probe, done.number] = done
                self.why = self.ended = ""
            case "end":
                self.why, self.ended = _text(line, "why", number), _text(line, "ended", number)
            case "resumed":
                self.why = self.ended = ""
            case _:
                raise _malformed(number, "it is no start, probe, attempt, resumed or end")


def _line(raw: bytes, number: int) -> dict[str, object]:
    try:
        found = json.loads(raw) if len(raw) <= MAX_LINE else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _malformed(number, "it is no JSON object, or too long")
    return found


def _text(line: Mapping[str, object], name: str, number: int) -> str:
    found = line.get(name, "")
    if not isinstance(found, str):
        raise _malformed(number, f"{name} is no text")
    return found


def _probe(line: Mapping[str, object], number: int) -> Probe:
    target = line.get("target", [])
    if not isinstance(target, list) or not all(isinstance(one, str) for one in target):
        raise _malformed(number, "target is no list of texts")
    names = ("id", "kind", "detector", "user", "system", "pair", "characteristic", "group")
    texts = {name: _text(line, name, number) for name in names}
    made = Probe(**texts, target=tuple(target), form=_text(line, "form", number) or "chat")
    if made.trouble:
        raise _malformed(number, made.trouble)
    return made


def _attempt(line: Mapping[str, object], number: int) -> Attempt:
    nth, tries = line.get("n"), line.get("tries", 1)
    if type(nth) is not int or type(tries) is not int:
        raise _malformed(number, "n or tries is no number")
    error, score = _text(line, "error", number), _text(line, "score", number)
    if not error and not score and "answer" not in line:
        raise _malformed(number, "an attempt has no answer, score or error")
    try:
        value = float(score) if score else None
    except ValueError as problem:
        raise _malformed(number, "score is no number") from problem
    if value is not None and not isfinite(value):
        raise _malformed(number, "score is no finite number")
    answer = Answer(
        text=_text(line, "answer", number), score=value, error=error,
        finish=_text(line, "finish", number), model=_text(line, "model", number),
    )  # fmt: skip
    return Attempt(probe=_text(line, "probe", number), number=nth, answer=answer, tries=tries)


def _malformed(number: int, what: str) -> MalformedError:
    return MalformedError(
        "redteam.transcript", f"line {number} of the transcript: {what}",
        expected=f"{FORMAT} as spec/red-team.md says", mend="run the red team again",
    )  # fmt: skip
