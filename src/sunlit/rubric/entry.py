"""Answers of admission: what every capability's `admission.py` says in the same words."""

from collections.abc import Sequence

from sunlit.authority.directory import Directory
from sunlit.base.purl import Purl, bare
from sunlit.base.wording import Text, fixed, whole
from sunlit.claims.admitted import Admitted
from sunlit.claims.authority import Role
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import maintainers


def enters(said: Admitted, reason: str) -> Verdict:
    """Return a yes."""
    return Verdict.holds(reason, [said.statement_id])


def refused(reason: str, *, mend: str | None = None) -> Verdict:
    """Return a no."""
    return Verdict.fails(reason, mend=mend)


def not_ours(said: Admitted) -> Verdict:
    """Return the no of a room that is asked about a claim of another."""
    return refused(f"{type(said.claim).__name__} is not a claim of this capability.")


def speaks(
    said: Admitted, directory: Directory, role: Role, organisation: str | None = None
) -> Verdict | None:
    """Return why no key of the role signed this, None when one did."""
    if said.admitted_at is None:
        return refused("A draft stands in no log.")
    answer = directory.may(said, role, organisation=organisation, at=said.admitted_at)
    return None if answer.allowed else refused(sentence(answer.reason))


def sentence(reason: str) -> str:
    """Return the directory's reason as a sentence."""
    if reason.endswith("."):
        return Text("%(what)s", {"what": fixed(reason)}, first="upper")
    return whole(reason)


def before(
    said: Admitted,
    history: Sequence[Admitted],
    directory: Directory,
    *,
    release: str = "",
    component: str | None = None,
    use: tuple[str, str] | None = None,
) -> Evidence:
    """Return the evidence that a log held before this entry, as of its time."""
    assert said.admitted_at is not None  # noqa: S101 - `speaks` was asked first
    return Evidence(
        release=release,
        component=component,
        use=use[0] if use else None,
        deployer=use[1] if use else None,
        at=said.admitted_at,
        directory=directory,
        statements=tuple(history),
    )


def keeps_name(
    said: Admitted, history: Sequence[Admitted], directory: Directory, purl: str
) -> Verdict | None:
    """Return why the signer may not speak for a component, None when it may.

    The first maintainer to use a name in a log keeps it; see `standing.maintainers`. A name has
    one spelling (spec/statement.md): in another it would be a second component, kept by nobody.
    """
    if not Purl.is_spelt(bare(purl)):
        return refused(
            f"{purl} is no package URL in its one spelling.",
            mend="write it as spec/statement.md says: type and domain in lower case, percent "
            "signs only where they are needed",
        )
    keepers = maintainers(before(said, history, directory, component=purl))
    if keepers and not keepers & directory.organisations(said):
        return refused(
            f"{purl} is kept by {', '.join(sorted(keepers))}.",
            mend="use a name of your own, or let its keeper sign with you",
        )
    return None


def is_about_one_release(said: Admitted) -> Verdict | None:
    """Return why the subject is not one release, None when it is."""
    if len(said.subjects) != 1 or "sha256" not in said.subjects[0].digest:
        return refused("The statement's subject is not exactly one SHA-256 digest.")
    return None


def first_no(*checks: Verdict | None) -> Verdict | None:
    """Return the first reason to refuse."""
    return next((check for check in checks if check is not None), None)
