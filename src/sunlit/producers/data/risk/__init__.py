"""How likely a person in a dataset is to be re-identified.

`measure` returns the claim and a `detail` for reports. The detail is JSON, holds no value of any
person, and has these keys:

- `format`: `sunlit-data-risk/1`; `tool`, `engine` (`duckdb`, `pyspark`), `measured_on`, `seed`;
  `dataset`: `{name, digest}`
- `headline`: the sentence on top; `how_chosen`, `how_computed` (sentences), `cannot_tell`
- `profile`: `{name, title, governs, tau, limits: [{figure, at_most, source}]}`
- `governing`: `{figure, risk, threshold, met}`: by what is judged; shares as decimal text
- `rows`, `classes`, `k`; `quasi_identifiers`, `chosen` (`searched`, `declared`), `left_out`;
  `pseudonyms`: columns of keyed pseudonyms that the profile takes apart
- `search`: `{sample_rows, subsets_counted, subsets: [{columns, distinct, uniqueness,
  separation}] (the best 20), steps: [{column, distinct, uniqueness, separation}] (each column as
  it was added), classes_of_all (null: too many rows to count)}`
- `columns`: `{name, type, kind, distinct_in_sample, nulls_in_sample, role, without: {average,
  uniqueness, at_risk, k} (quasi-identifiers: the figures if this column were dropped)}`; `kind`
  is one of `candidate`, `constant`, `identifier`, `pseudonym`, `random`, `text`, `nested`;
  `role` one of `quasi-identifier`, `sensitive`, `other`, or the kind
- `histogram`: `[{from, to, classes, rows}]`: classes by size, each to 100, then by doubling
- `figures`: those of the claim: `{name, value, low, high, attribute, threshold, source, met,
  note}`, numbers as decimal text, what is not known left out
- `population`: `{size, fraction, why, chosen: estimate, models: [estimate]}`, an estimate being
  `{model, value, low, high, failure}`
- `objective`: the figure that changes are ranked by (`prosecutor-average`, `records-at-risk`);
  `changes`: single changes, the best first; `steps`: the plan, one after the other; each
  `{words, column, method, options, before, after, average_after, information_lost}`; method
  `rows` (column null) leaves rows out. `steps_by` are the columns that the plan's figures are
  by: all that can tell people apart where they were searched for, since they will be searched
  for again. `steps_meet`: whether every limit then holds for classes by them
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sunlit.claims.privacy import Reidentification
from sunlit.producers.data.risk.choose import Asked
from sunlit.producers.data.risk.detail import detail_of
from sunlit.producers.data.risk.measuring import Wanted, claim_of, look_closely
from sunlit.producers.data.risk.planning import planned
from sunlit.producers.data.risk.profiles import Profile, profile_of
from sunlit.producers.data.risk.table import Measurable
from sunlit.recognise.plan import MaskPlan

__all__ = ["Measured", "Profile", "measure", "profile_of"]

Progress = Callable[[int, int], None]
SEED = 2018


@dataclass(frozen=True, slots=True)
class Measured:
    """The claim, the detail, and what it proposes as a mask plan."""

    claim: Reidentification
    detail: Mapping[str, Any]
    plan: Callable[[MaskPlan | None], MaskPlan]

    @property
    def met(self) -> bool:
        """Whether the profile is met, whatever was declared."""
        return self.claim.risk <= self.claim.threshold


def measure(
    source: Measurable,
    *,
    profile: str | Profile,
    quasi_identifiers: Sequence[str] | None = None,
    sensitive: Sequence[str] | None = None,
    population: int | None = None,
    seed: int = SEED,
    at: datetime,
    progress: Progress | None = None,
) -> Measured:
    """Measure a dataset and hold it against a profile (by name, file or value).

    Without `quasi_identifiers` they are searched for; without `sensitive`, of columns that make no
    class those count whose names say special-category data, crime or health. `population` is how
    many people the rows were drawn from; without it the file is taken for all of them.

    Raises:
        MalformedError: `data-risk.*`, `data.*`.
        UnavailableError: `data-risk.profile-unreadable`, `data.*`.
        VerificationError: `data.changed`.
    """
    declared = tuple(dict.fromkeys(quasi_identifiers)) if quasi_identifiers else None
    wanted = Wanted(
        profile=profile_of(profile) if isinstance(profile, str) else profile,
        asked=Asked(declared, tuple(dict.fromkeys(sensitive or ()))),
        population=population,
        seed=seed,
    )
    found = look_closely(source, wanted, progress)
    digest = source.digest.get("sha256")

    def plan(held: MaskPlan | None) -> MaskPlan:
        return planned(found.improvement, held, digest)

    return Measured(claim_of(found, at), detail_of(found, source, at), plan)
