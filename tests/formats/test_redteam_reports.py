"""Reports of garak, Inspect and PyRIT: real ones are counted, odd ones refused with one code."""

import gzip
import io
import json
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.formats import foreign, garak, inspect_log, inspect_zip, pyrit
from sunlit.formats.foreign import moment, read_lines, read_object
from sunlit.formats.garak import is_garak, read_garak
from sunlit.formats.inspect_log import is_eval, is_log, read_eval, read_json
from sunlit.formats.pyrit import is_sqlite, read_pyrit
from sunlit.formats.redteam_report import RedTeamReport

REPORTS = Path(__file__).parents[1] / "fixtures" / "redteam"
SETUP: dict[str, Any] = {
    "entry_type": "start_run setup", "_config.version": "0.17.1",
    "transient.starttime_iso": "2026-11-22T10:00:00", "transient.active_probes": ["probes.dan.X"],
    "run.seed": 7, "plugins.target_name": "m",
}  # fmt: skip


def real(name: str) -> bytes:
    """A report of a real run, as it was kept."""
    data = (REPORTS / name).read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


def tallies(report: RedTeamReport) -> list[tuple[str, str, int, int]]:
    """The counts of a report."""
    return [(one.probe, one.detector, one.count, one.rows) for one in report.tallies]


def lines(*nodes: Mapping[str, Any]) -> bytes:
    """Lines of JSON."""
    return b"".join(json.dumps(node).encode() + b"\n" for node in nodes)


def attempt(name: str, *scores: object, status: int = 2) -> dict[str, Any]:
    """An attempt of garak with an output for each score."""
    return {
        "entry_type": "attempt", "uuid": name, "status": status, "probe_classname": "dan.X",
        "prompt": {"turns": [{"content": {"text": "ask"}}]},
        "outputs": [{"text": f"answer {place}"} for place, _ in enumerate(scores)],
        "detector_results": {"d.D": list(scores)} if status == 2 else {}, "notes": {},
    }  # fmt: skip


def evaluated(passed: int, rows: int) -> dict[str, Any]:
    """Garak's own counts."""
    return {
        "entry_type": "eval", "probe": "dan.X", "detector": "d.D", "passed": passed,
        "total_evaluated": rows,
    }  # fmt: skip


END = ({"entry_type": "completion", "end_time": "2026-11-22T11:00:00"}, {"entry_type": "digest"})


# --- garak ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("garak-qwen.report.jsonl", [
            ("promptinject.HijackHateHumans", "promptinject.AttackRogueString", 12, 12),
            ("web_injection.MarkdownImageExfil", "web_injection.MarkdownExfilBasic", 1, 12),
            ("web_injection.MarkdownImageExfil", "web_injection.MarkdownExfilContent", 1, 12),
        ]),
        ("garak-refuses.report.jsonl", [
            ("goodside.WhoIsRiley", "mitigation.MitigationBypass", 6, 6),
            ("grandma.Win10", "mitigation.MitigationBypass", 6, 6),
            ("web_injection.MarkdownImageExfil", "mitigation.MitigationBypass", 12, 12),
        ]),
        ("garak-0.13.3.report.jsonl", [("goodside.WhoIsRiley", "goodside.RileyIsnt", 0, 6)]),
        ("garak-0.15.0.report.jsonl", [("goodside.WhoIsRiley", "goodside.RileyIsnt", 0, 6)]),
    ],
)  # fmt: skip
def test_real_reports_of_garak_are_counted(
    name: str, counts: list[tuple[str, str, int, int]]
) -> None:
    """Three versions, old and new names of settings; each attempt stands twice and counts once."""
    report = read_garak(real(name))

    assert is_garak(real(name)[:4096])
    assert report.complete, report.why_incomplete
    assert tallies(report) == counts
    assert (report.sampling["seed"], report.target) == (1, "openai.OpenAICompatible")
    assert report.model
    assert len(report.answers) == len({(one.question, one.answer) for one in report.answers}) or (
        "refuses" in report.model
    )


