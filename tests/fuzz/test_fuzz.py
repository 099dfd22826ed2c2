"""Strangers' bytes are read or refused in words, and in time that grows with their size."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest

from tests.fuzz import doors

ROOT: Final = doors.ROOT
SECONDS: Final = int(os.environ.get("FUZZ_SECONDS", "600"))  # for all doors together
KEPT: Final = sorted(doors.FIXTURES.rglob("*.bin"))
# What backtracking engines and careless parsers choke on, repeated.
UNITS: Final = (
    "a", "1", ".", "@", "-", " ", "1 ", "1.", "a.", "a@", "-1", "01", "0:", "a@a.", "1-2 ", "AB12",
    "::1", "http://a.", "4111 ", "+44 ", "\n", "é", "\u200b", "𝟙", "12/12/", "51.5, ",
)  # fmt: skip


@pytest.mark.parametrize("door", doors.DOORS)
def test_a_door_lets_in_what_it_is_made_for(door: str) -> None:
    """At least one seed of each door is accepted, and none is a surprise."""
    seeds = list(doors.seeds(door))
    refused = [doors.knock(door, seed) for seed in seeds]
    assert None in refused
    assert all(one is None or one.code for one in refused)


@pytest.mark.parametrize("door", doors.DOORS)
@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 5000, b'"' * 99, b"=\n" * 50]
)
def test_a_door_answers_rubbish_in_words(door: str, data: bytes) -> None:
    """No bytes, no text, and text that only nests."""
    doors.knock(door, data)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: f"{kept.parent.name}-{kept.stem}")
def test_what_once_broke_a_door_does_so_no_more(kept: Path) -> None:
    """Every crash that a fuzzer found stays here."""
    doors.knock(kept.parent.name, kept.read_bytes())


@pytest.mark.long
@pytest.mark.parametrize("unit", UNITS)
def test_the_recognisers_take_time_in_proportion(unit: str) -> None:
    """Eight times the text takes at most twenty times as long, and never a second per 100 kB."""
    small, large = (unit * (size // len(unit)) for size in (25_000, 200_000))
    doors.knock("engine", small.encode())  # compiled, and warm
    first, second = _seconds(small), _seconds(large)
    assert second < max(20 * first, 0.2)
    assert second < 2


def _seconds(text: str) -> float:
    data, start = text.encode(), time.process_time()
    doors.knock("engine", data)
    return time.process_time() - start


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 300)
@pytest.mark.parametrize("door", doors.DOORS)
def test_a_fuzzer_finds_no_way_to_break_a_door(door: str, tmp_path: Path) -> None:
    """Ten minutes of coverage-guided fuzzing over all doors; FUZZ_SECONDS says otherwise."""
    pytest.importorskip("atheris")
    corpus, broken = tmp_path / "corpus", tmp_path / "broken"
    corpus.mkdir()
    broken.mkdir()
    for number, seed in enumerate(doors.seeds(door)):
        (corpus / f"seed{number}").write_bytes(seed)
    command = [
        sys.executable, "-m", "tests.fuzz.harness", door,
        f"-max_total_time={max(1, SECONDS // len(doors.DOORS))}", "-timeout=20",
        f"-max_len={doors.LONGEST[door]}", "-rss_limit_mb=4096", f"-artifact_prefix={broken}/",
        "-print_final_stats=1", str(corpus),
    ]  # fmt: skip

    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, errors="replace",
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
    )  # fmt: skip

    found = [path.read_bytes() for path in sorted(broken.iterdir())]
    assert done.returncode == 0, f"{found!r}\n{done.stderr[-4000:]}"
    assert "stat::number_of_executed_units" in done.stderr
