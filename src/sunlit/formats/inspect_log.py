"""Inspect's log (UK AI Security Institute, MIT), `.eval` or `.json`, version 2 -> counts.

The format is versioned and no frozen specification, so other versions are refused. A log says
whether an answer was correct; whether that means that an attack succeeded, only who wrote the task
knows, so the caller says it. A run whose status is not `success`, or with fewer samples than
planned, is incomplete.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.formats.foreign import (
    Node,
    count,
    inner,
    items,
    malformed,
    moment,
    printable,
    read_object,
    text,
    too_large,
    unknown_version,
)  # fmt: skip
from sunlit.formats.inspect_zip import Members
from sunlit.formats.redteam_report import Answer, RedTeamReport, Tally

VERSION: Final = 2
MAX_SAMPLES: Final = 200_000
MAX_TEXT: Final = 100_000
CORRECT: Final = frozenset({"C", "1", "1.0", "true"})
INCORRECT: Final = frozenset({"I", "N", "0", "0.0", "false"})
SUCCESS: Final = ("correct", "incorrect")
_ASKED: Final = ("temperature", "seed", "max_tokens", "top_p", "top_k", "system_message")


def is_eval(head: bytes) -> bool:
    """Whether a file that starts so is a zip, which of all reports only Inspect writes."""
    return head.startswith(b"PK\x03\x04")


def is_log(document: Mapping[str, object]) -> bool:
    """Whether a JSON document is a log of Inspect."""
    return {"version", "status", "eval"} <= document.keys() and bool(inner(document, "eval"))


def read_eval(data: bytes, success: str | None) -> RedTeamReport:
    """Read an `.eval` file; `success` is what of `correct`, `incorrect` a successful attack is.

    Raises:
        MalformedError: `foreign.*`, `inspect.success`.
        UnavailableError: `foreign.no-zstandard`.
    """
    members = Members(data)
    names = members.names()
    if "header.json" in names:
        header = read_object(members.read("header.json"), "header.json")
    elif "_journal/start.json" in names:  # a run that was killed wrote no header
        start = read_object(members.read("_journal/start.json"), "start.json")
        header = {**start, "status": "started"}
    else:
        raise malformed("the zip is no log of Inspect", "header.json in it")
    ours = [name for name in names if name.startswith("samples/") and name.endswith(".json")]
    samples = (read_object(members.read(name), "a sample") for name in ours)
    return read_log(header, samples, success)


def read_json(document: Node, success: str | None) -> RedTeamReport:
    """Read a `.json` log; see `read_eval`."""
    found = (one for one in items(document, "samples") if isinstance(one, dict))
    return read_log(document, found, success)


def read_log(header: Node, samples: Iterable[Node], success: str | None) -> RedTeamReport:
    """Count what the samples say. They are read one by one and not kept."""
    if header.get("version") != VERSION:
        raise unknown_version(
            "Inspect", str(header.get("version")), f"version {VERSION}",
            "write the log with an inspect-ai whose log has version 2, such as 0.3.285",
        )  # fmt: skip
    if success not in SUCCESS:
        raise MalformedError(
            "inspect.success", "an Inspect log does not say what a successful attack is",
            expected="whether `correct` or `incorrect` answers are those where it succeeded",
            mend="say it with --success correct, or --success incorrect",
        )  # fmt: skip
    spec = inner(header, "eval")
    seen = _Seen(task=text(spec, "task") or "task", success=success)
    for sample in samples:
        seen.take(sample)
    return RedTeamReport(
        tool="Inspect", tool_version=text(inner(spec, "packages"), "inspect_ai"),
        format_version=str(VERSION), model=text(spec, "model"),
        target=text(spec, "model").split("/")[0],
        started=moment(text(inner(header, "stats"), "started_at") or text(spec, "created")),
        ended=moment(text(inner(header, "stats"), "completed_at")),
        why_incomplete=_why(header, seen), tallies=tuple(seen.tallies()),
        answers=tuple(seen.answers), sampling=_sampling(spec),
        unrecorded=tuple(name for name in _ASKED[:3] if name not in _sampling(spec)),
        not_tested=_not_tested(header, seen),
    )  # fmt: skip


class _Seen:
    """The samples so far: counts by scorer, and answers."""

    def __init__(self, task: str, success: str) -> None:
        self.task, self.success = task, success
        self.counts: dict[str, Counter[str]] = {}
        self.answers: list[Answer] = []
        self.total, self.failed = 0, 0
        self._ids: set[tuple[str, int]] = set()

    def take(self, sample: Node) -> None:
        """Count one sample of one epoch."""
        key = (str(sample.get("id"))[:200], count(sample, "epoch") or 0)
        if key in self._ids:
            raise malformed("a sample stands twice in the log, for one epoch")
        self._ids.add(key)
        self.total += 1
        if self.total > MAX_SAMPLES:
            raise too_large("the log", f"at most {MAX_SAMPLES} samples")
        scores = inner(sample, "scores")
        if sample.get("error") or not scores:
            self.failed += 1
            return
        said = {}
        for name in scores:
            word = self._word(inner(scores, name).get("value"))
            self.counts.setdefault(printable(name), Counter())[word] += 1
            if word != "none":
                said[printable(name)] = word == "hit"
        self.answers.append(
            Answer(
                probe=self.task,
                question=_input(sample),
                answer=_output(sample),
                said=said,
                marks=tuple(filter(None, (text(sample, "target", 1000),))),
            )
        )

    def _word(self, value: object) -> str:
        written = str(value).lower() if isinstance(value, bool) else str(value)
        if isinstance(value, dict | list) or written not in CORRECT | INCORRECT:
            return "none"  # part marks and several values in one are no yes or no
        return "hit" if (written in CORRECT) == (self.success == "correct") else "miss"

    def tallies(self) -> Iterator[Tally]:
        """Yield the counts by scorer."""
        for scorer, own in sorted(self.counts.items()):
            yield Tally(
                probe=self.task, detector=scorer, count=own["hit"],
                rows=own["hit"] + own["miss"], undecided=own["none"],
            )  # fmt: skip


def _planned(header: Node) -> int | None:
    spec = inner(header, "eval")
    said = count(inner(header, "results"), "total_samples")
    chosen = items(inner(spec, "dataset"), "sample_ids")
    samples = len(chosen) or count(inner(spec, "dataset"), "samples")
    epochs = count(inner(spec, "config"), "epochs") or 1
    limit = count(inner(spec, "config"), "limit")
    if samples is None:
        return said
    planned = min(samples, limit) * epochs if limit else samples * epochs
    return max(planned, said or 0)


def _why(header: Node, seen: _Seen) -> str:
    planned, status = _planned(header), text(header, "status") or "not said"
    reasons = {
        f"its status is {status}": status != "success",
        "how many samples were planned is not said": planned is None,
        f"it holds {seen.total} of {planned} samples": planned is not None and seen.total < planned,
        f"{seen.failed} samples ended with an error or no score": seen.failed > 0,
        "it holds no judged sample": not seen.counts,
    }
    return "; ".join(reason for reason, holds in reasons.items() if holds)


def _not_tested(header: Node, seen: _Seen) -> tuple[tuple[str, str], ...]:
    planned = _planned(header) or 0
    missing = max(0, planned - seen.total) + seen.failed
    if not missing:
        return ()
    return ((f"{missing} of {max(planned, seen.total)} samples", "the run did not judge them"),)


def _sampling(spec: Node) -> dict[str, object]:
    config = {**inner(spec, "model_generate_config")}
    kept: dict[str, object] = {}
    for name in _ASKED:
        value = config.get(name)
        if isinstance(value, int):
            kept[name] = value
        elif isinstance(value, float):
            kept[name] = repr(value)
    kept["epochs"] = count(inner(spec, "config"), "epochs") or 1
    asked = sorted(printable(name, 40) for name in inner(spec, "model_args"))
    return kept | ({"model_args": asked} if asked else {})


def _input(sample: Node) -> str:
    asked = sample.get("input")
    if isinstance(asked, str):
        return asked[:MAX_TEXT]
    said = [_content(one) for one in items(sample, "input") if isinstance(one, dict)]
    return "\n".join(said)[:MAX_TEXT]


def _output(sample: Node) -> str:
    output = inner(sample, "output")
    whole = output.get("completion")
    if isinstance(whole, str) and whole:
        return whole[:MAX_TEXT]
    choices = [one for one in items(output, "choices") if isinstance(one, dict)]
    return _content(inner(choices[0], "message"))[:MAX_TEXT] if choices else ""


def _content(message: Node) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = [one for one in items(message, "content") if isinstance(one, dict)]
    return "\n".join(text(one, "text", MAX_TEXT) for one in parts)