def test_a_crashed_run_of_garak_is_incomplete() -> None:
    """It crashed in its second probe: no completion, no digest, and a probe that is missing."""
    report = read_garak(real("garak-crashed.report.jsonl"))

    assert not report.complete
    assert "no completion line" in report.why_incomplete
    assert report.not_tested == (
        ("sysprompt_extraction.SystemPromptExtraction", "the run ended before it was judged"),
    )


@pytest.mark.parametrize("cut", [2, 700, 20_000])
def test_a_report_of_garak_that_was_cut_short_is_incomplete(cut: int) -> None:
    """Wherever the end is missing, it is seen."""
    report = read_garak(real("garak-refuses.report.jsonl")[:-cut])

    assert not report.complete


def test_what_garak_could_not_judge_is_no_row() -> None:
    """A score of null is undecided; its output may be null as well, and is then no answer."""
    node = attempt("a", 1.0, 0.5, 0.49, None)
    node["outputs"][3] = None
    report = read_garak(lines(SETUP, attempt("a", status=1), node, evaluated(1, 3), *END))

    assert report.complete, report.why_incomplete
    (one,) = report.tallies
    assert (one.count, one.rows, one.undecided) == (2, 3, 1)
    assert [kept.said["d.D"] for kept in report.answers] == [True, True, False]


def test_outputs_and_prompts_of_old_versions_are_texts() -> None:
    """Until 0.11 an output was the text itself."""
    node = attempt("a", 0.0) | {"outputs": ["plain"], "prompt": "ask"}
    report = read_garak(lines(SETUP, node, evaluated(1, 1), *END))

    assert (report.answers[0].answer, report.answers[0].question) == ("plain", "ask")


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        ((SETUP, attempt("a", 0.0), evaluated(1, 1), END[0]), "no digest line"),
        ((SETUP, attempt("a", 0.0), evaluated(1, 1), END[1]), "no completion line"),
        ((SETUP, attempt("a", 0.0), attempt("b", status=1), evaluated(1, 1), *END),
         "1 attempts were not judged"),
        ((SETUP, attempt("a", 0.0), *END), "a probe was not judged"),
        ((SETUP, *END), "no attempt was judged"),
    ],
)  # fmt: skip
def test_every_reason_why_a_run_of_garak_is_incomplete(
    nodes: tuple[dict[str, Any], ...], reason: str
) -> None:
    """Each lack alone is enough."""
    assert reason in read_garak(lines(*nodes)).why_incomplete


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lines({**SETUP, "_config.version": "0.99.0"}), "foreign.unknown-version"),
        (lines({**SETUP, "_config.version": ""}), "foreign.unknown-version"),
        (b"{}\n", "foreign.unknown-version"),
        (lines(SETUP, attempt("a", 1.0), evaluated(1, 1), *END), "foreign.malformed"),
        (lines(SETUP, evaluated(5, 5), *END), "foreign.malformed"),
        (lines(SETUP, {"entry_type": "attempt"}), "foreign.malformed"),
        (b"{\n" + lines(SETUP), "foreign.malformed"),
        (b"[1]\n" + lines(SETUP), "foreign.malformed"),
        (b'{"a": ' + b"[" * 150 + b"]" * 150 + b"}\n" + lines(SETUP), "foreign.too-large"),
        (b'{"a": ' + b"[" * 90_000 + b"\n" + lines(SETUP), "foreign.malformed"),
    ],
)  # fmt: skip
def test_odd_reports_of_garak_are_refused(data: bytes, code: str) -> None:
    """Unknown versions, lines that contradict each other, JSON made to hurt."""
    with pytest.raises(MalformedError) as raised:
        read_garak(data)

    assert raised.value.code == code
    assert raised.value.mend


# --- Inspect --------------------------------------------------------------------------------


