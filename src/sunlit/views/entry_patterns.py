"""The sentences of `entry_words`, one for each type of claim, or one that its content chooses."""

from collections.abc import Callable, Mapping
from typing import Final

from sunlit.base.marking import N_
from sunlit.claims import (
    assurance,
    authority,
    bias,
    decision,
    incident,
    interop,
    lifecycle,
    openness,
    privacy,
    provenance,
    risk,
)
from sunlit.claims.base import Claim

Choose = Callable[[Claim], str]


def _vote(claim: Claim) -> str:
    if isinstance(claim, risk.Vote) and claim.dissent:
        return N_(
            "A member of the board of {board} voted on “{use}” of {deployer}: area {area}, impact "
            "{impact_raw} of {impact_max}, autonomy level {autonomy_level}, gap of up to "
            "{ceiling}, and dissented: {dissent}"
        )
    return N_(
        "A member of the board of {board} voted on “{use}” of {deployer}: area {area}, impact "
        "{impact_raw} of {impact_max}, autonomy level {autonomy_level}, gap of up to {ceiling}."
    )


def _mitigation(claim: Claim) -> str:
    if isinstance(claim, risk.Mitigation) and claim.not_needed_ground:
        return N_(
            "{who} said that practice {practice} is not needed for “{use}” of {deployer}: "
            "{not_needed_ground}"
        )
    if isinstance(claim, risk.Mitigation) and not claim.evidence:
        return N_(
            "{who} promised practice {practice} for “{use}” of {deployer}, by {owner}, until {due}."
        )
    return N_("{who} showed practice {practice} for “{use}” of {deployer}: {evidence}")


def _anchor(claim: Claim) -> str:
    if isinstance(claim, decision.Anchor) and claim.is_closed:
        return N_(
            "{deployer} committed to the state of its decision log {origin}, keeping its size."
        )
    return N_("{deployer} fixed its decision log {origin} at {size} records.")


def _hold(claim: Claim) -> str:
    lifted = isinstance(claim, decision.Hold) and claim.lifted
    return (
        N_("{deployer} lifted a legal hold on its decision log {origin}.")
        if lifted
        else N_("{deployer} put records of its decision log {origin} under a legal hold: {ground}")
    )


REGISTERS: Final[Mapping[str, str]] = {
    "omb": N_(
        "{who} copied the record “{title}” of {publisher} from the US federal inventory of AI use "
        "cases. Nobody signed that record."
    ),
    "atrs": N_(
        "{who} copied the record “{title}” of {publisher} from the UK algorithmic transparency "
        "records. Nobody signed that record."
    ),
    "nl-register": N_(
        "{who} copied the record “{title}” of {publisher} from the Dutch algorithm register. "
        "Nobody signed that record."
    ),
}


def _imported(claim: Claim) -> str:
    other = N_(
        "{who} copied the record “{title}” of {publisher} from the register {register}. Nobody "
        "signed that record."
    )
    return REGISTERS.get(claim.register, other) if isinstance(claim, interop.ImportedRecord) else (
        other
    )  # fmt: skip


def _dataset(claim: Claim) -> str:
    rows = isinstance(claim, provenance.Dataset) and claim.rows is not None
    licence = isinstance(claim, provenance.Dataset) and bool(claim.licence)
    if rows and licence:
        return N_("{who} described the dataset {name}: {rows} rows, licence {licence}.")
    if rows:
        return N_("{who} described the dataset {name}: {rows} rows, and named no licence.")
    if licence:
        return N_("{who} described the dataset {name}: licence {licence}.")
    return N_("{who} described the dataset {name}, and named no licence.")


def _documentation(claim: Claim) -> str:
    present = isinstance(claim, provenance.Documentation) and bool(claim.present)
    missing = isinstance(claim, provenance.Documentation) and bool(claim.missing)
    if present and missing:
        return N_("{who} checked the documentation {path}: filled in {present}; missing {missing}.")
    if missing:
        return N_("{who} checked the documentation {path}: nothing is filled in.")
    return N_("{who} checked the documentation {path}: nothing is missing.")


def _if(field: str, said: str, silent: str) -> Choose:
    """Choose by whether a field says anything: no sentence ends in what is not stated."""
    return lambda claim: said if getattr(claim, field) not in (None, "", ()) else silent


