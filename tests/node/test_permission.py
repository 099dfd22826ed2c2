"""`can`: roles, relations, states and duties, each on its own; deny by default."""

import pytest

from sunlit.node import permission
from sunlit.node.permission import PUBLIC, RULES, Action, Actor, Role, Subject, can


def _somebody(*roles: Role, organisation: str = "office", person: str = "p1") -> Actor:
    return Actor(person=person, organisation=organisation, roles=frozenset({Role.PUBLIC, *roles}))


EVERYTHING = _somebody(*Role)


def test_nobody_is_the_public() -> None:
    """Who is not signed in has one role, and no organisation."""
    assert not PUBLIC.signed_in
    assert PUBLIC.organisation is None
    assert can(PUBLIC, Action.READ_PUBLIC)
    assert not can(PUBLIC, Action.READ_TASKS)


def test_an_action_without_a_rule_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new action is denied to everybody until somebody writes down whose it is."""
    monkeypatch.setattr(permission, "RULES", {})

    assert not can(EVERYTHING, Action.READ_PUBLIC)


def test_no_rule_names_nobody() -> None:
    """Each action has a rule, and each rule a role that can be given."""
    assert set(RULES) == set(Action)
    assert all(rule.roles for rule in RULES.values())


@pytest.mark.parametrize(
    "action",
    [
        Action.REGISTER_COMPONENT, Action.PUBLISH, Action.SUSPEND, Action.ASSESS_USE,
        Action.REQUEST_EXEMPTION, Action.EDIT_RISK, Action.HANDLE_PROBLEM, Action.IMPORT_RECORDS,
        Action.EXPORT_AS_OF, Action.READ_AUDIT, Action.MANAGE_PEOPLE, Action.LEAVE_NODE,
        Action.READ_TASKS, Action.OWN_ACCOUNT, Action.SIGN,
    ],
)  # fmt: skip
def test_organisations_are_kept_apart(action: Action) -> None:
    """With every role at one organisation nobody touches what is another's."""
    assert can(EVERYTHING, action, Subject(organisation="office"))
    answer = can(EVERYTHING, action, Subject(organisation="other"))
    assert not answer
    assert "another organisation" in answer.reason


@pytest.mark.parametrize(
    ("action", "subject", "reason"),
    [
        (Action.REVIEW, Subject(maintainer="office"), "own organisation"),
        (Action.REVIEW, Subject(deployer="office"), "own organisation"),
        (Action.ATTEST, Subject(maintainer="office"), "own organisation"),
        (Action.VOTE, Subject(assessed_by=frozenset({"p1"})), "assessed"),
        (Action.VOTE, Subject(assessed_by=frozenset({"office"})), "assessed"),
        (Action.VOTE, Subject(recused=frozenset({"p1"})), "stood aside"),
        (Action.VOTE, Subject(board="other"), "another organisation's board"),
        (Action.CLOSE_VOTE, Subject(board="other"), "another organisation's board"),
        (Action.CLOSE_VOTE, Subject(recused=frozenset({"p1"})), "stood aside"),
        (Action.PUBLISH, Subject(made_by=frozenset({"p1"})), "alone"),
        (Action.GRANT_EXEMPTION, Subject(requested_by=frozenset({"p1"})), "own exemption"),
        (Action.GRANT_EXEMPTION, Subject(requested_by=frozenset({"office"})), "own exemption"),
        (Action.READ_GUARDED, Subject(purpose="  "), "what it is for"),
    ],
)  # fmt: skip
def test_duties_are_kept_apart(action: Action, subject: Subject, reason: str) -> None:
    """Whatever roles one holds: DESIGN section 6, each sentence of it."""
    answer = can(EVERYTHING, action, subject)

    assert not answer
    assert reason in answer.reason


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        (Action.REVIEW, Subject(maintainer="maker", deployer="city")),
        (Action.VOTE, Subject(board="office", assessed_by=frozenset({"lab", "p2"}))),
        (Action.PUBLISH, Subject(organisation="office", made_by=frozenset({"p2"}))),
        (Action.GRANT_EXEMPTION, Subject(board="office", requested_by=frozenset({"city"}))),
        (Action.READ_GUARDED, Subject(purpose="Repeat the audit")),
    ],
)
def test_whoever_had_nothing_to_do_with_it_may(action: Action, subject: Subject) -> None:
    """The duties refuse those whom they name, and nobody else."""
    assert can(EVERYTHING, action, subject)


def test_a_state_can_forbid_what_a_role_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over cannot be changed, whoever asks."""
    rule = permission.Rule(frozenset({Role.OFFICER}), states=frozenset({"draft"}))
    monkeypatch.setattr(permission, "RULES", {Action.EDIT_RISK: rule})
    officer = _somebody(Role.OFFICER)

    assert can(officer, Action.EDIT_RISK, Subject(state="draft"))
    assert can(officer, Action.EDIT_RISK)
    assert not can(officer, Action.EDIT_RISK, Subject(state="published"))
