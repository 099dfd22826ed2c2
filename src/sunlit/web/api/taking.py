"""Whose log what is handed in goes to, and whether anybody known signed it.

This only keeps strangers out of the queue: what counts is found out again at the entry's place,
by the worker. So the usual case may be judged by who was known a while ago, without reading a
log; whoever is not found there is looked for in the logs as far as they are projected now. Only
what the rest of a log could change has to wait for it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from fastapi import Request

from sunlit.authority.directory import Directory
from sunlit.authority.history import read_envelope
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import read_claim
from sunlit.claims.lifecycle import Publication
from sunlit.claims.risk import RiskCode, Vote
from sunlit.node.known import Known, use_key
from sunlit.node.log import Log
from sunlit.node.people import expect_another_person, judges
from sunlit.node.submit import MAX_GROUP, Group, group_of
from sunlit.projection.quick import signed
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Outcome
from sunlit.rubric.own_work import votes_apart
from sunlit.rubric.votes import work_on
from sunlit.statement.dsse import PAYLOAD_TYPE, Envelope, verified_by
from sunlit.statement.intoto import Statement
from sunlit.web import sessions
from sunlit.web.api.waiting import waiting_of
from sunlit.web.pages import site_of
from sunlit.web.public.reading import known_of

FEW: Final = 4  # signatures: verifying them keeps other requests waiting for half a millisecond
SMALL: Final = 32_768  # bytes of payloads, for the same reason
WEIGHED: Final = frozenset({Publication, RiskCode, Vote})  # by who said what before


def bundled(body: bytes) -> list[Envelope]:
    """Read an in-toto bundle: JSON Lines, an envelope each.

    Unlike a reader of bundles, this ignores no line that it cannot read: it would acknowledge
    what it does not keep.

    Raises:
        MalformedError: `submit.group`, `json.*`, `statement.malformed-envelope`.
    """
    # A megabyte of empty lines is not looked at one by one: other requests wait meanwhile.
    lines = [line for line in body.split(b"\n", 2 * MAX_GROUP) if line.strip()]
    if not 1 <= len(lines) <= MAX_GROUP:
        raise MalformedError(
            "submit.group", "a bundle of so many statements is not taken",
            expected=f"1 to {MAX_GROUP} lines", got=str(len(lines)),
            mend="hand in those that belong together, and no others",
        )  # fmt: skip
    return [Envelope.parse(line) for line in lines]


def taken_by_hint(
    request: Request, envelopes: Sequence[Envelope], organisation: str | None
) -> Group | None:
    """Return what is to be kept, if that can be told at once; None where it takes a closer look.

    Raises:
        MalformedError: as reading a statement raises.
    """
    if (
        sum(len(envelope.signatures) for envelope in envelopes) > FEW
        or sum(len(envelope.payload) for envelope in envelopes) > SMALL
    ):
        return None
    read = known_of(request).so_far()
    whose = organisation or _hinted(read, envelopes[-1])
    directory = read.get(whose) if whose is not None else None
    if directory is None or not all(_is_known(envelope, directory) for envelope in envelopes):
        return None
    return group_of(whose or "", envelopes)


def taken(request: Request, envelopes: Sequence[Envelope], organisation: str | None) -> Group:
    """Return what is to be kept, after reading what is new in the logs.

    Whoever would be refused as unknown, and whose checks must miss nothing, waits until all is
    projected that was in the logs by now.

    Raises:
        VerificationError: `admit.unknown-signer`, `permission.refused`.
        UnavailableError: `node.no-such-organisation`, `projection.behind`.
        MalformedError: as reading a statement raises.
    """
    look = _Look(known_of(request))
    read = _read(request, look, envelopes, organisation)
    kinds = {type(said.claim) for said in read.said}
    if read.is_known and kinds.isdisjoint(WEIGHED):
        return group_of(read.whose, envelopes)
    # What bears on a use may stand in any log.
    others = () if kinds.isdisjoint({RiskCode, Vote}) else [log for _, log in look.known.logs()]
    if missed := [*look.behind, *others]:
        waiting = waiting_of(request)
        (waiting.members if read.is_known else waiting.strangers).expect_whole(missed)
        read = _read(request, look, envelopes, organisation)
    _expect_allowed(request, read)
    return group_of(read.whose, envelopes)


@dataclass(slots=True)
class _Look:
    """The logs as one request finds them; `behind` were not whole before they were asked."""

    known: Known
    behind: list[Log] = field(default_factory=list[Log])

    def directory(self, organisation: str) -> Directory:
        _, log = self.known.of(organisation)
        if not log.is_whole():
            self.behind.append(log)
        return self.known.directory(organisation, log)


@dataclass(frozen=True, slots=True)
class _Read:
    """Whose log it goes to, and who signed each. `is_known`: more of the logs changes neither."""

    whose: str
    said: Sequence[Admitted]
    is_known: bool


def _read(
    request: Request, look: _Look, envelopes: Sequence[Envelope], organisation: str | None
) -> _Read:
    found = organisation or _signer(request, look, envelopes[-1])
    whose = found or site_of(request).node.operator
    directory = look.directory(whose)
    said = [read_envelope(envelope, directory) for envelope in envelopes]
    told = found or all(directory.key(one.keyid or "") for one in envelopes[-1].signatures)
    return _Read(whose, said, bool(told) and all(one.signers for one in said))


def _expect_allowed(request: Request, read: _Read) -> None:
    """Refuse what nobody known signed, and what its signers may not do by all that is known.

    Raises:
        VerificationError: `admit.unknown-signer`, `permission.refused`.
    """
    earlier: list[Admitted] = []
    for said in read.said:
        if isinstance(said.claim, Publication):
            _, log = known_of(request).of(read.whose)
            before = (*earlier, *log.holding(said.claim.statement).statements)
            expect_another_person(sessions.people(request), said, said.claim, before)
        if isinstance(said.claim, Vote):
            _expect_no_judge(request, said, said.claim, earlier)
        if isinstance(said.claim, RiskCode):
            _expect_votes_apart(request, said.claim, earlier)
        if not said.signers:
            raise VerificationError(
                "admit.unknown-signer", "no signature on it is by a key that this log knows",
                mend="register the key first, or name the log that knows it with ?organisation=",
            )  # fmt: skip
        earlier.append(said)


def _expect_no_judge(
    request: Request, said: Admitted, vote: Vote, earlier: Sequence[Admitted]
) -> None:
    """Refuse the vote of whoever made or judged the thing, by whatever key of theirs.

    `earlier` is what is handed in with it.

    Raises:
        VerificationError: `permission.refused`.
    """
    with suppress(UnavailableError):  # of no use that is known: the log says what is wrong with it
        people, known = sessions.people(request), _evidence(request, vote, earlier)
        if judges(people, work_on(known)) & judges(people, [said]):
            raise VerificationError(
                "permission.refused",
                "You may not do this: a member does not vote on what they assessed",
            )


def _expect_votes_apart(request: Request, code: RiskCode, earlier: Sequence[Admitted]) -> None:
    """Refuse a code that rests on the vote of whoever made or judged the thing since.

    Raises:
        VerificationError: `permission.refused`.
    """
    with suppress(UnavailableError):
        answer = votes_apart(
            _evidence(request, code, earlier), code, sessions.people(request).holders
        )
        if answer.outcome is Outcome.FAILS:
            raise VerificationError(
                "permission.refused", "You may not do this: a member of the board voted on what "
                "they made or assessed, with another key", mend=answer.mend,
            )  # fmt: skip


def _evidence(request: Request, code: Vote | RiskCode, earlier: Sequence[Admitted]) -> Evidence:
    key, at = use_key(code.deployer, code.use), site_of(request).clock.now()
    known = known_of(request).case(key, at).evidence
    return replace(known, statements=(*known.statements, *earlier))


def _is_known(envelope: Envelope, directory: Directory) -> bool:
    """Tell whether a key signed it that is known and hinted at, and that is all there is to ask."""
    if envelope.payload_type != PAYLOAD_TYPE:
        return False
    statement = Statement.parse(envelope.payload)
    if isinstance(read_claim(statement.predicate_type, statement.predicate), tuple(WEIGHED)):
        return False  # whose keys these are is asked too
    hinted = (directory.key(signature.keyid) for signature in envelope.signatures)
    known = [record.key for record in hinted if record is not None]
    return bool(verified_by(envelope, known, signed))


def _hinted(read: Mapping[str, Directory], envelope: Envelope) -> str | None:
    for directory in read.values():
        for signature in envelope.signatures:
            found = directory.organisation_of(signature.keyid)
            if found in read:
                return found
    return None


def _signer(request: Request, look: _Look, envelope: Envelope) -> str | None:
    """Return the organisation of the first signature whose log is on this node."""
    site = site_of(request)
    for home in site.homes:
        directory = look.directory(home.organisation)
        for signature in envelope.signatures:
            found = directory.organisation_of(signature.keyid or "")
            if found in site.node.homes:
                return found
    return None
