"""Every rate, gap and disparity equals fairlearn's, on the census file, Adult and COMPAS."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sunlit.producers.audit.bias.cube import Cube
from sunlit.producers.audit.bias.metrics import Rates, compare, rates
from tests.producers.audit.bias.cubes import SOURCES, counted, people

TOGETHER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "census": (("disability",), ("sex", "race")),
    "adult": (("sex", "race"),),
    "compas": (("race",), ("race", "sex")),
}
pytestmark = pytest.mark.xdist_group("fairlearn")  # which is slow to import
CASES = [(name, names) for name, many in TOGETHER.items() for names in many]


@pytest.fixture(scope="module")
def cubes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cube]:
    return {
        name: counted(people(name), asked, tmp_path_factory.mktemp(name))
        for name, asked in SOURCES.items()
    }


@pytest.fixture(scope="module")
def rows() -> dict[str, Any]:
    """Return outcome, prediction and attributes of each file, one row a person."""
    found = dict[str, Any]()
    for name, asked in SOURCES.items():
        held = people(name)
        ones = asked.favourable or ("1",)
        found[name] = (
            np.array([int(one) for one in held[str(asked.outcome)]]),
            np.array([int(one in ones) for one in held[str(asked.prediction)]]),
            {column: np.array(held[column]) for column in asked.attributes},
        )
    return found


def frame(held: Any, names: tuple[str, ...]) -> Any:  # noqa: ANN401 - fairlearn has no types
    from fairlearn import metrics
    from sklearn.metrics import accuracy_score, precision_score

    def base_rate(truth: Any, predicted: Any) -> float:  # noqa: ANN401 - arrays
        return float(np.mean(truth))

    def precision(truth: Any, predicted: Any) -> float:  # noqa: ANN401 - arrays
        return float(precision_score(truth, predicted, zero_division=np.nan))

    truth, predicted, attributes = held
    return metrics.MetricFrame(
        metrics={
            "selection": metrics.selection_rate, "tpr": metrics.true_positive_rate,
            "fpr": metrics.false_positive_rate, "fnr": metrics.false_negative_rate,
            "precision": precision, "accuracy": accuracy_score, "base_rate": base_rate,
            "rows": metrics.count,
        },
        y_true=truth, y_pred=predicted,
        sensitive_features={one: attributes[one] for one in names},
    )  # fmt: skip


def figures(held: Rates) -> Iterator[tuple[tuple[str, ...], str, float | None]]:
    for group in held.groups:
        yield group.values, "rows", group.rows
        for figure, rate in group.rates.items():
            yield group.values, figure, None if rate.value is None else float(rate.value)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(("name", "names"), CASES, ids=[f"{n}-{'-'.join(s)}" for n, s in CASES])
def test_rates_and_gaps_are_fairlearns(
    cubes: dict[str, Cube], rows: dict[str, Any], name: str, names: tuple[str, ...]
) -> None:
    """By group, and as differences and ratios between groups, to twelve digits.

    fairlearn writes 0 where nobody could be right or wrong, and we None.
    """
    found = rates(cubes[name].marginal(names))
    theirs = frame(rows[name], names)
    lacking = set()
    for values, figure, value in figures(found):
        key = values[0] if len(values) == 1 else values
        their = float(theirs.by_group[figure].loc[key])
        if value is None:
            assert their == 0 or np.isnan(their)
            lacking.add(figure)
        else:
            assert value == pytest.approx(their, abs=1e-12)
    assert len(theirs.by_group["rows"].dropna()) == len(found.groups)

    gaps = compare(found).gaps
    for figure in set(gaps) - lacking:
        difference, ratio = theirs.difference()[figure], theirs.ratio()[figure]
        assert float(gaps[figure].difference) == pytest.approx(difference, abs=1e-12)
        assert float(gaps[figure].ratio or 0) == pytest.approx(ratio, abs=1e-12)


@pytest.mark.parametrize("name", SOURCES)
def test_parity_and_equalised_odds_are_fairlearns(
    cubes: dict[str, Cube], rows: dict[str, Any], name: str
) -> None:
    """The four figures by which fairlearn sums up, by the first attribute of each file."""
    from fairlearn import metrics

    names = SOURCES[name].attributes[:1]
    gaps = compare(rates(cubes[name].marginal(names))).gaps
    truth, predicted, attributes = rows[name]
    asked = {"y_true": truth, "y_pred": predicted, "sensitive_features": attributes[names[0]]}

    odds = [gaps["tpr"], gaps["fpr"]]
    ours = (
        gaps["selection"].difference, gaps["selection"].ratio,
        max(one.difference for one in odds), min(one.ratio or 0 for one in odds),
    )  # fmt: skip
    theirs = (
        metrics.demographic_parity_difference(**asked), metrics.demographic_parity_ratio(**asked),
        metrics.equalized_odds_difference(**asked), metrics.equalized_odds_ratio(**asked),
    )  # fmt: skip
    assert [float(one or 0) for one in ours] == pytest.approx(list(theirs), abs=1e-12)


def test_propublicas_figures_come_out(tmp_path: Path) -> None:
    """0.423 and 0.220 of the 6,172 people that its filter keeps, 0.4485 and 0.2345 of all."""
    for only, people_counted, expected in (
        ({"kept": "yes"}, 6172, ("0.423", "0.220")), ({}, 7214, ("0.448", "0.235")),
    ):  # fmt: skip
        made = counted(people("compas", **only), SOURCES["compas"], tmp_path).marginal(["race"])
        held = rates(made)
        found = [held.group((race,)) for race in ("African-American", "Caucasian")]

        assert made.total == people_counted
        shown = [f"{float(one.rates['fpr'].value or 0):.3f}" for one in found if one is not None]
        assert tuple(shown) == expected
