"""The people of an organisation, for its administrator: invite, change roles, end.

An administrator sees their own organisation only. What needs the operator's key (revoking a key in
the log) is drafted here and done by the operator.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.node.enrolment import roles_of
from sunlit.node.people import (
    GIVABLE,
    INVITED_FOR,
    Invitation,
    PasskeyState,
    Person,
    new_secret,
)
from sunlit.node.permission import Action, Role, Subject
from sunlit.web import sessions
from sunlit.web.account import noting, words
from sunlit.web.account.keys import redirect_to_confirm
from sunlit.web.guarding import demand, may
from sunlit.web.language import gettext_of
from sunlit.web.pages import page, redirect

router = APIRouter(include_in_schema=False)
MANAGE = [may(Action.MANAGE_PEOPLE)]
Roles = Annotated[list[str], Form()]
MAX_LABEL: Final = 80  # characters
NEWEST = 200  # rows of the audit on a page


@router.get("/account/people", name="people", dependencies=MANAGE)
def people(request: Request) -> Response:
    """The people of your organisation, and a form to invite one more."""
    return _all(request)


def _all(
    request: Request, label: str = "", chosen: Sequence[str] = (),
    problems: Mapping[str, str] = {},
) -> Response:  # fmt: skip
    admin = sessions.signed_in(request).person
    found = sessions.people(request).of(admin.organisation)
    return page(
        request, "account/people.html", public=False, people=found, roles=_givable(),
        typed={"label": label}, chosen=chosen, problems=problems, status=422 if problems else 200,
    )  # fmt: skip


@router.post("/account/people/invite", name="invite", dependencies=MANAGE)
def invite(
    request: Request, label: Annotated[str, Form()] = "",
    roles: Roles = [],  # noqa: B006 - FastAPI copies defaults
) -> Response:  # fmt: skip
    """Make a one-time code, and show it once."""
    visit, label = sessions.signed_in(request), label.strip()
    wrong = words.name_problem(request, label, MAX_LABEL) | _role_problem(request, roles, "invite")
    if wrong:
        return _all(request, label, roles, wrong)
    if not visit.session.is_confirmed(sessions.now(request)):
        typed = [("label", label), *(("roles", one) for one in roles)]
        return redirect_to_confirm(request, "/account/people", typed)
    code, admin, at = new_secret(), visit.person, sessions.now(request)
    invitation = Invitation(
        organisation=admin.organisation, roles=_roles(roles), label=label,
        made_by=admin.id, expires=at + INVITED_FOR,
    )  # fmt: skip
    sessions.people(request).invite(code, invitation)
    noting.note(request, admin, "invited", {"roles": " ".join(sorted(invitation.roles))})
    return page(
        request, "account/invitation.html", public=False, code=code, invitation=invitation,
        address=f"{sessions.site_of(request).node.url}/sign-in",
    )  # fmt: skip


@router.get("/account/people/{person}", name="staff", dependencies=MANAGE)
def staff(request: Request, person: str) -> Response:
    """One person: what they are, their keys, ending their access."""
    return _one(request, _theirs(request, person))


def _one(
    request: Request, found: Person, problems: Mapping[str, str] = {}
) -> Response:  # fmt: skip
    keys = sessions.people(request).passkeys(found.id)
    return page(
        request, "account/person.html", public=False, person=found, keys=keys, roles=_givable(),
        problems=problems, status=422 if problems else 200,
    )  # fmt: skip


@router.post("/account/people/{person}/roles", name="staff_roles", dependencies=MANAGE)
def staff_roles(
    request: Request, person: str, roles: Roles = [],  # noqa: B006 - FastAPI copies defaults
) -> Response:  # fmt: skip
    """Change what somebody is, from their next request on; say which keys are to be revoked."""
    visit = sessions.signed_in(request)
    found = _another(request, person)
    if wrong := _role_problem(request, roles, "role"):
        return _one(request, found, wrong)
    if not visit.session.is_confirmed(sessions.now(request)):
        typed = [("roles", one) for one in roles]
        return redirect_to_confirm(request, f"/account/people/{person}", typed)
    given = _roles(roles)
    sessions.people(request).set_roles(found.id, given)
    detail = {"whom": found.id, "roles": " ".join(sorted(given))}
    noting.note(request, visit.person, "roles-changed", detail)
    now = replace(found, roles=given)
    revoke = _known_keys(request, found) if set(roles_of(found)) - set(roles_of(now)) else []
    if not revoke:
        return redirect(request, "staff", person=person)
    return page(request, "account/roles_changed.html", public=False, person=now, revoke=revoke)


@router.get("/account/people/{person}/end", name="staff_ending", dependencies=MANAGE)
def staff_ending(request: Request, person: str) -> Response:
    """Ask whether somebody's access is to end, and say what ends and what stays."""
    found = _another(request, person)
    if found.ended:
        return redirect(request, "staff", person=person)
    keys = sessions.people(request).passkeys(found.id)
    return page(request, "account/end.html", public=False, person=found, keys=keys)


