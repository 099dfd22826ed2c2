"""UK ATRS: a component as a transparency record, Tier 1 and 2, with GOV.UK's metadata.

GOV.UK publishes a machine-readable form of the metadata only. The headings of Tier 1 and 2 are
those of the template; a heading that nobody answered is null, never left out.
"""

import re
from collections.abc import Mapping
from typing import Final

from sunlit.formats.cyclonedx import written
from sunlit.formats.losses import Exported, Facts, Taking

FORMAT: Final = "atrs"
VERSION: Final = "v3.0"
PREFIX: Final = "algorithmic_transparency_record_"
PHASES: Final[Mapping[str, str]] = {
    "full": "production", "restricted": "production", "pilot": "pilot",
    "Deployed": "production", "Pilot": "beta-pilot", "Pre-deployment": "pre-deployment",
    "Retired": "retired", "In gebruik": "production", "Buiten gebruik": "retired",
    "In ontwikkeling": "pre-deployment",
}  # fmt: skip


def to_atrs(facts: Facts) -> Exported:
    """Return one record."""
    take = Taking(facts)
    document = {
        "standard": "Algorithmic Transparency Recording Standard",
        "tier_1": _tier_1(take),
        "tier_2": {
            "1_owner_and_responsibility": _owner(take),
            "2_description_and_rationale": _rationale(take),
            "3_deployment_context": _deployment(take),
            "4_tool_specification": _specification(take),
            "5_risks_mitigations_and_impact_assessments": _risks(take),
        },
        "metadata": _metadata(take),
    }
    return Exported(
        format=FORMAT, name="atrs.json", media_type="application/json", data=written(document),
        losses=take.losses(), lacks=take.lacks(),
    )  # fmt: skip


def _asked(take: Taking, name: str) -> str | None:
    return take.wanted(name, take.text(name)) or None


def _tier_1(take: Taking) -> dict[str, object]:
    return {
        "name": _asked(take, "name"),
        "description": _asked(take, "summary"),
        "website_url": _asked(take, "homepage"),
        "contact_email": _asked(take, "contact"),
    }


def _owner(take: Taking) -> dict[str, object]:
    organisation = take.text("maintainer") or take.text("publisher")
    deployers = list(dict.fromkeys(row.text("deployer") for row in take.rows("uses")))
    owners = list(dict.fromkeys(one for row in take.rows("uses") if (one := row.text("owner"))))
    return {
        "1.1_organisation": take.wanted("maintainer", organisation) or None,
        "1.1_used_by": deployers or None,
        "1.2_team": take.text("owner") or None,
        "1.3_senior_responsible_owner": owners or None,
        "1.4_supplier": take.text("supplier") or None,
        "1.4_contract": take.text("contract") or None,
    }


def _rationale(take: Taking) -> dict[str, object]:
    scope = [
        {
            "use": row.text("id"), "description": row.text("description"),
            "need": row.text("need") or None, "affected": row.text("affected") or None,
        }
        for row in take.rows("uses")
    ]  # fmt: skip
    return {
        "2.1_detailed_description": take.text("intended_use") or None,
        "2.2_scope": scope or None,
        "2.2_permitted": list(take.texts("permitted")) or None,
        "2.2_not_permitted": list(take.texts("prohibited")) or None,
        "2.3_benefit": take.text("benefits") or None,
        "2.4_previous_process": None,
        "2.5_alternatives_considered": None,
    }


def _deployment(take: Taking) -> dict[str, object]:
    return {
        "3.1_integration_and_limits": list(take.texts("constraints")) or None,
        "3.2_human_review": take.text("oversight") or None,
        "3.3_frequency_and_scale": None,
        "3.4_required_training": None,
        "3.5_without_the_tool": take.text("fallback") or None,
        "3.5_appeals_and_review": None,
    }


def _specification(take: Taking) -> dict[str, object]:
    data = [
        {
            "name": row.text("name"), "source": row.text("source") or None,
            "licence": row.text("licence") or None, "rows": row.text("rows") or None,
            "columns": list(row.texts("columns")) or None,
            "sensitive_columns": list(row.texts("sensitive_columns")) or None,
        }
        for row in take.rows("datasets")
    ]  # fmt: skip
    return {
        "4.1_model": take.text("purl") or None,
        "4.1_version": take.text("version") or None,
        "4.1_licence": take.text("licence") or None,
        "4.1_predicts": take.text("target") or None,
        "4.2_development_data": data or None,
        "4.3_data_classes_in_operation": list(take.texts("data_classes")) or None,
    }


def _risks(take: Taking) -> dict[str, object]:
    assessments = [
        {
            "assessor": row.text("assessor"), "scope": list(row.texts("scope")),
            "result": row.text("result"), "assessed_on": row.text("assessed_on"),
            "valid_until": row.text("valid_until"),
        }
        for row in take.rows("attestations")
    ]  # fmt: skip
    open_controls = [
        {"title": row.text("title"), "answer": row.text("outcome"), "why": row.text("reason")}
        for row in take.rows("findings")
    ]
    mitigations = [
        {"practice": row.text("practice"), "state": row.text("state"), "why": row.text("why")}
        for row in take.rows("mitigations")
    ]
    return {
        "5.1_impact_assessments": assessments or None,
        "5.2_risks": open_controls or None,
        "5.2_mitigations": mitigations or None,
    }


def _metadata(take: Taking) -> dict[str, object]:
    organisation = str(take.facts.get("maintainer") or take.facts.get("publisher") or "")
    found: dict[str, object] = {
        f"{PREFIX}atrs_version": VERSION,
        f"{PREFIX}date_published": take.word("as_of")[:10],
    }
    if organisation:
        found[f"{PREFIX}organisation"] = re.sub(r"[^a-z0-9]+", "-", organisation.lower())[:80]
    if phase := PHASES.get(take.word("token_kind") or take.word("stage")):
        found[f"{PREFIX}phase"] = phase
    return found
