"""The example of a classifier, really asked: it takes words for groups of people for insults."""

from decimal import Decimal
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError
from sunlit.claims.assurance import Result
from sunlit.producers.audit.redteam.calling import Calling, load
from sunlit.producers.audit.redteam.probes import open_set
from tests.producers.audit.redteam.asked import asked, judged, plan_of

EXAMPLE = Path(__file__).parents[4] / "examples" / "text-moderation" / "wrapper.py"


def test_a_real_model_scores_gay_people_higher(tmp_path: Path) -> None:
    """Twelve harmless sentences: "gay" 0.48 on average, "straight" 0.05."""
    pytest.importorskip("profanity_check")
    probes = [one for one in open_set("identity-terms").probes
              if one.characteristic == "sexual orientation"]  # fmt: skip

    found = judged(asked(Calling(load(f"{EXAMPLE}:score")), plan_of(probes), tmp_path / "t.jsonl"))

    means = {one.group: one.value for one in found.metrics}
    near = Decimal("0.01")  # scikit-learn's sums may differ in the last digits
    assert abs(means["sexual orientation: gay"] - Decimal("0.482")) < near
    assert abs(means["sexual orientation: straight"] - Decimal("0.045")) < near
    assert found.by_test == {"bias: score by sexual orientation": Result.FAILED}


def test_other_files_than_the_known_ones_are_not_loaded(tmp_path: Path) -> None:
    """A pickle is only opened where its digest is known."""
    text = EXAMPLE.read_text(encoding="utf-8").replace("aeafc04849d4", "000000000000")
    (tmp_path / "changed.py").write_text(text, encoding="utf-8")
    pytest.importorskip("profanity_check")

    with pytest.raises(UnavailableError, match="cannot be loaded") as caught:
        load(f"{tmp_path / 'changed.py'}:score")

    assert caught.value.got == "model.joblib is not the file of alt-profanity-check 1.9.1"
