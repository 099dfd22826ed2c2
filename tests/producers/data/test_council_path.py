"""The whole path on a council's table, by the commands: scan, mask, measure, mask, measure."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from sunlit.cli.data import command
from tests.producers.data.council import COLUMNS, write_council


def run(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(command, [*map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[int, str]]]:
    """Follow every step with the plans as they are proposed: the folder, what was said."""
    here = tmp_path_factory.mktemp("council")
    table = write_council(here / "council.csv")
    keyed = ["--mask-key", f"file:{here / 'mask.key'}"]
    profile = ["--profile", "controlled-training"]
    plan, coarser = here / "plan.toml", here / "coarser.toml"
    done, last = here / "masked.csv", here / "last.csv"
    steps = {
        "key": run("mask", "--new-key", here / "mask.key"),
        "scan": run("scan", table, "--plan", plan),
        "mask": run("mask", table, "--plan", plan, *keyed, "--out", done),
        "risk": run("risk", done, *profile, "--plan", coarser),
        "mask again": run("mask", done, "--plan", coarser, *keyed, "--out", last),
        "risk again": run("risk", last, *profile),
        "public": run("risk", last, "--profile", "public-release"),
    }
    return here, steps


def test_the_plans_that_are_proposed_lead_to_a_dataset_within_the_profile(
    walked: tuple[Path, dict[str, tuple[int, str]]],
) -> None:
    """From a fresh CSV with names to exit code 0, and nobody edits a plan."""
    _, steps = walked

    assert {name: code for name, (code, _) in steps.items()} == {
        "key": 0, "scan": 1, "mask": 0, "risk": 1, "mask again": 0, "risk again": 0, "public": 1,
    }  # fmt: skip
    assert "within the 20 % of controlled-training" in steps["risk again"][1]
    assert "Pseudonyms: name, email, nhs_number" in steps["risk again"][1]
    assert "Pseudonyms:" not in steps["public"][1]


def test_nobody_who_was_in_the_table_is_in_what_came_out(
    walked: tuple[Path, dict[str, tuple[int, str]]],
) -> None:
    """No name, address of a mailbox, number, whole date or whole postcode is left in any column."""
    here, _ = walked
    with (here / "council.csv").open(encoding="utf-8", newline="") as file:
        before = [dict(zip(COLUMNS, row, strict=True)) for row in list(csv.reader(file))[1:]]
    after = (here / "last.csv").read_text("utf-8")

    for name in ("name", "email", "nhs_number", "date_of_birth", "postcode"):
        assert not [row[name] for row in before if row[name] in after], name
    assert after.count("\n") == len(before) + 1
