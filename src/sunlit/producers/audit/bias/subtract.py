"""Two audits of the same rows: what can be worked out by taking one from the other.

Each audit alone hides groups of too few people. Two published audits of one dataset with other
bands, attributes or floors do not: with `rows` 601 and 600, the difference of their totals is one
person's prediction and outcome.
"""

from collections.abc import Iterable
from typing import Final

from sunlit.base.errors import VerificationError
from sunlit.claims.bias import BiasAudit

MEND: Final = (
    "audit with the attributes, bands and --floor of the earlier one, or publish this one too: "
    "sunlit audit bias PREDICTIONS --attribute COLUMN=CHARACTERISTIC --despite-earlier"
)


def expect_no_subtraction(claim: BiasAudit, earlier: Iterable[BiasAudit]) -> None:
    """Refuse an audit of rows that were published with other groups.

    Raises:
        VerificationError: `bias.subtraction`.
    """
    digest = claim.data.digest.get("sha256")
    for one in earlier:
        if digest is not None and one.data.digest.get("sha256") == digest and differ(claim, one):
            raise VerificationError(
                "bias.subtraction",
                "an audit of the same rows is published, with other groups of people",
                expected="the same groups: by taking one audit from the other, single people "
                "could be told", mend=MEND,
            )  # fmt: skip


def differ(one: BiasAudit, other: BiasAudit) -> bool:
    """Tell whether people can be set apart who are together in each of two audits.

    That is so where they are of other people altogether, or tell them apart otherwise by an
    attribute that both have. An attribute that only one has adds a table of its own.
    """
    mine, theirs = _groups(one), _groups(other)
    both = mine.keys() & theirs.keys()
    return one.rows != other.rows or any(mine[name] != theirs[name] for name in both)


def _groups(audit: BiasAudit) -> dict[str, dict[str, int | None]]:
    """Return the values of each single attribute, with how many people each has."""
    found: dict[str, dict[str, int | None]] = {}
    for cell in audit.cube:
        if len(cell.group) == 1:
            ((name, value),) = cell.group.items()
            found.setdefault(name, {})[str(value)] = cell.rows
    return found
