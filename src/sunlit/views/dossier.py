"""The dossier of one decision: what is known, who says it, and what nobody said.

Its six sections are the six kinds of explanation of the ICO and the Alan Turing Institute
("Explaining decisions made with AI"): rationale, responsibility, data, fairness, safety and
performance, impact. Plain data in, plain data out; whoever shows it writes `BLANK` for a line
without a value.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import TokenGrant
from sunlit.views.dossier_case import data, rationale, responsibility
from sunlit.views.dossier_evidence import fairness, impact, safety
from sunlit.views.dossier_lines import Dossier, Facts, Line, Recorded, Section, Values
from sunlit.views.label import BLANK

__all__ = ["BLANK", "Dossier", "Line", "Section", "dossier"]

_SECTIONS: Final = (
    ("Rationale", "Why was this decided?", rationale),
    ("Responsibility", "Who answers for it, and whom can you ask?", responsibility),
    ("Data", "Which data was used: about you, and to make the component?", data),
    ("Fairness", "Was it tested whether groups of people are treated differently?", fairness),
    ("Safety and performance", "How well does it work, and what was checked?", safety),
    ("Impact", "What does it do to people, and what are its limits?", impact),
)


def dossier(
    record: Recorded,
    content: Values | None,
    grant: TokenGrant | None,
    statements: Sequence[Admitted],
    *,
    later: Sequence[Recorded] = (),
    organisations: Mapping[str, str] | None = None,
) -> Dossier:
    """Return the six sections for one decision.

    `content` is what is opened, None if it is closed or erased; `grant` the token's; `statements`
    those that governed the decision, oldest first, already verified: nothing is judged here.
    `later` are the records that point to it, `organisations` says whose a key id is.
    """
    facts = Facts(
        record=record, content=content, grant=grant, statements=statements, later=later,
        organisations=organisations or {},
    )  # fmt: skip
    return Dossier(
        tuple(Section(title, question, tuple(lines(facts))) for title, question, lines in _SECTIONS)
    )
