"""May this word about a problem enter? By the operator of whoever received the report."""

import re
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.capabilities.incident.standing import (
    KINDS,
    problem_subject,
    problems,
    receivers,
    same_subject,
)
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.incident import Problem, ProblemUpdate
from sunlit.rubric.entry import (
    enters,
    first_no,
    is_about_one_release,
    not_ours,
    refused,
    speaks,
)
from sunlit.rubric.finding import Verdict

NUMBER: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9-]{1,30})[A-Z0-9]")
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
MAX_NAME: Final = 512
MAX_NOTE: Final = 2_000


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit what an organisation says about a problem that was reported to it."""
    # The same statement again is judged as it was the first time, or no mirror could repeat it.
    earlier = tuple(takewhile(lambda one: one.statement_id != said.statement_id, history))
    match said.claim:
        case Problem():
            return _problem(said, said.claim, earlier, directory)
        case ProblemUpdate():
            return _update(said, said.claim, earlier, directory)
        case _:
            return not_ours(said)


def _problem(
    said: Admitted, claim: Problem, earlier: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = first_no(
        speaks(said, directory, Role.OPERATOR), is_about_one_release(said), _flaw(claim),
        _about(said, claim), _taken(said, claim, earlier, directory),
    )  # fmt: skip
    if no is not None:
        return no
    if said.admitted_at is not None and claim.received_on > said.admitted_at:
        return refused("It is dated in the future.")
    return enters(said, "An operator of the organisation that received it says so.")


def _flaw(claim: Problem) -> Verdict | None:
    checks = {
        "its number is not capital letters, digits and hyphens": NUMBER.fullmatch(claim.number),
        "its kind is none of the list": claim.kind in KINDS,
        "its commitment is not 64 hex digits": DIGEST.fullmatch(claim.commitment),
        "its component is no purl": claim.component.startswith("pkg:"),
        "a name in it is too long": _short(claim.component) and _short(claim.deployer or ""),
        "it was to be answered before it came": (
            claim.answer_by is None or claim.answer_by >= claim.received_on
        ),
    }
    return next(
        (refused(f"It is malformed: {flaw}.") for flaw, ok in checks.items() if not ok), None
    )


def _short(name: str) -> bool:
    return len(name) <= MAX_NAME and name.isprintable()


def _about(said: Admitted, claim: Problem) -> Verdict | None:
    wanted = problem_subject(claim.component, claim.release).digest["sha256"]
    if said.is_about(wanted):
        return None
    return refused("The statement's subject is not the release, or the component, that it names.")


def _taken(
    said: Admitted, claim: Problem, earlier: Sequence[Admitted], directory: Directory
) -> Verdict | None:
    ours = receivers(said, directory)
    for one in problems(earlier, directory):
        if one.claim.number == claim.number and one.organisation in ours:
            return refused(
                f"{one.organisation} has a problem {claim.number} already.",
                mend="give each problem a number of its own",
            )
    return None


def _update(
    said: Admitted, claim: ProblemUpdate, earlier: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = speaks(said, directory, Role.OPERATOR)
    if no is not None:
        return no
    ours = receivers(said, directory)
    known = next(
        (
            one
            for one in problems(earlier, directory)
            if one.claim.number == claim.number and one.organisation in ours
        ),
        None,
    )
    if known is None:
        return refused(f"No problem {claim.number} of this organisation stands in this log.")
    if not same_subject(known.said, said):
        return refused("It is not about what the problem is about.")
    if not claim.note.strip() or len(claim.note) > MAX_NOTE:
        return refused(f"Its note is empty, or longer than {MAX_NOTE} characters.")
    last = known.updates[-1][1].updated_on if known.updates else known.claim.received_on
    if claim.updated_on < last or (said.admitted_at or claim.updated_on) < claim.updated_on:
        return refused("It is dated before what was said last, or in the future.")
    return enters(said, "The organisation that received the problem says what was done.")
