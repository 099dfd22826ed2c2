"""The review queue and the attestation form, and where a token is suspended."""

from datetime import timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.claims.assurance import Attestation
from sunlit.claims.lifecycle import TokenGrant
from sunlit.node.permission import Action
from sunlit.node.permission import Subject as Asked
from sunlit.node.review_queue import (
    Row,
    Typed,
    again,
    may_attest,
    problems,
    queue,
    row,
    to_attest,
    to_declare,
)
from sunlit.rubric.standing import about, is_current, maintainers
from sunlit.views.tasks import Case
from sunlit.web.act_fields import VALUES
from sunlit.web.act_words import words
from sunlit.web.guarding import demand, may
from sunlit.web.pages import page
from sunlit.web.workbench.common import Form, Sent, case, day_fields, form, known, me, now, propose

router = APIRouter(include_in_schema=False)
REVIEW, ATTEST = [may(Action.REVIEW)], [may(Action.ATTEST)]


@router.get("/work/reviews", name="reviews", dependencies=REVIEW)
def reviews(request: Request) -> Response:
    """List what asks for an independent assessment."""
    at = now(request)
    cases, mine = known(request).cases(at), me(request).organisation
    return page(
        request, "work/reviews.html", public=False, rows=queue(cases, mine, at),
        others=again(cases, mine, at), mine=mine,
    )  # fmt: skip


def _row(request: Request, use: str) -> Row:
    """Return a use that is not one's own organisation's.

    Raises:
        VerificationError: `permission.refused`.
    """
    found, at = case(request, use), now(request)
    for keeper in (*maintainers(found.evidence), found.line.deployer):
        demand(request, Action.ATTEST, Asked(maintainer=keeper, deployer=found.line.deployer))
    return row(found, me(request).organisation, at)


@router.get("/work/reviews/{use}/attest", name="attest", dependencies=ATTEST)
def attest(request: Request, use: str) -> Response:
    """Show the form, or why this organisation may not fill it in."""
    found, at = _row(request, use), now(request)
    typed = day_fields("valid_until", at + timedelta(days=365)) | day_fields("assessed_on", at)
    return _form(request, found, {}, typed)


def _form(
    request: Request, found: Row, wrong: dict[str, str], typed: dict[str, str], *,
    chosen: tuple[str, ...] = (), refused: str | None = None,
) -> Response:  # fmt: skip
    return form(
        request, "work/attest.html", wrong, typed, row=found, case=found.case, chosen=chosen,
        refused=refused or found.why_not, earlier=_earlier(found.case),
        scopes=tuple((one, VALUES["scope"].get(one, words(one))) for one in found.scopes),
        status=409 if refused else None,
    )  # fmt: skip


def _earlier(found: Case) -> tuple[Attestation, ...]:
    return tuple(claim for _, claim in about(found.evidence, Attestation))


@router.post("/work/reviews/{use}/attest", name="attest-sign", dependencies=ATTEST)
def sign(request: Request, use: str, sent: Form) -> Response:
    """Let an assessor sign, or declare an interest instead."""
    found, who, at = _row(request, use), me(request), now(request)
    typed = _typed(sent)
    wrong, told = problems(typed, found.scopes, at), sent.flat()
    if typed.no_conflict == "yes":
        return propose(request, to_declare(found.case, who.organisation))
    if wrong:
        return _form(request, found, wrong, told, chosen=typed.scopes)
    answer = may_attest(found.case, who.organisation, who.keys, typed.scopes, at)
    if found.why_not or not answer:
        why = found.why_not or answer.reason
        return _form(request, found, {}, told, chosen=typed.scopes, refused=why)
    return propose(request, to_attest(found.case, who.organisation, typed))


def _typed(sent: Sent) -> Typed:
    return Typed(
        scopes=sent.every("scopes"), result=sent.text("result"), method=sent.text("method"),
        limits=sent.text("limits"), tool=sent.text("tool"), contract=sent.text("contract"),
        assessed_on=sent.day("assessed_on"), valid_until=sent.end_of("valid_until"),
        no_conflict=sent.text("no_conflict"),
    )  # fmt: skip


@router.get("/work/suspend", name="suspend", dependencies=[may(Action.SUSPEND)])
def suspend(request: Request) -> Response:
    """List the tokens in force, with the command by which their issuer suspends each."""
    at = now(request)
    tokens = [
        {"grant": said.statement_id, **_named(grant), "case": found}
        for found in known(request).cases(at)
        for said, grant in about(found.evidence, TokenGrant)
        if is_current(found.evidence, grant.valid_until)
        and (grant.use, grant.deployer) == (found.line.use, found.line.deployer)
    ]
    return page(request, "work/suspend.html", public=False, tokens=tokens)


def _named(grant: TokenGrant) -> dict[str, object]:
    return {"issuer": grant.issuer, "code": grant.code, "until": grant.valid_until}
