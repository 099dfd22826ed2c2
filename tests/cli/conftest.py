"""Fixtures of the command line's tests."""

import pytest

from tests.cli.doors import Door


@pytest.fixture
def sunlit(capsys: pytest.CaptureFixture[str]) -> Door:
    """The command line, called in this process."""
    return Door(capsys)
