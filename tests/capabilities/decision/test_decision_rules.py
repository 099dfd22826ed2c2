"""Is everything that was decided anchored, lately?"""

from sunlit.capabilities.decision.rules import decision_logs_anchored
from sunlit.registry.bearing import Matter, bearing_on
from sunlit.rubric import Outcome
from tests.capabilities.decision.told import DEPLOYER, USE, Told, log_signer

WEEK = {"max-days": "7"}


def test_logs_that_were_anchored_lately_hold_until_the_anchor_is_old() -> None:
    """Evidence decays: a week later nobody knows."""
    told = Told()
    told.register()
    told.anchor(3)

    now = decision_logs_anchored(told.evidence(days=6), WEEK)

    assert now.outcome is Outcome.HOLDS
    assert now.rests_on == tuple(said.statement_id for said in told.said)
    assert now.expires is not None
    later = decision_logs_anchored(told.evidence(days=7), {})
    assert later.outcome is Outcome.UNKNOWN
    assert later.mend is not None


def test_one_log_that_nobody_anchored_leaves_it_open() -> None:
    """Every worker's log counts."""
    told = Told()
    told.register()
    told.anchor(3)
    origin = f"{DEPLOYER}/decisions/ffffffff"
    told.register(origin=origin, vkey=log_signer(origin).verifier.vkey, use=None)

    found = decision_logs_anchored(told.evidence(), WEEK)

    assert found.outcome is Outcome.UNKNOWN
    assert origin in found.reason


def test_nothing_is_known_without_a_log_of_this_use() -> None:
    """A log of another use says nothing about this one."""
    told = Told()
    told.register(use="another")
    told.anchor(3)

    assert decision_logs_anchored(told.evidence(), WEEK).outcome is Outcome.UNKNOWN


def test_the_logs_of_a_use_bear_on_its_release() -> None:
    """With their anchors, and no others."""
    told = Told()
    told.register()
    told.anchor(3)
    other = f"{DEPLOYER}/decisions/ffffffff"
    told.register(origin=other, vkey=log_signer(other).verifier.vkey, use="another")

    found = bearing_on(told.said, Matter(release="aa" * 32, use=USE, deployer=DEPLOYER))

    assert found == tuple(told.said[:2])
