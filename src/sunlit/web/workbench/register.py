"""Registering a component: choose where to read from, fill in what is missing, hand it on."""

import secrets
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from sunlit.base.errors import MalformedError
from sunlit.base.marking import N_
from sunlit.base.purl import bare
from sunlit.capabilities.lifecycle.catalogued import Entered, entered
from sunlit.claims.provenance import HOSTED, KINDS
from sunlit.node.drafts import Draft, Kind, Move, State, can_move, find, moved, moves
from sunlit.node.permission import Action
from sunlit.node.register_component import (
    MAX_FILE,
    Found,
    changes,
    content,
    fields_of,
    found_in,
    optional,
    problems,
    read,
    registration,
    suggested,
    to_decide,
    to_submit,
    typed,
)
from sunlit.projection.threads import Matter
from sunlit.web.guarding import may
from sunlit.web.pages import page, redirect
from sunlit.web.workbench.common import Form, Sent, drafts, form, known, me, now, propose
from sunlit.web.workbench.signed import settled

router = APIRouter(include_in_schema=False)
WRITE, CHECK = [may(Action.REGISTER_COMPONENT)], [may(Action.PUBLISH)]
SOURCES: Final = (
    ("manifest", N_("A sunlit.toml from its repository")),
    ("publiccode", N_("A publiccode.yml")), ("model-card", N_("A model card")),
    ("hosted", N_("No file: it is a service that we bought")),
    ("form", N_("None of these: I fill it in myself")),
)  # fmt: skip
KIND_WORDS: Final = (
    ("model", N_("A model")),
    ("dataset", N_("A dataset")),
    ("code", N_("Code")),
    ("pipeline", N_("A pipeline")),
    ("oci-image", N_("A container image")),
    ("database-snapshot", N_("A snapshot of a database")),
    (HOSTED, N_("A hosted service")),
)
assert {value for value, _ in KIND_WORDS} == {*KINDS}  # noqa: S101 - a kind without words


@router.get("/work/components/new", name="register-new", dependencies=WRITE)
def new(request: Request) -> Response:
    """Ask where to read from."""
    return form(request, "work/register_new.html", sources=SOURCES)


@router.post("/work/components/new", name="register-read", dependencies=WRITE)
def begin(request: Request, sent: Form) -> Response:
    """Read what was given, and keep it as a draft."""
    source, who, at = sent.text("source"), me(request), now(request)
    if source not in {value for value, _ in SOURCES}:
        wrong = {"source": N_("Choose what you have")}
        return form(request, "work/register_new.html", wrong, sent.flat(), sources=SOURCES)
    try:
        found = _read(source, sent)
    except MalformedError as error:
        wrong = {"text": f"{error.what[:1].upper()}{error.what[1:]}. {_mend(error)}".strip()}
        return form(request, "work/register_new.html", wrong, sent.flat(), sources=SOURCES)
    told = dict(found.fields)
    if "component" in told:
        told["component"] = bare(told["component"])
    draft = Draft(
        id=secrets.token_hex(12), organisation=who.organisation, kind=Kind.REGISTRATION,
        about=told.get("name") or told.get("component") or N_("a component without a name"),
        author=who.person.id, content=content(found, told, at), changed=at,
    )  # fmt: skip
    return redirect(request, "register-edit", draft=drafts(request).add(draft).id)


def _mend(error: MalformedError) -> str:
    return f"{error.mend[:1].upper()}{error.mend[1:]}." if error.mend else ""


def _read(source: str, sent: Sent) -> Found:
    if source == "hosted":
        return Found(source="form", fields={"kind": HOSTED})
    if source == "form":
        return Found(source="form")
    return read(source, sent.file or sent.text("text", MAX_FILE + 1).encode())


def _mine(request: Request, draft: str) -> Draft:
    """Return a draft of the organisation, brought up to date with what the log did."""
    found = find(drafts(request), me(request).organisation, draft)
    return settled(request, found)


def _published(request: Request, draft: Draft) -> tuple[Entered, ...]:
    """Return what the organisation has registered of this component, oldest first."""
    who = me(request)
    component = fields_of(draft).get("component", "")
    _, log = known(request).of(who.organisation)
    history = log.bearing_on(Matter(release="", component=component))
    return tuple(
        one
        for one in entered(history.statements, history.directory)
        if one.claim.organisation == who.organisation and one.claim.component == component
    )


@router.get("/work/components/{draft}", name="register-edit", dependencies=WRITE)
def edit(request: Request, draft: str) -> Response:
    """Show the form to its writer, what is to be checked to everybody else."""
    found = _mine(request, draft)
    if can_move(me(request).actor, Move.SAVE, found):
        return _form(request, found)
    return _show(request, found)


