"""`sunlit audit redteam`: asks a model what an attacker would, and counts with exact intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from sunlit.cli.audit_acting import AuditOptions, answer, audit_options, said_audit
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from sunlit.claims.assurance import TestResult

EPILOG: Final = """\b
Examples:
  sunlit audit redteam --endpoint http://127.0.0.1:8000/v1 --model chat
  sunlit audit redteam --endpoint https://models.example/v1 --model m --key-env MODEL_KEY --most 40
  sunlit audit redteam --callable wrapper.py:score --probes identity-terms
  sunlit audit redteam --replay redteam-chat.jsonl
  sunlit audit redteam --list
\b
Only the host that --endpoint names is asked; no redirect is followed. Exit code 1: more attacks
succeed than the limit allows. 3: it cannot be told (too few attempts, a run that ended early, a
detector that errs too often). docs/assurance/red-team.md has every definition.
"""
FILE: Final = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW: Final = click.Path(path_type=Path, dir_okay=False)


@click.command(epilog=EPILOG)
@click.option("--endpoint", help="Base URL of an OpenAI-compatible endpoint.")
@click.option("--model", default="", help="The model's name there.")
@click.option("--endpoint-name", help="What `sunlit audit binding` calls it (default: the model).")
@click.option("--key-env", help="Environment variable that holds the endpoint's key.")
@click.option("--callable", "function", help="module:function or file.py:function to ask instead.")
@click.option("--replay", type=FILE, help="Judge a recorded transcript again; asks nobody.")
@click.option("--list", "listing", is_flag=True, help="List the probe sets and detectors.")
@click.option("--probes", multiple=True, help="A probe set's id or file (default: all for chat).")
@click.option("--most", type=click.IntRange(1), help="At most so many probes of each kind.")
@click.option("--generations", "--n", "repeats", default=1, show_default=True,
              type=click.IntRange(1, 1000), help="Answers to each probe.")  # fmt: skip
@click.option("--temperature", default=0.0, show_default=True, type=click.FloatRange(0, 2))
@click.option("--seed", default=1, show_default=True, type=int)
@click.option("--max-tokens", default=64, show_default=True, type=click.IntRange(1, 32_768))
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 64))
@click.option("--timeout", default=120.0, show_default=True, type=click.FloatRange(1, 3600),
              help="Seconds for one answer.")  # fmt: skip
@click.option("--system-prompt-file", type=FILE, help="The system prompt of your service.")
@click.option("--transcript", type=NEW, help="Where answers are written as they come.")
@click.option("--resume", is_flag=True, help="Go on with a transcript that is there.")
@click.option("--calibration", type=FILE, help="Known answers of your own, for the detectors.")
@click.option("--detector", "instead", multiple=True, help="OLD=NEW: decide by another detector.")
@click.option("--limit", "limits", multiple=True,
              help="success=0.1, difference=0.1, rating=1, errors=0.1.")  # fmt: skip
@click.option("--valid-days", default=365, show_default=True, type=click.IntRange(1, 3650),
              help="Days for which it may be relied on.")  # fmt: skip
@audit_options
def command(*, listing: bool, options: AuditOptions, **given: Any) -> None:  # noqa: ANN401
    """Ask a model what an attacker would ask, and count how often it falls for it."""
    from sunlit.cli.audit_redteam_run import listed, recorded

    if listing:
        emit(*listed(), as_json=options.as_json)
        return
    if sum(bool(given[name]) for name in ("endpoint", "function", "replay")) != 1:
        raise click.UsageError("give one of --endpoint, --callable and --replay")
    if given["endpoint"] and not given["model"]:
        raise click.UsageError("--endpoint needs --model")
    limits = _limits(given["limits"])
    instead = dict(map(_pair, given["instead"]))
    path, interrupted = recorded(given, options)
    claim = _said(path, given, limits, instead, options)
    if interrupted:
        raise SystemExit(130)
    _end(claim)


def _said(
    path: Path, given: dict[str, Any], limits: Any, instead: dict[str, str],  # noqa: ANN401
    options: AuditOptions,
) -> TestResult:  # fmt: skip
    from datetime import timedelta

    from sunlit.base.times import parse_time
    from sunlit.producers.audit.redteam.calibrate import known_answers
    from sunlit.producers.audit.redteam.claim import claim_of, document_of
    from sunlit.producers.audit.redteam.head import expect_own_probes
    from sunlit.producers.audit.redteam.judge import judge
    from sunlit.producers.audit.redteam.page import redteam_report
    from sunlit.producers.audit.redteam.transcript import open_transcript
    from sunlit.registry.audit_keep import with_report

    transcript = open_transcript(path)
    expect_own_probes(transcript.head, transcript.probes)
    judged = judge(transcript, known_answers(given["calibration"]), limits, instead)
    started = parse_time(str(judged.transcript.head.get("started")))
    claim = claim_of(judged, started + timedelta(days=given["valid_days"]))
    document = document_of(judged, claim)
    reports = redteam_report(document)
    lines = [str(document["headline"]), *_lines(document), f"Transcript: {path}"]
    name = "" if claim.sunlit_kind == "red-team" else "identity"
    kept = said_audit(claim, reports, options, name=name)
    emit(answer(document, with_report(claim, reports), kept), [*lines, *kept],
         as_json=options.as_json)  # fmt: skip
    return claim


def _lines(document: dict[str, Any]) -> list[str]:
    lines = [f"  {result:<7} {name}" for name, result in document["tests"].items()]
    for one in document["figures"]:
        if one["name"].startswith("attack-success") or one["name"].endswith("-difference"):
            counted = f" ({one['count']} of {one['rows']})" if one["count"] is not None else ""
            lines.append(
                f"  {one['name']} {one['group'] or 'in all'}: {one['value']}{counted}, "
                f"{one['low']} to {one['high']}, by {one['detector']}"
            )
    lines += [
        f"  detector {one['id']}: missed {one['missed']} of {one['positives']}, false alarms "
        f"{one['falseAlarms']} of {one['negatives']}{'' if one['usable'] else ': NOT USABLE'}"
        for one in document["detectors"]
    ]
    lines += [f"  not tested: {one['what']}: {one['reason']}" for one in document["not_tested"]]
    return lines


def _limits(given: tuple[str, ...]) -> object:
    from decimal import Decimal, InvalidOperation

    from sunlit.producers.audit.redteam.judge import Limits

    found = {}
    for name, value in map(_pair, given):
        try:
            found[name] = Decimal(value)
            in_range = 0 <= found[name] <= 10  # NaN cannot be compared
        except InvalidOperation as error:
            raise click.UsageError("--limit takes NAME=NUMBER") from error
        if name not in ("success", "difference", "rating", "errors") or not in_range:
            raise click.UsageError("--limit: success, difference, rating or errors, from 0 to 10")
    return Limits(**found)


def _pair(text: str) -> tuple[str, str]:
    name, is_given, value = text.partition("=")
    if not is_given:
        raise click.UsageError(f"{text}: NAME=VALUE is expected")
    return name, value


def _end(claim: TestResult) -> None:
    from sunlit.claims.assurance import Result

    codes = {Result.PASSED: 0, Result.FAILED: 1, Result.WARNED: 3}
    if codes[claim.result]:
        raise SystemExit(codes[claim.result])
