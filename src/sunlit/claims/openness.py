"""Is it open, under which licence, and who said so?"""

from dataclasses import dataclass

from sunlit.claims.base import Claim, of_type


@of_type("urn:sunlit:openness:licence:v1", family="openness")
@dataclass(frozen=True, slots=True, kw_only=True)
class Licence(Claim):
    """A licence found for a thing. `covers` is `component` or `dataset`.

    `expression` is SPDX; None where the text found is no SPDX expression (`declared` holds
    it). `osi_approved` is None where no list knows. Subject: the release's digest, or the
    dataset's.
    """

    covers: str
    declared: str | None = None
    expression: str | None = None
    osi_approved: bool | None = None
    found_in: str | None = None
    unknown_terms: tuple[str, ...] = ()