def _form(
    request: Request, found: Draft, wrong: dict[str, str] | None = None,
    told: dict[str, str] | None = None, *, theirs: Draft | None = None,
) -> Response:  # fmt: skip
    fields = told if told is not None else fields_of(found)
    fields = {"component": suggested(found.organisation, fields.get("name", ""))} | fields
    return form(
        request, "work/register_edit.html", wrong, fields, draft=found, kinds=KIND_WORDS,
        hosted=fields.get("kind") == HOSTED, optional=optional(fields.get("kind")),
        read_from=found_in(found), theirs=fields_of(theirs) if theirs else None,
        status=409 if theirs else None,
    )  # fmt: skip


@router.post("/work/components/{draft}", name="register-save", dependencies=WRITE)
def save(request: Request, draft: str, sent: Form) -> Response:
    """Keep what was typed; hand it on where that was asked."""
    found, told = _mine(request, draft), typed(sent.flat())
    if sent.number("version") != found.version:
        return _form(request, replace(found, version=found.version), None, told, theirs=found)
    after = moved(me(request).actor, Move.SAVE, found, now(request))
    since = {"source": found.content.get("source"), "digest": found.content.get("digest"),
             "askedOn": found.content.get("askedOn"), "found": list(found_in(found))}  # fmt: skip
    kept = drafts(request).change(replace(
        after, content={**since, "fields": told}, reason=found.reason,
        about=told.get("name") or told.get("component") or found.about,
    ))  # fmt: skip
    wrong = problems(told) if sent.text("then") == "submit" else {}
    if wrong:
        return _form(request, kept, wrong, told)
    if sent.text("then") == "submit":
        return redirect(request, "register-submit", draft=kept.id)
    return redirect(request, "work")


@router.get("/work/components/{draft}/hand-on", name="register-submit", dependencies=WRITE)
def hand_on(request: Request, draft: str) -> Response:
    """Show what is about to be handed on, with its blanks."""
    found = _mine(request, draft)
    if problems(fields_of(found)) or not can_move(me(request).actor, Move.SUBMIT, found):
        return redirect(request, "register-edit", draft=draft)
    return _show(request, found, confirm=True)


@router.post("/work/components/{draft}/hand-on", name="register-sign", dependencies=WRITE)
def sign(request: Request, draft: str) -> Response:
    """Let the writer sign it; it waits for a second person then."""
    found = _mine(request, draft)
    moved(me(request).actor, Move.SUBMIT, found, now(request))
    before = _published(request, found)
    return propose(request, to_submit(found, before[-1].said.statement_id if before else None))


def _show(request: Request, found: Draft, *, confirm: bool = False) -> Response:
    wrong = problems(fields_of(found))
    public = [one for one in _published(request, found) if one.is_public]
    old = public[-1].claim if public and found.state is not State.PUBLISHED else None
    rows = () if wrong else changes(registration(found), old)
    return page(
        request, "work/register_show.html", public=False, draft=found, rows=rows, old=old,
        moves=moves(me(request).actor, found), confirm=confirm, kinds=dict(KIND_WORDS),
        mine=me(request).person.id == found.author,
        asked=() if wrong else optional(fields_of(found).get("kind")),
    )  # fmt: skip


@router.post("/work/components/{draft}/take-back", name="register-back", dependencies=WRITE)
def take_back(request: Request, draft: str) -> Response:
    """Let the writer have it again, before anybody checked it."""
    found = _mine(request, draft)
    after = moved(me(request).actor, Move.TAKE_BACK, found, now(request))
    drafts(request).change(replace(after, envelope=None, statement=None))
    return redirect(request, "register-edit", draft=draft)


@router.post("/work/components/{draft}/discard", name="register-discard", dependencies=WRITE)
def discard(request: Request, draft: str) -> Response:
    """Throw a draft away."""
    found = _mine(request, draft)
    moved(me(request).actor, Move.DISCARD, found, now(request))
    drafts(request).drop(found)
    return redirect(request, "work")


@router.get("/work/components/{draft}/decide", name="register-decide", dependencies=CHECK)
def decide(request: Request, draft: str) -> Response:
    """Ask for the reason of a return or a withdrawal."""
    found = _mine(request, draft)
    return form(request, "work/register_decide.html", draft=found,
                moves=moves(me(request).actor, found))  # fmt: skip


@router.post("/work/components/{draft}/decide", name="register-decided", dependencies=CHECK)
def decided(request: Request, draft: str, sent: Form) -> Response:
    """Publish, return or withdraw: another person than the writer."""
    found, who, at = _mine(request, draft), me(request), now(request)
    move = sent.text("move")
    reason = " ".join(sent.text("reason").split())
    if move == Move.PUBLISH:
        moved(who.actor, Move.PUBLISH, found, at)
        return propose(request, to_decide(found, "publish"))
    if not reason:
        return form(request, "work/register_decide.html", {"reason": N_("Say why")}, sent.flat(),
                    draft=found, moves=moves(who.actor, found))  # fmt: skip
    if move == Move.RETURN:
        back = moved(who.actor, Move.RETURN, found, at, reason=reason)
        drafts(request).change(replace(back, envelope=None, statement=None))
        return redirect(request, "work")
    moved(who.actor, Move.WITHDRAW, found, at, reason=reason)
    return propose(request, to_decide(found, "withdraw", reason))
