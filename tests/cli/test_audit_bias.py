"""`sunlit audit bias`: what it reads, prints, keeps and ends with."""

import json
import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from sunlit.adapters.clock import SystemClock
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.claims.bias import BiasAudit
from sunlit.cli import audit_bias
from sunlit.cli.audit_bias_open import read_audit
from sunlit.producers.audit.bias.commitment import Guarded
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home
from sunlit.statement.by_uri import write_key_file
from sunlit.statement.dsse import sign
from sunlit.testing.authority import named_key
from sunlit.testing.clock import SetClock
from tests.registry.telling import telling
from tests.rubric.story import MAKER

NAMES = ("--prediction", "letter", "--attribute", "sex=sex", "--replicates", "20")
TRUTH = ("--outcome", "owed")


def write(path: Path, women: int) -> Path:
    """Write 800 people; of the 100 women who are owed a letter, this many get one."""
    rows: dict[str, list[Any]] = {"letter": [], "owed": [], "sex": [], "age": []}
    for sex, got in (("men", 100), ("women", women)):
        for at in range(400):
            owed = at < 150 if sex == "men" else at < 100
            letter = at < (got if sex == "women" else 140) or 200 <= at < 230
            for name, value in (("letter", letter), ("owed", owed), ("sex", sex), ("age", at % 60)):
                rows[name].append(value)
    parquet.write_table(pa.table(rows), path)
    return path


@pytest.fixture
def alike(tmp_path: Path) -> Path:
    return write(tmp_path / "alike.parquet", 94)


@pytest.fixture
def apart(tmp_path: Path) -> Path:
    return write(tmp_path / "apart.parquet", 50)


