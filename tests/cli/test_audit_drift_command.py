"""`sunlit audit drift` and `robustness` from the command line: exit codes, drafts, reports."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.architecture.project import ROOT
from tests.cli.doors import Door

EXAMPLE = ROOT / "examples" / "benefits-outreach"
TRAIN = "data/acs-public-coverage-2018-train.parquet"
TEST = "data/acs-public-coverage-2018-test.parquet"


@pytest.fixture
def door(capsys: pytest.CaptureFixture[str]) -> Door:
    return Door(capsys)


@pytest.fixture
def component(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a copy of the example."""
    shutil.copytree(EXAMPLE, tmp_path / "outreach", ignore=shutil.ignore_patterns(".sunlit"))
    monkeypatch.chdir(tmp_path / "outreach")
    return tmp_path / "outreach"


def test_the_examples_test_data_has_not_drifted(door: Door, component: Path) -> None:
    """A draft about the model's files, and reports in a folder."""
    ended = door(
        "audit", "drift", TRAIN, TEST, "--by", "SEX", "--prediction", "PUBCOV", "--outcome",
        "PUBCOV", "--reports", "out",
    )  # fmt: skip

    assert ended.code == 0, ended.err
    assert "figures are within their limits" in ended.out
    assert {one.name for one in (component / "out").iterdir()} == {
        "drift.json", "drift.html", "drift.csv",
    }  # fmt: skip
    (draft,) = (component / ".sunlit" / "audits").glob("*-drift.intoto.jsonl")
    statement = json.loads(draft.read_text(encoding="utf-8"))
    assert {one["name"] for one in statement["subject"]} == {"model.txt", "cut.json"}
    assert statement["predicate"]["sunlit_kind"] == "drift"


def test_drift_ends_with_one_and_chance_with_three(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit codes are those of every command."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(2)
    for name, shift in (("a", 0.0), ("b", 0.0), ("c", 3.0)):
        columns = {f"x{at}": rng.normal(shift, 1, 60) for at in range(30)}
        parquet.write_table(pa.table(columns), f"{name}.parquet")

    chance = door("audit", "drift", "a.parquet", "b.parquet", "--limit", "psi=0.05", "--json")
    drift = door("audit", "drift", "a.parquet", "c.parquet")

    assert chance.code in {1, 3}
    document = json.loads(chance.out)
    assert document["limits"]["setBy"] == "whoever ran the audit"
    assert document["claim"]["predicate"]["sunlit_kind"] == "drift"
    assert document["kept"][-1].startswith("Not kept")
    assert drift.code == 1
    assert "and 10 more in the report" in drift.out


def test_a_model_is_tried_and_kept(door: Door, component: Path) -> None:
    """LightGBM's text, outcomes, and a direction that does not hold."""
    ended = door(
        "audit", "robustness", TEST, "--model", "model.txt", "--outcome", "PUBCOV", "--rows",
        "1000", "--monotone", "PINCP=down", "--noise", "0.05",
    )  # fmt: skip

    assert ended.code == 1
    assert "monotonicity PINCP=down" in ended.out
    assert "gaussian-noise 0.05" in ended.out
    assert list((component / ".sunlit" / "audits").glob("*-robustness.intoto.jsonl"))


def test_texts_are_tried_through_a_function(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the folder where the command is started."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("length_here.py").write_text(
        "def longish(texts):\n    return [int(len(one) > 3) for one in texts]\n", encoding="utf-8"
    )
    Path("texts.csv").write_text("id,say\n1,short\n2,no\n" * 30, encoding="utf-8")

    ended = door(
        "audit", "robustness", "texts.csv", "--kind", "text", "--callable", "length_here:longish",
        "--text", "say", "--json",
    )  # fmt: skip

    document = json.loads(ended.out)
    assert ended.code in {0, 3}
    assert document["model"]["binding"] == "declared"
    assert document["kind"] == "text"


def test_images_are_tried_from_a_folder(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a column of anything."""
    from PIL import Image

    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("seen_here.py").write_text(
        "def light(images):\n    return [int(one.mean() > 9) for one in images]\n", encoding="utf-8"
    )
    Image.fromarray(np.full((9, 9, 3), 99, np.uint8)).save("a.png")

    ended = door(
        "audit", "robustness", ".", "--kind", "image", "--callable", "seen_here:light"
    )  # fmt: skip

    assert ended.code == 0, ended.err
    assert "not tested: accuracy: no outcomes were at hand" in ended.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("drift", TRAIN, TEST, "--prediction", "PUBCOV"), 2, "given together"),
        (("drift", TRAIN, TEST, "--by", "nowhere"), 2, "no column of both"),
        (("drift", TRAIN, TEST, "--limit", "psi"), 2, "NAME=VALUE"),
        (("robustness", TEST), 2, "give one of"),
        (("robustness", TEST, "--callable", "nowhere:x"), 2, "cannot be imported"),
        (("robustness", TEST, "--model", "other.txt"), 2, "no file with the bytes"),
    ],
)
def test_what_makes_no_sense_is_refused(
    door: Door, component: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    """With what to do instead."""
    if "other.txt" in words:
        text = (component / "model.txt").read_text(encoding="utf-8")
        (component.parent / "other.txt").write_text(text + "\n", encoding="utf-8")
        words = tuple("../other.txt" if one == "other.txt" else one for one in words)

    ended = door("audit", *words)

    assert ended.code == code
    assert said in ended.err
