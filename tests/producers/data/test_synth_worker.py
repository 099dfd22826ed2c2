"""The worker's own logic, with stand-ins for the libraries that only its environment has.

`test_synth_contract.py` runs the real one where its environment is found.
"""

import importlib
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sunlit.producers.data import synth_worker
from sunlit.producers.data.synth_worker import Budget, Category, FailedError, Number


class FakePipeline:
    """Learns whole rows, and draws them."""

    fitted: list[dict[str, Any]]

    def __init__(self, **settings: object) -> None:
        FakePipeline.fitted.append(dict(settings))

    def fit(self, frame: pd.DataFrame, domain: dict[str, int]) -> None:
        """Take the frame, which must be whole numbers within the domain."""
        assert all((frame[name] < size).all() for name, size in domain.items())
        self.frame = frame

    def generate(self, n_records: int, random_state: int) -> pd.DataFrame:
        """Return rows of the frame."""
        return self.frame.sample(n_records, replace=True, random_state=random_state)


class FakeBinner:
    """Finds bounds that the test chose."""

    bins: list[float]

    def __init__(self, n_bins: int, epsilon: float) -> None:
        assert n_bins
        assert epsilon > 0

    def fit(self, values: object) -> None:
        """Find out nothing."""
        if not self.bins:
            raise TypeError


class FakeEvaluator:
    """Succeeds as often as the test says, or cannot be run."""

    fails = False

    def __init__(self, **settings: object) -> None:
        self.settings = settings

    def evaluate(self, **options: object) -> "FakeEvaluator":
        """Say that it was run."""
        if self.fails:
            raise RuntimeError("a value of somebody")
        assert options
        return self

    def risk(self, confidence_level: float) -> SimpleNamespace:
        """Return a figure and its interval."""
        return SimpleNamespace(value=0.2, ci=(0.1, 0.3))

    def results(self, confidence_level: float) -> SimpleNamespace:
        """Return rates that only the residual knows."""
        return SimpleNamespace(
            attack_rate=0, control_rate=0, n_attacks_ori=self.settings["n_attacks"]
        )


def module(name: str, **values: object) -> ModuleType:
    """Return a module with these names."""
    made = ModuleType(name)
    vars(made).update(values)
    return made


@pytest.fixture(autouse=True)
def _libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    FakePipeline.fitted, FakeBinner.bins, FakeEvaluator.fails = [], [0.0, 10.0, 20.0], False
    evaluators = dict.fromkeys(
        ("SinglingOutEvaluator", "LinkabilityEvaluator", "InferenceEvaluator"), FakeEvaluator
    )
    names = ("MSTPipeline", "AIMPipeline", "PrivBayesPipeline")
    fakes: dict[str, dict[str, Any]] = {
        "dpmm.pipelines": dict.fromkeys(names, FakePipeline),
        "dpmm.processing.binners": {"PrivTreeBinner": FakeBinner},
        "dpmm.models.base.utils": {"laplace_noise": lambda _scale, size: [0.0] * size},
        "anonymeter.evaluators": evaluators,
        "anonymeter.stats.confidence": {
            "residual_success": lambda _one, _other: SimpleNamespace(value=-0.1, error=0.05)
        },
    }
    modules = {name: module(name, **values) for name, values in fakes.items()}

    def find(name: str) -> ModuleType:
        return modules.get(name) or importlib.import_module(name)

    monkeypatch.setattr(synth_worker, "import_module", find)


def category(**changes: object) -> dict[str, Any]:
    """Return a column of three values."""
    return {"kind": "category", "size": 3, "declared": True, "nulls": True, **changes}


def number(**changes: object) -> dict[str, Any]:
    """Return a column of two bins."""
    return {"kind": "number", "edges": [0, 5, 10], "whole": True, "nulls": True, **changes}


def asked(*columns: dict[str, Any], **changes: object) -> dict[str, Any]:
    """Return a request to make rows up."""
    return {
        "task": "synthesise", "method": "mst", "epsilon": 1.0, "delta": 1e-6, "share": 0.2,
        "rows": 20, "seed": 3, "input": "in.parquet", "output": "out.parquet", "memory": None,
        "columns": list(columns), **changes,
    }  # fmt: skip


