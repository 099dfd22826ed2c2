"""May this claim about a licence enter? Only by maintainers."""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.openness import Licence
from sunlit.rubric.entry import enters, not_ours, refused, speaks
from sunlit.rubric.finding import Verdict

COVERS = ("component", "dataset")


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit a licence that a maintainer's key signed."""
    del history
    if not isinstance(said.claim, Licence):
        return not_ours(said)
    if said.claim.covers not in COVERS:
        return refused("A licence covers `component` or `dataset`.")
    return speaks(said, directory, Role.MAINTAINER) or enters(said, "A maintainer signed it.")