def run(*arguments: str | Path) -> tuple[int, str]:
    """Run the command; what is no exit is raised."""
    done = CliRunner().invoke(audit_bias.command, [*map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_groups_that_are_treated_alike_end_with_0(alike: Path) -> None:
    """A person reads counts, rates and what the core's rule would say."""
    code, said = run(alike, *NAMES, *TRUTH, "--not-analysed", "race=not collected")

    assert code == 0
    assert "HOLDS      The gap in equal opportunity by sex is 0.007" in said
    assert "women" in said
    assert "Not analysed: race: not collected" in said


def test_a_gap_beyond_doubt_ends_with_1(apart: Path) -> None:
    """By the limits of the core, whatever else is printed."""
    code, said = run(apart, *NAMES, *TRUTH)

    assert code == 1
    assert "FAILS      The gap in equal opportunity by sex is 0.433" in said
    assert "Widest gap: 43.3 points by sex" in said


def test_a_gap_that_may_be_chance_ends_with_3(tmp_path: Path) -> None:
    """It could not be found out."""
    code, said = run(write(tmp_path / "near.parquet", 86), *NAMES, *TRUTH)

    assert code == 3
    assert "may be chance" in said


def test_without_outcomes_nothing_is_judged(apart: Path) -> None:
    """That is said, and is no failure of the command."""
    code, said = run(apart, *NAMES)

    assert code == 0
    assert "not judged" in said
    assert "are selected" in said


def test_one_json_document_and_the_reports(alike: Path, tmp_path: Path) -> None:
    """With the claim as it would be signed, and the guarded cube beside the reports."""
    code, said = run(alike, *NAMES, *TRUTH, "--json", "--reports", tmp_path / "out",
                     "--form", "psed", "--band", "age=20,40", "--attribute", "age=age")  # fmt: skip
    document = json.loads(said)

    assert code == 1
    assert document["format"] == "sunlit-bias-audit/1"
    assert [one["outcome"] for one in document["judged"]] == ["HOLDS", "FAILS"]
    assert {one.name for one in (tmp_path / "out").iterdir()} == {
        "bias.json", "bias.html", "bias.csv", "psed.html", "guarded",
    }  # fmt: skip
    guarded = tmp_path / "out" / "guarded" / "cube.json"
    assert stat.S_IMODE(guarded.stat().st_mode) == 0o600
    groups = [one["group"].get("age") for one in document["claim"]["predicate"]["cube"]]
    assert "20 to under 40" in groups


@pytest.fixture
def component(tmp_path: Path) -> Path:
    """A folder with a model, of which the audit is kept."""
    folder = tmp_path / "component"
    folder.mkdir()
    (folder / "model.txt").write_text("tree\n", encoding="utf-8")
    (folder / "sunlit.toml").write_text(
        'schema = 1\n[component]\npurl = "pkg:generic/a.example/b"\nversion = "1"\n'
        'kind = "model"\ndescription = "a model"\nmaintainer = "a.example"\n'
        'model-files = ["model.txt"]\n',
        encoding="utf-8",
    )
    return folder


def kept(alike: Path, component: Path) -> tuple[Path, Path]:
    """Keep an audit, and return its draft and its guarded cube."""
    assert run(alike, *NAMES, *TRUTH, "--component", component)[0] == 0
    audits = component / ".sunlit" / "audits"
    (draft,) = audits.glob("*-bias-audit.intoto.jsonl")
    (guarded,) = (audits / "guarded").iterdir()
    return draft, guarded


def test_a_kept_audit_is_checked_against_its_guarded_cube(alike: Path, component: Path) -> None:
    """The draft is about the model file; the cube is for its owner only, and opens it."""
    draft, guarded = kept(alike, component)
    code, said = run("--open", guarded, "--claim", draft)

    assert code == 0
    assert "HOLDS: this is the cube that the audit commits to." in said
    assert stat.S_IMODE(guarded.stat().st_mode) == 0o600
    statement = json.loads(draft.read_bytes())
    assert statement["subject"][0]["name"] == "model.txt"
    assert json.loads(guarded.read_bytes())["salt"] not in draft.read_text()
    assert json.loads(run("--open", guarded, "--claim", draft, "--json")[1])["guarded"] == 800


def test_another_audits_cube_does_not_open_it(alike: Path, component: Path, tmp_path: Path) -> None:
    """Even of the same rows: each has a salt of its own."""
    _, guarded = kept(alike, component)
    run(alike, *NAMES, *TRUTH, "--component", component, "--reports", tmp_path / "again")
    held = guarded.read_bytes()
    draft, now = kept(alike, component)
    now.write_bytes(held)

    with pytest.raises(VerificationError) as caught:
        run("--open", now, "--claim", draft)

    assert caught.value.code == "statement.opening"


def test_a_signed_audit_is_read_from_its_envelope(alike: Path, component: Path) -> None:
    """As well as from a draft."""
    draft, _ = kept(alike, component)
    payload = draft.read_bytes().strip()
    envelope = sign(payload, [named_key("a key")])

    assert read_audit(envelope.to_bytes()) == read_audit(payload)


@pytest.mark.parametrize("data", [b"", b'{"_type":"x"}', b"\xff"])
def test_what_holds_no_audit_is_refused(data: bytes) -> None:
    """With a code of its own, or that of what is malformed in it."""
    with pytest.raises(SunlitError):
        read_audit(data)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--open", "cube.json"),
        ("PLACE", "--claim", "x"),
        ("PLACE", "--prediction", "letter"),
        ("PLACE", *NAMES, "--favourable", "a", "--adverse", "b"),
        ("PLACE", *NAMES, "--attribute", "age"),
        ("PLACE", *NAMES, "--attribute", "sex=race"),
        ("PLACE", *NAMES, "--band", "age=young"),
        ("PLACE", *NAMES, "--min-share", "nan"),
        ("PLACE", *NAMES, "--reference", "tallest"),
        ("PLACE", *NAMES, "--reference", "largest", "--reference", "most-selected"),
        ("PLACE", "--attribute", "sex=sex", "--score", "age", "--threshold", "high"),
    ],
)
def test_wrong_usage_ends_with_2(alike: Path, arguments: tuple[str, ...]) -> None:
    """And says which option is meant."""
    code, said = run(*(alike if one == "PLACE" else one for one in arguments))

    assert code == 2
    assert "Error" in said


def test_a_score_is_cut_and_a_group_is_named_as_reference(alike: Path) -> None:
    """At the median, as New York asks."""
    code, said = run(
        alike, "--attribute", "sex=sex", "--score", "age", "--threshold", "median",
        "--reference", "sex=women", "--replicates", "5", "--json",
    )  # fmt: skip
    document = json.loads(said)

    assert code == 0
    assert document["favourable"].endswith(", the median")
    assert document["attributes"][0]["reference"] == "women"


