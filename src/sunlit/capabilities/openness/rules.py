"""Is it open, under which licence, and who said so? Pure rules."""

from collections.abc import Mapping

from sunlit.base.wording import text
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.openness import Licence
from sunlit.claims.provenance import Dataset
from sunlit.rubric.evidence import Evidence, ids
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import datasets, runs, stated


def component_licence_open(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each licence found for the component is SPDX and approved by the OSI."""
    del parameters
    found = [pair for pair in stated(evidence, Licence) if pair[1].covers == "component"]
    if not found:
        return Verdict.unknown("Nobody looked for the component's licence.")
    for said, licence in found:
        if licence.expression is None:
            return Verdict.fails(
                "No licence is stated."
                if licence.declared is None
                else "The licence stated is no SPDX expression.",
                [said.statement_id],
            )
        if licence.osi_approved is False:
            return Verdict.fails(
                text(
                    "%(licence)s is not approved by the Open Source Initiative.",
                    licence=licence.expression,
                ),
                [said.statement_id],
            )
    for said, licence in found:
        if licence.osi_approved is None or licence.unknown_terms:
            return Verdict.unknown(
                text("No list knows whether %(licence)s is open.", licence=str(licence.expression)),
                [said.statement_id],
            )
    return Verdict.holds(
        text("It is open source under %(licence)s.", licence=str(found[-1][1].expression)),
        ids(found),
    )


def training_datasets(evidence: Evidence) -> tuple[tuple[Admitted, Dataset], ...]:
    """Return the datasets that a run of this release used, or that say they trained it."""
    inputs = {
        resource.digest.get("sha256")
        for _, run in runs(evidence)
        for resource in run.build_definition.resolved_dependencies
    } - {None}
    return tuple(
        (said, dataset)
        for said, dataset in datasets(evidence)
        if "training" in dataset.used_for
        or any(subject.digest.get("sha256") in inputs for subject in said.subjects)
    )


def data_licence_stated(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each training dataset states its licence or terms."""
    del parameters
    found = training_datasets(evidence)
    if not found:
        return Verdict.unknown("No training data is described.")
    rests_on: list[str] = []
    for said, dataset in found:
        stated = (
            [said.statement_id] if (dataset.licence or "").strip() else _licences(evidence, said)
        )
        if not stated:
            return Verdict.fails(
                text("The data %(data)s states no licence or terms.", data=dataset.name),
                [said.statement_id],
            )
        rests_on += stated
    return Verdict.holds("Each training dataset states its terms.", dict.fromkeys(rests_on))


def _licences(evidence: Evidence, dataset: Admitted) -> list[str]:
    # A licence of "the data" in the release's own folder covers each dataset it names.
    digests = {evidence.release, *(it.digest.get("sha256") for it in dataset.subjects)}
    return [
        said.statement_id
        for said, licence in evidence.current(Licence)
        if licence.covers == "dataset"
        and (licence.expression or licence.declared)
        and any(subject.digest.get("sha256") in digests for subject in said.subjects)
        and (said.is_draft or evidence.directory.may(said, Role.MAINTAINER, at=evidence.at).allowed)
    ]
