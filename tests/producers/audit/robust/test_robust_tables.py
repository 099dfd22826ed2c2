"""Models of tables under noise, gaps and swaps, beyond their range, and along a column."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.claims.assurance import Metric, Result
from sunlit.producers.audit.robust.answers import Answers, as_labels, read_answers
from sunlit.producers.audit.robust.audit import Asked, Done, audit_table
from sunlit.producers.audit.robust.judge import ALSO, DEFAULTS
from sunlit.producers.audit.robust.limits import read_limits
from sunlit.producers.audit.robust.models import Function
from sunlit.producers.audit.robust.page import robustness_report
from sunlit.producers.audit.robust.run import Settings
from sunlit.producers.audit.robust.tabular import Feature, cases, chunks, features_of
from sunlit.producers.data.source import Source, open_source
from tests.producers.audit.robust import tried

AT = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = 5000  # more than one chunk


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write people with an income, an age in whole years, an area, and what is right."""
    rng = np.random.default_rng(4)
    income = rng.normal(100, 20, ROWS)
    path = tmp_path_factory.mktemp("robust") / "people.parquet"
    parquet.write_table(pa.table({
        "income": income, "age": rng.integers(18, 90, ROWS), "was": (income > 100).astype(int),
        "area": rng.choice(["north", "south"], ROWS), "code": rng.integers(1, 5, ROWS),
    }), path)  # fmt: skip
    return str(path)


@pytest.fixture
def people(place: str) -> Iterator[Source]:
    with open_source(place) as source:
        yield source


def asked(*limits: str, **more: Any) -> Asked:  # noqa: ANN401
    return Asked(limits=read_limits(DEFAULTS, limits, also=ALSO), at=AT, **more)


def done(source: Source, function: Any = tried.rich, **more: Any) -> Done:  # noqa: ANN401
    model = Function("tried:rich", function, "ab" * 32)
    return audit_table(model, source, asked(**{"features": ("income", "age"), **more}))


def metrics(found: Done, name: str, check: str) -> list[Metric]:
    return [
        one for one in found.claim.sunlit_metrics
        if one.name == name and one.extra["check"] == check
    ]  # fmt: skip


def test_more_noise_flips_more_answers(people: Source) -> None:
    """With exact intervals, and the accuracy that goes with them."""
    found = done(people, outcome="was")

    flips = metrics(found, "flip-rate", "gaussian-noise")
    drops = metrics(found, "accuracy-drop", "gaussian-noise")
    assert [one.extra["level"] for one in flips] == ["0.01", "0.05", "0.1", "0.2"]
    assert [one.value for one in flips] == sorted(one.value for one in flips)
    assert flips[-1].value > Decimal("0.04")
    assert all((one.low or 0) < one.value < (one.high or 0) for one in flips)
    assert all(one.rows == ROWS for one in flips)
    assert drops[0].threshold == Decimal("0.05")
    assert drops[-1].threshold is None


def test_the_drop_is_what_was_lost_less_what_was_won(people: Source) -> None:
    """Anyone recomputes it from the counts in the claim."""
    found = done(people, outcome="was")

    for one in metrics(found, "accuracy-drop", "gaussian-noise"):
        lost, won, rows = one.count, one.extra["won"], one.rows
        assert isinstance(won, int)
        assert lost is not None
        assert rows
        assert one.value == Decimal(repr((lost - won) / rows)).quantize(Decimal("0.000001"))


def test_the_same_seed_gives_the_same_bytes(people: Source) -> None:
    """And another seed other figures."""
    first, again = done(people), done(people)
    other = done(people, settings=Settings(seed=1))

    assert robustness_report(first.detail) == robustness_report(again.detail)
    assert first.detail["checks"] != other.detail["checks"]


def test_a_refusal_is_told_and_is_no_flip(people: Source) -> None:
    """This model takes no gaps: nothing is known of its answers there."""
    found = done(people)

    assert not metrics(found, "flip-rate", "missing-values")
    assert any(
        one.what.startswith("missing-values") and "refused" in one.reason
        for one in found.claim.sunlit_not_tested
    )


def test_without_outcomes_flips_are_held_to_the_limit_of_accuracy(people: Source) -> None:
    """No more answers can become wrong than become others."""
    found = done(people)

    low = metrics(found, "flip-rate", "gaussian-noise")
    assert low[0].threshold == Decimal("0.05")
    assert not metrics(found, "accuracy-drop", "gaussian-noise")
    assert any(one.what == "accuracy" for one in found.claim.sunlit_not_tested)


