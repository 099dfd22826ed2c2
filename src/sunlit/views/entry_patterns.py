"""The sentences of `entry_words`, one for each type of claim, or one that its content chooses."""

from collections.abc import Callable, Mapping
from typing import Final

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
    dissent = isinstance(claim, risk.Vote) and claim.dissent
    told = (
        "A member of the board of {board} voted on “{use}” of {deployer}: area {area}, impact "
        "{impact_raw} of {impact_max}, autonomy level {autonomy_level}, gap of up to {ceiling}"
    )
    return f"{told}, and dissented: {{dissent}}" if dissent else f"{told}."


def _mitigation(claim: Claim) -> str:
    use = " for “{use}” of {deployer}"
    if isinstance(claim, risk.Mitigation) and claim.not_needed_ground:
        return "{who} said that practice {practice} is not needed" + use + ": {not_needed_ground}"
    if isinstance(claim, risk.Mitigation) and not claim.evidence:
        return "{who} promised practice {practice}" + use + ", by {owner}, until {due}."
    return "{who} showed practice {practice}" + use + ": {evidence}"


def _anchor(claim: Claim) -> str:
    if isinstance(claim, decision.Anchor) and claim.is_closed:
        return "{deployer} committed to the state of its decision log {origin}, keeping its size."
    return "{deployer} fixed its decision log {origin} at {size} records."


def _hold(claim: Claim) -> str:
    lifted = isinstance(claim, decision.Hold) and claim.lifted
    return (
        "{deployer} lifted a legal hold on its decision log {origin}."
        if lifted
        else "{deployer} put records of its decision log {origin} under a legal hold: {ground}"
    )


PATTERNS: Final[Mapping[type[Claim], str | Choose]] = {
    assurance.TestResult: "{who} tested {about} with {sunlit_tool}: {result}.",
    assurance.WeightBinding: "{bound_by} said which files run behind {endpoint}, by {method}.",
    assurance.CounterEvidence: "{assessor} found evidence against an earlier statement: {finding}",
    assurance.Reply: "{organisation} replied: {text}",
    assurance.Effort: "{organisation} said what {activity} took, from {started_on} to {ended_on}.",
    assurance.Attestation: (
        "{assessor} assessed {about} for {scope} by {method}: {result}, valid until {valid_until}."
    ),
    assurance.ChangePlan: (
        "{assessor} agreed that {permitted} may change until {valid_until} without a new "
        "assessment, if {retests} is repeated."
    ),
    assurance.Withdrawal: "{who} withdrew an earlier statement: {reason}",
    bias.BiasAudit: "{who} compared the outcomes of {about} between groups, in {rows} rows.",
    authority.Organisation: "{who} entered the organisation {name} ({id}).",
    authority.Key: "{who} gave {organisation} a key for the role {roles}.",
    authority.Accreditation: (
        "{accreditor} accredited {assessor} to assess {scopes} until {valid_until}."
    ),
    authority.Conflict: "{who} declared an interest of {organisation}: {ground}",
    authority.Revocation: "{who} revoked a key: {reason}",
    authority.LogClosed: "{who} closed the log {origin}; what follows stands in {successor}.",
    decision.LogRegistration: "{deployer} registered a log of its decisions about “{use}”.",
    decision.Anchor: _anchor,
    decision.Erasure: (
        "{deployer} destroyed the content of record {index} of {origin}: {legal_basis}"
    ),
    decision.Hold: _hold,
    decision.Retention: "{deployer} keeps the contents of decisions about “{use}” for {days} days.",
    incident.Problem: (
        "{who} received a problem about {component}, number {number}, and promised an answer by "
        "{answer_by}."
    ),
    incident.ProblemUpdate: "{who} said of problem {number}, now {state}: {note}",
    interop.ImportedRecord: (
        "{who} copied the record “{title}” of {publisher} from the register {register}. Nobody "
        "signed that record."
    ),
    lifecycle.Release: "{who} released {purl} {release_id}.",
    lifecycle.TokenGrant: (
        "{issuer} gave a safety token ({kind}) with code {code} to {deployer} for “{use}”, from "
        "{valid_from} to {valid_until}."
    ),
    lifecycle.TokenStatus: "{who} set a safety token to {status}: {reason}",
    lifecycle.Registration: "{organisation} entered {name} in its catalogue as a {kind}.",
    lifecycle.Publication: "{organisation} checked what another person wrote: {decision}. {reason}",
    openness.Licence: "{who} found the licence {expression} for the {covers} {about}.",
    openness.Withheld: (
        "{who} withholds a statement until {expires_at}, approved by {approved_by}: {ground}"
    ),
    openness.Opened: "{who} opened a statement that it had withheld.",
    openness.GuardedRead: (
        "{who} gave something guarded to a person of {organisation}, in the role {role}, "
        "for this purpose: {purpose}"
    ),
    privacy.Scan: "{who} looked for personal data in {about}: {rows} rows, sensitive: {sensitive}.",
    privacy.Reidentification: (
        "{who} measured how easily people in {about} can be recognised: {risk}, with {threshold} "
        "allowed."
    ),
    privacy.Mask: "{who} masked personal data: {rows_in} rows in, {rows_out} rows out.",
    privacy.Minimisation: "{who} left out the columns that “{purpose}” does not need: {dropped}.",
    privacy.ReviewRequest: "{who} asked for a review of data for this purpose: {purpose}",
    privacy.Review: "{reviewer} reviewed data for “{purpose}”: {decision}. {reasons}",
    privacy.Synthesis: "{who} made {rows} rows of synthetic data by {method}.",
    provenance.Component: "{who} said what {purl} {version} is: a {kind} of {files} files.",
    provenance.Provenance: "{who} recorded how {about} was made.",
    provenance.Dataset: "{who} described the dataset {name}: {rows} rows, licence {licence}.",
    provenance.Documentation: (
        "{who} checked the documentation {path}: filled in {present}; missing {missing}."
    ),
    risk.Use: "{deployer} said what it uses {component} for (“{id}”): {description}",
    risk.Vote: _vote,
    risk.RiskCode: (
        "The board of {board} gave “{use}” of {deployer} the risk code {digits}, accepting a gap "
        "of up to {ceiling}, until {valid_until}."
    ),
    risk.Mitigation: _mitigation,
    risk.RiskAssessment: (
        "{deployer} assessed the use “{use}”: impact {impact_raw} of {impact_max}, autonomy level "
        "{autonomy_level}."
    ),
    risk.Acceptance: "{owner} accepted a risk ({what}) of “{use}” until {valid_until}: {reason}",
    risk.Measure: "{deployer} said what it does about {topic} for “{use}”: {text}",
    risk.BoardSession: (
        "The board of {board} opened a vote on “{use}” of {deployer}, closing on {closes_on}."
    ),
    risk.Recusal: "A member of the board of {board} stood aside on “{use}”: {reason}",
}
