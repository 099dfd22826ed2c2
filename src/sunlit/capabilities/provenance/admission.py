"""May this claim about origin enter? Only by maintainers; a component's name has one keeper."""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.provenance import Component, Dataset, Documentation, Provenance
from sunlit.rubric.entry import (
    enters,
    first_no,
    is_about_one_release,
    keeps_name,
    not_ours,
    speaks,
)
from sunlit.rubric.finding import Verdict


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit what a maintainer's key signed; a component's name only by whoever keeps it."""
    claim = said.claim
    if not isinstance(claim, Component | Dataset | Documentation | Provenance):
        return not_ours(said)
    if (no := speaks(said, directory, Role.MAINTAINER)) is not None:
        return no
    if isinstance(claim, Component):
        no = first_no(is_about_one_release(said), keeps_name(said, history, directory, claim.purl))
    return no or enters(said, "A maintainer signed it.")
