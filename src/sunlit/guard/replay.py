"""Run the same model on the same recorded input again, and say whether it answers the same.

Bit for bit where the bytes of the output are equal; else within the tolerance that is stated for
the runtime, with the largest difference; else it differs. Numbers only: a label that changed,
a row more or a key less is a difference, however small the tolerance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sunlit.base.errors import DOES_NOT_HOLD, HOLDS, UnavailableError, VerificationError
from sunlit.base.wording import text
from sunlit.decision.content import Content, Field
from sunlit.decision.record import Kind, Record
from sunlit.guard import serial
from sunlit.guard.explain.library import Model, library
from sunlit.guard.ports import Serialise
from sunlit.guard.replay_compare import EXACT, RUNTIMES, Outcome, Runtime, compare
from sunlit.guard.replay_loader import called
from sunlit.guard.rows import row


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What a replay showed, with the numbers.

    `numbers` is how many numbers were compared; `absolute` and `relative` are the largest
    differences (infinite where a form or a label differs), `where` is the JSON pointer of the
    first place that is not within the tolerance.
    """

    record_id: str
    release: str
    runtime: Runtime
    outcome: Outcome
    numbers: int
    absolute: float
    relative: float
    where: str | None
    recorded: str
    replayed: str

    @property
    def exit_code(self) -> int:
        """0 if the answer is the same, 1 if it differs."""
        return DOES_NOT_HOLD if self.outcome is Outcome.DIFFERS else HOLDS

    def to_json(self) -> dict[str, object]:
        """Return the document of `--json`; values are named by digest only."""
        runtime = self.runtime
        return {
            "record": self.record_id,
            "release": self.release,
            "outcome": str(self.outcome),
            "runtime": runtime.name,
            "tolerance": {
                "relative": repr(runtime.relative), "absolute": repr(runtime.absolute),
                "measured": runtime.measured,
            },
            "numbers": self.numbers,
            "largestAbsolute": repr(self.absolute),
            "largestRelative": repr(self.relative),
            "where": self.where,
            "recorded": {"sha256": self.recorded},
            "replayed": {"sha256": self.replayed},
        }  # fmt: skip


def expect_release(record: Record, release: str) -> None:
    """Check that files are those of the release that decided, before anything of them runs.

    `release` is their manifest digest, hex.

    Raises:
        VerificationError: `replay.other-release`, `replay.not-a-decision`.
    """
    if record.kind is not Kind.DECISION:
        raise VerificationError(
            "replay.not-a-decision", "only a decision can be replayed", got=str(record.kind),
            mend="name the decision that this record points to",
        )  # fmt: skip
    if record.release != release:
        raise VerificationError(
            "replay.other-release", "these are not the files of the release that decided",
            expected=text("manifest digest %(digest)s", digest=record.release or ""), got=release,
            mend="get the files of that very release, with nothing added",
        )  # fmt: skip


def replay(
    record: Record,
    content: Content,
    model: Model,
    *,
    release: str,
    runtime: Runtime | None = None,
    serialise: Serialise | None = None,
) -> Replay:
    """Run `model` on the recorded input and compare its output with the recorded one.

    `content` is checked against the record's commitments first. `release` is the manifest
    digest of the files that the model was loaded from; `runtime` is found from the model's class
    unless given.

    Raises:
        VerificationError: `replay.*`, `content.opening`, `guard.serialise`.
        UnavailableError: `replay.no-content`, `replay.failed`, `explain.no-library`.
        MalformedError: `guard.serial-malformed`.
    """
    expect_release(record, release)
    content.check(record.commit)
    inputs, output = _field(content, "input"), _field(content, "output")
    given = serial.from_bytes(inputs.type, inputs.value, _array, _frame)
    kind, again = serial.to_bytes(_answer(model, given, content), serialise)
    chosen = runtime or runtime_of(model)
    found = compare(output, Field(kind, again, b""), chosen)
    return Replay(
        record_id=record.id, release=release, runtime=chosen, outcome=found.outcome,
        numbers=found.numbers, absolute=found.absolute, relative=found.relative, where=found.where,
        recorded=sha256(output.value).hexdigest(), replayed=sha256(again).hexdigest(),
    )  # fmt: skip


def _answer(model: Model, given: object, content: Content) -> object:
    """Call the model as the guard did: with the input, or with it as a table of one row."""
    written = content.fields.get("details")
    details = serial.from_bytes(written.type, written.value) if written else {}
    method = details.get("method") if isinstance(details, dict) else None
    is_batch = isinstance(details, dict) and (method is not None or details.get("batch") is True)
    if not is_batch:
        return called(model, given)
    named = None if method is None else str(method)
    return row(called(model, _table(given), named), 0)


def _table(given: object) -> object:
    if hasattr(given, "columns"):
        return given
    return library("numpy").array([given]) if hasattr(given, "dtype") else [given]


def runtime_of(model: object) -> Runtime:
    """Return the runtime that a model's class belongs to; `EXACT` where it is not known."""
    for one in type(model).__mro__:
        found = RUNTIMES.get(one.__module__.partition(".")[0])
        if found is not None:
            return found
    return EXACT


def _field(content: Content, name: str) -> Field:
    found = content.fields.get(name)
    if found is None:
        raise UnavailableError(
            "replay.no-content",
            text("the record's %(name)s is not opened, or was never recorded", name=name),
            mend="a stream's output stands in its `closed` record and is not replayed",
        )
    return found


def _array(found: serial.Array) -> object:
    array = library("numpy").array(found.values, dtype=found.dtype).reshape(found.shape)
    return array if found.shape else array[()]


def _frame(found: serial.Frame) -> object:
    table = library("pandas").DataFrame(list(found.values), columns=list(found.columns))
    return table.astype(dict(zip(found.columns, found.dtypes, strict=True)))


def lines(found: Replay) -> Mapping[str, str]:
    """Return what a replay showed, for people: a label and a sentence each."""
    words = {
        Outcome.EQUAL: "The output is the recorded one, bit for bit.",
        Outcome.WITHIN: "The output is the recorded one within the tolerance of the runtime.",
        Outcome.DIFFERS: "The output is NOT the recorded one.",
    }[found.outcome]
    numbers = {
        "Compared": f"{found.numbers} numbers; largest difference {found.absolute:.3g}, "
        f"relative {found.relative:.3g}",
    }  # fmt: skip
    first = {"First place": found.where or "the whole output"}
    tolerance = (
        f"{found.runtime.relative:g} relative, {found.runtime.absolute:g} absolute "
        f"({found.runtime.name}: {found.runtime.measured})"
    )
    return {
        "Replay": words,
        "Record": found.record_id,
        "Release": f"sha256:{found.release}",
        "Tolerance": tolerance,
        **(numbers if found.outcome is not Outcome.EQUAL else {}),
        **(first if found.outcome is Outcome.DIFFERS else {}),
    }