@router.post("/account/people/{person}/end", name="staff_end", dependencies=MANAGE)
def staff_end(request: Request, person: str) -> Response:
    """End somebody's access: sessions at once, keys here, and what the operator has to revoke."""
    visit = sessions.signed_in(request)
    found = _another(request, person)
    if not visit.session.is_confirmed(sessions.now(request)):
        return redirect_to_confirm(request, f"/account/people/{person}/end")
    store = sessions.people(request)
    revoke = _known_keys(request, found)
    for key in store.passkeys(found.id):
        store.move(key.credential, PasskeyState.ENDED)
    store.end(found.id, sessions.now(request))
    noting.note(request, visit.person, "ended", {"whom": found.id})
    return page(request, "account/ended.html", public=False, person=found, revoke=revoke)


@router.get("/account/audit", name="audit", dependencies=[may(Action.READ_AUDIT)])
def audit(request: Request) -> Response:
    """Who signed in, who was invited, who read what is guarded: your organisation's rows."""
    own = sessions.signed_in(request).person.organisation
    rows = sessions.audit(request).rows(own, NEWEST)
    _ = gettext_of(request)
    offices = {one.id: one.label for one in sessions.people(request).of(own)}
    offices["operator"] = _("The operator of this site")  # `sunlit node invite`
    return page(
        request, "account/audit.html", public=False, rows=rows, offices=offices,
        done=words.done(request), keys=sessions.people(request).key_names(own),
    )  # fmt: skip


def _known_keys(request: Request, person: Person) -> list[str]:
    keys = sessions.people(request).passkeys(person.id)
    return [one.key.key_id for one in keys if one.state is PasskeyState.KNOWN]


def _theirs(request: Request, person: str) -> Person:
    found = sessions.people(request).person(person)
    if found is None:
        raise _no_such()
    # Nobody learns whether another organisation has somebody under this id.
    own = sessions.signed_in(request).person.organisation
    if found.organisation != own:
        raise _no_such()
    demand(request, Action.MANAGE_PEOPLE, Subject(organisation=found.organisation))
    return found


def _another(request: Request, person: str) -> Person:
    found = _theirs(request, person)
    if found.id == sessions.signed_in(request).person.id:
        raise VerificationError(
            "people.not-yourself", "you cannot change your own roles or end your own access",
            mend="ask another administrator of your organisation",
        )  # fmt: skip
    return found


def _no_such() -> UnavailableError:
    return UnavailableError("people.no-such", "your organisation has no such person here")


def _givable() -> tuple[Role, ...]:
    return tuple(sorted(GIVABLE))


def _roles(names: list[str]) -> frozenset[Role]:
    return frozenset(one for one in GIVABLE if one.value in names)


def _role_problem(request: Request, names: list[str], form: str) -> dict[str, str]:
    given = _roles(names)
    if given and len(given) == len(set(names)):
        return {}
    _ = gettext_of(request)
    return {form: _("Choose what this person may do")}
