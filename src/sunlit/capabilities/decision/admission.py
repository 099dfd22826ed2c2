"""May this claim about decision logs enter? The deployer's operator, about logs of its own."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.capabilities.decision.standing import (
    Registered,
    anchors_of,
    holds_in_force,
    latest_open,
    log_key,
    log_subject,
    open_head,
    registration_of,
    registrations,
    use_subject,
)
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.decision import Anchor, Erasure, Hold, LogRegistration, Retention
from sunlit.log.checkpoint import Checkpoint
from sunlit.rubric.entry import (
    enters,
    first_no,
    is_about_one_release,
    not_ours,
    refused,
    speaks,
)
from sunlit.rubric.finding import Verdict

REGISTER: Final = "register the log first: sunlit guard init DIR --token FOLDER --home HOME"


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit what a deployer says about its own decision logs and uses."""
    # The same statement again is judged as it was the first time, or no mirror could repeat it.
    earlier = tuple(takewhile(lambda one: one.statement_id != said.statement_id, history))
    match said.claim:
        case LogRegistration():
            return _registration(said, said.claim, earlier, directory)
        case Anchor():
            return _anchor(said, said.claim, earlier, directory)
        case Erasure():
            return _erasure(said, said.claim, earlier, directory)
        case Hold():
            return _hold(said, said.claim, earlier, directory)
        case Retention():
            return _retention(said, said.claim, directory)
        case _:
            return not_ours(said)


def _of_log(said: Admitted, origin: str, deployer: str, directory: Directory) -> Verdict | None:
    """Return why this is not a deployer's word about a log, None when it is."""
    about = said.is_about(log_subject(origin).digest["sha256"])
    return speaks(said, directory, Role.OPERATOR, deployer) or (
        None if about else refused("The statement's subject is not the decision log that it names.")
    )


def _malformed(flaw: str | None) -> Verdict | None:
    return None if flaw is None else refused(f"It is malformed: {flaw}.")


def _registration(
    said: Admitted, claim: LogRegistration, earlier: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = _of_log(said, claim.origin, claim.deployer, directory)
    if no is not None:
        return no
    key = log_key(claim)
    if key is None:
        return refused("`vkey` is not an Ed25519 key of a log with this origin.")
    if said.admitted_at is not None and claim.registered_on > said.admitted_at:
        return refused("It is dated in the future.")
    for one in registrations(earlier, directory):
        if one.claim.origin == claim.origin:
            return refused(
                f"The log {claim.origin} is registered already, and is never moved.",
                mend="give the new log an origin of its own",
            )
        if one.key.key == key.key:
            return refused("Another decision log has this key.", mend="make a new key for each log")
    return enters(said, f"An operator of {claim.deployer} registers its decision log.")


def _registered(
    origin: str, deployer: str, earlier: Sequence[Admitted], directory: Directory
) -> Registered | Verdict:
    found = registration_of(earlier, directory, origin, deployer)
    return found or refused(
        f"{deployer} has not registered a decision log {origin} here.", mend=REGISTER
    )


def _anchor(
    said: Admitted, claim: Anchor, earlier: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = first_no(_of_log(said, claim.origin, claim.deployer, directory), _malformed(claim.flaw()))
    if no is not None:
        return no
    if said.admitted_at is not None and claim.anchored_on > said.admitted_at:
        return refused("It is dated in the future.")
    log = _registered(claim.origin, claim.deployer, earlier, directory)
    if isinstance(log, Verdict):
        return log
    if claim.is_closed:
        return enters(said, f"An operator of {claim.deployer} anchors its log, closed.")
    head = open_head(claim, log.key)
    if isinstance(head, str):
        return refused(f"Its checkpoint does not hold: {head}.")
    old = latest_open(anchors_of(earlier, directory, log), log.key)
    return (None if old is None else _shrunk(claim, head, *old)) or enters(
        said, f"An operator of {claim.deployer} anchors its log at size {claim.size}."
    )


def _shrunk(new: Anchor, head: Checkpoint, old: Anchor, old_head: Checkpoint) -> Verdict | None:
    if new.counts is None or old.counts is None or not new.counts.is_from(old.counts):
        return refused("An earlier anchor counts more: a decision log only grows.")
    if head.size == old_head.size and head.root != old_head.root:
        return refused("An earlier anchor of the same size has another root: these are two logs.")
    return None


def _erasure(
    said: Admitted, claim: Erasure, earlier: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = first_no(
        speaks(said, directory, Role.OPERATOR, claim.deployer),
        is_about_one_release(said),
        _malformed(claim.flaw()),
    )
    if no is not None:
        return no
    if said.admitted_at is not None and claim.erased_on > said.admitted_at:
        return refused("It is dated in the future.")
    log = _registered(claim.origin, claim.deployer, earlier, directory)
    if isinstance(log, Verdict):
        return log
    for held, hold in holds_in_force(earlier, directory, claim.origin, claim.deployer):
        if hold.covers(claim.index):
            return refused(
                f"The legal hold {held.statement_id[:16]} covers the record.",
                mend="whoever ordered the hold has to lift it first",
            )
    return enters(said, f"An operator of {claim.deployer} says what was destroyed.")


def _hold(
    said: Admitted, claim: Hold, earlier: Sequence[Admitted], directory: Directory
) -> Verdict:
    no = first_no(_of_log(said, claim.origin, claim.deployer, directory), _malformed(claim.flaw()))
    if no is not None:
        return no
    log = _registered(claim.origin, claim.deployer, earlier, directory)
    if isinstance(log, Verdict):
        return log
    if not claim.lifted:
        return enters(said, f"An operator of {claim.deployer} holds records.")
    for held, hold in holds_in_force(earlier, directory, claim.origin, claim.deployer):
        if held.statement_id == claim.supersedes:
            if set(hold.indices) != set(claim.indices):
                return refused("It lifts other records than the hold covers.")
            return enters(said, f"An operator of {claim.deployer} lifts its hold.")
    return refused("It does not supersede a hold in force on this log.")


def _retention(said: Admitted, claim: Retention, directory: Directory) -> Verdict:
    no = first_no(
        speaks(said, directory, Role.OPERATOR, claim.deployer),
        None
        if said.is_about(use_subject(claim.use, claim.deployer).digest["sha256"])
        else refused("The statement's subject is not the use that it names."),
        _malformed(claim.flaw()),
    )
    return no or enters(said, f"An operator of {claim.deployer} says how long it keeps contents.")
