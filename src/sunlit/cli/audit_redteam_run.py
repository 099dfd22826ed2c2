"""The part of `sunlit audit redteam` that asks: from options to a transcript on disk."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from sunlit.cli.audit_acting import AuditOptions
    from sunlit.producers.audit.redteam.run import Plan
    from sunlit.producers.audit.redteam.target import Sampling, Target

MAX_PROMPT: Final = 256 * 1024
AUDITS: Final = ".sunlit/audits/guarded"


def listed() -> tuple[dict[str, Any], list[str]]:
    """Return the probe sets and detectors that come with Sunlit, and lines that say them."""
    from sunlit.producers.audit.redteam.detect import RULES
    from sunlit.producers.audit.redteam.probes import open_set, shipped

    sets = [open_set(name) for name in shipped()]
    document = {
        "sets": [{**one.said(), "title": one.title} for one in sets],
        "detectors": [{"id": one.id, "version": one.version, "looksFor": one.looks_for}
                      for one in RULES.values()],
    }  # fmt: skip
    lines = [f"{one.id:<26}{len(one.probes):>5} probes  {one.title}" for one in sets]
    lines += [f"{one.id:<26}detector {one.version}  {one.looks_for}" for one in RULES.values()]
    return document, lines


def recorded(given: dict[str, Any], options: AuditOptions) -> tuple[Path, bool]:
    """Return the transcript's path, after asking what it lacks, and whether it was broken off."""
    if given["replay"]:
        return given["replay"], False
    from sunlit.adapters.clock import SystemClock
    from sunlit.base.times import format_time
    from sunlit.cli.progress import bar
    from sunlit.producers.audit.redteam.run import run

    path = _place(given, options)
    if path.exists() and not given["resume"]:
        raise click.UsageError(f"{path} is there already: give --resume, or another --transcript")
    clock = SystemClock()
    before = _prompt(given["system_prompt_file"])
    sampling = _sampling(given)
    target = _target(given, sampling, before)
    plan = _plan(given, target, sampling, before, format_time(clock.now()))
    workers = given["workers"] if given["endpoint"] else 1
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with bar("Asking") as step:
            run(
                target, plan, path, workers=workers, progress=step,
                now=lambda: format_time(clock.now()),
            )  # fmt: skip
    except KeyboardInterrupt:
        click.echo("Broken off; --resume goes on where it ended.", err=True)
        return path, True
    return path, False


def _place(given: dict[str, Any], options: AuditOptions) -> Path:
    if given["transcript"]:
        return Path(given["transcript"])
    slug = re.sub(r"[^a-z0-9.]+", "-", (given["model"] or given["function"]).lower()).strip("-.")
    folder = options.component / AUDITS if options.component else Path()
    return folder / f"redteam-{slug[:60] or 'model'}.jsonl"


def _prompt(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8") if len(data) <= MAX_PROMPT else None
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"--system-prompt-file: {path} is no text in UTF-8") from error
    if text is None:
        raise click.UsageError(f"--system-prompt-file: more than {MAX_PROMPT} bytes")
    return text


def _sampling(given: dict[str, Any]) -> Sampling:
    from sunlit.producers.audit.redteam.target import Sampling

    if given["repeats"] > 1 and given["temperature"] == 0:
        raise click.UsageError(
            "--generations above 1 needs a --temperature above 0: without, each says the same"
        )
    return Sampling(
        model=given["model"] or Path(given["function"]).name, temperature=given["temperature"],
        max_tokens=given["max_tokens"], seed=given["seed"],
    )  # fmt: skip


def _target(given: dict[str, Any], sampling: Sampling, before: str) -> Target:
    from sunlit.producers.audit.redteam.calling import Calling, load
    from sunlit.producers.audit.redteam.endpoint import Endpoint

    if given["function"]:
        return Calling(load(given["function"]), before=before)
    name = given["key_env"]
    key = os.environ.get(name, "") if name else ""
    if name and not key:
        raise click.UsageError(f"--key-env: {name} is not set")
    return Endpoint(given["endpoint"], sampling, key=key, before=before, seconds=given["timeout"])


def _plan(
    given: dict[str, Any], target: Target, sampling: Sampling, before: str, started: str
) -> Plan:
    from sunlit.producers.audit.redteam.probes import DEFAULT, chosen, open_set
    from sunlit.producers.audit.redteam.run import Plan

    sets = [open_set(name) for name in given["probes"] or DEFAULT]
    return Plan(
        sets=sets, probes=chosen(sets, given["most"], given["seed"]), sampling=sampling,
        kind=target.kind, started=started, repeats=given["repeats"], before=before,
        most=given["most"], name=given["endpoint_name"] or sampling.model,
    )  # fmt: skip
