"""What people's machines know must not reach a log that cannot forget."""

import pytest

from sunlit.registry.run_environment import without_secrets


@pytest.mark.parametrize(
    ("argument", "shown"),
    [
        ("/home/alice/bin/python", "python"),
        ("~/data", "data"),
        ("--out=/home/alice/model", "--out=model"),
        ("postgres://alice:pw@db/survey", "postgres://***@db/survey"),
        ("--db=postgres://alice@db/survey", "--db=postgres://***@db/survey"),
        ("file:///Users/alice/data", "file:///Users/***/data"),
        ("API_TOKEN=abc", "API_TOKEN=***"),
        ("train.py", "train.py"),
        ("--rate=0.1", "--rate=0.1"),
    ],
)
def test_a_recorded_command_names_nobody(argument: str, shown: str) -> None:
    """Home directories carry names, and URLs carry users and passwords."""
    assert without_secrets([argument]) == [shown]
