"""Limits: exact over every window, shared by processes, kept over restarts."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.guard import counters
from sunlit.guard.counters import RESERVED, Counters
from sunlit.guard.limits import Rate, Volume, read_constraints

_START = 1_772_452_800  # seconds


def _counters(path: Path, *texts: str) -> Counters:
    return Counters(path, read_constraints(texts))


def _take(found: Counters, at: int, count: int = 1) -> str | None:
    try:
        found.take(at, count)
    except VerificationError as error:
        return error.code
    return None


PLAN = "mask-plan:" + "0a" * 32


def test_constraints_are_read_and_prose_is_left_to_people() -> None:
    """What looks coded and is not known is remembered, for it must be refused."""
    found = read_constraints([
        "rate:5/minute", "volume:100", "mask:postcode", "mask:postcode", PLAN,
        "adults: nobody else",        "area:north", "rate:5/fortnight",
    ])  # fmt: skip

    assert found.rates == (Rate(5, 60),)
    assert found.volumes == (Volume(100),)
    assert found.masks == ("postcode", PLAN)
    assert found.unknown == "area:north"
    assert found.are_counted
    with pytest.raises(VerificationError) as caught:
        found.expect_known()
    assert caught.value.code == "guard.constraint-unknown"


@pytest.mark.parametrize(
    "text", ["rate:5/fortnight", "rate:-1/day", "volume:x", "rate:9999999999/day"]
)
def test_a_limit_that_cannot_be_read_is_unknown(text: str) -> None:
    """It looks coded, so going on as if it were prose would lift the limit."""
    assert read_constraints([text]).unknown == text


@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), max_size=40),
)
def test_no_window_ever_holds_more_than_the_rate(
    tmp_path_factory: pytest.TempPathFactory, limit: int, steps: list[tuple[int, int]]
) -> None:
    """Against a list of every decision that was let through, second by second."""
    found = _counters(tmp_path_factory.mktemp("limits") / "one", f"rate:{limit}/minute")
    at, taken = _START, list[int]()
    for step, count in steps:
        at += step
        inside = sum(1 for one in taken if one > at - 60)
        if _take(found, at, count) is None:
            assert inside + count <= limit
            taken += [at] * count
        else:
            assert inside + count > limit
    found.close()


@pytest.mark.parametrize(
    ("unit", "seconds"), [("second", 1), ("minute", 60), ("hour", 3600), ("day", 86_400)]
)
def test_a_rate_is_free_again_after_its_window(tmp_path: Path, unit: str, seconds: int) -> None:
    """Not a second earlier."""
    found = _counters(tmp_path / "one", f"rate:2/{unit}")

    assert _take(found, _START, 2) is None
    assert _take(found, _START + seconds - 1) == "guard.rate-exceeded"
    assert _take(found, _START + seconds, 2) is None


def test_several_limits_count_all_or_nothing(tmp_path: Path) -> None:
    """What one limit refuses does not use up another."""
    found = _counters(tmp_path / "one", "rate:1/second", "rate:3/minute", "volume:3")

    assert [_take(found, _START + second) for second in (0, 0, 1, 2, 3)] == [
        None, "guard.rate-exceeded", None, None, "guard.rate-exceeded",
    ]  # fmt: skip
    assert _take(found, _START + 100) == "guard.volume-exceeded"


def test_a_time_within_the_clocks_slack_counts_as_now(tmp_path: Path) -> None:
    """Two threads may see two seconds in another order."""
    found = _counters(tmp_path / "one", "rate:2/minute")

    assert _take(found, _START + 5) is None
    assert _take(found, _START + 4) is None
    assert _take(found, _START + 64) == "guard.rate-exceeded"


def test_counts_outlive_the_process_that_made_them(tmp_path: Path) -> None:
    """A worker that is started again does not begin at zero."""
    _counters(tmp_path / "one", "volume:3").take(_START, 2)

    again = _counters(tmp_path / "one", "volume:3")

    assert _take(again, _START, 2) == "guard.volume-exceeded"
    assert _take(again, _START) is None


def test_a_power_cut_uses_up_what_was_reserved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was only in memory is gone, so what could have been made counts as made."""
    _counters(tmp_path / "one", f"volume:{RESERVED + 1}").take(_START, 1)
    boot = tmp_path / "boot"
    boot.write_text("another-boot")
    monkeypatch.setattr(counters, "BOOT", boot)

    again = _counters(tmp_path / "one", f"volume:{RESERVED + 1}")

    assert _take(again, _START) == "guard.volume-exceeded"


def test_a_machine_without_boot_ids_counts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no such file outside Linux."""
    monkeypatch.setattr(counters, "BOOT", tmp_path / "none")

    assert _take(_counters(tmp_path / "one", "volume:1"), _START) is None


def test_processes_share_one_count(tmp_path: Path) -> None:
    """Four workers that count at once let through what one would."""
    path, limit = tmp_path / "one", 100
    _counters(path, f"volume:{limit}").close()
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            mine = _counters(path, f"volume:{limit}")
            taken = sum(_take(mine, _START) is None for _ in range(60))
            (tmp_path / f"taken-{number}").write_text(str(taken))
            os._exit(0)
        children.append(child)

    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    assert sum(int((tmp_path / f"taken-{n}").read_text()) for n in range(4)) == limit


def test_break_glass_counts_beyond_the_limit(tmp_path: Path) -> None:
    """What was done in an emergency was done: it counts."""
    found = _counters(tmp_path / "one", "volume:1", "rate:1/day")
    found.take_anyway(_START, 5)

    assert _take(found, _START) == "guard.rate-exceeded"
    assert _take(found, _START + 90_000) == "guard.volume-exceeded"


@pytest.mark.parametrize("data", [b"short", b"x" * 4096])
def test_a_file_that_is_something_else_is_refused(tmp_path: Path, data: bytes) -> None:
    """Nobody knows then how many decisions there were."""
    path = tmp_path / "one"
    size = 0 if len(data) < 10 else _size(tmp_path)
    path.write_bytes(data[:size] if size else data)

    with pytest.raises(UnavailableError) as caught:
        _counters(path, "volume:1")

    assert caught.value.code == "guard.limits-unreadable"


def _size(tmp_path: Path) -> int:
    _counters(tmp_path / "other", "volume:1").close()
    return (tmp_path / "other").stat().st_size


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """Limits that are not counted are no limits."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(UnavailableError) as caught:
        _counters(tmp_path / "file" / "one", "volume:1")

    assert caught.value.code == "guard.limits-unreadable"


def test_closing_twice_does_nothing(tmp_path: Path) -> None:
    """A guard may be closed by hand and by its context."""
    found = _counters(tmp_path / "one", "volume:1")

    found.close()
    found.close()
