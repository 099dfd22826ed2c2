"""Through a real guard: decided, explained, recorded, opened, checked and run again."""

from pathlib import Path
from typing import Final

import lightgbm
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sunlit.base.errors import VerificationError
from sunlit.decision.record import Kind
from sunlit.guard.explain import Explain, Explanation, NoExplanation, parse
from sunlit.guard.explain.lightgbm import LightGBM
from sunlit.guard.explain.linear import Linear
from sunlit.guard.replay import replay
from sunlit.guard.replay_compare import RUNTIMES, Outcome
from sunlit.statement.manifest import read_manifest
from tests.guard.guarded_world import Place

EXAMPLE: Final = Path(__file__).parents[3] / "examples" / "benefits-outreach" / "model.txt"
RNG: Final = np.random.default_rng(2)
ROWS: Final = RNG.normal(size=(60, 3))


def test_a_real_decision_is_explained_recorded_and_run_again(tmp_path: Path) -> None:
    """What lies sealed beside the record adds up, and the model answers the same."""
    place = Place(tmp_path)
    booster = lightgbm.Booster(model_file=str(EXAMPLE))
    names = booster.feature_name()

    def estimate(person: dict[str, float]) -> float:
        return float(booster.predict(np.array([[person[name] for name in names]]))[0])

    explain = Explain(LightGBM(booster), required=True)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: estimate, explain=explain)
        made = model.decide(dict.fromkeys(names, 2.0), case="case 7")

    content, (record,) = place.content(made.pointer), place.records()
    found = parse(content.fields["explanation"].value)
    again = replay(record, content, estimate, release=read_manifest(place.files).digest,
                   runtime=RUNTIMES["lightgbm"])  # fmt: skip
    assert isinstance(found, Explanation)
    assert found.output == made.output
    assert again.outcome is Outcome.EQUAL


def test_each_row_of_an_estimator_is_explained_and_run_again(tmp_path: Path) -> None:
    """`predict_proba` of a table: one record, one explanation, one replay a row."""
    place = Place(tmp_path)
    fitted = make_pipeline(StandardScaler(), LogisticRegression()).fit(ROWS, ROWS[:, 0] > 0)
    explain = Explain(Linear(fitted), required=True, read_output=lambda shares: shares[0][1])  # type: ignore[index]
    with place.open() as guard:
        model = guard.load(place.files, lambda _: fitted, explain=explain)
        model.predict_proba(ROWS[:5])

    release = read_manifest(place.files).digest
    for record, content in zip(place.records(), place.contents(), strict=True):
        found = parse(content.fields["explanation"].value)
        again = replay(record, content, fitted, release=release)

        assert isinstance(found, Explanation)
        assert found.output is not None
        assert again.exit_code == 0


def test_what_does_not_hold_is_recorded_as_none_or_not_released(tmp_path: Path) -> None:
    """As the deployer orders; a refusal is recorded too."""
    place = Place(tmp_path)
    booster = lightgbm.Booster(model_file=str(EXAMPLE))
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda _: 0.5)  # not the booster's answer
        person = dict.fromkeys(booster.feature_name(), 2.0)
        made = model.decide(person, explain=Explain(LightGBM(booster)))
        with pytest.raises(VerificationError) as caught:
            model.decide(person, explain=Explain(LightGBM(booster), required=True))

    none = parse(place.content(made.pointer).fields["explanation"].value)
    assert isinstance(none, NoExplanation)
    assert none.code == caught.value.code == "explain.other-output"
    assert [one.kind for one in place.records()] == [Kind.DECISION, Kind.REFUSAL]
