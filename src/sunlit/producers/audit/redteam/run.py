"""Asks every probe and writes the transcript: workers in threads, bounded retries, resumable."""

import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from sunlit import __version__
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.producers.audit.redteam.head import sets_of
from sunlit.producers.audit.redteam.probes import Probe, ProbeSet
from sunlit.producers.audit.redteam.target import Answer, Asker, Sampling, Target
from sunlit.producers.audit.redteam.transcript import (
    FORMAT,
    Attempt,
    Transcript,
    Writer,
    open_transcript,
    probe_line,
)

TRIES: Final = 3
PAUSE: Final = 0.5  # seconds before the second try; twice that before the third
GONE: Final = 20  # attempts in a row without an answer: nobody is there any more
_TOLD: Final = (
    "model", "sampling", "repeats", "endpoint", "endpointName", "systemPrompt", "planned",
)  # fmt: skip
"""What of a transcript's head has to be the same for a run to go on with it."""
_BEAT: Final = 0.2
_LAST: Final = 5.0  # seconds that a worker has to end in
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be asked. `started` is the time as text; `before` the deployer's own prompt.

    `name` is what the endpoint is called by who binds it to files, never an address.
    """

    sets: Sequence[ProbeSet]
    probes: Sequence[Probe]
    sampling: Sampling
    kind: str
    started: str
    repeats: int = 1
    before: str = ""
    most: int | None = None
    name: str = ""

    def head(self) -> dict[str, object]:
        """Return the transcript's first line."""
        return {
            "line": "start", "format": FORMAT, "started": self.started,
            "tool": f"sunlit {__version__}", "python": platform.python_version(),
            "endpoint": self.kind, "endpointName": self.name, "model": self.sampling.model,
            "sampling": self.sampling.said(),
            "repeats": self.repeats, "mostOfAKind": self.most, "planned": len(self.probes),
            "systemPrompt": sha256(self.before.encode()).hexdigest() if self.before else None,
            "sets": [one.said() for one in self.sets],
        }  # fmt: skip


@dataclass(slots=True)
class _State:
    """What the workers share."""

    due: Iterator[tuple[Probe, int]]
    writer: Writer
    total: int
    done: int = 0
    silent: int = 0
    stop: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)
    failure: OSError | None = None

    def next(self) -> tuple[Probe, int] | None:
        """Return the next probe to ask, None at the end."""
        with self.lock:
            return None if self.stop.is_set() else next(self.due, None)

    def took(self, attempt: Attempt) -> None:
        """Write an attempt down; stop where nobody has answered for long."""
        self.writer.attempt(attempt)
        with self.lock:
            self.done += 1
            self.silent = self.silent + 1 if attempt.answer.may_pass else 0
            if self.silent >= GONE:
                self.stop.set()


def run(
    target: Target, plan: Plan, path: Path, *, workers: int = 4, progress: Progress | None = None,
    now: Callable[[], str], pause: float = PAUSE,
) -> str:  # fmt: skip
    """Ask all that the transcript at `path` lacks; return why it ended: `done` or another word.

    KeyboardInterrupt ends the run in good order and is raised again after the last line.

    Raises:
        UnavailableError: `redteam.cannot-write`, where the transcript cannot be written.
        VerificationError: `redteam.other-run`, where it is of another plan.
    """
    try:
        before = _begun(path, plan)
        with open(path, "ab", opener=_private) as file:
            writer = Writer(file)
            if before is None:
                writer.write(plan.head())
                for probe in plan.probes:
                    writer.write(probe_line(probe))
            else:
                writer.write({"line": "resumed", "at": plan.started})
            return _asked(target, plan, writer, before, workers, progress, now, pause)
    except OSError as error:
        raise UnavailableError(
            "redteam.cannot-write", f"the transcript {path.name} cannot be written",
            got=error.strerror or "an error", mend="name another --transcript",
        ) from error  # fmt: skip


def _private(path: str, flags: int) -> int:
    """What a model said may repeat a system prompt: it is the owner's."""
    return os.open(path, flags, 0o600)


def _asked(
    target: Target, plan: Plan, writer: Writer, before: Transcript | None, workers: int,
    progress: Progress | None, now: Callable[[], str], pause: float,
) -> str:  # fmt: skip
    due = list(before.due()) if before is not None else _every(plan)
    state = _State(iter(due), writer, len(due))
    askers = [target.asker() for _ in range(min(workers, max(len(due), 1)))]
    threads = [
        Thread(target=_work, args=(asker, state, plan.sampling.seed, pause), daemon=True)
        for asker in askers
    ]
    why = "stopped"
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(_BEAT)
                _beat(askers, state, progress)
        if state.failure is not None:
            raise state.failure
        why = "endpoint-gone" if state.stop.is_set() else "done"
    finally:
        state.stop.set()
        for asker in askers:
            asker.watch(at_once=True)
        for thread in threads:
            thread.join(_LAST)
        if state.failure is None:
            writer.write({"line": "end", "why": why, "ended": now()})
    return why


def _beat(askers: Sequence[Asker], state: _State, progress: Progress | None) -> None:
    for asker in askers:
        asker.watch()
    if progress is not None:
        progress(state.done, state.total)


def _every(plan: Plan) -> list[tuple[Probe, int]]:
    return [(probe, number) for number in range(plan.repeats) for probe in plan.probes]


def _work(asker: Asker, state: _State, seed: int, pause: float) -> None:
    try:
        while (asked := state.next()) is not None:
            probe, number = asked
            answer, tries = _tried(asker, probe, seed + number, state.stop, pause)
            if answer.error and state.stop.is_set():
                break  # broken off by us: it stays due
            state.took(Attempt(probe=probe.id, number=number, answer=answer, tries=tries))
    except OSError as error:  # the transcript cannot be written: nothing more is asked
        state.failure = error
        state.stop.set()
    finally:
        asker.close()


def _tried(
    asker: Asker, probe: Probe, seed: int, stop: Event, pause: float
) -> tuple[Answer, int]:  # fmt: skip
    answer = asker.ask(probe, seed)
    tries = 1
    while answer.may_pass and tries < TRIES and not stop.wait(pause * tries):
        answer = asker.ask(probe, seed)
        tries += 1
    return answer, tries


def _begun(path: Path, plan: Plan) -> Transcript | None:
    """Return the transcript to go on with, None where there is none; cut off a broken last line."""
    if not path.exists():
        return None
    before = open_transcript(path)
    if before.broken:
        data = path.read_bytes()
        os.truncate(path, data.rindex(b"\n") + 1)
    if _same(before.head) != _same(plan.head()) or tuple(before.probes.values()) != tuple(
        plan.probes
    ):
        raise VerificationError(
            "redteam.other-run", f"{path.name} is the transcript of another run",
            expected="the same probes, model and sampling", mend="name another --transcript",
        )  # fmt: skip
    return before


def _same(head: Mapping[str, object]) -> dict[str, object]:
    said = {name: head.get(name) for name in _TOLD}
    return {**said, "sets": [one["sha256"] for one in sets_of(head)]}
