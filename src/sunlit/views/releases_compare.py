"""What differs between two releases: files, data, licence, figures of tests, controls."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.claims.assurance import TestResult
from sunlit.claims.openness import Licence
from sunlit.claims.provenance import Resource
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Finding
from sunlit.rubric.standing import about, datasets, signed_runs
from sunlit.views.component_tested import newest, number
from sunlit.views.component_words import Words, words

MOST: Final = 500  # files or figures that are listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two releases under a use; `files` is None where their list is not kept here."""

    release: str
    evidence: Evidence
    conformity: Conformity
    files: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs: its name, what it was and is; None where it was or is not there."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One kind of difference; `known` is False where nobody can tell, `cut` counts what is left."""

    name: str
    title: Words
    differences: tuple[Difference, ...]
    known: bool = True
    cut: int = 0


def compare(before: Side, after: Side) -> tuple[Section, ...]:
    """Return what differs, in the same order always. Pure."""
    return tuple(
        _section(name, title, look(before), look(after)) for name, title, look in _SECTIONS
    )


def _section(
    name: str, title: Words, before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> Section:
    if before is None or after is None:
        return Section(name=name, title=title, differences=(), known=False)
    found = tuple(
        Difference(name=key, before=before.get(key), after=after.get(key))
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    )
    return Section(name=name, title=title, differences=found[:MOST], cut=max(0, len(found) - MOST))


def _files(side: Side) -> Mapping[str, str] | None:
    return side.files


def _data(side: Side) -> Mapping[str, str] | None:
    names = {
        digest: claim.name
        for said, claim in datasets(side.evidence)
        for it in said.subjects
        if (digest := it.digest.get("sha256")) is not None
    }
    runs = signed_runs(side.evidence)
    if not runs:
        return None  # nobody said what it was made from
    found: dict[str, str] = {}
    for _, run, _ in runs:
        for item in run.build_definition.resolved_dependencies:
            digest = str(item.digest.get("sha256", ""))
            found[names.get(digest) or _named(item)] = digest
    return found


def _named(item: Resource) -> str:
    return item.name or item.uri or "?"


def _licence(side: Side) -> Mapping[str, str] | None:
    return {
        claim.found_in or claim.covers: claim.expression or claim.declared or ""
        for _, claim in about(side.evidence, Licence)
    }


def _figures(side: Side) -> Mapping[str, str] | None:
    return dict(pair for _, test in newest(side.evidence) for pair in _figures_of(test))


def _figures_of(test: TestResult) -> Iterator[tuple[str, str]]:
    kind = test.sunlit_kind or ""
    yield kind, str(test.result)
    for one in test.sunlit_metrics:
        group = f" ({one.group})" if one.group else ""
        yield f"{kind}: {one.name}{group}", number(one.value)


def _controls(side: Side) -> Mapping[str, str] | None:
    answers = {_control(one): str(one.outcome) for one in side.conformity.findings}
    apart = {f"{it.title} ({it.control})": "not asked" for it in side.conformity.not_applicable}
    return answers | apart


def _control(finding: Finding) -> str:
    return f"{finding.title} ({finding.control})"


Look = Callable[[Side], Mapping[str, str] | None]
_SECTIONS: Final[tuple[tuple[str, Words, Look], ...]] = (
    ("files", words("Files"), _files),
    ("data", words("Data it was made from"), _data),
    ("licence", words("Licences"), _licence),
    ("figures", words("Figures of tests"), _figures),
    ("controls", words("Checks that changed"), _controls),
)
