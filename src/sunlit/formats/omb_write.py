"""OMB's inventory: a use case as one row of the CSV; what nobody said is an empty cell."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.base.spreadsheet import harmless
from sunlit.formats.losses import Exported, Facts, Taking
from sunlit.formats.omb import COLUMNS, PRACTICES

FORMAT: Final = "omb"
STAGES: Final[Mapping[str, str]] = {
    "full": "Deployed", "restricted": "Deployed", "pilot": "Pilot", "In gebruik": "Deployed",
    "In ontwikkeling": "Pre-deployment", "Buiten gebruik": "Retired",
    **{one: one for one in ("Pre-deployment", "Pilot", "Deployed", "Retired")},
}  # fmt: skip
# The word of OMB's dictionary for a practice that is evidenced.
DONE: Final[Mapping[str, str]] = {
    "M1": "Yes", "M2": "Yes", "M3": "Internal Independent Review",
    "M4": "Yes - Monitoring Established", "M5": "Training Established", "M6": "Yes",
    "M7": "Appeal Process Established", "M8": "Other",
}  # fmt: skip
WANTED: Final = (
    "agency", "id", "use_case_name", "contact_email", "is_withheld", "development_stage",
    "is_high_impact", "topic_area", "problem_solved",
)  # fmt: skip


def to_omb(facts: Facts) -> Exported:
    """Return one row under the columns of 2025."""
    take = Taking(facts)
    return _exported([_row(take)], [take])


def to_omb_catalogue(views: Sequence[Facts]) -> Exported:
    """Return a row for each component."""
    takes = [Taking(facts) for facts in views]
    return _exported([_row(take) for take in takes], takes)


def _exported(rows: list[dict[str, str]], takes: list[Taking]) -> Exported:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: harmless(text) for name, text in row.items()} for row in rows)
    losses = {loss.fact: loss for take in takes for loss in take.losses()}
    lacks = dict.fromkeys(lack for take in takes for lack in take.lacks())
    return Exported(
        format=FORMAT, name="omb.csv", media_type="text/csv; charset=utf-8",
        data=out.getvalue().encode(), losses=tuple(losses.values()), lacks=tuple(lacks),
    )  # fmt: skip


def _row(take: Taking) -> dict[str, str]:
    if take.facts.get("register") == FORMAT:
        return _as_found(take)
    uses = list(take.rows("uses"))
    sets = list(take.rows("datasets"))
    row = dict.fromkeys(COLUMNS, "") | {
        "agency": next((one.text("deployer") for one in uses), "") or take.text("publisher"),
        "id": next((one.text("id") for one in uses), "") or take.text("record"),
        "use_case_name": take.text("name"),
        "contact_email": take.text("contact"),
        "development_stage": STAGES.get(take.word("token_kind") or take.word("stage"), ""),
        "problem_solved": "; ".join(need for one in uses if (need := one.text("need"))),
        "benefits": take.text("benefits"),
        "system_outputs": take.text("summary"),
        "operational_date": take.text("released_on"),
        "vendor_name": take.text("supplier"),
        "data_description": "; ".join(one.text("name") for one in sets),
        "link_to_data": "; ".join(link for one in sets if (link := one.text("source"))),
        "code_url": take.text("homepage"),
    }
    for one in take.rows("mitigations"):
        column = next((name for name, m in PRACTICES.items() if m == one.word("practice")), None)
        if column is not None and one.word("state") == "In place":
            row[column] = DONE[PRACTICES[column]]
    for name in WANTED:
        take.wanted(name, row[name])
    return row


def _as_found(take: Taking) -> dict[str, str]:
    """Return the row of the inventory as it was taken over; blanks stay blanks."""
    aliases = {"use_case_name": "name", "problem_solved": "summary", "vendor_name": "supplier",
               "agency_name": "publisher", "development_stage": "stage", "code_url": "homepage",
               "benefits": "benefits"}  # fmt: skip
    row = dict.fromkeys(COLUMNS, "")
    for column in COLUMNS:
        own = f"fields.{column}"
        row[column] = take.text(own) if own in take.facts else take.text(aliases.get(column, own))
    return row
