"""Every count, rate and disparity equals aequitas's, on the census file, Adult and COMPAS."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from sunlit.producers.audit.bias.metrics import Group, compare, rates
from tests.producers.audit.bias.cubes import AUDIT, SOURCES, counted, people

GOLDEN = json.loads((AUDIT / "aequitas.json").read_text(encoding="utf-8"))
PYTHON = os.environ.get("SUNLIT_AEQUITAS")


def check(group: Group, theirs: dict[str, Any]) -> None:
    assert group.rows == theirs["rows"]
    for figure, their in theirs["rates"].items():
        value = group.rates[figure].value
        if value is None:
            assert their is None
        else:
            assert float(value) == pytest.approx(their, abs=1e-12)
    held = group.rates
    tn, fn, fp, tp = theirs["counts"]
    assert (held["tpr"].count, held["fpr"].count, held["fnr"].count) == (tp, fp, fn)
    assert held["accuracy"].count == tp + tn


@pytest.mark.parametrize("name", SOURCES)
def test_counts_rates_and_disparities_are_aequitas(name: str, tmp_path: Path) -> None:
    """Of every group, single and combined, against the largest group, to twelve digits."""
    made = counted(people(name), SOURCES[name], tmp_path)
    for joined, groups in GOLDEN["files"][name].items():
        names = tuple(joined.split(" x "))
        held = rates(made.marginal(names))
        order = [made.marginal(names).names.index(one) for one in names]
        found = {" x ".join(one.values[at] for at in order): one for one in held.groups}
        assert found.keys() == groups.keys()
        against = compare(held, "largest")
        ratios = {one.values: one.ratios for one in against.groups}
        for value, theirs in groups.items():
            check(found[value], theirs)
            for figure, their in theirs["ratios"].items():
                ratio = ratios[found[value].values][figure]
                if ratio is not None:
                    assert float(ratio) == pytest.approx(their, abs=1e-12)
                else:
                    assert their is None


def test_the_answers_are_of_a_named_version() -> None:
    """And of the one that the environment of the benchmark pins."""
    pinned = AUDIT.parents[2] / "requirements" / "bench-aequitas.txt"

    assert f"aequitas=={GOLDEN['aequitas']} " in pinned.read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.skipif(PYTHON is None, reason="SUNLIT_AEQUITAS names no Python that has aequitas")
def test_aequitas_still_says_so(tmp_path: Path) -> None:
    """Run again where it is installed: the same figures."""
    to = tmp_path / "aequitas.json"
    subprocess.run([str(PYTHON), str(AUDIT / "make_aequitas_golden.py"), str(to)], check=True)

    assert json.loads(to.read_text(encoding="utf-8"))["files"] == GOLDEN["files"]
