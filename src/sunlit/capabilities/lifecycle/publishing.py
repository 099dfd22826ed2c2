"""What an organisation enters in its catalogue: one person writes it, another publishes it."""

import re
from collections.abc import Sequence
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.authority.duties import PEOPLE, Action, Case, can
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.names import named_digest
from sunlit.claims.provenance import HOSTED, KINDS
from sunlit.rubric.entry import enters, first_no, keeps_name, refused, sentence, speaks
from sunlit.rubric.finding import Verdict

SOURCES: Final = frozenset({"manifest", "publiccode", "model-card", "form"})
ASKED: Final = frozenset({
    "description", "contact", "homepage", "licence", "supplier", "contract", "configuration",
    "weights", "provenance",
})  # fmt: skip
PUBLISH: Final = "publish"
WITHDRAW: Final = "withdraw"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def admit_registration(
    said: Admitted, claim: Registration, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    """Admit a registration by whom the organisation lets speak, of a name that it may use."""
    no = speaks(said, directory, Role.MAINTAINER, claim.organisation)
    if no is not None:
        no = speaks(said, directory, Role.OPERATOR, claim.organisation)
    if no is None:
        no = first_no(
            None
            if said.is_about(named_digest("component", claim.component))
            else refused("The statement's subject is not the component that it names."),
            _malformed(claim),
            keeps_name(said, history, directory, claim.component),
        )
    return no or enters(said, f"{claim.organisation} signed it.")


def _malformed(claim: Registration) -> Verdict | None:
    digests = (claim.configuration, claim.source_digest)
    checks = (
        (claim.kind in KINDS, "It is of an unknown kind."),
        (claim.source in SOURCES, "It was read from something unknown."),
        (bool(claim.name.strip()), "It has no name."),
        (all(it is None or _DIGEST.fullmatch(it) for it in digests), "A digest is malformed."),
        (set(claim.asked) <= ASKED, "It was asked for something unknown."),
        (
            not any(getattr(claim, name, None) for name in claim.asked),
            "It calls a blank what it answers.",
        ),
        (not claim.asked or claim.asked_on is not None, "It does not say since when it asks."),
        # Whoever buys a service sees no files: what is in them nobody here can say.
        (
            claim.kind != HOSTED or {"weights", "provenance"} <= set(claim.asked),
            "Of a hosted service the weights and where they come from stay blank.",
        ),
    )
    return next((refused(why) for holds, why in checks if not holds), None)


def admit_publication(
    said: Admitted, claim: Publication, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    """Admit what a person of the organisation publishes or takes back, of another's writing."""
    made = [one for one in history if one.statement_id == claim.statement]
    no = first_no(
        _unreadable(claim),
        None if made else refused("The log does not hold the statement that it publishes."),
        _of_another(said, claim, made, directory),
        _by_another_person(said, claim, made, directory),
    )
    return no or enters(said, f"Another person of {claim.organisation} signed it.")


def _unreadable(claim: Publication) -> Verdict | None:
    if claim.decision not in (PUBLISH, WITHDRAW):
        return refused("It neither publishes nor withdraws.")
    if claim.decision == WITHDRAW and not (claim.reason or "").strip():
        return refused("Taking back carries its reason.")
    return None


def _of_another(
    said: Admitted, claim: Publication, made: Sequence[Admitted], directory: Directory
) -> Verdict | None:
    """Say why it does not concern its organisation's own statement."""
    for one in made:
        ours = claim.organisation in directory.organisations(one)
        digests = {it.digest.get("sha256") for it in one.subjects}
        if ours and digests == {it.digest.get("sha256") for it in said.subjects}:
            return None
    return refused(f"{claim.organisation} made no such statement about this.") if made else None


def _by_another_person(
    said: Admitted, claim: Publication, made: Sequence[Admitted], directory: Directory
) -> Verdict | None:
    if said.admitted_at is None:
        return refused("A draft stands in no log.")
    answer = can(
        said, Action.APPROVE, Case(made=tuple(made)), directory=directory, at=said.admitted_at
    )
    if not answer.allowed:
        return refused(sentence(answer.reason))
    makers = {signer for one in made for signer in one.signers}
    if makers & set(said.signers):
        return refused("Nobody publishes alone what they made.")
    own = [
        it
        for it in directory.in_force(said)
        if it.organisation == claim.organisation and it.roles & PEOPLE
    ]
    return None if own else refused(f"No person of {claim.organisation} signed it.")
