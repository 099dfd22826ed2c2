"""CycloneDX Attestations: the rubric's controls, what was found of each, who assessed, on what.

HOLDS is a claim with score 1, FAILS a counter-claim with score 0. UNKNOWN is neither for nor
against, so its requirement has no conformance: that is how CycloneDX says a blank.
"""

from typing import Final

from sunlit.formats.losses import Taking

STANDARD: Final = "rubric"
ITSELF: Final = "assessor-computed"
SCORES: Final = {"HOLDS": 1, "FAILS": 0}


def definitions(take: Taking) -> dict[str, object] | None:
    """Return the rubric as a standard with a requirement for each control; None without any."""
    asked = [
        {
            "bom-ref": f"control-{row.text('control')}",
            "identifier": row.text("control"),
            "title": row.text("title"),
        }
        for row in take.rows("findings")
    ]
    if not asked:
        return None
    standard = {
        "bom-ref": STANDARD, "name": "Sunlit rubric", "version": take.text("rubric")[:16],
        "description": f"Controls of the rubric with digest {take.text('rubric')}",
        "requirements": asked,
    }  # fmt: skip
    return {"standards": [standard]}


def declarations(take: Taking, target: str) -> dict[str, object]:
    """Return who assessed, what they claim of the component, on which evidence."""
    evidence = _evidence(take)
    claims, rows = _claims(take, target, {str(one["bom-ref"]) for one in evidence})
    labs = _assessors(take)
    attested, by_lab = _attested(take, target, labs)
    own = {
        "summary": "Computed from signed statements; anyone who has them gets the same answers.",
        "assessor": ITSELF, "map": rows,
    }  # fmt: skip
    assessors: list[dict[str, object]] = [
        {
            "bom-ref": ITSELF,
            "thirdParty": False,
            "organization": {"name": f"Computed by {take.text('engine') or 'Sunlit'}"},
        }
    ]
    assessors.extend(
        {"bom-ref": ref, "thirdParty": True, "organization": {"name": name}}
        for name, ref in labs.items()
    )
    document: dict[str, object] = {
        "assessors": assessors,
        "attestations": [own, *by_lab],
        "claims": [*claims, *attested],
    }
    return document | ({"evidence": evidence} if evidence else {})


def _evidence(take: Taking) -> list[dict[str, object]]:
    found = []
    for row in take.rows("statements"):
        said = f"{row.text('type')}, entry {row.text('index')} of {row.text('origin')}"
        one: dict[str, object] = {
            "bom-ref": f"statement-{row.text('id')}",
            "propertyName": "sunlit.statement",
            "description": f"{said}, signed for {row.text('organisations') or 'nobody known'}",
            "data": [{"name": "statement id (SHA-256 of the PAE)",
                      "contents": {"attachment": {"content": row.text("id")}}}],
        }  # fmt: skip
        if admitted := row.text("admitted"):
            one["created"] = admitted
        found.append(one)
    return found


def _claims(
    take: Taking, target: str, evidence: set[str]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    claims: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    for row in take.rows("findings"):
        control, outcome = row.text("control"), row.text("outcome")
        ref, reason = f"claim-{control}", row.text("reason")
        until = row.text("expires")
        claim: dict[str, object] = {
            "bom-ref": ref, "target": target,
            "predicate": f"{outcome}: {row.text('title')}",
            "reasoning": f"{reason} Valid until {until}." if until else reason,
        }  # fmt: skip
        on = [f"statement-{one}" for one in row.texts("rests_on")]
        named = [one for one in on if one in evidence]
        claim |= {"evidence": named} if named else {}
        claims.append(claim)
        rows.append(_mapped(f"control-{control}", ref, outcome, reason))
    return claims, rows


def _mapped(requirement: str, ref: str, outcome: str, reason: str) -> dict[str, object]:
    row: dict[str, object] = {"requirement": requirement}
    if outcome in SCORES:
        score = SCORES[outcome]
        row["claims" if score else "counterClaims"] = [ref]
        row["conformance"] = {"score": score, "rationale": reason}
    return row


def _assessors(take: Taking) -> dict[str, str]:
    names = dict.fromkeys(row.text("assessor") for row in take.rows("attestations"))
    return {name: f"assessor-{number}" for number, name in enumerate(names, 1)}


def _attested(
    take: Taking, target: str, labs: dict[str, str]
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    claims: list[dict[str, object]] = []
    attestations: list[dict[str, object]] = []
    for number, row in enumerate(take.rows("attestations"), 1):
        ref = f"attested-{number}"
        scope = row.text("scope")
        said = f"{row.text('result')} for {scope}, by {row.text('method')}"
        until = f"assessed {row.text('assessed_on')}, valid until {row.text('valid_until')}"
        claims.append(
            {
                "bom-ref": ref,
                "target": target,
                "predicate": said,
                "reasoning": "; ".join(one for one in (until, row.text("limits")) if one),
            }
        )
        attestations.append(
            {
                "summary": f"{said}; {until}; statement {row.text('statement')}",
                "assessor": labs[row.text("assessor")],
                "map": [{"claims": [ref]}],
            }
        )
    return claims, attestations
