"""What was done about the people in the training data: searched, masked, measured, reviewed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.privacy import (
    Mask,
    Minimisation,
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
    Synthesis,
)
from sunlit.claims.provenance import Dataset, Provenance
from sunlit.views.data_words import TITLES, clauses
from sunlit.views.dossier_lines import Facts, Line

_ORDER: Final[tuple[type[Claim], ...]] = (
    Scan, Minimisation, Mask, Synthesis, Reidentification, ReviewRequest, Review,
)  # fmt: skip
_ASKED: Final = frozenset({Scan, Reidentification, Review})  # a blank where nobody said so


def training_data(facts: Facts) -> Iterator[Line]:
    """Yield what was said of each dataset, kind by kind, with who said it."""
    names, replaced = dataset_names(facts.statements), _replaced(facts.statements)
    for kind in _ORDER:
        found = list(facts.said(kind))
        for said, claim in found:
            old = ("replaced since",) if said.statement_id in replaced else ()
            label = f"{TITLES[kind]}: {', '.join(about(said, names)) or 'a dataset'}"
            yield facts.stated(label, "; ".join((*old, *clauses(claim))), said)
        if not found and kind in _ASKED:
            yield Line(TITLES[kind], None)


def dataset_names(statements: Iterable[Admitted]) -> Mapping[str, str]:
    """Return the names of datasets by SHA-256, as those say who described or read them."""
    names: dict[str, str] = {}
    for said in statements:
        if isinstance(said.claim, Provenance):
            for one in said.claim.build_definition.resolved_dependencies:
                if one.name and "sha256" in one.digest:
                    names.setdefault(str(one.digest["sha256"]), one.name)
    for said in statements:
        if isinstance(said.claim, Dataset):
            names |= dict.fromkeys(_digests(said), said.claim.name)
    return names


def about(said: Admitted, names: Mapping[str, str]) -> list[str]:
    """Return what a statement is about, by name where one is known."""
    return [
        names.get(one.digest.get("sha256", ""))
        or one.name
        or f"dataset {one.digest.get('sha256', '')[:12]}"
        for one in said.subjects
    ]


def _digests(said: Admitted) -> list[str]:
    return [one.digest["sha256"] for one in said.subjects if "sha256" in one.digest]


def _replaced(statements: Iterable[Admitted]) -> frozenset[str]:
    """Return the statements that one of their own signers corrected or replaced."""
    known = list(statements)
    signers = {one.statement_id: set(one.signers) for one in known}
    return frozenset(
        old
        for one in known
        for old in (one.claim.corrects, one.claim.supersedes)
        if old is not None and signers.get(old, set()) & set(one.signers)
    )
