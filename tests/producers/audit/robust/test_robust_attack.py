"""An attack on purpose: with a stand-in for the toolbox, and with the toolbox where it is."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sunlit.base.errors import UnavailableError
from sunlit.producers.audit.robust.answers import Array, answered
from sunlit.producers.audit.robust.attack import attack
from sunlit.producers.audit.robust.models import Function
from sunlit.producers.audit.robust.tabular import Feature

FEATURES = (
    Feature(name="a", is_number=True, sd=1.0),
    Feature(name="b", is_number=True, sd=2.0, whole=True),
    Feature(name="code", is_number=False, values=(1.0, 2.0)),
)
BATCH: dict[str, Array] = {
    "a": np.array([0.2, 2.5, np.nan, -0.1]), "b": np.array([0.0, 4.0, 1.0, 0.0]),
    "code": np.array([1.0, 2.0, 1.0, 1.0]),
}  # fmt: skip
MODEL = Function("tried:sign", lambda batch: (batch["a"] + batch["b"] > 0).astype(int), None)
DEAF = Function("tried:deaf", lambda batch: [1] * len(batch["a"]), None)


class LineSearch:
    """Stands in for HopSkipJump: walks down the first number until the answer is another."""

    def __init__(self, seen: Any, **_: object) -> None:  # noqa: ANN401
        self._seen = seen

    def generate(self, start: Array) -> Array:
        """Return the first point whose answer is another, else the start."""
        for step in np.arange(0, 3, 0.1):
            for way in (-step, step):
                point = start.copy()
                point[0, 0] = way
                if self._seen(point)[0, 1]:
                    return point
        return start


@pytest.fixture
def toolbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put modules of the toolbox's names in the place of it."""
    made = {
        name: ModuleType(name)
        for name in (
            "art", "art.attacks", "art.attacks.evasion", "art.estimators",
            "art.estimators.classification",
        )
    }  # fmt: skip
    made["art"].__spec__ = ModuleSpec("art", None)
    vars(made["art"])["__version__"] = "0"
    vars(made["art.attacks.evasion"])["HopSkipJump"] = LineSearch
    vars(made["art.estimators.classification"])["BlackBoxClassifier"] = (
        lambda asked, *_args, **_more: asked
    )
    for name, module in made.items():
        monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.usefixtures("toolbox")
def test_rows_near_another_answer_are_found() -> None:
    """In standard deviations; a row with a gap is left out, codes stay as they are."""
    base = answered(MODEL, BATCH)
    assert base is not None
    before = np.random.get_state()[1].copy()  # type: ignore[index] # noqa: NPY002

    found = attack(MODEL, BATCH, base, FEATURES, rows=10, seed=1)

    assert (found.rows, found.flipped, found.near) == (3, 2, 2)
    assert found.distance == pytest.approx(0.2, abs=0.051)
    assert np.array_equal(before, np.random.get_state()[1])  # type: ignore[index] # noqa: NPY002


@pytest.mark.usefixtures("toolbox")
def test_a_model_that_never_changes_is_not_deceived() -> None:
    """And without a number to move there is nothing to attack."""
    base = answered(DEAF, BATCH)
    assert base is not None

    found = attack(DEAF, BATCH, base, FEATURES, rows=2, seed=1)
    nothing = attack(DEAF, BATCH, base, FEATURES[2:], rows=2, seed=1)

    assert (found.rows, found.flipped, found.distance) == (2, 0, None)
    assert nothing.rows == 0


def test_without_the_toolbox_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is heavy, so nothing else needs it."""
    from sunlit.producers.audit.robust import attack as attacking

    monkeypatch.setattr(attacking, "find_spec", lambda _name: None)
    base = answered(MODEL, BATCH)
    assert base is not None

    with pytest.raises(UnavailableError) as caught:
        attack(MODEL, BATCH, base, FEATURES, rows=1, seed=1)

    assert "sunlit[adversarial]" in str(caught.value.mend)


@pytest.mark.filterwarnings("ignore")
def test_the_real_toolbox_finds_the_same_rows() -> None:
    """Where the extra is installed; with the network blocked, as in every test."""
    pytest.importorskip("art", reason="the extra `adversarial` is not installed")
    base = answered(MODEL, BATCH)
    assert base is not None

    found = attack(MODEL, BATCH, base, FEATURES, rows=2, seed=1)

    assert found.flipped >= 1
    assert found.tool.startswith("adversarial-robustness-toolbox 1.")