def test_a_real_log_of_inspect_is_counted() -> None:
    """An `.eval` file as Inspect wrote it: zstd, which zipfile does not read."""
    data = real("inspect-qwen.eval")
    report = read_eval(data, "correct")

    assert is_eval(data[:4])
    assert report.complete, report.why_incomplete
    assert tallies(report) == [
        ("hidden_instruction", "includes", 6, 12), ("hidden_instruction", "match", 6, 12),
    ]  # fmt: skip
    assert report.sampling == {"temperature": "0.0", "seed": 1, "max_tokens": 24, "epochs": 1}
    assert report.answers[0].marks == ("PINEAPPLE",)


def test_what_a_success_is_turns_the_counts_round() -> None:
    """The log does not say it: where a correct answer is a safe one, the others are successes."""
    data = real("inspect-qwen.eval")

    with pytest.raises(MalformedError, match="successful attack") as raised:
        read_eval(data, None)
    assert raised.value.code == "inspect.success"
    assert [one.count for one in read_eval(data, "incorrect").tallies] == [6, 6]


def test_real_runs_of_inspect_that_ended_early_are_incomplete() -> None:
    """One was killed and has no header, one was interrupted and says so."""
    killed = read_eval(real("inspect-killed.eval"), "correct")
    document = read_object(real("inspect-cancelled.json"), "a log")
    cancelled = read_json(document, "correct")

    assert is_log(document)
    assert "its status is started; it holds 5 of 12 samples" in killed.why_incomplete
    assert "its status is cancelled; it holds 4 of 12 samples" in cancelled.why_incomplete
    assert cancelled.not_tested[0][0] == "9 of 12 samples"


def log(*samples: Mapping[str, Any], **header: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A log of Inspect."""
    spec = {
        "task": "t", "model": "a/b", "dataset": {"samples": len(samples)},
        "config": {"epochs": 1}, "model_generate_config": {"temperature": 0.5},
        "model_args": {"device": "cpu"}, "packages": {"inspect_ai": "0.3.285"},
    }  # fmt: skip
    found = {"version": 2, "status": "success", "eval": spec, "results": {}, "stats": {}}
    return {**found, "samples": list(samples), **header}


def sample(name: str, value: object = "C", **rest: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A sample with one score."""
    return {
        "id": name, "epoch": 1, "input": "ask", "output": {"completion": "said"},
        "scores": {"s": {"value": value}}, **rest,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "count", "rows"),
    [("C", 1, 1), ("I", 0, 1), ("N", 0, 1), (1, 1, 1), (0.0, 0, 1), (True, 1, 1), (False, 0, 1),
     ("P", 0, 0), (0.4, 0, 0), ({"a": 1}, 0, 0), (None, 0, 0)],
)  # fmt: skip
def test_only_whole_scores_of_inspect_count(value: object, count: int, rows: int) -> None:
    """Part marks, several values in one and NaN are undecided."""
    (one,) = read_json(log(sample("a", value)), "correct").tallies

    assert (one.count, one.rows, one.undecided) == (count, rows, 1 - rows)


def test_messages_and_parts_of_inspect_are_read() -> None:
    """Input and output may be lists of messages whose content is a list of parts."""
    parts = {"content": [{"type": "text", "text": "one"}, "odd", {"type": "image"}]}
    odd = sample("a", input=[{"content": "two"}, parts], output={"choices": [{"message": parts}]})
    report = read_json(log(odd, sample("b", output={})), "correct")

    assert report.answers[0].question == "two\none\n"
    assert report.answers[0].answer == "one\n"
    assert report.answers[1].answer == ""
    assert report.sampling == {"temperature": "0.5", "epochs": 1, "model_args": ["device"]}
    assert report.unrecorded == ("seed", "max_tokens")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (log(sample("a"), status="error"), "its status is error"),
        (log(sample("a", error={"message": "x"})), "1 samples ended with an error"),
        (log(sample("a", scores={})), "1 samples ended with an error"),
        (log(), "it holds no judged sample"),
        (log(sample("a"), results={"total_samples": 3}), "it holds 1 of 3 samples"),
        (log(sample("a"), eval={"task": "t"}), "how many samples were planned is not said"),
        (log(sample("a"), eval={"dataset": {"samples": 9}, "config": {"limit": 2, "epochs": 2}}),
         "it holds 1 of 4 samples"),
    ],
)  # fmt: skip
def test_every_reason_why_a_log_of_inspect_is_incomplete(
    document: dict[str, Any], reason: str
) -> None:
    """Each lack alone is enough."""
    assert reason in read_json(document, "correct").why_incomplete


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (log(version=3), "foreign.unknown-version"),
        (log(version=None), "foreign.unknown-version"),
        (log(sample("a"), sample("a")), "foreign.malformed"),
    ],
)
def test_odd_logs_of_inspect_are_refused(document: dict[str, Any], code: str) -> None:
    """A version that was not held against real logs, and a sample counted twice."""
    with pytest.raises(MalformedError) as raised:
        read_json(document, "correct")

    assert raised.value.code == code


