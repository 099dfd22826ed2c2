"""The sentences of the report on a synthesis: what is guaranteed, seen, and cannot be told.

No sentence promises: attacks that fail show that these attacks failed.
"""

from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any, Final

from sunlit.claims.privacy import Figure
from sunlit.producers.data.synth_privacy import decimal
from sunlit.producers.data.synth_private import Budget

HOW: Final = (
    "Rows were set aside as a control before anything was learned, unless a control was given.",
    (
        "Distances are total variation between shares of values, numbers in at most 20 bins; the "
        "control's distance from the training rows stands beside them as what chance alone does."
    ),
    (
        "A model was trained on real and on made-up rows and tested on the control alike, where a "
        "target was named."
    ),
    (
        "Exact copies are rows that equal a training row in every column; people in the control "
        "equal one too, by chance, so the control's share is what counts."
    ),
    (
        "Singling out, linkability and inference are Anonymeter's attacks, each measured as what "
        "it gains on training rows over the control, and held against the same attack on columns "
        "drawn independently: the excess is what the method adds. Univariate singling out is "
        "judged against the control alone, because independent columns repeat real rare values."
    ),
    "Intervals are of 95 % each; the verdict widens them for the number of attacks (Bonferroni).",
)
CANNOT_TELL: Final = (
    (
        "Attacks that failed show that these attacks failed, with this knowledge and at this size; "
        "not that no person can be found."
    ),
    (
        "What is true of a small group in the data can be true of it in made-up rows too: "
        "inference about a group is not prevented by differential privacy."
    ),
    "Whether the rows are fit for another use than the one that was measured.",
)
_NONE: Final = (
    "No differential privacy: values come straight from the data's own columns, so one that only "
    "one person has can come out again."
)
UNSUPPORTED: Final = "privbayes"  # its epsilon is asked for, and stated nowhere
_PRIVBAYES: Final = (
    "No guarantee is claimed: dpmm 0.1.9 chooses which columns depend on which by a score that "
    "one person can change by more than its noise allows for, so epsilon is not what was asked "
    "for. Use mst or aim where the guarantee matters."
)


def guarantee(method: str, budget: Budget | None, grounds: Sequence[str]) -> str:
    """Return what is guaranteed, with what it does not cover."""
    if budget is None:
        return _NONE
    if method == UNSUPPORTED:
        return _PRIVBAYES
    said = (
        f"({budget.epsilon:g}, {budget.delta:g})-differential privacy of one row added or taken "
        "away, as dpmm and OpenDP implement it. Taken as known by everybody: how many rows there "
        "are, the columns and their types, which columns have blanks."
    )
    from_data, noise = grounds.count("data"), grounds.count("noise")
    if noise:
        said += f" {budget.share:g} of epsilon found out the domains of {noise} columns."
    if from_data:
        said += (
            f" NOT covered: which values occur in {from_data} columns, whose domains were taken "
            "from the data; declare them in a domain file to cover them."
        )
    return said + " The figures of this report come from the real rows, and are not covered."


def verdict(privacy: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether any attack rose above the baseline, and a sentence that promises nothing."""
    copied = _copied(privacy["copies"])
    attacks = [one for one in privacy["attacks"] if one["excess"] is not None]
    if not attacks:
        known = (
            "copies of real rows are more frequent than chance explains"
            if copied
            else ("copies of real rows are no more frequent than chance explains")
        )
        return {"rose": True if copied else None, "text": f"Not attacked; {known}."}
    said = [_rise(one) for one in attacks if _rose(one, len(attacks))]
    if copied:
        said.append(
            f"{privacy['copies']['made']['value']:.1%} of rows equal a training row, more "
            f"than the control's {privacy['copies']['control']['value']:.1%}"
        )
    if said:
        return {
            "rose": True,
            "text": f"Gives people away: {'; '.join(said)}. Treat the rows as personal data, "
            "unless more attacks (--attacks) show that it was chance.",
        }
    return {
        "rose": False,
        "text": "None of these attacks did clearly better than on columns drawn independently, "
        "and copies are no more frequent than in the control. That is no proof that nobody can "
        "be found.",
    }  # fmt: skip


def _copied(copies: Mapping[str, Any]) -> bool:
    return bool(copies["made"]["low"] > copies["control"]["high"])


def _rose(one: Mapping[str, Any], attacks: int) -> bool:
    """Tell whether a figure is above nothing, allowing for how many were looked at (Bonferroni)."""
    # Independent columns repeat real rare values, so they are no floor for univariate singling
    # out: there, the control is.
    figure = one["made" if one["attack"] == "singling-out-univariate" else "excess"]
    wider = NormalDist().inv_cdf(1 - 0.025 / attacks) / NormalDist().inv_cdf(0.975)
    return bool(figure["value"] - wider * (figure["value"] - figure["low"]) > 0)


def _rise(one: Mapping[str, Any]) -> str:
    if one["attack"] == "singling-out-univariate":
        made = one["made"]
        return (
            "singling out by one value that only one person has succeeds more often than on the "
            f"control, by {made['value']:.2f} ({made['low']:.2f} to {made['high']:.2f})"
        )
    about = f" of {one['column']}" if one["column"] else ""
    excess = one["excess"]
    return (
        f"{one['attack'].replace('-', ' ')}{about} rose by {excess['value']:.2f} "
        f"({excess['low']:.2f} to {excess['high']:.2f}) above the baseline"
    )


def utility_figures(found: Mapping[str, Any]) -> Iterator[Figure]:
    """Yield the claim's figures of use: mean and worst column, pairs, and the model."""
    columns = found["marginals"]
    for name in ("made", "control", "baseline"):
        ending = "" if name == "made" else f"-{name}"
        mean = sum(one[name] for one in columns) / len(columns)
        yield Figure(name=f"marginal-distance{ending}", value=decimal(mean))
        yield Figure(name=f"pair-distance{ending}", value=decimal(found["pairs"]["mean"][name]))
    worst = max(columns, key=lambda one: one["made"])
    yield Figure(
        name="marginal-distance-worst", value=decimal(worst["made"]), attribute=worst["column"]
    )
    model = found["model"]
    if model is not None:
        for name in ("made", "real"):
            yield Figure(
                name=f"model-{model['measure']}-{name}", value=decimal(model[name]),
                attribute=model["target"], note=model["note"],
            )  # fmt: skip
