"""What `sunlit decision check` prints: the answer in words, the checks, what they cannot tell."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sunlit.base.times import format_time
from sunlit.cli.decision_show import BLANK, human

if TYPE_CHECKING:
    from sunlit.registry.decision_check import Checked

LIMITS: Final = (
    "What this cannot tell you: whether the decision was right; whether what was typed in was "
    "true; what was decided by going round the guard; and when it was written, other than by the "
    "deployer's own clock."
)


def checked_lines(found: "Checked") -> Iterator[str]:
    """Yield what `check` prints for people."""
    yield f"{found.result}."
    if found.case is not None:
        record = found.case.seen.record
        from sunlit.registry.decisions import state_words

        yield f"  Authority:   {record.deployer or BLANK}"
        yield f"  Date:        {format_time(record.time)}, by the guard's own clock"
        yield f"  Use:         {record.use or BLANK}"
        yield f"  Decided:     {state_words(found.case)}"
        yield f"  Human:       {human(found.case)}"
    if found.lines:
        yield "What we checked:"
    for line in found.lines:
        yield f"  {line.number} {line.name:<13} {line.word:<9} {line.words}"
    yield LIMITS


def checked_document(found: "Checked") -> dict[str, object]:
    """Return what `check --json` prints."""
    case = found.case
    return {
        "result": found.result.name.lower().replace("_", "-"), "words": str(found.result),
        "checks": [
            {"number": one.number, "name": one.name, "result": str(one.word), "words": one.words}
            for one in found.lines
        ],
        "decision": None if case is None else {
            "id": case.seen.record.id, "time": format_time(case.seen.record.time),
            "deployer": case.seen.record.deployer, "use": case.seen.record.use,
        },
        "limits": LIMITS,
    }  # fmt: skip
