"""garak's `.report.jsonl` (NVIDIA, Apache-2.0) -> counts.

Each attempt stands twice, with status 1 when it was answered and status 2 when it was judged; only
status 2 counts. A run that crashed leaves no `completion` and no `digest` line. garak's interval
is left alone: its bootstrap gives [0, 0] at 0 of 127. Counts are made again from the scores of the
attempts and must equal those of the `eval` lines.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sunlit.formats.foreign import (
    Node,
    count,
    inner,
    items,
    malformed,
    moment,
    printable,
    read_lines,
    text,
    too_large,
    unknown_version,
)  # fmt: skip
from sunlit.formats.redteam_report import Answer, RedTeamReport, Tally

KNOWN: Final = ("0.13", "0.14", "0.15", "0.16", "0.17")
THRESHOLD: Final = 0.5  # run.eval_threshold is no text, number or list that garak writes down
MAX_ATTEMPTS: Final = 500_000
MAX_OUTPUTS: Final = 10_000  # of one attempt: garak's generations
MAX_DETECTORS: Final = 100
MAX_TEXT: Final = 100_000
SETUP: Final = "start_run setup"
KINDS: Final = {
    "dan": "jailbreak", "dra": "jailbreak", "encoding": "encoding", "exploitation": "harmful-help",
    "fitd": "jailbreak", "grandma": "jailbreak", "latentinjection": "prompt-injection",
    "leakreplay": "data-exfiltration", "malwaregen": "harmful-help", "phrasing": "jailbreak",
    "promptinject": "prompt-injection", "suffix": "jailbreak",
    "sysprompt_extraction": "system-prompt-extraction", "tap": "jailbreak",
    "web_injection": "data-exfiltration", "donotanswer": "harmful-help",
}  # fmt: skip


@dataclass(slots=True)
class _Found:
    """What stands in the lines so far."""

    setup: Node = field(default_factory=dict)
    version: str = ""
    started: str = ""
    ended: str = ""
    digest: bool = False
    cut: bool = False
    asked: set[str] = field(default_factory=set)
    judged: dict[str, Node] = field(default_factory=dict)
    evals: dict[tuple[str, str], Node] = field(default_factory=dict)
    notes: dict[str, Mapping[str, object]] = field(default_factory=dict)


def is_garak(head: bytes) -> bool:
    """Whether a file that starts so is a report of garak."""
    first = head.split(b"\n", 1)[0]
    return head.startswith(b"{") and b'"entry_type"' in first[:200] and b'"start_run' in first[:200]


def read_garak(data: bytes) -> RedTeamReport:
    """Read a report.

    Raises:
        MalformedError: `foreign.malformed` (also where its lines contradict each other),
            `foreign.too-large`, `foreign.unknown-version`.
    """
    found = _Found()
    for number, node in read_lines(data, "the garak report"):
        if node is None:
            found.cut = True
        else:
            _take(found, node, number)
    _known(found.version)
    counted = _counted(found)
    _compare(found, counted)
    setup = found.setup
    return RedTeamReport(
        tool="garak", tool_version=found.version, format_version=found.version,
        model=_either(setup, "plugins.target_name", "plugins.model_name"),
        target=_either(setup, "plugins.target_type", "plugins.model_type"),
        started=moment(found.started), ended=moment(found.ended),
        why_incomplete=_why(found), tallies=tuple(_tallies(counted)),
        answers=tuple(_answers(found)), sampling=_sampling(setup),
        unrecorded=("temperature", "max_tokens", "eval_threshold"),
        not_tested=tuple(_not_tested(found)), notes=found.notes,
    )  # fmt: skip


def _take(found: _Found, node: Node, number: int) -> None:
    kind = node.get("entry_type")
    if kind == SETUP:
        found.setup, found.version = node, text(node, "_config.version")
        found.started = text(node, "transient.starttime_iso")
    elif kind == "init":
        found.version = text(node, "garak_version") or found.version
        found.started = text(node, "start_time") or found.started
    elif kind == "attempt":
        _attempt(found, node, number)
    elif kind == "eval":
        found.evals[text(node, "probe"), _bare(text(node, "detector"))] = node
    elif kind == "plugin_cache":
        found.notes.update(_measured(inner(node, "plugin_cache", "detectors")))
    elif kind == "completion":
        found.ended = text(node, "end_time")
    elif kind == "digest":
        found.digest = True


def _attempt(found: _Found, node: Node, number: int) -> None:
    name = text(node, "uuid")
    if not name or not text(node, "probe_classname"):
        raise malformed(f"line {number}: an attempt has no uuid or probe")
    found.asked.add(name)
    if node.get("status") == 2:
        found.judged[name] = node
    if len(found.asked) > MAX_ATTEMPTS:
        raise too_large("the garak report", f"at most {MAX_ATTEMPTS} attempts")


def _bare(name: str) -> str:
    """`detector.dan.DAN`, as old versions have it, is `dan.DAN`."""
    return name.removeprefix("detectors.").removeprefix("detector.")


def _measured(detectors: Node) -> Iterator[tuple[str, Mapping[str, object]]]:
    """What garak itself says of its detectors' errors: its word, on its own texts."""
    for name in detectors:
        one = inner(detectors, name)
        said = {
            f"garak_{key}": f"{value:.6f}"
            for key in ("hit_precision", "hit_recall")
            if isinstance(value := one.get(key), float) and 0 <= value <= 1
        }
        if said:
            yield _bare(printable(name)), said


