"""Making a dataset up from end to end, without the synth environment or with a fake one."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.claims.base import read_claim
from sunlit.claims.privacy import Synthesis
from sunlit.producers.data import synth_privacy, synth_read
from sunlit.producers.data.source import open_source
from sunlit.producers.data.synth import Asked, Synthesised, choose, synthesise
from sunlit.producers.data.synth_environment import Answer, ask
from sunlit.producers.data.synth_frame import encode
from sunlit.producers.data.synth_privacy import copies, fingerprints
from sunlit.producers.data.synth_private import Budget
from sunlit.producers.data.synth_said import guarantee, verdict
from sunlit.producers.data.synth_simple import copula, independent
from sunlit.producers.data.synth_utility import Parts, auc, utility
from sunlit.statement.intoto import Statement
from tests.producers.data.synth_tables import AT, fake_environment, people


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a Parquet file of people."""
    parquet.write_table(people(), tmp_path / "people.parquet")
    return tmp_path / "people.parquet"


def make(place: Path, out: str = "made.parquet", **how: Any) -> Synthesised:  # noqa: ANN401
    """Make the dataset up, with the copula unless another method is asked for."""
    overwrite, control = how.pop("overwrite", False), how.pop("control", None)
    asked = Asked(**({"method": "copula"} | how))
    with open_source(str(place)) as source:
        aside = open_source(str(control)) if control else None
        try:
            return synthesise(
                source, asked, out=place.parent / out, at=AT, control=aside, overwrite=overwrite
            )
        finally:
            if aside is not None:
                aside.close()


def test_what_is_written_is_what_the_claim_is_about(place: Path) -> None:
    """The subject's digest is the file's; schema and number of rows are the input's."""
    done = make(place)
    made = place.parent / "made.parquet"

    assert done.subject.digest["sha256"] == sha256(made.read_bytes()).hexdigest()
    table = parquet.read_table(made)
    assert table.schema.names == people().schema.names
    assert table.schema.types == people().schema.types
    assert (table.num_rows, done.claim.rows) == (400, 400)
    assert done.claim.source.digest["sha256"] == sha256(place.read_bytes()).hexdigest()


def test_the_claim_survives_being_written_and_holds_no_value(place: Path) -> None:
    """Figures, names of columns and digests; it fits a statement."""
    done = make(place, target="covered")
    predicate = done.claim.to_predicate()
    payload = Statement((done.subject,), Synthesis.TYPE, predicate).to_payload()

    assert read_claim(Synthesis.TYPE, predicate) == done.claim
    assert len(payload) < 10_000
    assert not any(text in payload for text in (b"north", b"south"))
    assert done.claim.epsilon is None
    assert {one.name for one in done.claim.privacy} >= {"exact-copies", "exact-copies-control"}


def test_the_same_seed_makes_the_same_bytes(place: Path) -> None:
    """And the same report."""
    first, again = make(place), make(place, "again.parquet")

    assert first.subject.digest == again.subject.digest
    first.detail["output"]["name"] = again.detail["output"]["name"]
    assert json.dumps(first.detail) == json.dumps(again.detail)


def test_text_in_and_text_out(place: Path) -> None:
    """CSV stays as a program would write it, blanks blank; JSONL has a row a line."""
    csv.write_csv(people(), place.parent / "people.csv")
    make(place.parent / "people.csv", "made.csv", rows=60)
    make(place.parent / "people.csv", "made.jsonl", rows=7)

    back = csv.read_csv(place.parent / "made.csv")
    assert back.num_rows == 60
    assert back.schema.field("age").type == pa.int64()
    assert back.schema.field("income").type == pa.float64()
    assert len((place.parent / "made.jsonl").read_text().splitlines()) == 7


def test_nothing_is_overwritten_unless_asked(place: Path) -> None:
    """And nothing is left behind by what failed."""
    out = place.parent / "made.parquet"
    out.write_text("mine")
    with pytest.raises(MalformedError, match=r"exists"):
        make(place)
    with pytest.raises(MalformedError):
        make(place, "made.xlsx")

    assert out.read_text() == "mine"
    assert make(place, overwrite=True).claim.rows == 400
    assert sorted(one.name for one in place.parent.iterdir()) == ["made.parquet", "people.parquet"]


