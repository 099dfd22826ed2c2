"""Ask of every valid token again whether it would still be right, and suspend those that would not.

Everything is judged from the log, as of now: evidence decays without anyone typing. Nothing is
reinstated here; lifting a suspension is a person's act.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sunlit.base.errors import SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Status, TokenGrant, TokenKind, TokenStatus
from sunlit.formats.sunlit_toml import SunlitToml
from sunlit.registry.admit import Ledger
from sunlit.registry.assure import Assessment, Question, judge
from sunlit.registry.blobs import read_blob
from sunlit.registry.manifests import kept_manifests
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.saying import say
from sunlit.registry.status import grants, status_of, token_folder
from sunlit.rubric.control import Rubric
from sunlit.rubric.finding import Outcome
from sunlit.rubric.mitigations import mitigation_gap
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.standing import declared_use
from sunlit.runtime.folder import read_parts
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import Signer
from sunlit.statement.manifest import Manifest

SHOWN = 5  # reasons in one status statement; the rest is counted
SAID = {Outcome.FAILS: "fails", Outcome.UNKNOWN: "is not known to hold"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconsidered:
    """One valid token: why it should be suspended (nothing if it holds), or why nobody can tell."""

    said: Admitted
    grant: TokenGrant
    against: tuple[str, ...] = ()
    unjudged: str | None = None

    @property
    def reason(self) -> str:
        """The reason that is published."""
        more = len(self.against) - SHOWN
        return "; ".join(self.against[:SHOWN]) + (f"; and {more} more" if more > 0 else "")

    def to_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {
            "grant": self.said.statement_id,
            "component": self.grant.component,
            "use": self.grant.use,
            "against": list(self.against),
            "unjudged": self.unjudged,
        }


def reconsider(ledger: Ledger, rubrics: Sequence[Rubric], at: datetime) -> tuple[Reconsidered, ...]:
    """Judge every valid token of this home again; a token that has ended is passed over.

    Each is judged under the rubric that its grant names, if that is one of `rubrics`.
    """
    known = ledger.history.statements
    return tuple(
        _reconsidered(ledger, rubrics, said, grant, at)
        for said, grant in grants(known, ledger.home.organisation)
        if at < grant.valid_until and status_of(known, said.statement_id) is Status.VALID
    )


def suspend(ledger: Ledger, found: Sequence[Reconsidered], signer: Signer) -> None:
    """Log the suspension of each token that something speaks against; publish the lists after.

    Raises:
        VerificationError: `admit.refused`, `admit.unknown-signer`.
    """
    for one in found:
        if one.against:
            claim = TokenStatus(
                grant=one.said.statement_id, status=Status.SUSPENDED, reason=one.reason
            )
            subject = Subject(one.grant.component, {"sha256": one.grant.release})
            say(ledger, claim, subject, signer)


def _reconsidered(
    ledger: Ledger, rubrics: Sequence[Rubric], said: Admitted, grant: TokenGrant, at: datetime
) -> Reconsidered:
    rubric = next((one for one in rubrics if one.digest == grant.rubric), None)
    manifest = _manifest(ledger, said, grant)
    if manifest is None:
        return Reconsidered(
            said=said, grant=grant, unjudged="the list of its files is missing or changed"
        )
    component = ComponentFolder(
        root=ledger.home.root, name=grant.component, manifest=manifest,
        toml=SunlitToml(purl=grant.component),
    )  # fmt: skip
    question = Question(
        at=at, rubric=rubric or rubrics[0], use=grant.use, deployer=grant.deployer,
        manifests=kept_manifests(ledger.home, ledger.history),
    )  # fmt: skip
    found = judge(component, (), (), ledger.history, question)
    against = list(_by_code_and_use(found, grant))
    if rubric is not None:
        against += _by_controls(found, grant)
    return Reconsidered(
        said=said, grant=grant, against=tuple(against),
        unjudged=None if rubric else f"its rubric {grant.rubric[:16]} is not at hand",
    )  # fmt: skip


def _manifest(ledger: Ledger, said: Admitted, grant: TokenGrant) -> Manifest | None:
    """Return the release's files: from beside the token, else from what was kept when issuing."""
    where = token_folder(ledger.home, said.statement_id)
    try:
        data = read_parts(where).manifest if where else None
        manifest = Manifest.parse(data or read_blob(ledger.home, grant.release))
    except SunlitError:
        return None
    return manifest if manifest.digest == grant.release else None


def _by_code_and_use(found: Assessment, grant: TokenGrant) -> Iterator[str]:
    """Yield what speaks against the token under any rubric."""
    code, declared = published_code(found.evidence), declared_use(found.evidence)
    if not isinstance(code, Published):
        yield f"risk code {grant.code}: {code.rstrip('.')}"
    elif (code.code.digits, code.code.scheme, code.code.ceiling) != (
        grant.code[:3], grant.code_scheme, grant.ceiling,
    ):  # fmt: skip
        yield (
            f"the risk code was replaced: {code.code.digits} with ceiling {code.code.ceiling} "
            f"instead of {grant.code[:3]} with ceiling {grant.ceiling}"
        )
    if declared is not None and declared[1].prohibited_practice:
        yield f"the use was declared prohibited (Article 5 {declared[1].prohibited_practice})"


def _by_controls(found: Assessment, grant: TokenGrant) -> Iterator[str]:
    findings = found.conformity.findings
    gap = mitigation_gap(replace(found.evidence, findings=findings))
    if gap.digit == 0:
        yield "nobody can tell any more how many practices lack evidence"
    if gap.digit > grant.ceiling:
        yield (
            f"more practices lack evidence than the board allows: the last digit of the risk code "
            f"is {gap.digit}, and may be {grant.ceiling} at most"
        )
    # A full token rests on every control; the others were given with some open.
    enough = {Outcome.HOLDS} if grant.kind is TokenKind.FULL else {Outcome.HOLDS, Outcome.UNKNOWN}
    for one in findings:
        if one.outcome not in enough:
            yield f"the check {one.control} {SAID[one.outcome]}: {one.reason.rstrip('.')}"