def test_a_limit_that_is_passed_fails(people: Source) -> None:
    """With its whole interval; a figure that may be chance only warns."""
    limits = read_limits(DEFAULTS, ["flip-rate=0.001"], set_by="the board", also=ALSO)
    model = Function("tried:rich", tried.rich, None)
    found = audit_table(
        model, people, Asked(features=("income", "age"), limits=limits, at=AT, noise=(0.05,))
    )

    assert found.claim.result is Result.FAILED
    assert found.claim.failed_tests == ("flip-rate under gaussian-noise 0.05",)
    assert found.claim.sunlit_sampling["limits"] == limits.to_json()
    assert b"the board" in robustness_report(found.detail)["robustness.html"]


def test_a_figure_that_may_be_chance_warns(people: Source) -> None:
    """Its interval reaches below the limit."""
    found = done(
        people, noise=(0.05,), settings=Settings(most=50), numeric=("income",), outcome="was",
    )  # fmt: skip
    drop = metrics(found, "accuracy-drop", "gaussian-noise")[0]
    tight = Asked(
        features=("income", "age"), outcome="was", noise=(0.05,), settings=Settings(most=50),
        limits=read_limits(DEFAULTS, ["flip-rate=0.000001"], also=ALSO), at=AT,
    )  # fmt: skip
    again = audit_table(Function("tried:rich", tried.rich, None), people, tight)

    assert drop.rows == 50
    assert again.claim.result in {Result.WARNED, Result.PASSED}
    assert any(one.what == "most rows" for one in again.claim.sunlit_not_tested)


@pytest.mark.parametrize(
    ("way", "violations", "result"),
    [("income=up", 0, Result.PASSED), ("income=down", 1000, Result.FAILED)],
)
def test_a_declared_direction_holds_or_not(
    people: Source, way: str, violations: int, result: Result
) -> None:
    """Each row's score is followed over the column's range."""
    found = done(people, monotone=(way,), outcome="was")

    (one,) = metrics(found, "monotonicity-violations", "monotonicity")
    assert (one.count, one.rows) == (violations, 1000)
    assert found.claim.result is result


def test_values_beyond_the_data_are_tried(people: Source) -> None:
    """A logistic score goes on beyond what it gave; a model by area refuses a new one."""
    far = {(one["column"], one["side"]): one for one in _far(done(people))}
    areas = _far(done(people, tried.of_area, features=("area",)))

    assert far["income", "above the range"]["behaviour"] == "extrapolates"
    assert [one["behaviour"] for one in areas] == ["refuses"]


def test_what_answers_as_at_the_edge_clamps(people: Source) -> None:
    """And labels alone can only be said to answer."""
    clamped = _far(done(people, lambda b: np.clip(b["income"] / 400, 0.2, 0.3)))
    labels = _far(done(people, lambda b: (b["income"] > 100).astype(int)))

    assert {one["behaviour"] for one in clamped if one["column"] == "income"} == {"clamps"}
    assert {one["behaviour"] for one in labels} == {"answers"}


def _far(found: Done) -> list[dict[str, Any]]:
    listed = found.detail["out_of_range"]
    assert isinstance(listed, list)
    return listed


def test_categories_are_swapped_for_others(people: Source) -> None:
    """Never for the value that stands there; numbers stay numbers, whole ones whole."""
    features = features_of(people, ["income", "age", "area", "code"])
    batch, _ = next(chunks(people, features, None))
    rng = np.random.default_rng(0)
    by = {(one.check, one.level): one.apply(batch, rng) for one in cases(features)}

    swapped = by["category-swap", "0.2"]
    assert 0.15 < (swapped["area"] != batch["area"]).mean() < 0.25
    assert 0.15 < (swapped["code"] != batch["code"]).mean() < 0.25
    assert set(swapped["code"]) == {1, 2, 3, 4}
    noisy = by["gaussian-noise", "0.2"]
    assert np.array_equal(noisy["age"], np.round(noisy["age"]))
    assert np.std(noisy["income"] - batch["income"]) == pytest.approx(4, rel=0.1)
    assert 0.15 < np.mean([one is None for one in by["missing-values", "0.2"]["area"]]) < 0.25


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_a_swap_always_puts_another_value(count: int, seed: int) -> None:
    """Also where the row's value is none of the known ones."""
    feature = Feature(name="c", is_number=False, values=tuple(float(one) for one in range(count)))
    batch = {"c": np.array([*range(count), 99, np.nan] * 20, float)}

    swap = next(one for one in cases([feature]) if one.check == "category-swap")
    changed = swap.apply(batch, np.random.default_rng(seed))["c"]

    moved = ~((changed == batch["c"]) | (np.isnan(changed) & np.isnan(batch["c"])))
    assert set(changed[moved]) <= set(range(count))


