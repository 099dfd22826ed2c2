"""What `sunlit guard` says in lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sunlit.registry.anchor import Done
    from sunlit.registry.guard_fsck import CheckedLog
    from sunlit.registry.guard_look import Look
    from sunlit.registry.receipts import Renewed
    from sunlit.runtime.steps import Step


def next_steps(store: Path, home: Path, log: Path) -> Iterator[str]:
    """Yield what to do after logs were registered, to be copied."""
    yield "Next, so that others can rely on it; each witness, on a copy of your log:"
    yield f"  sunlit log cosign {log} --home WITNESS > WITNESS.cosignature"
    yield "and you:"
    yield f"  sunlit log accept WITNESS.cosignature --home {home}"
    yield f"  sunlit guard anchor {store} --home {home}"
    yield f"  sunlit guard check {store}"


def checked(found: "CheckedLog") -> Iterator[str]:
    """Yield what `fsck` found in one log."""
    if not found.problems:
        yield (
            f"{found.origin}: {found.size} entries and {found.records} records recomputed; "
            "everything agrees."
        )
    for one in found.problems:
        yield f"{found.origin}: {one.path}: {one.what} [{one.code}]"


def looked(found: "Look") -> Iterator[str]:
    """Yield what a look at a deployment found."""
    yield f"{found.store.organisation}, use {found.store.use}"
    for step in found.verification.steps:
        yield from step_lines(step)
    for log in found.logs:
        state = "not registered" if not log.registered else "busy" if log.busy else "idle"
        if log.fault is not None:
            state = f"damaged ({log.fault.code}), takes no more records"
        unsigned = log.records - log.signed
        yield f"log {log.origin}: {state}, {log.records} records" + (
            f", {unsigned} not under a checkpoint yet" if unsigned > 0 else ""
        )
        if log.fault is not None and log.fault.mend:
            yield f"  {log.fault}; to mend: {log.fault.mend}"
        if log.anchor is None and log.signed:
            yield "  never anchored: sunlit guard anchor DIR --home HOME"
        elif log.anchor is not None:
            kind = ", closed" if log.anchor.closed else ""
            waits = "" if log.anchor.witnessed else ", waits for witnesses"
            size = "" if log.anchor.size is None else f" at {log.anchor.size} records"
            yield f"  anchored {log.anchor.at:%Y-%m-%dT%H:%M:%SZ}{size}{kind}{waits}"
    waiting = found.waiting
    erased = f", and {waiting.erased} erased without one" if waiting.erased else ""
    yield f"Proposals that wait for a human's outcome: {waiting.undecided}{erased}"
    yield f"Streams without an end: {waiting.unfinished}"
    yield f"Decisions by break-glass that nobody reviewed: {waiting.unreviewed}"
    yield f"Contests without a result: {waiting.unanswered}"
    yield f"Incident drafts: {found.drafts}"


def step_lines(step: "Step") -> Iterator[str]:
    """Yield one numbered step."""
    colours = {"HOLDS": "green", "FAILS": "red", "UNKNOWN": "yellow"}
    word = str(step.outcome)
    yield (
        f"{step.number:>2} {step.name:<10} "
        f"{click.style(f'{word:<9}', fg=colours.get(word), bold=True)} {step.words}"
    )
    if step.code:
        yield f"{'':<24}{step.code}" + (f"; to mend: {step.mend}" if step.mend else "")


def anchored(done: "tuple[Done, ...]", renewed: "Renewed") -> Iterator[str]:
    """Yield what became of the anchors."""
    for one in done:
        if one.refused is not None:
            yield f"{one.origin}: not anchored: {one.refused.code}: {one.refused}"
            if one.refused.mend:
                yield f"  to mend: {one.refused.mend}"
        elif one.said is None:
            yield f"{one.origin}: nothing new since {one.before or 0} records"
        else:
            kind = ", closed" if one.closed else ""
            yield f"{one.origin}: anchored at {one.size} records{kind}, entry {one.said.index}"
    for one in done:
        if one.unopened:
            yield (
                f"{one.origin}: not compared with {one.unopened} closed anchors: their openings in "
                "private/anchors of the home are lost; bring them back from a backup"
            )
    yield from (f"Cosigned by a quorum: {path}" for path in renewed.witnessed)
    yield from (f"Waits for witnesses:  {path}" for path in renewed.waiting)
    if renewed.waiting:
        yield "  After sunlit log cosign and sunlit log accept: sunlit guard anchor again"
