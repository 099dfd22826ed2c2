"""`sunlit assure`: the findings for a component's folder, and how to mend each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.cli.output import emit, json_option, when
from sunlit.cli.progress import bar, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sunlit.registry.assure import Assessment
    from sunlit.rubric.evaluate import Conformity
    from sunlit.rubric.evidence import Evidence
    from sunlit.rubric.finding import Finding
    from sunlit.views.findings_beside import Remark

EPILOG = """\b
Examples:
  sunlit assure .                                 no key needed, nothing is uploaded
  sunlit assure model --json > findings.json
  sunlit assure model --home supplier --key maintainer
  sunlit assure model --home council --use outreach --deployer council.example

Exit codes: 1 if any control FAILS, else 3 if any is UNKNOWN, else 0.
"""
FILE = click.Path(path_type=Path, dir_okay=False)
COLOURS = {"FAILS": "red", "UNKNOWN": "yellow", "HOLDS": "green"}  # in the order shown


@click.command(epilog=EPILOG)
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), envvar="SUNLIT_HOME",
    help="Read this home's log for signed statements (or SUNLIT_HOME).",
)  # fmt: skip
@click.option("--key", help="Sign what is found with this key of the home, and admit it.")
@click.option("--use", help="The use that it is assured for (its id).")
@click.option("--deployer", help="The organisation that uses it.")
@click.option("--profile", "profiles", multiple=True, type=FILE, help="An agency's OSCAL profile.")
@click.option("--at", callback=when, help="Judge as of this time (YYYY-MM-DDTHH:MM:SSZ).")
@click.option("--no-cache", is_flag=True, help="Hash and scan everything again.")
@click.option("--vsa", type=FILE, help="Write a SLSA verification summary (unsigned).")
@click.option("--oscal", type=FILE, help="Write OSCAL assessment results.")
@json_option
def command(
    *, path: Path, home: Path | None, key: str | None, no_cache: bool, vsa: Path | None,
    oscal: Path | None, as_json: bool, **question: Any,  # noqa: ANN401 - passed on as it is
) -> None:  # fmt: skip
    """Check the component in PATH and say how to mend what fails."""
    from sunlit.bootstrap import Asked, assess
    from sunlit.cli.assure_audits import run_audits
    from sunlit.registry.home import Home

    if key is not None and home is None:
        raise click.UsageError("--key needs --home: keys are kept in a home")
    undone = run_audits(path, again=no_cache)
    with bar("Hashing") as step:
        found = assess(
            path,
            Asked(cached=not no_cache, **question),
            home=Home.open(home) if home else None,
            key=key,
            progress=step,
            say=tell,
        )
    found = replace(found, notes=(*found.notes, *undone))
    _write_exports(found, vsa, oscal)
    emit(document(found), lines(found), as_json=as_json)
    raise SystemExit(found.conformity.exit_code)


def document(found: Assessment) -> dict[str, object]:
    """Return what `--json` prints (spec/schemas/assure.schema.json)."""
    from sunlit.views.findings_beside import beside, taken_back

    manifest = found.component.manifest
    return {
        "format": "sunlit-assure/1",
        "files": len(manifest.files),
        "bytes": sum(entry.size for entry in manifest.files),
        **found.conformity.to_json(),
        "notes": [note.to_json() for note in found.notes],
        "beside": {
            control: [one.to_json() for one in remarks]
            for control, remarks in beside(found.conformity, found.evidence).items()
        },
        "takenBack": [one.to_json() for one in taken_back(found.evidence)],
    }


def lines(found: Assessment) -> Iterator[str]:
    """Yield what a person reads: failures first, each with its way to mend."""
    from sunlit.views.findings_beside import beside

    conformity, manifest = found.conformity, found.component.manifest
    size = sum(entry.size for entry in manifest.files)
    yield click.style(conformity.component or "(no name)", bold=True)
    yield f"release sha256:{conformity.release}"
    yield f"{len(manifest.files)} files, {size:,} bytes"
    remarks = beside(conformity, found.evidence)
    for outcome in COLOURS:
        for group in _alike(found, outcome):
            yield from _group(group, remarks)
    shown = [note for note in found.notes if note.blocks]
    if shown:
        yield ""
        yield "Could not be found out:"
        for note in shown:
            yield f"  {note.producer}: {note.reason}"
            if note.mend:
                yield f"      mend: {note.mend}"
    yield from back(found.evidence)
    if found.conformity.not_applicable:
        yield ""
        yield from unasked(found.conformity)
    yield ""
    yield _summary(found)


def _alike(found: Assessment, outcome: str) -> Iterable[list[Finding]]:
    """Put together findings that say the same, so that one cause is read once."""
    groups: dict[tuple[str, str | None], list[Finding]] = {}
    for finding in found.conformity.findings:
        if finding.outcome == outcome:
            groups.setdefault((finding.reason, finding.mend), []).append(finding)
    return groups.values()


def _group(group: list[Finding], remarks: Mapping[str, Sequence[Remark]]) -> Iterator[str]:
    first, word = group[0], str(group[0].outcome)
    yield ""
    for number, finding in enumerate(group):
        mark = click.style(f"{word:<8}", fg=COLOURS[word], bold=True) if number == 0 else " " * 8
        yield f"{mark} {finding.title}"
    yield f"         {first.reason}"
    if first.rests_on:
        some = ", ".join(id_[:12] for id_ in first.rests_on[:4])
        more = len(first.rests_on) - 4
        yield f"         rests on {some}" + (f" and {more} more" if more > 0 else "")
    if first.mend:
        yield f"         mend: {first.mend}"
    said = [one.line for finding in group for one in remarks.get(finding.control, ())]
    yield from (f"         beside it: {line}" for line in dict.fromkeys(said))


def back(evidence: Evidence) -> Iterator[str]:
    """Yield what was taken back, under a heading; nothing where nothing was."""
    from sunlit.views.findings_beside import taken_back

    remarks = taken_back(evidence)
    if remarks:
        yield ""
        yield "Taken back:"
    yield from (f"  {one.statement[:12]}: {one.line}" for one in remarks)


def unasked(conformity: Conformity) -> Iterator[str]:
    """Yield how many controls apply, and why the others do not, alike ones together."""
    apart = conformity.not_applicable
    asked = len(conformity.findings)
    yield f"{asked} of {asked + len(apart)} controls apply. Not asked:"
    reasons: dict[str, list[str]] = {}
    for one in apart:
        reasons.setdefault(one.reason, []).append(one.control)
    for reason, controls in reasons.items():
        yield f"  {', '.join(controls)}: {reason}"


def _summary(found: Assessment) -> str:
    conformity = found.conformity
    counts = {
        word: sum(finding.outcome == word for finding in conformity.findings) for word in COLOURS
    }
    logs = ", ".join(f"{log.origin} at size {log.size}" for log in conformity.logs) or "no log"
    return (
        f"{conformity.outcome}: {counts['HOLDS']} hold, {counts['FAILS']} fail, "
        f"{counts['UNKNOWN']} unknown.\n"
        f"Computed from {logs}, rubric {conformity.rubric[:12]}, "
        f"engine {conformity.engine.split(':')[0].split()[0]}, as of {conformity.to_json()['at']}."
    )


def _write_exports(found: Assessment, vsa: Path | None, oscal: Path | None) -> None:
    from sunlit.base.canonical import encode
    from sunlit.formats.oscal_results import to_assessment_results
    from sunlit.formats.vsa import to_vsa
    from sunlit.registry.home import write_whole

    if vsa is not None:
        summary = to_vsa(found.conformity, verifier="urn:sunlit:assure")
        write_whole(vsa, summary.to_payload() + b"\n")
    if oscal is not None:
        write_whole(oscal, encode(to_assessment_results(found.conformity)) + b"\n")
