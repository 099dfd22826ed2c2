"""What each field of what people sign here is called, in the field's own terms. Data.

By the name of the field; `OF` holds the words of a claim in which a shared name means something
of its own. A test asks that no field of a claim that is proposed for signing lacks its words.
"""

from collections.abc import Mapping
from typing import Final

from sunlit.base.marking import N_
from sunlit.claims.assurance import Attestation
from sunlit.claims.authority import Conflict, Key
from sunlit.claims.base import Claim
from sunlit.claims.incident import Problem, ProblemUpdate
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.risk import Mitigation, RiskCode, Vote
from sunlit.node.assess_use import AREAS

FIELDS: Final[Mapping[str, str]] = {
    "answers": N_("Answers"),
    "area": N_("Area of use"),
    "asked": N_("Asked and not answered"),
    "asked_on": N_("Asked since"),
    "assessed_on": N_("Assessed on"),
    "assessor": N_("Assessor"),
    "autonomy_level": N_("How much the machine decides"),
    "board": N_("Board"),
    "ceiling": N_("Highest last digit of the code that is allowed"),
    "closes_on": N_("Votes should be in by"),
    "component": N_("Component"),
    "configuration": N_("Digest of the configuration"),
    "contact": N_("Contact"),
    "contract": N_("Contract"),
    "corrects": N_("Corrects the statement"),
    "decision": N_("Decision"),
    "deployer": N_("Organisation that uses it"),
    "description": N_("What it does"),
    "digits": N_("First three digits of the risk code"),
    "dissent": N_("Reason for the dissent"),
    "dissents": N_("Votes that dissent"),
    "documents": N_("Material for the members"),
    "facts": N_("Facts about the use"),
    "homepage": N_("Web page"),
    "impact_max": N_("Most points there are"),
    "impact_raw": N_("Impact on people, in points"),
    "kind": N_("What it is"),
    "licence": N_("Licence"),
    "name": N_("Name"),
    "note": N_("Note"),
    "number": N_("Number of the problem"),
    "opened_on": N_("Opened on"),
    "organisation": N_("Organisation"),
    "owner": N_("Office that answers for it"),
    "practice": N_("Practice"),
    "questions": N_("Digest of the questions"),
    "reason": N_("Reason"),
    "recused_on": N_("Stood aside on"),
    "release": N_("Release"),
    "result": N_("Result"),
    "row": N_("Row of the risk register"),
    "scheme": N_("Scheme of the risk code"),
    "scheme_digest": N_("Digest of the scheme"),
    "source": N_("Read from"),
    "source_digest": N_("Digest of what was read"),
    "statement": N_("Statement"),
    "supersedes": N_("Replaces the statement"),
    "supplier": N_("Supplier"),
    "tier": N_("Tier: how much independent assessment it takes"),
    "tool": N_("Tool"),
    "use": N_("Use"),
    "valid_until": N_("Holds until"),
    "voted_on": N_("Voted on"),
    "votes": N_("Votes that agree"),
}
OF: Final[Mapping[type[Claim], Mapping[str, str]]] = {
    Attestation: {
        "assessed_on": N_("Tested on"),
        "limits": N_("Figures, and what they do not show"),
        "method": N_("How it was tested"),
        "no_conflict_declared": N_("No interest in who makes or uses it"),
        "report": N_("Report"),
        "scope": N_("What was looked at"),
        "tool_version": N_("Version of the tool"),
    },
    Conflict: {
        "ground": N_("Reason"),
        "organisation": N_("Organisation with an interest"),
        "until": N_("Until"),
        "with_organisation": N_("Interest in the organisation"),
    },
    Key: {
        "key": N_("Public key"),
        "label": N_("Office that the key is named after"),
        "roles": N_("What the key may sign as"),
        "valid_from": N_("Counts from"),
    },
    Mitigation: {
        "due": N_("To be done by"),
        "evidence": N_("What was done"),
        "evidence_digest": N_("Digest of the evidence"),
        "not_needed_ground": N_("Why the law does not ask for it"),
    },
    Problem: {
        "answer_by": N_("To be answered by"),
        "commitment": N_("Digest that stands for the text"),
        "kind": N_("Kind of problem"),
        "received_on": N_("Received on"),
    },
    ProblemUpdate: {
        "note": N_("Answer"),
        "state": N_("Where it stands"),
        "updated_on": N_("Answered on"),
    },
    Publication: {"statement": N_("Registration that was checked")},
    Registration: {"supersedes": N_("Replaces the registration")},
    RiskCode: {"deployer": N_("Organisation that the code is for")},
    Vote: {"valid_until": N_("The code holds until")},
}
ORGANISATIONS: Final = frozenset(
    {"assessor", "board", "deployer", "organisation", "with_organisation"}
)
NUMBERED: Final = frozenset({"area"})  # people know the number, so it stands before its words
VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "area": AREAS,
    "asked": {"weights": N_("Weights"), "provenance": N_("Where it comes from")},
    "decision": {"publish": N_("Publish it"), "withdraw": N_("Take it back")},
    "kind": {
        "model": N_("A model"), "dataset": N_("A dataset"), "code": N_("Code"),
        "pipeline": N_("A pipeline"), "oci-image": N_("A container image"),
        "database-snapshot": N_("A snapshot of a database"),
        "hosted-service": N_("A service that was bought"),
    },
    "result": {
        "PASSED": N_("Passed"), "WARNED": N_("Passed, with a warning"), "FAILED": N_("Failed"),
    },
    "roles": {
        "maintainer": N_("Maintainer"), "assessor": N_("Assessor"), "board": N_("Board member"),
        "accreditor": N_("Accreditor"), "operator": N_("Operator"), "witness": N_("Witness"),
        "token-issuer": N_("Issuer of safety tokens"),
    },
    "scope": {
        "fairness": N_("Fairness"), "performance": N_("Performance"), "privacy": N_("Privacy"),
        "robustness": N_("Robustness"), "security": N_("Security"),
        "target-validity": N_("Target validity"),
    },
    "source": {
        "manifest": N_("A sunlit.toml"), "publiccode": N_("A publiccode.yml"),
        "model-card": N_("A model card"), "form": N_("What was typed here"),
    },
    "state": {
        "acknowledged": N_("Read by somebody"), "investigating": N_("Being looked into"),
        "fixed": N_("Put right"), "not-a-fault": N_("Found to be no fault"),
        "closed": N_("Closed"),
    },
    "tier": {
        "low": N_("Low"), "medium": N_("Medium"), "high": N_("High"), "critical": N_("Critical"),
    },
}  # fmt: skip


def label(kind: type[Claim] | None, name: str) -> str | None:
    """Return what a field is called, to be translated; None where nobody gave it words."""
    own = OF.get(kind, {}) if kind is not None else {}
    return own.get(name) or FIELDS.get(name)
