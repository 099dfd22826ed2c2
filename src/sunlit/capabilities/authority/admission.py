"""May an authority claim enter? It may when the fold would act on it, and for the same reason."""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.authority.speech import entitled
from sunlit.claims.admitted import Admitted
from sunlit.rubric.finding import Verdict


def admit(said: Admitted, before: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit what its signers are entitled to say, and what is in force already."""
    del before  # the directory is all that authority keeps of it
    if said.statement_id in directory.acted_on:
        return Verdict.holds("it is in force already", (said.statement_id,))
    answer = entitled(directory, said)
    if answer is None:
        return Verdict.unknown("this is no claim about authority")
    if not answer.by:
        return Verdict.fails(answer.reason, mend="sunlit key list, to see who may say this")
    return Verdict.holds(answer.reason, (said.statement_id,))