def test_a_control_is_set_aside_before_anything_is_learned(place: Path) -> None:
    """A fifth, unless one is given."""
    parquet.write_table(people(100, seed=9), place.parent / "control.parquet")

    own = make(place).detail["control"]
    given = make(place, "b.parquet", control=place.parent / "control.parquet").detail["control"]

    assert own == {"given": False, "name": None, "rows": 80, "train_rows": 320}
    assert given == {"given": True, "name": "control.parquet", "rows": 100, "train_rows": 400}


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"method": "magic"}, "synth.no-method"),
        ({"method": "mst"}, "synth.no-environment"),
        ({"method": "auto", "budget_given": True}, "synth.no-environment"),
        ({"drop": ("agee",)}, "synth.no-such-column"),
        ({"drop": tuple(people().column_names)}, "synth.no-table"),
        ({"target": "agee"}, "synth.no-such-column"),
        ({"rows": 0}, "synth.rows"),
        ({"rows": 10**9}, "synth.rows"),
    ],
)
def test_what_cannot_be_made_is_refused(place: Path, how: dict[str, Any], code: str) -> None:
    """Before anything is written."""
    with pytest.raises(SunlitError) as caught:
        make(place, **how)

    assert caught.value.code == code
    assert not (place.parent / "made.parquet").exists()


def test_too_few_people_cannot_be_hidden_among(place: Path) -> None:
    """Nor can an empty control be attacked."""
    parquet.write_table(people(49), place)
    with pytest.raises(MalformedError, match=r"too few rows"):
        make(place)
    parquet.write_table(people(60), place)
    parquet.write_table(people(60).slice(0, 0), place.parent / "none.parquet")
    with pytest.raises(MalformedError, match=r"no row"):
        make(place, control=place.parent / "none.parquet")
    parquet.write_table(people(60).drop_columns(["age"]), place.parent / "other.parquet")
    with pytest.raises(MalformedError, match=r"lacks columns"):
        make(place, control=place.parent / "other.parquet")


def test_prose_is_not_made_up(tmp_path: Path) -> None:
    """It is masked instead."""
    (tmp_path / "note.txt").write_text("Seen today.")
    with pytest.raises(MalformedError) as caught:
        make(tmp_path / "note.txt")

    assert caught.value.code == "synth.no-table"
    assert "sunlit data mask" in (caught.value.mend or "")


