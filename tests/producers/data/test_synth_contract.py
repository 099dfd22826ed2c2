"""One protocol, two workers: the fake that tests use, and the real one where it is installed.

Name its Python with SYNTH_PYTHON, or make it with `make synth`.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.base.errors import SunlitError
from sunlit.producers.data.source import open_source
from sunlit.producers.data.synth import Asked, synthesise
from sunlit.producers.data.synth_domain import declare, domains
from sunlit.producers.data.synth_environment import Environment
from sunlit.producers.data.synth_frame import Frame, decode, encode
from sunlit.producers.data.synth_privacy import attack
from sunlit.producers.data.synth_private import METHODS, Budget, Private, private
from sunlit.producers.data.synth_simple import copula, independent
from sunlit.producers.data.synth_utility import Parts, utility
from tests.producers.data.synth_tables import AT, fake_environment, people, real_environment

ROWS = 40
# The real one learns for half a minute: only whether it starts and answers is asked in the gate.
REAL = pytest.param(real_environment, id="real", marks=[pytest.mark.long, pytest.mark.timeout(900)])
FAKE = pytest.param(fake_environment, id="fake")
NEEDED = pytest.mark.parametrize("environment", [FAKE, REAL])


def small() -> Frame:
    """Return three columns: quick to learn."""
    return declare(encode(people(300).select(["grade", "town", "covered"])), {})


def made(environment: Environment, frame: Frame, method: str = "mst", **how: object) -> Private:
    """Return rows made up with differential privacy."""
    known = domains(frame, {}, from_data=bool(how.get("from_data", True)))
    budget = Budget(epsilon=float(str(how.get("epsilon", 1.0))))
    return private(environment, frame, known, method=method, budget=budget, rows=ROWS, seed=1)


@NEEDED
def test_rows_are_of_the_data_s_columns_types_and_values(
    environment: Callable[[], Environment],
) -> None:
    """As many as asked for, decoded into the types that went in; the budget is accounted for."""
    frame = small()

    done = made(environment(), frame)
    table = decode(done.frame)

    assert table.num_rows == ROWS
    assert table.schema == decode(frame).schema
    assert set(table.column("town").to_pylist()) <= {"north", "south", "east", None}
    assert done.spent["model"] + done.spent["domain"] == pytest.approx(1.0)
    assert done.libraries


@NEEDED
def test_attacks_answer_for_each_kind(environment: Callable[[], Environment]) -> None:
    """With the figure on the made-up rows, on the baseline, and the excess."""
    frame = small()
    parts = Parts(
        train=frame.take(np.arange(200)), control=frame.take(np.arange(200, 300)),
        made=copula(frame, 200, 1), baseline=independent(frame, 200, 1),
    )  # fmt: skip

    found, libraries = attack(environment(), parts, target="covered", seed=1, attacks=50)

    kinds = {one["attack"] for one in found}
    assert kinds == {
        "singling-out-univariate", "singling-out-multivariate", "linkability", "inference"
    }  # fmt: skip
    assert {one["column"] for one in found} == {None, "grade", "town", "covered"}
    for one in found:
        assert one["excess"] is None or one["excess"]["low"] <= one["excess"]["high"]
        assert one["excess"] is not None or one["note"]
    assert libraries


def test_the_real_worker_says_which_domain_it_could_not_find() -> None:
    """Bounds cannot be found with hardly any budget, and the column is named."""
    frame = encode(people(300).select(["income", "covered"]))

    with pytest.raises(SunlitError) as caught:
        made(real_environment(), frame, from_data=False, epsilon=0.05)

    assert caught.value.code in {"synth.no-bounds", "synth.no-values"}
    assert "income" in caught.value.what


@pytest.mark.long
@pytest.mark.timeout(900)
def test_attacks_with_the_same_seed_find_the_same() -> None:
    """Anonymeter draws from a global state, which the real worker seeds."""
    frame = small()
    parts = Parts(
        train=frame.take(np.arange(200)), control=frame.take(np.arange(200, 300)),
        made=copula(frame, 200, 1), baseline=independent(frame, 200, 1),
    )  # fmt: skip

    first, again = (
        attack(real_environment(), parts, target=None, seed=1, attacks=50)[0] for _ in range(2)
    )

    assert first == again


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("method", METHODS)
def test_each_method_with_noise_keeps_more_than_independent_columns(method: str) -> None:
    """On 4,000 rows at epsilon 5, the mean distance of pairs is below the baseline's."""
    frame = declare(encode(people(4000)), {})
    done = private(
        real_environment(), frame, domains(frame, {}, from_data=True), method=method,
        budget=Budget(epsilon=5.0), rows=4000, seed=1,
    )  # fmt: skip
    parts = Parts(
        train=frame, control=encode(people(1000, seed=2)), made=done.frame,
        baseline=independent(frame, 4000, 1),
    )  # fmt: skip

    means = utility(parts, target=None, seed=1)["pairs"]["mean"]

    assert means["made"] < means["baseline"]


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_domains_that_are_not_declared_are_found_with_noise() -> None:
    """With rows enough for the share of epsilon; rare values are not among them."""
    table = people(20_000).select(["income", "town"])
    town = table.column("town").to_pylist()
    town[0] = "one house"
    frame = declare(encode(table.set_column(1, "town", pa.array(town))), {})

    done = private(
        real_environment(), frame, domains(frame, {}, from_data=False), method="mst",
        budget=Budget(epsilon=3.0), rows=5000, seed=1,
    )  # fmt: skip
    found = decode(done.frame)

    assert {"north", "south", "east"} <= set(found.column("town").to_pylist())
    assert "one house" not in found.column("town").to_pylist()
    assert done.spent["domain"] == pytest.approx(0.6)
    assert abs(np.nanmean(done.frame.values[:, 0]) - np.nanmean(frame.values[:, 0])) < 2000


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_copies_of_people_are_found_out(tmp_path: Path) -> None:
    """Rows that are drawn from the data whole: Anonymeter and the count of copies both see it."""
    rng = np.random.default_rng(1)
    rows = people(2000).append_column("fee", pa.array(rng.normal(100, 30, 2000)))
    parquet.write_table(rows, tmp_path / "people.parquet")
    frame = encode(rows)
    train = frame.take(np.arange(1600))
    parts = Parts(
        train=train, control=frame.take(np.arange(1600, 2000)), made=train,
        baseline=independent(train, 1600, 1),
    )  # fmt: skip

    found, _ = attack(real_environment(), parts, target=None, seed=1, attacks=300)
    with open_source(str(tmp_path / "people.parquet")) as source:
        fair = synthesise(
            source, Asked(method="copula", environment=real_environment()), at=AT,
            out=tmp_path / "made.parquet",
        )  # fmt: skip

    by = {one["attack"]: one for one in found}
    assert by["singling-out-multivariate"]["excess"]["low"] > 0.5
    assert fair.detail["privacy"]["copies"]["made"]["value"] == 0
    assert fair.detail["verdict"]["rose"] is False
