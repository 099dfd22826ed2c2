"""From what happened to drafts of records: commitments, check code, the leaf."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from sunlit.base import wording
from sunlit.base.errors import SunlitError
from sunlit.decision.checkcode import new_code
from sunlit.decision.content import JSON, TEXT, Content
from sunlit.decision.ports import Draft
from sunlit.decision.record import Kind, Pointer, Record, State, new_id
from sunlit.decision.template import Template
from sunlit.guard.declared import Context, Declared
from sunlit.guard.permit import Permit
from sunlit.guard.serial import dumps
from sunlit.guard.standing import Standing

Values: TypeAlias = Mapping[str, tuple[str, bytes]]
MAX_TEMPLATES: Final = 64
_TRACE: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[ -~]{0,200})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A decision that is durable: what a letter and a later record need of it."""

    id: str
    check_code: str = field(repr=False)
    state: State
    pointer: Pointer
    at: datetime


@dataclass(frozen=True, slots=True)
class Group:
    """Drafts of decisions that are appended together, and their check codes."""

    drafts: Sequence[Draft]
    codes: Sequence[str] = field(repr=False)
    state: State
    at: datetime

    def written(self, pointers: Sequence[Pointer]) -> tuple[Written, ...]:
        """Return what was written, in order."""
        return tuple(
            Written(
                id=draft.record_id, check_code=code, state=self.state, pointer=pointer, at=self.at
            )
            for draft, code, pointer in zip(self.drafts, self.codes, pointers, strict=True)
        )


def is_traceparent(text: str) -> bool:
    """Tell whether a text is a W3C traceparent; others are dropped, as the standard says."""
    return _TRACE.fullmatch(text) is not None


def text(value: str) -> tuple[str, bytes]:
    """Return a text as a value to commit to; half a surrogate pair becomes a question mark."""
    return TEXT, value.encode("utf-8", "replace")


def json(value: object) -> tuple[str, bytes]:
    """Return a document as a value to commit to."""
    return JSON, dumps(value)


def around(context: Context) -> dict[str, tuple[str, bytes]]:
    """Return the values for the case and the trace, where they are known."""
    found = {}
    if context.case is not None:
        found["case"] = text(context.case)
    if context.trace is not None and is_traceparent(context.trace):
        found["trace"] = text(context.trace)
    return found


class Writer:
    """Makes drafts of decisions; it keeps the templates of the leaves it has made."""

    def __init__(self) -> None:
        self._templates: dict[object, Template] = {}

    def group(
        self, permit: Permit, standing: Standing, state: State, at: datetime,
        values: Sequence[Values],
    ) -> Group:  # fmt: skip
        """Return drafts of decisions, each with a check code of its own."""
        template = self._template(permit, standing, state)
        shared = around(permit.context)
        if permit.broken:
            shared["reasons"] = text(permit.reasons or "")
        drafts, codes = [], []
        for one in values:
            code, record_id = new_code(), new_id()
            content = Content.of({**shared, **one, "code": text(code)})
            leaf = template.fill(record_id, at, content.commitments())
            drafts.append(Draft(leaf, record_id, content.to_bytes()))
            codes.append(code)
        return Group(drafts, codes, state, at)

    def _template(self, permit: Permit, standing: Standing, state: State) -> Template:
        status = None if standing.status is None else standing.status.digest
        grant, trust = standing.token.grant_id, standing.trust.version
        key = (grant, status, trust, permit.declared, state, permit.broken[:1])
        found = self._templates.get(key)
        if found is None:
            if len(self._templates) >= MAX_TEMPLATES:
                self._templates = {}
            found = self._templates[key] = Template(permit.record(standing, state))
        return found


def refusal(
    error: SunlitError, standing: Standing, declared: Declared, context: Context, at: datetime
) -> Draft:
    """Return the draft of a refusal.

    A declared use that is not the token's is anybody's text: it stands in the content and not
    in the leaf.
    """
    grant = standing.token.claims
    details = {"said": str(error), "use": declared.use[:200]}
    if declared.purpose is not None:
        details["purpose"] = declared.purpose[:200]
    content = Content.of({**around(context), "details": json(details)})
    return Draft.of(
        Record(
            kind=Kind.REFUSAL, id=new_id(), time=at, commit=content.commitments(),
            token=standing.token.grant_id, release=grant.release,
            use=grant.use if declared.use == grant.use else None,
            deployer=grant.deployer if declared.deployer == grant.deployer else None,
            trust=standing.trust.version, code=error.code,
        ),
        content,
    )  # fmt: skip


def with_fallback(error: SunlitError, standing: Standing, *, breakable: bool) -> SunlitError:
    """Add to an error what staff do now: the token's manual fallback, and break-glass."""
    grant = standing.token.claims
    by_hand = wording.text("meanwhile, by hand: %(fallback)s", fallback=grant.fallback)
    if error.mend is not None and by_hand in error.mend:
        return error  # a recorder that stopped raises the same error again
    parts = [] if error.mend is None else [wording.fixed(error.mend)]
    parts.append(by_hand)
    if breakable and grant.break_glass is not None:
        parts.append(wording.text("in an emergency (break-glass): %(way)s", way=grant.break_glass))
    error.mend = wording.joined(parts, "; ")
    return error