def test_of_too_many_rows_a_part_is_learned_from(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same part for the same seed, in the rows' order; the report says so."""
    monkeypatch.setattr(synth_read, "MOST_ROWS", 100)
    monkeypatch.setattr("sunlit.producers.data.synth.MOST_ROWS", 100)

    done = make(place)

    assert done.detail["sampled"] == 100
    assert done.detail["control"] == {"given": False, "name": None, "rows": 20, "train_rows": 80}
    assert done.claim.rows == 100


def test_left_out_columns_are_left_out(place: Path) -> None:
    """And named in the report."""
    done = make(place, drop=("town",))

    assert "town" not in parquet.read_table(place.parent / "made.parquet").column_names
    assert done.detail["left_out"] == ["town"]


def test_without_an_environment_auto_settles_for_the_copula_and_says_so() -> None:
    """With one, or with a budget, it never does."""
    simple = choose(Asked())

    assert (simple.name, simple.chosen) == ("copula", "auto")
    assert "nothing gives differential privacy" in simple.why
    assert choose(Asked(environment=fake_environment())).name == "mst"
    with pytest.raises(UnavailableError):
        choose(Asked(budget_given=True))


def test_a_budget_is_claimed_where_it_is_supported(place: Path) -> None:
    """MST's is; PrivBayes' in this version is not, so the claim states none."""
    environment = fake_environment()

    mst = make(place, method="mst", environment=environment, domain_from_data=True)
    bayes = make(place, "b.parquet", method="privbayes", environment=environment, attacks=0,
                 domain_from_data=True)  # fmt: skip

    assert (str(mst.claim.epsilon), str(mst.claim.delta)) == ("1.0", "0.000001")
    assert mst.claim.library == "fake 1"
    assert mst.detail["domains"][4] == {"column": "covered", "ground": "type"}
    assert "NOT covered: which values occur in 4 columns" in mst.detail["method"]["guarantee"]
    assert bayes.claim.epsilon is None
    assert bayes.detail["method"]["epsilon"] is None
    assert bayes.detail["method"]["asked"] == {"epsilon": 1.0, "delta": 1e-06}
    assert bayes.detail["method"]["guarantee"].startswith("No guarantee is claimed")
    assert bayes.detail["privacy"]["note"] == "not attacked: it was not asked for"


def test_what_attacks_gain_is_in_claim_and_verdict(place: Path) -> None:
    """The fake succeeds by 0.3, by 0.1 on the baseline: an excess of 0.2."""
    done = make(place, environment=fake_environment(), target="covered")
    figures = {one.name: one for one in done.claim.privacy}

    assert str(figures["singling-out-multivariate-excess"].value) == "0.2000"
    assert figures["inference-excess"].attribute in people().column_names
    assert str(figures["linkability"].low) == "0.2500"
    assert done.detail["verdict"]["rose"] is True
    assert "Gives people away: singling out by one value" in done.detail["verdict"]["text"]
    assert "personal data" in done.detail["verdict"]["text"]


def test_a_model_from_made_up_rows_is_held_against_one_from_real_rows(place: Path) -> None:
    """Classes by AUC or accuracy, numbers by R2; the copula keeps some of each."""
    parquet.write_table(people(1500), place)

    found = {
        name: make(place, overwrite=True, target=name).detail["utility"]["model"]
        for name in ("covered", "town", "income")
    }

    assert [one["measure"] for one in found.values()] == ["auc", "accuracy", "r2"]
    assert all(one["real"] > 0.6 and one["made"] > 0.3 for one in found.values())
    assert found["covered"]["note"] is None


def test_a_target_of_one_value_has_no_model(place: Path) -> None:
    """It is a blank with its reason; so is a library that is missing."""
    table = people().append_column("same", pa.array(["x"] * 400))
    parquet.write_table(table, place)

    model = make(place, target="same").detail["utility"]["model"]

    assert (model["real"], model["made"]) == (None, None)
    assert model["note"] == "the target has fewer than two values"


def test_without_lightgbm_the_model_is_blank(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install."""
    monkeypatch.setitem(__import__("sys").modules, "lightgbm", None)

    model = make(place, target="covered").detail["utility"]["model"]

    assert model["made"] is None
    assert "pip install lightgbm" in model["note"]


def test_distances_are_zero_for_the_same_rows_and_one_for_others() -> None:
    """The two ends of total variation."""
    frame = encode(people())
    far = encode(pa.table({name: people().column(name) for name in people().column_names}))
    far.values[:, 0] += 1000

    same = utility(Parts(train=frame, control=frame, made=frame, baseline=far), target=None, seed=1)

    assert {one["made"] for one in same["marginals"]} == {0.0}
    assert same["pairs"]["mean"]["made"] == 0
    assert same["marginals"][0]["baseline"] > 0.9
    assert same["model"] is None


def test_one_column_has_no_pairs(place: Path) -> None:
    """The mean of none is not known."""
    done = make(place, drop=("age", "grade", "income", "covered"))

    assert done.detail["utility"]["pairs"]["mean"] == {
        "made": None, "control": None, "baseline": None
    }  # fmt: skip
    assert done.claim.rows == 400


def test_copies_are_counted_against_the_control() -> None:
    """Whole rows, nulls equal to nulls."""
    frame = encode(people())
    half = frame.take(np.arange(200))

    found = copies(
        Parts(train=half, control=frame.take(np.arange(200, 400)), made=half,
              baseline=independent(half, 200, 1))
    )  # fmt: skip

    assert found["made"]["value"] == 1
    assert found["control"]["value"] < 0.2
    text = verdict({"copies": found, "attacks": []})
    assert text["rose"] is True
    assert "more frequent than chance" in text["text"]


def test_equal_rows_have_equal_fingerprints_and_others_do_not() -> None:
    """Also with a null, a zero of either sign, and columns changed about."""
    values = np.array([[1.0, np.nan], [1.0, np.nan], [np.nan, 1.0], [0.0, 2.0], [-0.0, 2.0]])

    found = fingerprints(values)

    assert found[0] == found[1] != found[2]
    assert found[3] == found[4]
    assert len(set(found.tolist())) == 3


def test_the_area_under_the_curve_counts_ties_half() -> None:
    """As Mann and Whitney did."""
    truth = np.array([False, True, False, True])

    assert auc(truth, np.array([0.1, 0.9, 0.2, 0.8])) == 1
    assert auc(truth, np.array([0.5, 0.5, 0.5, 0.5])) == 0.5


def test_the_verdict_promises_nothing() -> None:
    """Whatever was found: no sentence says safe or anonymous."""
    calm = {"value": 0.01, "low": -0.1, "high": 0.1}
    share = {"rows": 10, "value": 0.0, "low": 0.0, "high": 0.1}
    attack = {"attack": "linkability", "column": None, "made": calm, "excess": calm}
    found = {"copies": {"made": share, "control": share}, "attacks": [attack]}

    fine = verdict(found)
    blank = verdict({**found, "attacks": []})

    assert fine["rose"] is False
    assert "no proof that nobody can be found" in fine["text"]
    assert blank["rose"] is None
    assert "Not attacked" in blank["text"]
    assert "noise" not in guarantee("mst", Budget(), ["declared"])
    assert "0.2 of epsilon" in guarantee("mst", Budget(), ["noise"])


def test_a_declared_domain_is_kept_to(place: Path) -> None:
    """A town that nobody lives in stays possible; the report says that all was declared."""
    domain = {
        "age": {"lower": 0, "upper": 99}, "grade": {"values": [0, 1, 2, 3, 4, 5, 6]},
        "income": {"lower": 0, "upper": 50_000},
        "town": {"values": ["east", "north", "south", "west"]},
    }  # fmt: skip

    done = make(place, method="mst", environment=fake_environment(), domain=domain, attacks=0)

    grounds = [one["ground"] for one in done.detail["domains"]]
    assert grounds == ["declared", "declared", "declared", "declared", "type"]
    assert "NOT covered: which values" not in done.detail["method"]["guarantee"]


def test_the_copula_is_closer_than_independent_columns() -> None:
    """In pairs, on rows that go together."""
    frame = encode(people(2000))

    means = utility(
        Parts(train=frame, control=frame, made=copula(frame, 2000, 1),
              baseline=independent(frame, 2000, 1)),
        target=None, seed=1,
    )["pairs"]["mean"]  # fmt: skip

    assert means["made"] < 0.7 * means["baseline"]


def test_a_part_of_a_large_table_is_attacked(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that attacks end; the part is drawn by the seed."""
    seen: list[int] = []
    monkeypatch.setattr("sunlit.producers.data.synth_privacy.ATTACK_ROWS", 30)
    inner = ask

    def spy(environment: Any, request: Any, tables: Any) -> Any:  # noqa: ANN401
        seen.extend(frame.rows for frame in tables.values())
        return inner(environment, request, tables)

    monkeypatch.setattr(synth_privacy, "ask", spy)
    make(place, environment=fake_environment())

    assert seen == [30, 30, 30, 30]


def test_an_attack_that_could_not_be_run_is_blank(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its reason, in report and claim; the verdict rests on the others."""
    failed = {"attacks": 0, "note": "the attack could not be run (ValueError)"}
    results = [
        {"table": table, "attack": "linkability", "column": None, **failed}
        for table in ("made", "baseline")
    ]
    results.append({"table": "made", "attack": "inference", "column": 0, **failed})
    answer = Answer({"results": results}, libraries={"fake": "1"})
    monkeypatch.setattr(synth_privacy, "ask", lambda *_: answer)

    done = make(place, environment=fake_environment())
    figures = {one.name: one for one in done.claim.privacy}

    assert figures["linkability"].value is None
    assert figures["linkability-excess"].note == failed["note"]
    assert figures["inference"].attribute == "age"
    assert done.detail["verdict"]["rose"] is None
