"""Progress is for people: shown on a terminal, on standard error, and nowhere else."""

import sys

import pytest

from sunlit.cli.progress import bar, tell


def test_nothing_is_shown_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe or a log file gets no bar."""
    with bar("Hashing") as step:
        step(1, 2)
    tell("licences")

    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_how_far_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar and the steps stand on standard error, so that output can be piped."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    with bar("Hashing") as step:
        step(1, 2)
        step(2, 2)
    tell("licences")

    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Hashing" in shown.err
    assert "Looking: licences" in shown.err
