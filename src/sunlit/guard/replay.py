"""Run the same model on the same recorded input again, and say whether it answers the same.

Bit for bit where the bytes of the output are equal; else within the tolerance that is stated for
the runtime, with the largest difference; else it differs. Numbers only: a label that changed,
a row more or a key less is a difference, however small the tolerance.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from sunlit.base.errors import DOES_NOT_HOLD, HOLDS, UnavailableError, VerificationError
from sunlit.decision.content import JSON, Content, Field
from sunlit.decision.record import Kind, Record
from sunlit.guard import serial
from sunlit.guard.explain.library import Model, library
from sunlit.guard.ports import Serialise
from sunlit.guard.replay_loader import called
from sunlit.guard.rows import row


class Outcome(StrEnum):
    """What a replay showed."""

    EQUAL = "equal"  # the output's bytes are the recorded ones
    WITHIN = "within-tolerance"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """How far two runs of one model on one input may lie apart, and what was measured.

    Two numbers agree if |a - b| <= absolute + relative * |recorded|.
    """

    name: str
    relative: float
    absolute: float
    measured: str


RUNTIMES: Final = {
    one.name: one
    for one in (
        Runtime(
            name="lightgbm", relative=1e-12, absolute=1e-15,
            measured="text model, loaded again: no difference in 1,000 rows, whatever the "
            "threads, one by one or in a batch",
        ),
        Runtime(
            name="xgboost", relative=1e-6, absolute=1e-8,
            measured="JSON model, loaded again: no difference in 1,000 rows, whatever the "
            "threads, one by one or in a batch; it computes in 32 bits",
        ),
        Runtime(
            name="onnxruntime", relative=1e-5, absolute=1e-7,
            measured="no difference between equal sessions; one row against a batch of 1,000, "
            "or other threads: at most 2.7e-6 relative; it computes in 32 bits",
        ),
        Runtime(
            name="sklearn", relative=1e-9, absolute=1e-12,
            measured="no difference on one processor; with the kernels of other processors, other "
            "threads, one row against a batch: at most 1.3e-15 relative",
        ),
    )
}  # fmt: skip
EXACT: Final = Runtime(
    name="unknown", relative=0.0, absolute=0.0,
    measured="no tolerance is stated for it: bit for bit or not at all",
)  # fmt: skip


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
            expected=f"manifest digest {record.release}", got=release,
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
            "replay.no-content", f"the record's {name} is not opened, or was never recorded",
            mend="a stream's output stands in its `closed` record and is not replayed",
        )  # fmt: skip
    return found


def _array(found: serial.Array) -> object:
    array = library("numpy").array(found.values, dtype=found.dtype).reshape(found.shape)
    return array if found.shape else array[()]


def _frame(found: serial.Frame) -> object:
    table = library("pandas").DataFrame(list(found.values), columns=list(found.columns))
    return table.astype(dict(zip(found.columns, found.dtypes, strict=True)))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome for one output: how many numbers, how far apart, where first too far."""

    outcome: Outcome
    numbers: int = 0
    absolute: float = 0.0
    relative: float = 0.0
    where: str | None = None


def compare(recorded: Field, replayed: Field, runtime: Runtime) -> Comparison:
    """Compare two outputs as `guard.serial` wrote them."""
    if (recorded.type, recorded.value) == (replayed.type, replayed.value):
        return Comparison(Outcome.EQUAL)
    if not recorded.type == replayed.type == JSON:
        return Comparison(Outcome.DIFFERS, 0, math.inf, math.inf, "")
    try:
        pairs = list(_pairs(json.loads(recorded.value), json.loads(replayed.value), ""))
    except (ValueError, RecursionError):
        return Comparison(Outcome.DIFFERS, 0, math.inf, math.inf, "")
    gaps = [(abs(old - new), old, where) for where, old, new in pairs]
    too_far = [
        where
        for gap, old, where in gaps
        if not gap <= runtime.absolute + runtime.relative * (abs(old) if old == old else 0)  # noqa: PLR0124 - NaN
    ]
    return Comparison(
        Outcome.DIFFERS if too_far else Outcome.WITHIN,
        len(gaps),
        max((_or_infinite(gap) for gap, _, _ in gaps), default=0.0),
        max((_relative(gap, old) for gap, old, _ in gaps), default=0.0),
        too_far[0] if too_far else None,
    )


def _pairs(old: object, new: object, where: str) -> Iterator[tuple[str, float, float]]:
    """Yield the numbers in two documents; NaN for what is no number and not the same."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key in old:
            yield from _pairs(old[key], new[key], f"{where}/{_escaped(str(key))}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for at, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _pairs(one, other, f"{where}/{at}")
    elif type(old) is float and type(new) is float:
        yield where, old, new
    elif type(old) is not type(new) or old != new:
        yield where, math.nan, math.nan


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")  # RFC 6901, section 3


def _relative(gap: float, old: float) -> float:
    return 0.0 if gap == 0 else _or_infinite(gap / abs(old) if old else math.inf)


def _or_infinite(value: float) -> float:
    return math.inf if math.isnan(value) else value


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
