"""What the pages of the workbench share: who asks, what is known, forms that lose nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from sunlit.adapters.sql.drafts import SqlDrafts
from sunlit.node.drafts import Drafts
from sunlit.node.known import Known
from sunlit.node.people import PasskeyState, Person
from sunlit.node.permission import Actor
from sunlit.node.proposal import Proposal
from sunlit.views.tasks import Case
from sunlit.web import acts, csrf, sessions
from sunlit.web.guarding import actor_of
from sunlit.web.pages import page, site_of
from sunlit.web.public.reading import known_of

MAX_UPLOAD: Final = 256 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Me:
    """Who is at work: the person, what they may, and the ids of keys that the log knows."""

    person: Person
    actor: Actor
    keys: frozenset[str]

    @property
    def organisation(self) -> str:
        """The organisation that they are of."""
        return self.person.organisation


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent: texts by name, in order, and one file at most."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    file: bytes = b""

    def text(self, name: str, limit: int = 10_000) -> str:
        """Return what was typed into a field."""
        return (self.fields.get(name) or ("",))[0][:limit]

    def every(self, name: str) -> tuple[str, ...]:
        """Return all that was chosen."""
        return tuple(self.fields.get(name, ()))

    def day(self, name: str) -> datetime | None:
        """Return a date of three fields; None where there is none."""
        try:
            year, month, day = (
                int(self.text(f"{name}-{part}", 8)) for part in ("year", "month", "day")
            )
            return datetime(year, month, day, tzinfo=UTC)
        except (ValueError, OverflowError):
            return None

    def end_of(self, name: str) -> datetime | None:
        """Return the last second of a date of three fields: until a day is with that day."""
        day = self.day(name)
        return None if day is None else day.replace(hour=23, minute=59, second=59)

    def number(self, name: str) -> int | None:
        """Return a whole number; None where it is none."""
        text = self.text(name, 9).strip()
        return int(text) if text.isascii() and text.isdecimal() else None

    def flat(self) -> dict[str, str]:
        """Return the first text of each field."""
        return {name: self.text(name) for name in self.fields}


async def _sent(request: Request) -> Sent:
    fields: dict[str, list[str]] = {}
    for name, value in await csrf.typed(request):
        if name != csrf.FIELD:
            fields.setdefault(name, []).append(value)
    form = await request.form()
    upload = form.get("file")
    data = b""
    if isinstance(upload, UploadFile):
        data = await upload.read(MAX_UPLOAD + 1)
        await upload.close()
    return Sent(fields, data)


Form = Annotated[Sent, Depends(_sent)]


def me(request: Request) -> Me:
    """Return who is at work.

    Raises:
        VerificationError: `permission.refused`.
    """
    person = sessions.signed_in(request).person
    known = sessions.people(request).passkeys(person.id)
    keys = {one.key.key_id for one in known if one.state is PasskeyState.KNOWN}
    return Me(person, actor_of(request), frozenset(keys))


def known(request: Request) -> Known:
    """Return what the logs of this node say."""
    return known_of(request)


def case(request: Request, key: str) -> Case:
    """Return one use.

    Raises:
        UnavailableError: `node.no-such-use`.
    """
    return known_of(request).case(key, now(request))


def drafts(request: Request) -> Drafts:
    """Return the store of drafts."""
    return SqlDrafts(site_of(request).private)


def now(request: Request) -> datetime:
    """Return the time."""
    return site_of(request).clock.now()


def propose(request: Request, proposal: Proposal) -> Response:
    """Lead to the page where this is signed."""
    return acts.propose(
        request, site_of(request), me(request).person, proposal.claim, *proposal.subjects,
        title=proposal.title, consequence=proposal.consequence, back=proposal.back,
        then=proposal.then, context=proposal.context, log=proposal.log,
    )  # fmt: skip


def form(
    request: Request, template: str, problems: Mapping[str, str] | None = None,
    typed: Mapping[str, Any] | None = None, *, status: int | None = None,
    **context: Any,  # noqa: ANN401 - what the template names
) -> Response:  # fmt: skip
    """Return a page with a form: with what was typed, and with what is wrong, if anything."""
    wrong = dict(problems or {})
    return page(
        request, template, status=status or (422 if wrong else 200), public=False,
        problems=wrong, typed=dict(typed or {}), **context,
    )  # fmt: skip


def day_fields(name: str, value: datetime | None) -> dict[str, str]:
    """Return the three fields of a date, as `Sent.day` reads them."""
    if value is None:
        return {}
    return {
        f"{name}-day": str(value.day), f"{name}-month": str(value.month),
        f"{name}-year": str(value.year),
    }  # fmt: skip
