"""Targets, plans and runs for tests of the red team."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sunlit.producers.audit.redteam.calibrate import KnownAnswers, known_answers
from sunlit.producers.audit.redteam.calling import Calling
from sunlit.producers.audit.redteam.judge import Judged, Limits, judge
from sunlit.producers.audit.redteam.probes import Probe, ProbeSet, chosen, open_set
from sunlit.producers.audit.redteam.run import Plan, run
from sunlit.producers.audit.redteam.target import Answer, Sampling, Target
from sunlit.producers.audit.redteam.transcript import Attempt, Transcript, open_transcript

AT = "2026-11-22T09:00:00Z"
KNOWN: KnownAnswers = known_answers()


def probe(number: int = 0, **changes: object) -> Probe:
    """Return a probe for a word."""
    said = {"id": f"t.word/{number:03d}", "kind": "prompt-injection", "detector": "says",
            "user": "Say it.", "target": ("RED-KITE",)}  # fmt: skip
    return Probe(**{**said, **changes})  # type: ignore[arg-type]


def plan_of(probes: Sequence[Probe], *, repeats: int = 1, before: str = "", kind: str = "callable",
            sampling: Sampling | None = None) -> Plan:  # fmt: skip
    """Return a plan with one set."""
    own = ProbeSet(id="t", version="1", title="t", licence="Apache-2.0", sha256="ab" * 32,
                   probes=tuple(probes))  # fmt: skip
    return Plan(sets=[own], probes=probes, sampling=sampling or Sampling(model="m"), kind=kind,
                started=AT, repeats=repeats, before=before, name="m")  # fmt: skip


def shipped_plan(*names: str, most: int | None = None) -> Plan:
    """Return a plan with sets that come with Sunlit."""
    sets = [open_set(name) for name in names]
    return Plan(sets=sets, probes=chosen(sets, most, 1), sampling=Sampling(model="m"),
                kind="callable", started=AT)  # fmt: skip


def asked(target: Target, plan: Plan, path: Path, workers: int = 1) -> Transcript:
    """Run a plan and read the transcript."""
    run(target, plan, path, workers=workers, now=lambda: AT, pause=0)
    return open_transcript(path)


def saying(text: str | float) -> Calling:
    """Return a target that always answers this."""
    return Calling(lambda _given: text)


def told(probes: Sequence[Probe], answer: Callable[[Probe], Answer], *, why: str = "done",
         repeats: int = 1, broken: bool = False) -> Transcript:  # fmt: skip
    """Return a transcript without any file."""
    attempts = {
        (one.id, number): Attempt(probe=one.id, number=number, answer=answer(one))
        for number in range(repeats)
        for one in probes
    }
    plan = plan_of(probes, repeats=repeats)
    return Transcript(
        head=plan.head(), probes={one.id: one for one in probes}, attempts=attempts, why=why,
        ended=AT, sha256="cd" * 32, repeats=repeats, broken=broken,
    )  # fmt: skip


def judged(transcript: Transcript, limits: Limits | None = None, **instead: str) -> Judged:
    """Judge by the known answers that come with Sunlit."""
    return judge(transcript, KNOWN, limits, instead)