PATTERNS: Final[Mapping[type[Claim], str | Choose]] = {
    assurance.TestResult: _if(
        "sunlit_tool",
        N_("{who} tested {about} with {sunlit_tool}: {result}."),
        N_("{who} tested {about}: {result}."),
    ),
    assurance.WeightBinding: N_("{bound_by} said which files run behind {endpoint}, by {method}."),
    assurance.CounterEvidence: N_(
        "{assessor} found evidence against an earlier statement: {finding}"
    ),
    assurance.Reply: N_("{organisation} replied: {text}"),
    assurance.Effort: N_(
        "{organisation} said what {activity} took, from {started_on} to {ended_on}."
    ),
    assurance.Attestation: N_(
        "{assessor} assessed {about} for {scope} by {method}: {result}, valid until {valid_until}."
    ),
    assurance.ChangePlan: N_(
        "{assessor} agreed that {permitted} may change until {valid_until} without a new "
        "assessment, if {retests} is repeated."
    ),
    assurance.Withdrawal: N_("{who} withdrew an earlier statement: {reason}"),
    bias.BiasAudit: N_("{who} compared the outcomes of {about} between groups, in {rows} rows."),
    authority.Organisation: N_("{who} entered the organisation {name} ({id})."),
    authority.Key: N_("{who} gave {organisation} a key for the role {roles}."),
    authority.Accreditation: N_(
        "{accreditor} accredited {assessor} to assess {scopes} until {valid_until}."
    ),
    authority.Conflict: _if(
        "ground",
        N_("{who} declared an interest of {organisation}: {ground}"),
        N_("{who} declared an interest of {organisation}."),
    ),
    authority.Revocation: N_("{who} revoked a key: {reason}"),
    authority.LogClosed: _if(
        "successor",
        N_("{who} closed the log {origin}; what follows stands in {successor}."),
        N_("{who} closed the log {origin}; nothing follows it."),
    ),
    decision.LogRegistration: _if(
        "use",
        N_("{deployer} registered a log of its decisions about “{use}”."),
        N_("{deployer} registered a log of its decisions."),
    ),
    decision.Anchor: _anchor,
    decision.Erasure: N_(
        "{deployer} destroyed the content of record {index} of {origin}: {legal_basis}"
    ),
    decision.Hold: _hold,
    decision.Retention: N_(
        "{deployer} keeps the contents of decisions about “{use}” for {days} days."
    ),
    incident.Problem: _if(
        "answer_by",
        N_(
            "{who} received a problem about {component}, number {number}, and promised an answer "
            "by {answer_by}."
        ),
        N_("{who} received a problem about {component}, number {number}."),
    ),
    incident.ProblemUpdate: N_("{who} said of problem {number}, now {state}: {note}"),
    interop.ImportedRecord: _imported,
    lifecycle.Release: _if(
        "release_id", N_("{who} released {purl} {release_id}."), N_("{who} released {purl}.")
    ),
    lifecycle.TokenGrant: N_(
        "{issuer} gave a safety token ({kind}) with code {code} to {deployer} for “{use}”, from "
        "{valid_from} to {valid_until}."
    ),
    lifecycle.TokenStatus: N_("{who} set a safety token to {status}: {reason}"),
    lifecycle.Registration: N_("{organisation} entered {name} in its catalogue as a {kind}."),
    lifecycle.Publication: _if(
        "reason",
        N_("{organisation} checked what another person wrote: {decision}. Reason: {reason}"),
        N_("{organisation} checked what another person wrote: {decision}."),
    ),
    openness.Licence: _if(
        "expression",
        N_("{who} found the licence {expression} ({covers}) for {about}."),
        N_("{who} found no licence ({covers}) for {about}."),
    ),
    openness.Withheld: N_(
        "{who} withholds a statement until {expires_at}, approved by {approved_by}: {ground}"
    ),
    openness.Opened: N_("{who} opened a statement that it had withheld."),
    openness.GuardedRead: N_(
        "{who} gave something guarded to a person of {organisation}, in the role {role}, "
        "for this purpose: {purpose}"
    ),
    privacy.Scan: N_(
        "{who} looked for personal data in {about}: {rows} rows, sensitive: {sensitive}."
    ),
    privacy.Reidentification: N_(
        "{who} measured how easily people in {about} can be recognised: {risk}, with {threshold} "
        "allowed."
    ),
    privacy.Mask: N_("{who} masked personal data: {rows_in} rows in, {rows_out} rows out."),
    privacy.Minimisation: _if(
        "dropped",
        N_("{who} left out the columns that “{purpose}” does not need: {dropped}."),
        N_("{who} found no column that “{purpose}” does not need."),
    ),
    privacy.ReviewRequest: N_("{who} asked for a review of data for this purpose: {purpose}"),
    privacy.Review: N_("{reviewer} reviewed data for “{purpose}”: {decision}. {reasons}"),
    privacy.Synthesis: N_("{who} made {rows} rows of synthetic data by {method}."),
    provenance.Component: N_("{who} said what {purl} {version} is: a {kind} of {files} files."),
    provenance.Provenance: N_("{who} recorded how {about} was made."),
    provenance.Dataset: _dataset,
    provenance.Documentation: _documentation,
    risk.Use: N_("{deployer} declared the use “{id}” of {component}: {description}"),
    risk.Vote: _vote,
    risk.RiskCode: N_(
        "The board of {board} gave “{use}” of {deployer} the risk code {digits}, accepting a gap "
        "of up to {ceiling}, until {valid_until}."
    ),
    risk.Mitigation: _mitigation,
    risk.RiskAssessment: N_(
        "{deployer} assessed the use “{use}”: impact {impact_raw} of {impact_max}, autonomy level "
        "{autonomy_level}."
    ),
    risk.Acceptance: N_(
        "{owner} accepted a risk ({what}) of “{use}” until {valid_until}: {reason}"
    ),
    risk.Measure: N_("{deployer} said what it does about {topic} for “{use}”: {text}"),
    risk.BoardSession: N_(
        "The board of {board} opened a vote on “{use}” of {deployer}, closing on {closes_on}."
    ),
    risk.Recusal: N_("A member of the board of {board} stood aside on “{use}”: {reason}"),
}