def run(tmp_path: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Return what the worker answers."""
    (tmp_path / "request.json").write_text(json.dumps(request))
    synth_worker.main(str(tmp_path / "request.json"), str(tmp_path / "answer.json"))
    answer: dict[str, Any] = json.loads((tmp_path / "answer.json").read_text())
    return answer


def test_values_come_back_as_they_went(tmp_path: Path) -> None:
    """Codes, whole numbers of the right bin, nulls, and constants that no model sees."""
    rows = pd.DataFrame({"c0": [0, 1, 2, None] * 5, "c1": [1.0, 7, 9, None] * 5, "c2": [0.0] * 20})
    rows.to_parquet(tmp_path / "in.parquet")

    answer = run(tmp_path, asked(category(), number(), category(size=1, nulls=False)))
    made = pd.read_parquet(tmp_path / "out.parquet")

    assert answer["ok"]
    assert answer["spent"] == {"model": 1.0, "domain": 0.0, "delta": 1e-6}
    assert "numpy" in answer["libraries"]
    assert set(made["c0"].dropna()) <= {0, 1, 2}
    assert set(made["c1"].dropna()) <= set(range(10))
    assert ((made["c0"] == 0) == (made["c1"] < 5)).all()
    assert made["c0"].isna().equals(made["c1"].isna())
    assert (made["c2"] == 0).all()
    assert FakePipeline.fitted[0]["epsilon"] == 1.0


def test_a_table_of_constants_needs_no_model(tmp_path: Path) -> None:
    """There is nothing to learn."""
    pd.DataFrame({"c0": [0.0] * 20}).to_parquet(tmp_path / "in.parquet")

    assert run(tmp_path, asked(category(size=1, nulls=False)))["ok"]
    assert not FakePipeline.fitted[0].get("fitted")


def test_the_parts_of_the_budget_add_up() -> None:
    """A share goes to what no domain declares, divided by column; half of delta to texts."""
    columns = [category(declared=False), category(), number(edges=None), number()]

    budget = Budget(asked(*columns))

    assert budget.model + budget.domain == pytest.approx(1.0)
    assert budget.column_epsilon == pytest.approx(0.1)
    assert budget.delta == budget.column_delta == 5e-7
    assert Budget(asked(category())).domain == 0
    assert Budget(asked(number(edges=None))).delta == 1e-6


def test_undeclared_values_are_known_only_when_frequent() -> None:
    """The threshold is 1 + ln(1 / 2 delta) / epsilon; the rest become null, or known ones."""
    budget = Budget(asked(category(declared=False), epsilon=5.0))
    values = np.array([0.0] * 100 + [1.0] * 3 + [np.nan])

    one = Category(0, category(declared=False), budget)
    codes = one.code(values)
    turned = Category(0, category(declared=False, nulls=False), budget)

    assert one.size == 2
    assert one.value(np.random.default_rng(1), codes[:1]).tolist() == [0.0]
    assert codes[100:].tolist() == [1] * 4
    assert set(turned.code(values)) == {0}


def test_a_column_without_frequent_values_fails(tmp_path: Path) -> None:
    """It is named by its place."""
    pd.DataFrame({"c0": [0.0, 1.0] * 2}).to_parquet(tmp_path / "in.parquet")

    answer = run(tmp_path, asked(category(declared=False, nulls=False)))

    assert (answer["ok"], answer["error"], answer["column"]) == (False, "no-values", 0)


def test_bounds_that_are_not_declared_are_sought() -> None:
    """By PrivTree; whole numbers and measures are drawn within a bin."""
    budget = Budget(asked(number(edges=None)))
    one = Number(0, number(edges=None, whole=False, nulls=False), budget)

    codes = one.code(np.array([-5.0, 3, 12, 99]))
    drawn = one.value(np.random.default_rng(1), codes)

    assert codes.tolist() == [0, 0, 1, 1]
    assert ((drawn >= 0) & (drawn < 20)).all()


@pytest.mark.parametrize("bins", [[], [1.0], [float("nan"), 1.0]])
def test_bounds_that_cannot_be_found_fail(bins: list[float]) -> None:
    """PrivTree gives none when no bin of its first histogram is full enough."""
    FakeBinner.bins = bins
    one = Number(4, number(edges=None), Budget(asked(number(edges=None))))

    with pytest.raises(FailedError, match=r"no-bounds") as caught:
        one.code(np.array([1.0]))

    assert caught.value.column == 4


def test_a_bin_without_a_whole_number_gives_the_next() -> None:
    """PrivTree's edges need not be whole."""
    one = Number(0, number(edges=[0.2, 0.4, 3.5]), Budget(asked(number())))
    one.code(np.array([0.3]))

    drawn = one.value(np.random.default_rng(1), np.array([0] * 9 + [1] * 9 + [2]))

    assert set(drawn[:9]) == {1.0}
    assert set(drawn[9:18]) <= {1.0, 2.0, 3.0}
    assert np.isnan(drawn[18])


def attacks(tmp_path: Path, columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the attacks on a tiny table answer."""
    rows = pd.DataFrame({f"c{at}": [0.0, 1.0, None] for at in range(len(columns))})
    rows.to_parquet(tmp_path / "t")
    request = {
        "task": "attack", "attacks": 500, "seed": 1, "train": "t", "control": "t",
        "tables": {"made": "t", "baseline": "t"}, "secrets": [0], "columns": columns,
        "memory": 2**40,
    }  # fmt: skip
    found: list[dict[str, Any]] = run(tmp_path, request)["results"]
    return found


def test_each_table_gets_the_same_attacks(tmp_path: Path) -> None:
    """As many as the smallest table has rows."""
    found = attacks(tmp_path, [{"kind": "category"}, {"kind": "number", "continuous": True}])

    assert [one["attack"] for one in found[:4]] == [
        "singling-out-univariate", "singling-out-multivariate", "linkability", "inference"
    ]  # fmt: skip
    assert {one["table"] for one in found} == {"made", "baseline"}
    assert found[0]["attacks"] == 3
    assert (found[0]["value"], found[0]["raw"], found[0]["error"]) == (0.2, -0.1, 0.05)
    assert found[3]["column"] == 0


def test_one_column_can_only_be_singled_out_by_one_value(tmp_path: Path) -> None:
    """There is nothing to link, and nothing to infer from."""
    found = attacks(tmp_path, [{"kind": "number"}])

    assert [one["attack"] for one in found] == ["singling-out-univariate"] * 2


def test_an_attack_that_cannot_be_run_is_a_blank_with_a_note(tmp_path: Path) -> None:
    """And its message, which may hold a value, is not passed on."""
    FakeEvaluator.fails = True

    found = attacks(tmp_path, [{"kind": "category"}, {"kind": "category"}])

    assert "value" not in found[0]
    assert found[0]["note"] == "the attack could not be run (RuntimeError)"


def test_a_library_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is there and is not what it should be."""
    pd.DataFrame({"c0": [0.0, 1.0]}).to_parquet(tmp_path / "in.parquet")
    monkeypatch.setattr(synth_worker, "import_module", importlib.import_module)
    monkeypatch.setitem(sys.modules, "dpmm", None)

    answer = run(tmp_path, asked(category()))

    assert answer["error"] == "missing-library"
