"""Reports of other tools that are small on disk and large in memory."""

import json
import sqlite3
from contextlib import closing

import pytest

from sunlit.base.errors import MalformedError
from sunlit.formats import foreign, garak, pyrit
from sunlit.formats.foreign import read_object
from sunlit.formats.garak import read_garak
from sunlit.formats.pyrit import read_pyrit

SCHEMA = """
CREATE TABLE pyrit_memory_alembic_version(version_num TEXT);
INSERT INTO pyrit_memory_alembic_version VALUES('8d1e3f5a7b9c');
CREATE TABLE AttackResultEntries(id TEXT, objective TEXT, outcome TEXT,
  atomic_attack_identifier TEXT, timestamp TEXT, pyrit_version TEXT, last_score_id INT,
  last_response_id INT);
CREATE TABLE ScoreEntries(id INT, score_value TEXT, score_type TEXT,
  scorer_class_identifier TEXT);
CREATE TABLE PromptMemoryEntries(id INT, converted_value TEXT);
"""
ATTACK = "INSERT INTO AttackResultEntries VALUES(?, 'o', 'failure', '{}', '2026', '1', NULL, 1)"


def memory(answer: str, attacks: int) -> bytes:
    """Return a database in which all attacks refer to one answer."""
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript(SCHEMA)
        made.execute("INSERT INTO PromptMemoryEntries VALUES(1, ?)", (answer,))
        made.executemany(ATTACK, [(str(attacks - number),) for number in range(attacks)])
        made.commit()
        return made.serialize()


def test_one_answer_for_all_attacks_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """2 MB on disk would be 6 GB: each row brings the whole text again."""
    data = memory("x" * 10_000, 500)
    assert len(read_pyrit(data, 500).answers) == 500

    monkeypatch.setattr(pyrit, "MAX_REPORT", 1_000_000)
    with pytest.raises(MalformedError) as caught:
        read_pyrit(data, 500)
    assert caught.value.code == "foreign.too-large"


def test_attempts_come_in_their_order() -> None:
    """Whatever order the rows stand in."""
    first, second = (read_pyrit(memory("x", 3), 3) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("outputs", "detectors"), [(garak.MAX_OUTPUTS + 1, 1), (1, garak.MAX_DETECTORS + 1)]
)
def test_an_attempt_of_a_million_outputs_is_refused(outputs: int, detectors: int) -> None:
    """Each output would hold the question again, and each is looked up for each detector."""
    turns = [{"content": {"text": "x"}}, {"content": {"text": "y"}}]
    nodes: list[dict[str, object]] = [
        {"entry_type": "start_run setup", "_config.version": "0.17.0"},
        {
            "entry_type": "attempt", "uuid": "a", "probe_classname": "dan.A", "status": 2,
            "prompt": {"turns": turns}, "outputs": [""] * outputs,
            "detector_results": {f"d{number}": [0] for number in range(detectors)},
        },
    ]  # fmt: skip
    data = b"".join(json.dumps(node).encode() + b"\n" for node in nodes)

    with pytest.raises(MalformedError) as caught:
        read_garak(data)
    assert caught.value.code == "foreign.too-large"


def test_a_document_of_very_many_values_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty object is two bytes, and thirty times as much in memory."""
    data = b'{"a":[' + b",".join([b"{}"] * 1000) + b"]}"
    assert read_object(data, "it")

    monkeypatch.setattr(foreign, "MAX_VALUES", 1000)
    with pytest.raises(MalformedError) as caught:
        read_object(data, "it")
    assert caught.value.code == "foreign.too-large"
