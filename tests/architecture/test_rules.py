"""Tests that come free with every rule, however many capabilities there are."""

from datetime import UTC, datetime
from typing import Final

import pytest

from sunlit.authority.directory import Directory
from sunlit.registry.wiring import CAPABILITIES, RULES
from sunlit.rubric.control import Control
from sunlit.rubric.core import core_rubric
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome

# Rules for an agency's own profile, with the reason why the shared core does not ask them.
NOT_IN_THE_CORE: Final = {
    "cel": "an agency's profile says what it asks",
    "decision-logs-anchored": "a token is needed before there can be a decision log",
    "drift-within-limits": "a shipped profile asks: before first use there is nothing to compare",
    "problems-answered": "silence shows nothing: an agency whose form is well known may ask",
    "signers-had-authority": "every rule passes over statements without authority already",
}


def test_the_core_rubric_and_the_rules_name_each_other() -> None:
    """A control without a rule cannot be answered; a rule that nobody asks is dead."""
    asked = {control.rule for control in core_rubric().controls}

    assert asked == set(RULES) - set(NOT_IN_THE_CORE)
    assert set(NOT_IN_THE_CORE) <= set(RULES)


def test_a_rule_has_one_home() -> None:
    """Two capabilities with one rule name would answer for each other."""
    named = [name for capability in CAPABILITIES for name in capability.rules]

    assert sorted(named) == sorted(set(named))


@pytest.mark.parametrize("control", core_rubric().controls, ids=lambda control: control.id)
def test_no_control_holds_on_no_evidence(control: Control) -> None:
    """Silence is not consent: with no statement, no file and no trust, nothing holds."""
    nothing = Evidence(
        release="0" * 64,
        component=None,
        use=None,
        deployer=None,
        at=datetime(2026, 1, 1, tzinfo=UTC),
        directory=Directory.empty(),
    )

    verdict = RULES[control.rule](nothing, control.values())

    assert verdict.outcome is not Outcome.HOLDS
