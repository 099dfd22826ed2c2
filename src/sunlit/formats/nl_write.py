"""Dutch Algoritmeregister 1.0: a component as a record. What nobody said is null, as in theirs.

The standard knows Dutch only, and our texts are English: `lang` stays null rather than wrong.
"""

from collections.abc import Mapping
from typing import Final

from sunlit.formats.cyclonedx import written
from sunlit.formats.losses import Exported, Facts, Taking

FORMAT: Final = "nl-register"
VERSION: Final = "1.0"
# Field -> most characters, as the standard bounds them.
LENGTHS: Final[Mapping[str, int]] = {
    "name": 100, "description_short": 400, "organization": 100, "contact_email": 500,
    "website": 500, "url": 500, "goal": 2500, "proportionality": 2500,
    "human_intervention": 2500, "risks": 2500, "lawful_basis": 2500, "impacttoetsen": 2500,
    "source_data": 2500, "methods_and_models": 5000, "provider": 200, "publiccode": 500,
    "source_id": 100, "begin_date": 7, "end_date": 7,
}  # fmt: skip
CATEGORIES: Final = ("Hoog-risico AI-systeem", "Impactvolle algoritmes", "Overige algoritmes")
STATUSES: Final = ("In ontwikkeling", "In gebruik", "Buiten gebruik")
STATES: Final[Mapping[str, str]] = {
    "full": "In gebruik", "restricted": "In gebruik", "pilot": "In gebruik",
    "Deployed": "In gebruik", "Pilot": "In gebruik", "Pre-deployment": "In ontwikkeling",
    "Retired": "Buiten gebruik", **{one: one for one in STATUSES},
}  # fmt: skip
TIERS: Final[Mapping[str, str]] = {
    "critical": CATEGORIES[0], "high": CATEGORIES[0], "medium": CATEGORIES[1],
    "low": CATEGORIES[2], **{one: one for one in CATEGORIES},
}  # fmt: skip


def to_nl_register(facts: Facts) -> Exported:
    """Return one record."""
    take = Taking(facts)
    document = [_record(take)]
    return Exported(
        format=FORMAT, name="algoritmeregister.json", media_type="application/json",
        data=written(document), losses=take.losses(), lacks=take.lacks(),
    )  # fmt: skip


def _record(take: Taking) -> dict[str, object]:
    texts = _texts(take)
    found: dict[str, object] = {
        name: texts.get(name, "")[:most] or None for name, most in LENGTHS.items()
    }
    found["status"] = STATES.get(take.word("token_kind") or take.word("stage"))
    found["publication_category"] = TIERS.get(take.word("tier"))
    found |= {
        "category": None, "lawful_basis_grouping": None, "impacttoetsen_grouping": None,
        "source_data_grouping": None, "lang": None, "standard_version": VERSION, "tags": None,
    }  # fmt: skip
    for name in (
        "name", "description_short", "organization", "contact_email", "status",
        "publication_category", "source_data_grouping", "lang",
    ):  # fmt: skip
        take.wanted(name, str(found[name] or ""))
    return found


def _texts(take: Taking) -> dict[str, str]:
    uses = list(take.rows("uses"))
    deployer = next((row.text("deployer") for row in uses), "")
    goals = (take.text("intended_use", 800), *(row.text("need") for row in uses))
    data = (
        f"{row.text('name')} ({row.text('licence') or 'no licence stated'}): {row.text('source')}"
        for row in take.rows("datasets")
    )
    tested = (
        f"{row.text('scope')}: {row.text('result')}, {row.text('assessor')}, "
        f"{row.text('assessed_on')} to {row.text('valid_until')}"
        for row in take.rows("attestations")
    )
    return {
        "name": take.text("name", LENGTHS["name"]),
        "description_short": take.text("summary", LENGTHS["description_short"]),
        "organization": deployer or take.text("publisher", LENGTHS["organization"]),
        "contact_email": take.text("contact", LENGTHS["contact_email"]),
        "website": take.text("homepage", LENGTHS["website"]),
        "goal": "\n".join(one for one in goals if one),
        "human_intervention": take.text("oversight"),
        "risks": take.text("prohibited", LENGTHS["risks"]),
        "impacttoetsen": "\n".join(tested),
        "source_data": "\n".join(data),
        "methods_and_models": take.text("purl"),
        "provider": take.text("supplier", 100) or take.text("maintainer", LENGTHS["provider"]),
        "source_id": take.text("digest") or take.text("record", LENGTHS["source_id"]),
        "begin_date": take.word("released_on")[:7],
    }
