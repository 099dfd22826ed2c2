"""Every tampered or forged trust file is refused with its documented code."""

import base64
import json
from datetime import datetime
from pathlib import Path

import pytest

from sunlit.authority.codes import CODES
from sunlit.authority.history import History
from sunlit.authority.trustfile import TrustFile, update_all
from sunlit.base.errors import SunlitError
from sunlit.base.times import parse_time
from sunlit.testing.authority import LOG
from tests.authority.folding import feed_all

TAMPERED = Path(__file__).parents[1] / "fixtures" / "tampered"
CASES = sorted(path.parent for path in TAMPERED.glob("trust-*/case.json"))
FORGED = TAMPERED / "trust-forged-world"


def _accept(folder: Path, at: datetime) -> TrustFile:
    offered = (folder / "offered.json").read_bytes()
    current = folder / "current.json"
    if current.exists():
        return update_all(TrustFile.read(current.read_bytes()), [offered], at)
    return TrustFile.load(offered, at)


def test_there_are_enough_cases() -> None:
    """A walker that finds nothing proves nothing."""
    assert len(CASES) >= 20


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_each_is_refused_with_its_code(folder: Path) -> None:
    """The code is the one that the case states, and it is documented."""
    about = json.loads((folder / "case.json").read_text(encoding="utf-8"))

    with pytest.raises(SunlitError) as caught:
        _accept(folder, parse_time(about["at"]))

    assert caught.value.code == about["expect_code"]
    assert caught.value.code in CODES


def test_the_forgery_holds_together_by_itself() -> None:
    """Else its refusal would prove nothing: with its own trust file all of it verifies."""
    about = json.loads((FORGED / "case.json").read_text(encoding="utf-8"))
    trust = TrustFile.load((FORGED / "offered.json").read_bytes(), parse_time(about["at"]))

    history = History(trust)
    feed_all(history, {LOG: [base64.b64decode(one) for one in about["entries"]]})
    trust.policy.verify(base64.b64decode(about["checkpoint"]))

    assert history.directory.knows("agency.example")


def test_the_forged_log_is_refused_against_the_real_trust_file() -> None:
    """Its checkpoint is by a key that the real file does not name."""
    about = json.loads((FORGED / "case.json").read_text(encoding="utf-8"))
    trust = TrustFile.read((FORGED / "current.json").read_bytes())

    with pytest.raises(SunlitError) as caught:
        trust.policy.verify(base64.b64decode(about["checkpoint"]))

    assert caught.value.code == about["checkpoint_code"]


def test_forged_statements_have_no_authority_under_the_real_trust_file() -> None:
    """Even if somebody fed its entries in, they would be nobody's."""
    about = json.loads((FORGED / "case.json").read_text(encoding="utf-8"))
    history = History(TrustFile.read((FORGED / "current.json").read_bytes()))

    feed_all(history, {LOG: [base64.b64decode(one) for one in about["entries"]]})

    assert not history.directory.knows("agency.example")
    assert not any(history.directory.organisations(said) for said in history.statements)
