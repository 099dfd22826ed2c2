"""Problems that people report: what they wrote is kept, its number and a commitment are logged.

A report has a random number, so that nobody finds others by counting. The worker logs it: it
signs as the operator of the organisation that received it. The text never leaves the private
store; the salt that opens the commitment is kept with it, and both can be deleted.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from sunlit.authority.statements import sign_claim
from sunlit.base import canonical, wording
from sunlit.capabilities.incident.standing import KINDS, Standing, problem_subject
from sunlit.claims.incident import Problem, ProblemState, ProblemUpdate
from sunlit.decision.checkcode import ALPHABET
from sunlit.node.acts import COSIGN
from sunlit.node.outbox import Handler, Job, Outbox
from sunlit.node.proposal import Proposal
from sunlit.node.submit import Submissions
from sunlit.statement.keys import Signer
from sunlit.statement.withheld import commitment, new_salt

JOB: Final = "problem.log"
NOT_KNOWN: Final = "pkg:generic/not-known"  # the component of a report that names none we know
PREFIX: Final = "P-"
GROUP: Final = 4
WORKING_DAYS: Final = 10  # until the first answer
MAX_TEXT: Final = 10_000  # characters
MAX_CONTACT: Final = 300
MAX_NOTE: Final = 2_000  # characters; the log takes no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as it is kept. `component` is a purl; `named` what the reporter called it.

    `text`, `contact`, `named` and `salt` are the reporter's: none of them is ever logged. They
    are empty once they were deleted. `statement` is the id of the logged `Problem`.
    """

    number: str
    organisation: str
    component: str
    kind: str
    received_on: datetime
    answer_by: datetime
    release: str | None = None
    text: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    named: str = field(default="", repr=False)
    salt: bytes = field(default=b"", repr=False)
    statement: str | None = None


class Reports(Protocol):
    """Keeps reports in the private store."""

    def add(self, report: Report) -> None:
        """Keep a report; durable when this returns."""
        ...

    def get(self, number: str) -> Report | None:
        """Return a report."""
        ...

    def of(self, organisation: str) -> tuple[Report, ...]:
        """Return an organisation's reports, the newest first."""
        ...

    def logged(self, number: str, statement: str) -> None:
        """Say under which id a report was logged."""
        ...

    def forget(self, number: str) -> None:
        """Delete what the reporter wrote, and the salt."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody filled in."""

    kind: str
    text: str
    contact: str = ""
    named: str = ""
    component: str | None = None
    release: str | None = None

    def problems(self) -> dict[str, str]:
        """Return what is wrong with it: field -> a word for why."""
        found = {}
        if self.kind not in KINDS:
            found["kind"] = "choose"
        if not self.text.strip():
            found["text"] = "empty"
        elif len(self.text) > MAX_TEXT:
            found["text"] = "long"
        if len(self.contact) > MAX_CONTACT:
            found["contact"] = "long"
        return found


def new_number() -> str:
    """Return a random public number, such as `P-7QK2-M4TX`: 40 random bits."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(2 * GROUP))
    return f"{PREFIX}{body[:GROUP]}-{body[GROUP:]}"


def report(
    reports: Reports, outbox: Outbox, written: Written, *, organisation: str, at: datetime,
    answer_by: datetime,
) -> Report:  # fmt: skip
    """Keep a report and have it logged; return it with its number.

    Raises:
        UnavailableError: `private.unavailable`: nothing was kept then.
    """
    kept = Report(
        number=new_number(), organisation=organisation,
        component=written.component or NOT_KNOWN, release=written.release, kind=written.kind,
        received_on=at.replace(microsecond=0), answer_by=answer_by, text=written.text,
        contact=written.contact,
        named=written.named, salt=new_salt(),
    )  # fmt: skip
    reports.add(kept)
    outbox.later(JOB, {"number": kept.number}, at, name=kept.number)
    return kept


def committed(kept: Report) -> str:
    """Return the commitment to what a reporter wrote, under the salt that is kept with it."""
    content = {"contact": kept.contact, "named": kept.named, "text": kept.text}
    return commitment(kept.salt, canonical.encode(content))


def claim_of(kept: Report) -> Problem:
    """Return what is logged of a report."""
    return Problem(
        number=kept.number, component=kept.component, release=kept.release, kind=kept.kind,
        deployer=None, received_on=kept.received_on, answer_by=kept.answer_by,
        commitment=committed(kept),
    )  # fmt: skip


def answer_claim(
    kept: Report | Problem, state: ProblemState, note: str, at: datetime
) -> ProblemUpdate:
    """Return what is logged of an answer; its subject is `problem_subject` of the report."""
    return ProblemUpdate(number=kept.number, state=state, note=note, updated_on=at)


def answer_flaws(state: str, note: str) -> dict[str, str]:
    """Return what is wrong with an answer: field -> a word for why."""
    found = {}
    if state not in set(ProblemState):
        found["state"] = "choose"
    if not note.strip():
        found["note"] = "empty"
    elif len(note) > MAX_NOTE:
        found["note"] = "long"
    return found


def to_answer(standing: Standing, state: ProblemState, note: str, at: datetime) -> Proposal:
    """Return what an officer signs of a problem; their organisation's operator key is added."""
    claim = standing.claim
    return Proposal(
        claim=answer_claim(claim, state, note.strip(), at.replace(microsecond=0)),
        subjects=(problem_subject(claim.component, claim.release),),
        title=wording.text("Answer problem %(number)s", number=claim.number),
        consequence=wording.text(
            "Anybody reads the answer on the problem's page, and on the component's."
        ),
        back=f"/work/problems/{claim.number}", then=COSIGN,
    )  # fmt: skip


def log_handler(
    reports: Reports, submissions: Submissions, signer_of: Callable[[str], Signer]
) -> Handler:
    """Return what logs a report: it may be done twice, and is logged once.

    `signer_of` gives an organisation's operator key.
    """

    def handle(job: Job) -> None:
        kept = reports.get(str(job.payload.get("number")))
        if kept is None or kept.statement is not None or not kept.salt:
            return
        claim, subject = claim_of(kept), problem_subject(kept.component, kept.release)
        envelope = sign_claim(claim, [signer_of(kept.organisation)], [subject])
        submissions.put(kept.organisation, envelope.to_bytes())
        reports.logged(kept.number, envelope.statement_id)

    return handle


def answer_day(received: date, next_work_day: Callable[[date], date]) -> date:
    """Return the last of the working days within which an answer is promised."""
    day = received
    for _ in range(WORKING_DAYS):
        day = next_work_day(day)
    return day
