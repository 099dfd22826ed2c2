"""The risk register of a home: every use in its log judged as of a time, as one view.

A home that mirrors others holds their statements, so its register is of all of them. A use is
judged for the release that the board, a token or a mitigation named last; where nobody named one,
for the release of the component that was declared last.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sunlit.authority.history import History
from sunlit.base.errors import SunlitError
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Release, TokenGrant
from sunlit.claims.provenance import Component
from sunlit.claims.risk import Acceptance, BoardSession, Mitigation, RiskCode, Use, Vote
from sunlit.registry.assure import engine_digest, positions
from sunlit.registry.bearing import Matter, bearing_on
from sunlit.registry.blobs import read_blob
from sunlit.registry.home import Home
from sunlit.registry.manifests import kept_manifests
from sunlit.registry.wiring import RULES
from sunlit.rubric.control import Rubric
from sunlit.rubric.evaluate import Conformity, evaluate
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.standing import bare
from sunlit.statement.manifest import Manifest
from sunlit.views.register import Register, line, register

Step = Callable[[int, int], None]
Files = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One use, judged: its statements and its findings."""

    use: Use
    evidence: Evidence
    conformity: Conformity


def home_register(
    home: Home, rubric: Rubric, at: datetime, step: Step = lambda _done, _all: None
) -> Register:
    """Return the register of everything that a home's log holds, as of a time."""
    history = home.history(at)
    found = uses_of(history.statements, at)
    lines = []
    for number, use in enumerate(found):
        step(number, len(found))
        one = judged(history, use, rubric, at, lambda release: kept_files(home, release),
                     manifests=kept_manifests(home, history))  # fmt: skip
        lines.append(line(one.evidence, one.conformity, one.use))
    step(len(found), len(found))
    return register(
        at, home.organisation, rubric.digest, lines,
        positions(said for said in history.statements if _by(said, at)),
    )  # fmt: skip


def uses_of(known: tuple[Admitted, ...], at: datetime) -> tuple[Use, ...]:
    """Return the latest statement of each use that was there by then, in order of name."""
    latest: dict[tuple[str, str], Use] = {}
    for said in known:
        if isinstance(said.claim, Use) and _by(said, at):
            latest[said.claim.deployer, said.claim.id] = said.claim
    return tuple(latest[name] for name in sorted(latest))


def judged(
    history: History,
    use: Use,
    rubric: Rubric,
    at: datetime,
    files: Files,
    *,
    manifests: Mapping[str, Mapping[str, str]] | None = None,
) -> Judged:
    """Judge one use from what the log held at a time; `files` gives a release's files."""
    known = tuple(said for said in history.statements if _by(said, at))
    release = release_of(known, use)
    digests = files(release)
    matter = Matter(
        release=release, files=tuple(digests.values()), component=use.component, use=use.id,
        deployer=use.deployer,
    )  # fmt: skip
    evidence = Evidence(
        release=release, component=use.component, use=use.id, deployer=use.deployer, at=at,
        directory=history.directory, statements=bearing_on(known, matter), files=digests,
        manifests=manifests or {},
    )  # fmt: skip
    conformity = evaluate(rubric, evidence, RULES, engine=engine_digest(), logs=positions(known))
    return Judged(use=use, evidence=evidence, conformity=conformity)


def _by(said: Admitted, at: datetime) -> bool:
    return said.admitted_at is not None and said.admitted_at <= at


def release_of(known: tuple[Admitted, ...], use: Use) -> str:
    """Return the release that was named last under the use; empty where nobody named one."""
    found = [digest for said in known if (digest := _named(said, use)) is not None]
    declared = [digest for said in known if (digest := _declared(said, use)) is not None]
    return (found or declared or [""])[-1]


def _named(said: Admitted, use: Use) -> str | None:
    claim = said.claim
    if isinstance(claim, Vote | RiskCode | BoardSession | TokenGrant):
        same = (claim.use, claim.deployer) == (use.id, use.deployer)
        return claim.release if same else None
    if isinstance(claim, Mitigation | Acceptance):
        same = (claim.use, claim.deployer) == (use.id, use.deployer)
        return said.subjects[0].digest.get("sha256") if same else None
    return None


def _declared(said: Admitted, use: Use) -> str | None:
    if not isinstance(said.claim, Component | Release):
        return None
    same = bare(said.claim.purl) == bare(use.component)
    return said.subjects[0].digest.get("sha256") if same else None


def kept_files(home: Home, release: str) -> Mapping[str, str]:
    """Return a release's files where its list is kept, nothing where it is not."""
    if not release:
        return {}
    try:
        manifest = Manifest.parse(read_blob(home, release))
    except SunlitError:
        return {}
    return {entry.name: entry.sha256 for entry in manifest.files}