def test_an_adverse_prediction_is_turned_round(alike: Path) -> None:
    """Who is selected is treated badly by it: left alone is what is good."""
    code, said = run(alike, *NAMES, *TRUTH, "--adverse", "true", "--json")
    document = json.loads(said)

    assert code == 0
    assert document["favourable"] == "not: letter is true"
    assert document["attributes"][0]["referenceRule"] == "least-selected"


def test_a_column_that_is_not_there_is_named(alike: Path) -> None:
    """No value of any row is."""
    with pytest.raises(MalformedError) as caught:
        run(alike, "--prediction", "decision", "--attribute", "sex=sex")

    assert caught.value.code == "data.no-column"


def test_a_model_is_asked_where_nobody_wrote_predictions(alike: Path, component: Path) -> None:
    """It has to be a file of the component; then it is known which bytes answered."""
    data = lightgbm.Dataset(np.arange(400.0)[:, None], np.arange(400) % 2, feature_name=["age"])
    settings = {"verbosity": -1, "objective": "binary", "num_threads": 1}
    other = component.parent / "other.txt"
    lightgbm.train(settings, data, 2).save_model(str(other))
    words = ("--attribute", "sex=sex", "--threshold", "0.5", "--component", component, "--json")

    with pytest.raises(MalformedError) as caught:
        run(alike, "--model", other, *words)
    assert caught.value.code == "audit.other-model"

    other.replace(component / "model.txt")
    code, said = run(alike, "--model", component / "model.txt", *words)
    assert code == 0
    assert json.loads(said)["claim"]["predicate"]["binding"] == "files-verified"
    assert run(alike, *NAMES, "--model", component / "model.txt")[0] == 2


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with everybody registered, a component, and a clock that stands still."""
    with telling(tmp_path) as told:
        told.registered().made()
        clock = SetClock(told.clock.at)
    write_key_file(tmp_path / "maintainer.pem", named_key(f"{MAKER}/maintainer"))
    monkeypatch.setattr("sunlit.adapters.clock.SystemClock.now", lambda _self: clock.at)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_signed_audit_stands_in_the_log_and_its_cube_in_private(alike: Path, town: Path) -> None:
    """The entry opens with the cube that the home keeps for itself; no blob is the cube."""
    key = f"file:{town / 'maintainer.pem'}"
    code, said = run(alike, *NAMES, *TRUTH, "--component", "model", "--home", "home", "--key", key)

    (cube,) = (town / "home" / "private" / "audits").iterdir()
    with open_ledger(Home.open(town / "home"), SystemClock()) as ledger:
        claims = [one.claim for one in ledger.history.statements]
    (*_, claim) = [one for one in claims if isinstance(one, BiasAudit)]
    guarded = Guarded.parse(cube.read_bytes())
    blobs = [one.read_bytes() for one in (town / "home" / "blobs").rglob("*") if one.is_file()]

    assert code == 0
    assert "Logged: statement" in said
    assert f"Guarded, for you alone: {cube.relative_to(town)}" in said
    assert stat.S_IMODE(cube.stat().st_mode) == 0o600
    assert guarded.commitment == claim.commitment
    assert guarded.to_bytes() not in blobs
    assert claim.report is not None
    assert any(sha256(one).hexdigest() == claim.report.digest["sha256"] for one in blobs)


def test_two_audits_of_the_same_rows_tell_of_nobody(alike: Path, town: Path) -> None:
    """With other bands, the difference of two published audits is a few people, or one."""
    signed = ["--component", "model", "--home", "home", "--key", f"file:{town / 'maintainer.pem'}"]
    ages = [*NAMES, *TRUTH, "--attribute", "age=age"]
    assert run(alike, *ages, "--band", "age=20,40", *signed)[0] == 1

    with pytest.raises(VerificationError) as caught:
        run(alike, *ages, "--band", "age=20,41", *signed)
    again, _ = run(alike, *ages, "--band", "age=20,40", *signed)
    meant, _ = run(alike, *ages, "--band", "age=20,41", *signed, "--despite-earlier")

    assert caught.value.code == "bias.subtraction"
    assert (again, meant) == (1, 1)
