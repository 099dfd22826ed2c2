"""Issue a safety token: judge, grant, log the grant, and only then sign the token.

1. The home's organisation is a token issuer in the trust file.
2. Everything that the log says of the release under this use is judged; no drafts, so that
   anyone can come to the same findings from the log alone.
3. The kind's own rules: full, restricted, pilot.
4. The grant's end is at most the earliest expiry that it relies on.
5. The grant is signed and logged; its index in the status list was never used before.
6. The token, its receipt, the manifest, the label and the status list are laid in one folder.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import VerificationError
from sunlit.base.purl import called
from sunlit.base.times import parse_time
from sunlit.claims.assurance import Attestation
from sunlit.claims.lifecycle import TokenGrant, TokenKind
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Use
from sunlit.registry.admit import Ledger
from sunlit.registry.assure import Assessment, Question, judge
from sunlit.registry.blobs import keep_blob
from sunlit.registry.home import write_whole
from sunlit.registry.manifests import keep_manifest, kept_manifests
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.receipts import is_witnessed
from sunlit.registry.saying import Said, say
from sunlit.registry.status import list_path, list_uri, next_index, publish_lists
from sunlit.rubric.control import Rubric
from sunlit.rubric.finding import Finding, Outcome
from sunlit.rubric.mitigations import mitigation_gap
from sunlit.rubric.published import Published, published_code
from sunlit.rubric.standing import about, declared_use, maintainers
from sunlit.runtime import folder
from sunlit.runtime.token import sign_token
from sunlit.statement.keys import Signer
from sunlit.views.label import label_text

PILOT_DAYS: Final = 90
DEFAULT_DAYS: Final = {TokenKind.FULL: 365, TokenKind.RESTRICTED: 180, TokenKind.PILOT: 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the issuer is asked for; `limits` are constraints in words, `days` how long at most."""

    kind: TokenKind
    use: str
    deployer: str
    days: int | None = None
    limits: tuple[str, ...] = ()
    status_list: str | None = None

    @property
    def lasts(self) -> timedelta:
        """How long the token lasts at most."""
        return timedelta(days=DEFAULT_DAYS[self.kind] if self.days is None else self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token that was issued: its logged grant, its text, where it lies.

    `witnessed` tells whether enough witnesses have cosigned its receipt's checkpoint already.
    """

    said: Said
    grant: TokenGrant
    token: str
    folder: Path
    status_list: Path
    witnessed: bool
    shortened_by: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return what was issued, for `--json`."""
        return {
            "grant": self.said.statement_id,
            "log": self.said.origin,
            "index": self.said.index,
            "folder": str(self.folder),
            "statusList": str(self.status_list),
            "token": self.token,
            "claims": self.grant.to_predicate(),
            "witnessed": self.witnessed,
            "shortenedBy": self.shortened_by,
        }


def issue(
    ledger: Ledger,
    component: ComponentFolder,
    rubric: Rubric,
    terms: Terms,
    *,
    signer: Signer,
    at: datetime,
) -> Issued:
    """Issue a token for the files that are there now; see the module.

    Raises:
        VerificationError: `issue.not-issuer`, `issue.not-conform`, `issue.no-use`,
            `issue.no-code`, `issue.pilot-too-long`, `issue.unlimited`, `issue.nothing-left`,
            `admit.refused`.
        MalformedError: `issue.list-uri`.
    """
    # 1. a token issuer
    _expect_issuer(ledger, signer)
    # 2. what the log says
    question = Question(
        at=at, rubric=rubric, use=terms.use, deployer=terms.deployer,
        manifests=kept_manifests(ledger.home, ledger.history),
    )  # fmt: skip
    found = judge(component, (), (), ledger.history, question)
    # 3. the kind's rules
    _expect_kind_allows(found, terms)
    # 4. claims and their end
    grant, shortened_by = _grant(ledger, found, terms, at)
    keep_blob(ledger.home, canonical.encode(found.conformity.to_json()))
    keep_manifest(ledger.home, component)
    # 5. logged first
    said = say(ledger, grant, component.subject(), signer)
    # 6. the folder
    token = sign_token(grant, said.statement_id, signer)
    where = _write_folder(ledger, component, grant, said, token)
    publish_lists(ledger, signer, at)
    return Issued(
        said=said, grant=grant, token=token, folder=where, shortened_by=shortened_by,
        status_list=list_path(ledger.home, grant.status_list),
        witnessed=is_witnessed(said.entry, said.proof, ledger.home.trust(at)),
    )  # fmt: skip


def _expect_issuer(ledger: Ledger, signer: Signer) -> None:
    trust = ledger.history.directory.trust
    issuers = trust.token_issuers if trust else ()
    named = {(one.organisation, key.public.key_id) for one in issuers for key in one.keys}
    if (ledger.home.organisation, signer.public.key_id) not in named:
        raise VerificationError(
            "issue.not-issuer",
            f"the trust file does not name this key as a token issuer of "
            f"{ledger.home.organisation}",
            expected=", ".join(one.organisation for one in issuers) or "an issuer, and it has none",
            mend="get a trust file that names it and run: sunlit trust update FILE --home HOME",
        )  # fmt: skip


def _expect_kind_allows(found: Assessment, terms: Terms) -> None:
    findings = found.conformity.findings
    accepted = {Outcome.HOLDS} if terms.kind is TokenKind.FULL else {Outcome.HOLDS, Outcome.UNKNOWN}
    against = [one for one in findings if one.outcome not in accepted]
    if against or not findings:
        raise VerificationError(
            "issue.not-conform", f"a {terms.kind} token is refused: {_listed(against)}",
            expected="every control holds" if terms.kind is TokenKind.FULL else "no control fails",
            got=f"{len(against)} of {len(findings)} controls do not",
            mend=next((one.mend for one in against if one.mend), None),
        )  # fmt: skip
    if terms.kind is not TokenKind.PILOT:
        return
    if not timedelta(0) < terms.lasts <= timedelta(days=PILOT_DAYS):
        raise VerificationError(
            "issue.pilot-too-long", "a pilot token is short",
            expected=f"1 to {PILOT_DAYS} days", got=f"{terms.lasts.days} days",
        )  # fmt: skip
    if not terms.limits:
        raise VerificationError(
            "issue.unlimited", "a pilot token is limited", expected="at least one limit in words",
            mend="add --limit 'at most 200 letters', for example",
        )  # fmt: skip


def _listed(findings: list[Finding]) -> str:
    shown = [f"{one.title} ({one.outcome}: {one.reason})" for one in findings[:5]]
    more = len(findings) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _grant(
    ledger: Ledger, found: Assessment, terms: Terms, at: datetime
) -> tuple[TokenGrant, str | None]:
    """Return the grant, and what ends it earlier than was asked, if anything does."""
    evidence, conformity = found.evidence, found.conformity
    declared, code = declared_use(evidence), published_code(evidence)
    if declared is None:
        raise VerificationError(
            "issue.no-use", f"{terms.deployer} has not signed the use {terms.use!r}",
            mend="by the deployer: sunlit use declare PATH --id USE --area N --description TEXT "
            "--home HOME",
        )  # fmt: skip
    if not isinstance(code, Published):
        raise VerificationError(
            "issue.no-code", f"there is no risk code. {code}",
            mend="sunlit board vote PATH --use USE --impact-raw N --autonomy-level N --ceiling N "
            "--home HOME, then: sunlit board publish PATH --use USE --home HOME",
        )  # fmt: skip
    until, shortened_by = _end(found, code, terms, at)
    gap = mitigation_gap(replace(evidence, findings=conformity.findings))
    uri = list_uri(ledger, terms.status_list)
    mine = next((log for log in conformity.logs if log.origin == ledger.home.origin), None)
    grant = TokenGrant(
        issuer=ledger.home.organisation,
        kind=terms.kind,
        component=found.component.purl,
        release=conformity.release,
        code=f"{code.code.digits}{gap.digit}",
        code_scheme=code.code.scheme,
        ceiling=code.code.ceiling,
        tier=str(code.code.tier),
        rubric=conformity.rubric,
        engine=conformity.engine,
        log_origin=ledger.home.origin,
        log_size=mine.size if mine else 0,
        conformity=conformity.digest,
        granted_on=at,
        valid_from=at,
        valid_until=until,
        status_list=uri,
        status_index=next_index(ledger.history.statements, uri),
        constraints=terms.limits,
        rests_on=conformity.rests_on,
        open_findings=tuple(
            one.control for one in conformity.findings if one.outcome is Outcome.UNKNOWN
        ),
        **_of_use(declared[1]),  # type: ignore[arg-type]
        **_of_release(found),  # type: ignore[arg-type]
    )
    return grant, shortened_by


def _end(
    found: Assessment, code: Published, terms: Terms, at: datetime
) -> tuple[datetime, str | None]:
    ends = {"the risk code": code.code.valid_until}
    for one in found.conformity.findings:
        if one.outcome is Outcome.HOLDS and one.expires is not None:
            ends[one.title] = parse_time(one.expires)
    name = min(ends, key=lambda it: ends[it])
    if ends[name] <= at:
        raise VerificationError(
            "issue.nothing-left", f"nothing is left of the time of: {name}",
            mend="renew it, then ask again",
        )  # fmt: skip
    asked = at + terms.lasts
    return (ends[name], name) if ends[name] < asked else (asked, None)


def _of_use(use: Use) -> dict[str, object]:
    return {
        "use": use.id,
        "deployer": use.deployer,
        "permitted": use.permitted or (use.description,),
        "prohibited": use.prohibited,
        "oversight": use.oversight or "",
        "fallback": use.fallback or "",
        "break_glass": use.break_glass,
        "jurisdictions": use.jurisdictions,
        "data_classes": use.data_classes,
        "minimum_binding": use.minimum_binding or "files-verified",
    }


def _of_release(found: Assessment) -> dict[str, object]:
    evidence = found.evidence
    component = next((one for _, one in reversed(about(evidence, Component))), None)
    rested = set(found.conformity.rests_on)
    assessors = {
        claim.assessor for one, claim in evidence.current(Attestation) if one.statement_id in rested
    }
    return {
        "version": component.version if component else None,
        "description": component.description if component else None,
        "maintainer": ", ".join(sorted(maintainers(evidence))) or None,
        "assessors": tuple(sorted(assessors)),
    }


def _write_folder(
    ledger: Ledger, component: ComponentFolder, grant: TokenGrant, said: Said, token: str
) -> Path:
    short = re.sub(r"[^A-Za-z0-9.]+", "-", called(grant.component))
    version = re.sub(r"[^A-Za-z0-9.]+", "-", grant.version or "")
    name = "-".join(filter(None, (short, version, said.statement_id[:12])))
    where = ledger.home.root / "tokens" / f"{name}.token"
    for part, data in {
        folder.ENTRY: said.entry,
        folder.RECEIPT: said.proof,
        folder.MANIFEST: component.manifest.to_bytes(),
        folder.LABEL: label_text(grant, said.statement_id).encode(),
        # Last, so that a folder with a token is whole.
        folder.TOKEN: token.encode(),
    }.items():
        write_whole(where / part, data)
    return where