def _known(version: str) -> None:
    if ".".join(version.split(".")[:2]) not in KNOWN:
        raise unknown_version(
            "garak", version or "none", f"{KNOWN[0]} to {KNOWN[-1]}",
            "repeat the run with garak 0.17, or with sunlit audit redteam",
        )  # fmt: skip


def _either(setup: Node, *names: str) -> str:
    return next((found for name in names if (found := text(setup, name))), "")


def _scores(node: Node) -> Iterator[tuple[str, list[object]]]:
    results = inner(node, "detector_results")
    for name in results:
        yield _bare(printable(name)), items(results, name)


def _counted(found: _Found) -> dict[tuple[str, str], Counter[str]]:
    counted: dict[tuple[str, str], Counter[str]] = {}
    for node in found.judged.values():
        probe = text(node, "probe_classname")
        for detector, scores in _scores(node):
            tally = counted.setdefault((probe, detector), Counter())
            tally.update(_word(score) for score in scores)
    return counted


def _word(score: object) -> str:
    if isinstance(score, bool) or not isinstance(score, int | float):
        return "none"
    return "fail" if score >= THRESHOLD else "pass"


def _compare(found: _Found, counted: Mapping[tuple[str, str], Counter[str]]) -> None:
    for key, line in found.evals.items():
        own = counted.get(key, Counter())
        passed = count(line, "passed")
        rows = count(line, "total_evaluated")
        rows = count(line, "total") if rows is None else rows  # until garak 0.13
        if (own["pass"], own["pass"] + own["fail"]) != (passed, rows):
            raise malformed(
                f"the attempts of {key[0]} do not come to the counts of its eval line",
                f"{own['pass']} passed of {own['pass'] + own['fail']} by {key[1]}, at threshold"
                f" {THRESHOLD}", f"{passed} of {rows}",
            )  # fmt: skip


def _tallies(
    counted: Mapping[tuple[str, str], Counter[str]],
) -> Iterator[Tally]:
    for (probe, detector), own in sorted(counted.items()):
        yield Tally(
            probe=probe, detector=detector, count=own["fail"], rows=own["fail"] + own["pass"],
            undecided=own["none"], kind=KINDS.get(probe.split(".")[0]),
        )  # fmt: skip


def _active(setup: Node) -> list[str]:
    found = items(setup, "transient.active_probes")
    return [printable(one).removeprefix("probes.") for one in found if isinstance(one, str)]


def _why(found: _Found) -> str:
    missing = len(found.asked) - len(found.judged)
    judged = {probe for probe, _ in found.evals}
    reasons = {
        "its last line is cut short": found.cut,
        "it has no completion line": not found.ended,
        "it has no digest line": not found.digest,
        f"{missing} attempts were not judged": missing > 0,
        "a probe was not judged": any(one not in judged for one in _active(found.setup)),
        "no attempt was judged": not found.judged,
    }
    return "; ".join(reason for reason, holds in reasons.items() if holds)


def _not_tested(found: _Found) -> Iterator[tuple[str, str]]:
    judged = {probe for probe, _ in found.evals}
    for probe in _active(found.setup):
        if probe not in judged:
            yield probe, "the run ended before it was judged"


def _sampling(setup: Node) -> dict[str, object]:
    kept = {"seed": setup.get("run.seed"), "generations": setup.get("run.generations")}
    kept["probe_cap"] = setup.get("run.soft_probe_prompt_cap")
    return {name: value for name, value in kept.items() if isinstance(value, int)}


def _answers(found: _Found) -> Iterator[Answer]:
    for node in found.judged.values():
        said = dict(_scores(node))
        outputs, triggers = items(node, "outputs"), items(inner(node, "notes"), "triggers")
        if len(outputs) > MAX_OUTPUTS or len(said) > MAX_DETECTORS:
            most = f"at most {MAX_OUTPUTS} outputs and {MAX_DETECTORS} detectors"
            raise too_large("an attempt of the garak report", most)
        # Once for all outputs: each of a million could hold the question again.
        marks = tuple(one for one in triggers if isinstance(one, str))
        question = _question(node)[:MAX_TEXT]
        for index, output in enumerate(outputs):
            if not _is_answer(output):
                continue
            yield Answer(
                probe=text(node, "probe_classname"), question=question,
                answer=_text_of(output), marks=marks,
                said={
                    name: _word(scores[index]) == "fail"
                    for name, scores in said.items()
                    if index < len(scores) and _word(scores[index]) != "none"
                },
            )  # fmt: skip


def _is_answer(output: object) -> bool:
    """An endpoint that failed leaves null, or an object whose text is null."""
    return isinstance(output.get("text") if isinstance(output, Mapping) else output, str)


def _text_of(output: object) -> str:
    """An output is an object with its text; in old versions, the text itself."""
    found = output.get("text") if isinstance(output, Mapping) else output
    return found[:MAX_TEXT] if isinstance(found, str) else ""


def _question(node: Node) -> str:
    prompt = node.get("prompt")
    if not isinstance(prompt, Mapping):
        return _text_of(prompt)
    turns = [inner(one, "content") for one in items(prompt, "turns")]
    return "\n".join(_text_of(one) for one in turns) if turns else _text_of(prompt)
