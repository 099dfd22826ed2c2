"""`sunlit verify`: check an evidence bundle, offline, from a trust file that came another way."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit, json_option, when

if TYPE_CHECKING:
    from sunlit.bundle.verify import BundleVerification

EPILOG = """\b
Examples:
  sunlit verify decision.zip --trust trust.json
  sunlit verify decision.zip --trust trust.json --at 2027-05-01T00:00:00Z
  sunlit verify decision.zip --trust trust.json --json
  sunlit verify decision.zip --trust trust.json --inspection code.sunlit-inspection \\
    --key court.key --into code.zip

\b
The trust file must come from a place that you trust, never from whoever gave you the bundle.
Nothing is unpacked to disk, and no network is used.

\b
Exit codes: 0 every check passed, 1 one failed, 2 wrong usage or an unreadable trust file,
3 one could not be done.
"""


@click.command(epilog=EPILOG)
@click.argument("bundle", type=click.Path(path_type=Path, exists=True))
@click.option("--trust", "trust_path", required=True,
              type=click.Path(path_type=Path, dir_okay=False),
              help="The trust file, from a place that you trust.")  # fmt: skip
@click.option("--at", callback=when, help="As of this time (YYYY-MM-DDTHH:MM:SSZ).")
@click.option("--inspection", type=click.Path(path_type=Path, dir_okay=False),
              help="The file with code, weights and data, sealed for a court.")  # fmt: skip
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False),
              help="The court's private key, in PEM, that opens it.")  # fmt: skip
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False),
              help="Where to write the zip that is in it.")  # fmt: skip
@json_option
def command(
    *, bundle: Path, trust_path: Path, at: datetime | None, inspection: Path | None,
    key: Path | None, into: Path | None, as_json: bool,
) -> int:  # fmt: skip
    """Check the evidence bundle BUNDLE in eleven numbered steps."""
    from sunlit.authority.trustfile import TrustFile
    from sunlit.cli.authority import now
    from sunlit.registry.bundle_check import check_bundle, to_json
    from sunlit.registry.trust import read_file

    trust = TrustFile.read(read_file(trust_path))
    found = check_bundle(bundle, trust, at or now())
    if inspection is not None and key is not None and into is not None and found.passed("files"):
        from sunlit.registry.bundle_opened import open_inspection

        open_inspection(found, inspection, key, into)
    elif inspection is not None or key is not None or into is not None:
        raise click.UsageError("--inspection, --key and --into belong together, on a whole bundle.")
    emit(to_json(found), lines(found), as_json=as_json)
    return found.exit_code


def lines(found: "BundleVerification") -> Iterator[str]:
    """Yield what is printed: the decision first, then the checks, then what they cannot tell."""
    from sunlit.bundle.view import LIMITS
    from sunlit.registry.bundle_check import answers

    headline, facts = answers(found)
    yield headline or "Nothing can be said about the decision: its record does not hold."
    yield "Read this, not the bundle's own pages: nothing checks that they say what its files say."
    yield ""
    for fact in facts:
        yield f"{fact.title}: {fact.text}"
    yield from ("", "What was checked") if facts else ("What was checked",)
    yield from check_lines(found)
    yield ""
    yield verdict(found)
    yield ""
    yield "What this cannot tell you"
    for limit in LIMITS:
        yield f"- {limit}"


def check_lines(found: "BundleVerification") -> Iterator[str]:
    """Yield a numbered line for each check, and the way to mend what did not pass."""
    for check in found.checks:
        yield f"{check.number:>2} {check.name:<12} {check.outcome:<8} {check.words}"
        if check.mend:
            yield f"   {'':<12} {'':<8} To mend: {check.mend}"


def verdict(found: "BundleVerification") -> str:
    """Return one sentence about all checks."""
    if found.holds:
        return "Every check passed."
    if found.exit_code == 1:
        return "A check failed: do not rely on this bundle. Keep it as it is."
    return "No check failed, and not all could be done."
