"""What is it made from, by whom, how? Pure rules: Evidence and parameters -> Verdict."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from sunlit.base.purl import bare
from sunlit.base.wording import both, fixed, joined, text, texts
from sunlit.claims.provenance import HOSTED, Component, Documentation
from sunlit.rubric.evidence import Evidence, ids
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import datasets, signed_runs, stated, when


def component_identified(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when a component statement names exactly this release. Drafts count."""
    del parameters
    found = stated(evidence, Component)
    if not found:
        return Verdict.unknown("Nobody said what this release is a release of.")
    for said, component in found:
        if component.kind != HOSTED and component.files < 1:
            return Verdict.fails("The manifest lists no file.", [said.statement_id])
        if evidence.component is not None and bare(evidence.component) != bare(component.purl):
            return Verdict.fails(
                text(
                    "The release is said to be %(said)s, not %(asked)s.",
                    said=component.purl,
                    asked=evidence.component,
                ),
                [said.statement_id],
            )
    component = found[-1][1]
    return Verdict.holds(
        text(
            "It is %(name)s, version %(version)s, a %(kind)s.",
            name=component.purl,
            version=component.version,
            kind=fixed(component.kind),
        ),
        ids(found),
    )


def maintainer_named(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the latest component statement names a maintainer and a contact."""
    del parameters
    found = stated(evidence, Component)
    if not found:
        return Verdict.unknown("Nobody said what this release is a release of.")
    said, component = found[-1]
    named = {text("a maintainer"): component.maintainer, text("a contact"): component.contact}
    if missing := [name for name, value in named.items() if not _is_said(value)]:
        return Verdict.fails(
            text("It does not name %(what)s.", what=both(missing)), [said.statement_id]
        )
    return Verdict.holds(
        text("%(who)s maintains it.", who=str(component.maintainer)), [said.statement_id]
    )


def _is_said(text: str | None) -> bool:
    return bool(text and text.strip())


def model_files(evidence: Evidence, patterns: Iterable[str]) -> frozenset[str]:
    """Return the names of the files that hold weights: said to, or named as such files are."""
    wanted = tuple(patterns)
    declared = {name for _, it in stated(evidence, Component) for name in it.model_files}
    return frozenset(
        name
        for name in evidence.files
        if name in declared or any(fnmatchcase(name.lower(), pattern) for pattern in wanted)
    )


def provenance_covers_model(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when signed training runs have every model file among their outputs."""
    found = signed_runs(evidence)
    if not found:
        return Verdict.unknown("No signed training run has a file of this release as its output.")
    outputs = {subject.digest.get("sha256") for said, _, _ in found for subject in said.subjects}
    wanted = model_files(evidence, parameters.get("model-files", "").split("\n"))
    rests_on = tuple(said.statement_id for said, _, _ in found)
    if not wanted:
        return Verdict.unknown(
            "Nobody said which files hold weights.", rests_on, mend="sunlit init {path}"
        )
    if missing := sorted(name for name in wanted if evidence.files[name] not in outputs):
        return Verdict.fails(
            text(
                "%(count)s of %(all)s model files come from no signed run, for example %(file)s.",
                count=str(len(missing)),
                all=str(len(wanted)),
                file=missing[0],
            ),
            rests_on,
        )
    ends = [answer.expires for _, _, answer in found]
    return Verdict.holds(
        "A signed run made the model file."
        if len(wanted) == 1
        else text("Signed runs made all %(count)s model files.", count=str(len(wanted))),
        rests_on,
        expires=when(*ends),
    )


def training_data_named(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when each signed run names its data by a digest that a dataset statement describes."""
    del parameters
    found = signed_runs(evidence)
    if not found:
        return Verdict.unknown("No signed training run has a file of this release as its output.")
    described = {
        subject.digest.get("sha256"): said.statement_id
        for said, _ in datasets(evidence)
        for subject in said.subjects
    }
    rests_on: list[str] = []
    for said, run, _ in found:
        inputs = {
            str(resource.digest["sha256"])
            for resource in run.build_definition.resolved_dependencies
            if "sha256" in resource.digest
        }
        rests_on.append(said.statement_id)
        if not inputs:
            return Verdict.fails("A training run names none of its data by digest.", rests_on)
        # A run that says which of its inputs are data has every one of them described.
        data = {
            str(resource.digest.get("sha256"))
            for resource in run.build_definition.resolved_dependencies
            if resource.annotations.get("role") == "data"
        }
        known = sorted(inputs & set(described))
        if not known or data - set(known):
            return Verdict.unknown(
                "No dataset statement describes the data of a training run, or not all of it.",
                rests_on,
                mend="sunlit init {path}",
            )
        rests_on += [described[digest] for digest in known]
    ends = [answer.expires for _, _, answer in found]
    return Verdict.holds(
        "Each training run names its data by digest, and the data is described.",
        dict.fromkeys(rests_on),
        expires=when(*ends),
    )


def model_card_complete(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the model card lacks no section. Drafts count: anyone can read the card again."""
    return _card(evidence, parameters, "model")


def dataset_card_complete(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the dataset card lacks no section."""
    return _card(evidence, parameters, "dataset")


def _card(evidence: Evidence, parameters: Mapping[str, str], card: str) -> Verdict:
    found = [pair for pair in stated(evidence, Documentation) if pair[1].card == card]
    if not found:
        return Verdict.unknown(text("No %(card)s card was looked at.", card=fixed(card)))
    required = [name for name in parameters.get("sections", "").split("\n") if name]
    for said, document in found:
        absent = (*document.missing, *(n for n in required if n not in document.present))
        if lacking := [text("%(section)s (missing)", section=name) for name in absent] + [
            text("%(section)s (empty)", section=name) for name in document.empty
        ]:
            return Verdict.fails(
                text(
                    "The %(card)s card lacks: %(sections)s.",
                    card=fixed(card),
                    sections=joined(dict.fromkeys(lacking), ", "),
                ),
                [said.statement_id],
                mend=f"write these sections in {document.path}, then: sunlit assure {{path}}",
            )
        if not document.present:
            return Verdict.fails(
                text("The %(card)s card holds no section.", card=fixed(card)), [said.statement_id]
            )
    count = len(found[-1][1].present)
    every = texts("The %(card)s card holds its one section.",
                  "The %(card)s card holds all %(count)s sections.",
                  count, card=fixed(card), count=str(count))  # fmt: skip
    return Verdict.holds(every, ids(found))
