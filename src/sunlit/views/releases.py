"""The releases of a component, newest first, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sunlit.base.purl import bare
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, TestResult
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Release, TokenGrant
from sunlit.claims.provenance import Component
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import maintainers, may
from sunlit.views.component_words import Words, words


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Something about a release that ended: in words, when, in which statement."""

    words: Words
    on: datetime
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """One release: its digest, what its maintainer said of it, and what lapsed since."""

    release: str
    version: str | None
    released_on: datetime
    changelog: str | None
    rollback: str | None
    files: int | None
    who: tuple[str, ...]
    statement: str
    lapsed: tuple[Lapse, ...] = ()
    is_latest: bool = False

    def to_json(self) -> dict[str, object]:
        """Return the release for the API; blanks are null."""
        return {
            "release": self.release,
            "version": self.version,
            "releasedOn": format_time(self.released_on),
            "changelog": self.changelog,
            "rollback": self.rollback,
            "files": self.files,
            "who": list(self.who),
            "statement": self.statement,
        }


@dataclass(slots=True)
class _Told:
    """What was said of one release so far."""

    said: Admitted
    component: Component | None = None
    release: Release | None = None
    ends: list[Lapse] = field(default_factory=list)


def releases(evidence: Evidence) -> tuple[ReleaseLine, ...]:
    """Return the releases that the component's maintainers declared, newest first.

    The evidence has to hold the statements about all of them.
    """
    found = _told(evidence)
    lines = [_line(evidence, digest, told) for digest, told in found.items()]
    lines.sort(key=lambda one: (one.released_on, one.statement))
    newest = lines[-1].release if lines else None
    return tuple(replace(one, is_latest=one.release == newest) for one in reversed(lines))


def _told(evidence: Evidence) -> Mapping[str, _Told]:
    keepers, found = maintainers(evidence), dict[str, _Told]()
    for said in evidence.statements:
        claim = said.claim
        digest = digest_of(said)
        if digest is None or said.is_draft:
            continue
        if isinstance(claim, Component | Release):
            ours = bare(claim.purl) == bare(evidence.component or "")
            if not ours or not evidence.organisations(said) & keepers:
                continue
            told = found.setdefault(digest, _Told(said=said))
            if isinstance(claim, Component):
                told.component = claim
            else:
                told.release = claim
    for said in evidence.statements:
        digest = digest_of(said)
        if digest in found:
            found[digest].ends += _lapse(evidence, said)
    return found


def digest_of(said: Admitted) -> str | None:
    """Return the SHA-256 of a statement's first subject."""
    return next((it.digest["sha256"] for it in said.subjects[:1] if "sha256" in it.digest), None)


def _lapse(evidence: Evidence, said: Admitted) -> Iterator[Lapse]:
    match _ended(evidence, said):
        case (datetime() as until, told) if until <= evidence.at:
            yield Lapse(words=told, on=until, statement=said.statement_id)
        case _:
            return


def _ended(evidence: Evidence, said: Admitted) -> tuple[datetime | None, Words] | None:
    """Return until when a statement counts, and what to say when it does not any more."""
    claim = said.claim
    if isinstance(claim, Attestation):
        return claim.valid_until, words("What %(who)s attested ended.", who=claim.assessor)
    if isinstance(claim, TestResult):
        told = words("The test of %(kind)s ended.", kind=claim.sunlit_kind or "")
        return claim.sunlit_valid_until, told
    if (
        isinstance(claim, TokenGrant)
        and may(evidence, said, Role.TOKEN_ISSUER, claim.issuer).allowed
    ):
        told = words("The permission of %(who)s for %(use)s ended.",
                     who=claim.deployer, use=claim.use)  # fmt: skip
        return claim.valid_until, told
    return None


def _line(evidence: Evidence, digest: str, told: _Told) -> ReleaseLine:
    release, component = told.release, told.component
    admitted = told.said.admitted_at or evidence.at
    return ReleaseLine(
        release=digest,
        version=(release.release_id if release else None)
        or (component.version if component else None),
        released_on=(release.sunlit_released_on if release else None) or admitted,
        changelog=release.sunlit_changelog if release else None,
        rollback=release.sunlit_rollback if release else None,
        files=component.files if component else None,
        who=tuple(sorted(evidence.organisations(told.said))), statement=told.said.statement_id,
        lapsed=tuple(sorted(told.ends, key=lambda one: one.on)),
    )  # fmt: skip