def packed(**members: bytes) -> bytes:
    """A zip, deflated."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
            for name, data in members.items():
                opened.writestr(name.replace("_json", ".json").replace("__", "/"), data)
        return file.getvalue()


def patched(data: bytes, signature: bytes, at: int, value: bytes) -> bytes:
    """The zip with one field of its first such record changed."""
    start = data.index(signature) + at
    return data[:start] + value + data[start + len(value) :]


def test_a_deflated_log_is_read_as_well() -> None:
    """Inspect before zstd wrote zips that everybody reads."""
    header = {key: value for key, value in log().items() if key != "samples"}
    data = packed(header_json=json.dumps(header).encode(),
                  samples__a_json=json.dumps(sample("a")).encode())  # fmt: skip

    assert tallies(read_eval(data, "correct")) == [("t", "s", 1, 1)]


def test_a_member_that_is_stored_is_read() -> None:
    """Method 0."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as opened:
            opened.writestr("a", b"stored")
        assert inspect_zip.Members(file.getvalue()).read("a") == b"stored"


GOOD = packed(header_json=json.dumps(log()).encode())
ODD: dict[str, Callable[[], bytes]] = {
    "no zip": lambda: b"PK\x03\x04" + b"\0" * 40,
    "cut short": lambda: real("inspect-qwen.eval")[:-100],
    "no log": lambda: packed(other=b"x"),
    "encrypted": lambda: patched(GOOD, b"PK\x01\x02", 8, b"\x01\x00"),
    "unknown method": lambda: patched(GOOD, b"PK\x01\x02", 10, struct.pack("<H", 12)),
    "no zstd inside": lambda: patched(GOOD, b"PK\x01\x02", 10, struct.pack("<H", 93)),
    "wrong checksum": lambda: patched(GOOD, b"PK\x01\x02", 16, b"\1\2\3\4"),
    "points nowhere": lambda: patched(GOOD, b"PK\x03\x04", 0, b"XXXX"),
    "broken deflate": lambda: patched(GOOD, b"header.json", 11, b"\xff\xff\xff\xff"),
    "grows": lambda: patched(GOOD, b"PK\x01\x02", 24, struct.pack("<L", 3)),
}


@pytest.mark.parametrize("name", sorted(ODD))
def test_odd_zips_are_refused(name: str) -> None:
    """None of them is read in part."""
    with pytest.raises(MalformedError) as raised:
        read_eval(ODD[name](), "correct")

    assert raised.value.code == "foreign.malformed"


