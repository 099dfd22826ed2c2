"""Great Britain: the public sector equality duty, Equality Act 2010 s149.

The form that the Department for Work and Pensions publishes (Fairness Assessment of the Universal
Credit Advances model, July 2025): for each characteristic the disparity in who is referred, the
disparity in outcomes (of the referred, how many rightly so), whether either is significant, and
which characteristics were not analysed. The duty is to have looked (Bridges v South Wales
Police [2020] EWCA Civ 1058, 199 to 201): a test that is absent is itself the finding.
"""

from typing import Any, Final

from sunlit.producers.audit.bias.forms import said
from sunlit.producers.audit.bias.forms.page import charts
from sunlit.producers.audit.bias.forms.said import Item, part, several
from sunlit.producers.data.report.figures import number
from sunlit.producers.data.report.model import Fact, Page, Table, cell

PROTECTED: Final = (
    "age", "disability", "gender reassignment", "pregnancy and maternity", "race",
    "religion or belief", "sex", "sexual orientation",
)  # fmt: skip
"""The relevant protected characteristics of s149(7)."""
ALSO: Final = {"religion": "religion or belief", "pregnancy": "pregnancy and maternity"}
SIGNIFICANT: Final = 0.05
SILENT: Final = "no reason was given: that nobody looked is itself the finding"
TESTS: Final = (
    "A disparity is significant where Fisher's exact test (few people) or a chi-square test gives "
    "p below 0.05; several comparisons are not adjusted for."
)
LIMITS: Final = (
    "Whether the duty was met: it asks for due regard by people, which no figure shows.",
    "Whether a disparity is justified: that is for the authority to say, and to publish.",
    *said.LIMITS,
)


def document(detail: Item) -> dict[str, Any]:
    """Return the assessment."""
    return {
        "format": "sunlit-psed/1",
        "duty": "Equality Act 2010 s149",
        "referred": detail.get("favourable") if not detail.get("adverse") else _adverse(detail),
        "characteristics": [
            _assessed(detail, name) for name in said.attributes(detail)
        ],
        "not_analysed": _not_analysed(detail),
    }  # fmt: skip


def _adverse(detail: Item) -> str:
    return str(detail.get("favourable")).removeprefix("not: ")


def _not_analysed(detail: Item) -> dict[str, str]:
    analysed = {_protected(said.characteristic(detail, one)) for one in said.attributes(detail)}
    given = {_protected(what): why for what, why in said.not_analysed(detail).items()}
    return {one: given.get(one, SILENT) for one in PROTECTED if one not in analysed}


def _protected(characteristic: str) -> str:
    return ALSO.get(characteristic, characteristic)


def _assessed(detail: Item, name: str) -> dict[str, Any]:
    found = said.table(detail, name) or {}
    return {
        "characteristic": said.characteristic(detail, name),
        "attribute": name,
        "reference": found.get("reference"),
        "groups": [_group(one) for one in said.groups(found)],
    }


def _group(one: Item) -> dict[str, Any]:
    return {
        "group": said.label(one),
        "people": one["rows"],
        "referral": _disparity(part(one, "selection")),
        "outcome": _disparity(part(one, "precision")),
    }


def _disparity(one: Item) -> dict[str, Any] | None:
    """Return a rate, how it differs from the reference, and whether by more than chance."""
    if number(one.get("value")) is None:
        return None
    kept = ("count", "of", "value", "low", "high", "difference", "difference_low",
            "difference_high", "ratio", "test", "p")  # fmt: skip
    found = {name: one[name] for name in kept if one.get(name) is not None}
    p = number(one.get("p"))
    return found | ({} if p is None else {"significant": p < SIGNIFICANT})


def page(detail: Item) -> Page:
    """Return the page of the assessment."""
    found = part(detail, "forms", "psed") or document(detail)
    tables = [_table(one) for one in several(found, "characteristics")]
    missing = found["not_analysed"]
    return Page(
        kind="equality assessment, Equality Act 2010 s149", at=str(detail.get("auditedOn") or ""),
        title=f"Fairness assessment: {part(detail, 'data').get('name')}",
        lead=f"Who is referred: {found['referred']}. Disparities in referral and in outcome, for "
        "each characteristic that was recorded.",
        verdict=_verdict(found), holds=False if SILENT in missing.values() else None,
        grounds=[f"not analysed: {what}; {why}" for what, why in missing.items()],
        facts=(
            *said.of_whom(detail),
            Fact("Protected characteristics analysed", f"{len(PROTECTED) - len(missing)} of 8"),
        ),
        table=tables[0], more=tables[1:], charts=charts(detail, ("selection", "precision")),
        nothing_drawn="No group is large enough to be shown.",
        how=(*said.HOW, TESTS),
        made_with=said.made_by(detail), limits=LIMITS, named_by=said.NAMED_BY,
        no_values=said.NO_VALUES,
    )  # fmt: skip


def _verdict(found: Item) -> str:
    significant = sorted({
        one["characteristic"]
        for one in found["characteristics"]
        for group in one["groups"]
        for which in ("referral", "outcome")
        if (group[which] or {}).get("significant")
    })  # fmt: skip
    silent = [what for what, why in found["not_analysed"].items() if why == SILENT]
    said_of = f"Significant disparities by {said.words(significant)}."
    if silent:
        said_of += f" Nobody looked, and nobody said why, at: {said.words(silent)}."
    return said_of


def _table(one: Item) -> Table:
    heads = (
        "Group", "People", "Referred", "Against the reference", "Rightly, of the referred",
        "Against the reference",
    )  # fmt: skip
    rows = tuple(
        (
            cell(str(group["group"])), said.count_cell(group["people"]),
            said.share_cell(group, "referral"), cell(_against(group["referral"])),
            said.share_cell({"outcome": group["outcome"] or {}}, "outcome"),
            cell(_against(group["outcome"])),
        )
        for group in one["groups"]
    )  # fmt: skip
    reference = " x ".join(one["reference"] or ["none"])
    caption = f"By {one['characteristic']} ({one['attribute']}), against {reference}"
    return Table(caption, heads, rows)


def _against(one: Item | None) -> str:
    if one is None:
        return ""
    difference = number(one.get("difference"))
    if difference is None:
        return "the reference, or in no comparison"
    sign = "+" if difference >= 0 else "\N{MINUS SIGN}"
    word = "significant" if one.get("significant") else "may be chance"
    return f"{sign}{abs(difference) * 100:.1f} points, {word}"