def test_every_row_or_each_kth_is_asked_about(people: Source) -> None:
    """Chunks are of one size, whatever batches the reader hands over."""
    features = features_of(people, ["income"])

    whole = [len(batch["income"]) for batch, _ in chunks(people, features, None)]
    some = np.concatenate([b["income"] for b, _ in chunks(people, features, None, 7)])
    every = np.concatenate([b["income"] for b, _ in chunks(people, features, None)])

    assert whole == [4096, ROWS - 4096]
    assert np.array_equal(some, every[::7])


@pytest.mark.parametrize(
    ("function", "more", "code"),
    [
        pytest.param(tried.broken, {}, "robust.bad-answer", id="answers"),
        pytest.param(tried.restless, {}, "robust.not-repeatable", id="restless"),
        pytest.param(tried.of_area, {}, "robust.refuses-all", id="refuses"),
        pytest.param(tried.rich, {"features": ("no",)}, "robust.no-column", id="column"),
        pytest.param(tried.rich, {"monotone": ("income",)}, "robust.direction", id="direction"),
        pytest.param(
            lambda b: (b["income"] > 1).astype(int), {"monotone": ("income=up",)},
            "robust.no-scores", id="scores",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_is_said(
    people: Source, function: Any, more: dict[str, Any], code: str  # noqa: ANN401
) -> None:  # fmt: skip
    """With a code of its own, and no value of any row."""
    with pytest.raises((MalformedError, VerificationError)) as caught:
        done(people, function, **more)

    assert caught.value.code == code


def test_answers_are_read_in_whatever_form() -> None:
    """Labels, one score each, one column of scores, or one score a class."""
    assert list(read_answers([0.2, 0.7], 2).labels) == ["0", "1"]
    assert list(read_answers([[0.2], [0.7]], 2).labels) == ["0", "1"]
    assert list(read_answers([[0.2, 0.8], [0.7, 0.3]], 2).labels) == ["1", "0"]
    assert list(read_answers(["a", "b"], 2).labels) == ["a", "b"]
    assert list(as_labels([1, 1.0, True, "1", None, float("nan"), 1.5])) == [
        "1", "1", "1", "1", "", "", "1.5",
    ]  # fmt: skip
    given = Answers(as_labels(["x"]))
    assert read_answers(given, 1) is given


def test_limits_come_with_who_set_them(tmp_path: Path) -> None:
    """Defaults are ours; a file or the command line says whose the others are."""
    file = tmp_path / "limits.json"
    file.write_text(json.dumps({"set_by": "the board", "limits": {"flip-rate": "0.1"}}))

    assert read_limits(DEFAULTS).set_by == "Sunlit's defaults"
    assert read_limits(DEFAULTS, ["accuracy-drop=0.02"]).set_by == "whoever ran the audit"
    both = read_limits(DEFAULTS, ["accuracy-drop=0.02"], file, also=ALSO)
    assert both.set_by == "the board"
    assert both.values["flip-rate"] == Decimal("0.1")
    assert both.values["accuracy-drop"] == Decimal("0.02")


@pytest.mark.parametrize(
    ("given", "text", "code"),
    [
        (["accuracy-drop"], None, "audit.limit"),
        (["accuracy-drop=NaN"], None, "audit.limit"),
        (["accuracy-drop=-1"], None, "audit.limit"),
        (["accuracy-drop=x"], None, "audit.limit"),
        (["other=1"], None, "audit.limit"),
        ([], "{}", "audit.limit"),
        ([], "no", "json.not-json"),
        ([], "", "audit.unreadable"),
    ],
)
def test_a_malformed_limit_is_refused(
    tmp_path: Path, given: list[str], text: str | None, code: str
) -> None:
    """A limit that is not understood must not become no limit."""
    file = None if text is None else tmp_path / "limits.json"
    if file is not None and text:
        file.write_text(text, encoding="utf-8")

    with pytest.raises(SunlitError) as caught:
        read_limits(DEFAULTS, given, file)

    assert caught.value.code == code