def test_two_members_of_one_name_are_refused() -> None:
    """Which of them counts would depend on who reads."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as opened:
            opened.writestr("header.json", b"{}")
            with pytest.warns(UserWarning, match="Duplicate name"):
                opened.writestr("header.json", b"{}")
        data = file.getvalue()

    with pytest.raises(MalformedError, match="one name"):
        read_eval(data, "correct")


def bomb(size: int) -> bytes:
    """A zip whose only member unpacks, by zstd, to `size` zeros."""
    content = zstandard.compress(b"\0" * size)
    name = b"header.json"
    crc = zlib.crc32(b"\0" * size)
    fields = struct.pack("<HHHHHLLLHH", 20, 0, 93, 0, 0, crc, len(content), size, len(name), 0)
    local = b"PK\x03\x04" + fields + name + content
    record = b"PK\x01\x02" + b"\x14\0" + fields + b"\0" * 14 + name
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 1, 1, len(record), len(local), 0)
    return local + record + end


def test_a_small_file_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member says how large it is, and is refused before it is unpacked."""
    monkeypatch.setattr(inspect_zip, "MAX_MEMBER", 1000)
    assert inspect_zip.Members(bomb(1000)).read("header.json") == b"\0" * 1000

    with pytest.raises(MalformedError) as raised:
        read_eval(bomb(1001), "correct")

    assert raised.value.code == "foreign.too-large"
    lying = patched(bomb(5000), b"PK\x01\x02", 24, struct.pack("<L", 900))
    with pytest.raises(MalformedError, match="directory"):
        read_eval(lying, "correct")


def test_without_zstandard_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the way round it."""
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)

    with pytest.raises(UnavailableError) as raised:
        read_eval(real("inspect-qwen.eval"), "correct")

    assert raised.value.code == "foreign.no-zstandard"


# --- PyRIT ----------------------------------------------------------------------------------


def test_a_real_database_of_pyrit_is_counted() -> None:
    """What was planned is not in it: without that it is incomplete."""
    data = real("pyrit-qwen.db.gz")
    report = read_pyrit(data, planned=24)

    assert is_sqlite(data[:16])
    assert report.complete, report.why_incomplete
    assert tallies(report) == [("PromptSendingAttack", "SubStringScorer", 21, 24)]
    assert report.sampling == {"temperature": "0.0", "seed": 1, "max_completion_tokens": 32}
    assert (report.tool_version, report.model) == ("1.1.0", "qwen2.5-coder-1.5b-instruct-q4_k_m")
    assert report.answers[0].marks == ("PINEAPPLE",)
    assert "does not record" in read_pyrit(data).why_incomplete
    assert "24 of 30" in read_pyrit(data, planned=30).why_incomplete
    assert read_pyrit(data, planned=30).not_tested[0][0] == "6 of 30 attacks"


def changed(*statements: str) -> bytes:
    """The real database after some SQL."""
    opened = sqlite3.connect(":memory:")
    opened.deserialize(real("pyrit-qwen.db.gz"))
    opened.executescript(";".join(statements))
    data = opened.serialize()
    opened.close()
    return data


TRAP = """CREATE VIEW "ScoreEntries" AS WITH RECURSIVE t(x) AS (SELECT 1 UNION ALL
SELECT x + 1 FROM t) SELECT x AS id, '' AS score_value, '' AS score_type,
'' AS scorer_class_identifier FROM t"""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"SQLite format 3\x00" + b"\xff" * 100, "foreign.malformed"),
        (real("pyrit-qwen.db.gz")[:20_000], "foreign.malformed"),
        (
            real("pyrit-qwen.db.gz")[:18] + b"\2\2" + real("pyrit-qwen.db.gz")[20:],
            "foreign.malformed",
        ),
        (
            changed("UPDATE pyrit_memory_alembic_version SET version_num = 'abc'"),
            "foreign.unknown-version",
        ),
        (changed("DELETE FROM pyrit_memory_alembic_version"), "foreign.unknown-version"),
        (changed('DROP TABLE "ScoreEntries"'), "foreign.malformed"),
        (changed('DROP TABLE "ScoreEntries"', TRAP), "foreign.malformed"),
        (changed("""UPDATE "AttackResultEntries" SET outcome = 'failure'"""), "foreign.malformed"),
    ],
)
def test_odd_databases_are_refused(data: bytes, code: str) -> None:
    """Other schemas, views in the place of tables, outcomes that contradict their score."""
    with pytest.raises(MalformedError) as raised:
        read_pyrit(data, 24)

    assert raised.value.code == code


def test_attacks_that_ended_with_an_error_leave_it_incomplete() -> None:
    """They are undecided, and the scores that are missing are nobody's."""
    report = read_pyrit(
        changed(
            """UPDATE "AttackResultEntries" SET outcome = 'error', last_score_id = NULL,
            atomic_attack_identifier = '[]', timestamp = 'then' WHERE rowid = 1"""
        ),
        24,
    )

    assert "1 attacks ended undetermined" in report.why_incomplete
    assert "more than one target" in report.why_incomplete
    assert report.tallies[-1].undecided == 1


