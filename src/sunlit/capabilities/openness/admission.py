"""May this claim about openness enter? Licences by maintainers, closed forms by who withholds.

Guarded reads are said by the operator of the node that gave something out.
"""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.claims.openness import GuardedRead, Licence, Opened, Withheld
from sunlit.rubric.entry import enters, not_ours, refused, speaks
from sunlit.rubric.finding import Verdict

COVERS = ("component", "dataset")


def admit(said: Admitted, history: Sequence[Admitted], directory: Directory) -> Verdict:
    """Admit a maintainer's licence, an organisation's closed form, and its opening by the same."""
    match said.claim:
        case Licence():
            return _licence(said, said.claim, directory)
        case Withheld():
            return _withheld(said, said.claim, directory)
        case Opened():
            return _opened(said, said.claim, history, directory)
        case GuardedRead():
            return _guarded_read(said, said.claim, directory)
        case _:
            return not_ours(said)


def _guarded_read(said: Admitted, read: GuardedRead, directory: Directory) -> Verdict:
    if (no := speaks(said, directory, Role.OPERATOR)) is not None:
        return no
    flaw = read.flaw()
    if flaw is None and not said.is_about(read.artefact):
        flaw = "its subject is not what was read"
    if flaw is not None:
        return refused(f"The guarded read is malformed: {flaw}.")
    return enters(said, "An operator says that it gave something guarded, to whom and for what.")


def _licence(said: Admitted, licence: Licence, directory: Directory) -> Verdict:
    if licence.covers not in COVERS:
        return refused("A licence covers `component` or `dataset`.")
    return speaks(said, directory, Role.MAINTAINER) or enters(said, "A maintainer signed it.")


def _withheld(said: Admitted, closed: Withheld, directory: Directory) -> Verdict:
    flaw = closed.flaw()
    if flaw is not None:
        return refused(f"The closed form is malformed: {flaw}.")
    if said.admitted_at is None or not directory.organisations(said):
        return refused("No key in force of a known organisation signed it.")
    if closed.has_lapsed(said.admitted_at):
        return refused("The ground for withholding has lapsed already.")
    return enters(said, "An organisation withholds it, on a ground and until a time.")


def _opened(
    said: Admitted, opened: Opened, history: Sequence[Admitted], directory: Directory
) -> Verdict:
    closed = _find(history, opened.supersedes)
    if closed is None or not isinstance(closed.claim, Withheld):
        return refused("It does not supersede a closed form that this log holds.")
    if not directory.organisations(said) & directory.organisations(closed):
        return refused("Only the organisation that withheld a statement opens it.")
    if _find(history, opened.statement) is None:
        return refused("The log does not hold the statement that was opened.")
    return enters(said, "The organisation that withheld it opens it.")


def _find(history: Sequence[Admitted], statement_id: str | None) -> Admitted | None:
    return next((said for said in history if said.statement_id == statement_id), None)