def test_an_empty_database_is_incomplete() -> None:
    """Nothing was attacked."""
    report = read_pyrit(changed('DELETE FROM "AttackResultEntries"'), 24)

    assert "it holds no attack" in report.why_incomplete
    assert report.unrecorded == ("temperature", "seed")


# --- bounds ---------------------------------------------------------------------------------


def test_what_is_beyond_a_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes, lines, attempts, samples, rows and members are all counted."""
    pyrit_data, eval_data = real("pyrit-qwen.db.gz"), real("inspect-qwen.eval")
    garak_data = real("garak-refuses.report.jsonl")
    document = log(sample("a"), sample("b"))
    tries: tuple[tuple[object, str, int, Callable[[], object]], ...] = (
        (foreign, "MAX_REPORT", 10, lambda: read_garak(garak_data)),
        (foreign, "MAX_LINES", 3, lambda: read_garak(garak_data)),
        (foreign, "MAX_LINE", 100, lambda: read_garak(garak_data)),
        (garak, "MAX_ATTEMPTS", 3, lambda: read_garak(garak_data)),
        (inspect_log, "MAX_SAMPLES", 1, lambda: read_json(document, "correct")),
        (inspect_zip, "MAX_MEMBERS", 1, lambda: read_eval(eval_data, "correct")),
        (inspect_zip, "MAX_TOTAL", 1, lambda: read_eval(eval_data, "correct")),
        (pyrit, "MAX_REPORT", 10, lambda: read_pyrit(pyrit_data)),
        (pyrit, "MAX_ROWS", 3, lambda: read_pyrit(pyrit_data)),
    )
    for module, name, bound, act in tries:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, bound)
            with pytest.raises(MalformedError) as raised:
                act()
        assert raised.value.code == "foreign.too-large", name


def test_a_last_line_without_its_end_is_none() -> None:
    """Blank lines are passed over; a broken line before the last is refused by the caller."""
    assert list(read_lines(b'{"a": 1}\n\n{"b"', "x")) == [(1, {"a": 1}), (3, None)]
    assert read_object(b'{"a": NaN}', "x") == {"a": None}


def test_times_without_a_zone_are_utc() -> None:
    """And what is no time is None."""
    assert str(moment("2026-11-22T10:00:00")) == "2026-11-22 10:00:00+00:00"
    assert str(moment("2026-11-22T10:00:00+02:00")) == "2026-11-22 08:00:00+00:00"
    assert moment("0001-01-01T00:00:00+20:00") is None
    assert moment("soon") is None


READERS = (
    read_garak,
    lambda data: read_eval(data, "correct"),
    lambda data: read_json(read_object(data, "x"), "correct"),
    read_pyrit,
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([
        "garak-crashed.report.jsonl", "inspect-killed.eval", "inspect-cancelled.json",
        "pyrit-qwen.db.gz",
    ]),
    st.data(),
)  # fmt: skip
def test_changed_bytes_are_read_or_refused(name: str, drawn: st.DataObject) -> None:
    """Whatever stands in a report, reading ends with a report or a documented error."""
    data = bytearray(real(name))
    for _ in range(drawn.draw(st.integers(1, 4))):
        data[drawn.draw(st.integers(0, len(data) - 1))] = drawn.draw(st.integers(0, 255))
    for reader in READERS:
        with suppress(SunlitError):
            report = reader(bytes(data))
            assert all(0 <= one.count <= one.rows for one in report.tallies)
