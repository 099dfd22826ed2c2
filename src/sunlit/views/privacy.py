"""How much of live use runs on models that were trained on made-up data. Data, not HTML.

A use is live while a grant of its token runs and its status is valid. What it was trained on is
said by the signed runs that the grant rests on (or whose outputs the release holds); a dataset
is made up when a `Synthesis` says so of its digest, or when it was masked or minimised out of one
that is. Statements come verified: nothing is judged here. Where nobody said what a release was
trained on, the use is unknown and counts to neither side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sunlit.base.times import format_time
from sunlit.capabilities.privacy.datasets import data_of
from sunlit.claims.admitted import Admitted
from sunlit.claims.lifecycle import Status, TokenGrant, TokenStatus, status_after
from sunlit.claims.privacy import Mask, Minimisation, Synthesis
from sunlit.claims.provenance import Provenance

Manifests = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedOn:
    """One dataset: `synthetic` says that it was made up, `epsilon` with which privacy budget."""

    name: str
    digest: str
    synthetic: bool
    epsilon: Decimal | None = None

    def to_json(self) -> dict[str, object]:
        """Return the dataset for `--json`."""
        return {
            "name": self.name, "digest": self.digest, "synthetic": self.synthetic,
            "epsilon": None if self.epsilon is None else str(self.epsilon),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUse:
    """A use with a current grant; `data` is None where nobody said what it was trained on."""

    component: str
    version: str | None
    release: str
    use: str
    deployer: str
    grant: str
    valid_until: datetime
    data: tuple[TrainedOn, ...] | None

    @property
    def synthetic(self) -> bool | None:
        """Tell whether all training data was made up; None: not known."""
        return None if self.data is None else all(one.synthetic for one in self.data)

    def to_json(self) -> dict[str, object]:
        """Return the use for `--json`."""
        return {
            "component": self.component, "version": self.version, "release": self.release,
            "use": self.use, "deployer": self.deployer, "grant": self.grant,
            "valid-until": format_time(self.valid_until), "synthetic": self.synthetic,
            "data": None if self.data is None else [one.to_json() for one in self.data],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class SyntheticShare:
    """The figure for a dashboard, and the uses behind it."""

    uses: tuple[LiveUse, ...]

    @property
    def unknown(self) -> int:
        """Return for how many live uses nobody said what they were trained on."""
        return sum(one.synthetic is None for one in self.uses)

    @property
    def wholly(self) -> int:
        """Return how many live uses were trained on nothing but made-up data."""
        return sum(one.synthetic is True for one in self.uses)

    @property
    def partly(self) -> int:
        """Return how many live uses were trained on made-up data and other data."""
        return sum(
            one.synthetic is False and any(it.synthetic for it in one.data or ())
            for one in self.uses
        )

    @property
    def share(self) -> Decimal | None:
        """Return the share that is wholly synthetic of the uses that are known; None of none."""
        known = len(self.uses) - self.unknown
        return (Decimal(self.wholly) / known).quantize(Decimal("0.0001")) if known else None

    def to_json(self) -> dict[str, object]:
        """Return the figure for `--json`; what is not known is null."""
        return {
            "live": len(self.uses), "unknown": self.unknown, "wholly": self.wholly,
            "partly": self.partly, "share": None if self.share is None else str(self.share),
            "uses": [one.to_json() for one in self.uses],
        }  # fmt: skip


def synthetic_share(
    statements: Sequence[Admitted], at: datetime, manifests: Manifests | None = None
) -> SyntheticShare:
    """Return the live uses at a time, with what each was trained on, in log order.

    `manifests` are the files of releases (release -> name -> SHA-256), as far as they are kept:
    they find runs that a grant does not name.
    """
    said = _standing([one for one in statements if not one.is_draft])
    made = _made_up(said)
    return SyntheticShare(
        tuple(
            _use(one, grant, said, made, (manifests or {}).get(grant.release, {}))
            for one, grant in _live(said, at)
        )
    )


def _standing(said: Sequence[Admitted]) -> list[Admitted]:
    """Return what nobody corrected or superseded who signed it himself."""
    back: dict[str, set[str]] = {}
    for one in said:
        for old in (one.claim.corrects, one.claim.supersedes):
            if old is not None:
                back.setdefault(old, set()).update(one.signers)
    return [one for one in said if not set(one.signers) & back.get(one.statement_id, set())]


def _live(said: Iterable[Admitted], at: datetime) -> Iterator[tuple[Admitted, TokenGrant]]:
    """Yield the last running grant of each release, use and deployer, if its status is valid."""
    last: dict[tuple[str, str, str], tuple[Admitted, TokenGrant]] = {}
    status: dict[str, list[Status]] = {}
    for one in said:
        claim = one.claim
        if isinstance(claim, TokenStatus):
            status.setdefault(claim.grant, []).append(claim.status)
        if isinstance(claim, TokenGrant) and claim.valid_from <= at < claim.valid_until:
            last[claim.release, claim.use, claim.deployer] = one, claim
    for one, grant in last.values():
        if status_after(status.get(one.statement_id, ())) is Status.VALID:
            yield one, grant


def _made_up(said: Sequence[Admitted]) -> dict[str, Decimal | None]:
    """Return the SHA-256 of each dataset that was made up -> its privacy budget."""
    made: dict[str, Decimal | None] = {}
    for one in said:
        if isinstance(one.claim, Synthesis):
            made |= dict.fromkeys(_digests(one), one.claim.epsilon)
    derived = [
        (one, one.claim.source) for one in said if isinstance(one.claim, Mask | Minimisation)
    ]
    growing = True
    while growing:
        size = len(made)
        for one, source in derived:
            origin = str(source.digest.get("sha256"))
            if origin in made:
                for digest in _digests(one):
                    made.setdefault(digest, made[origin])
        growing = len(made) > size
    return made


def _digests(one: Admitted) -> list[str]:
    return [subject.digest["sha256"] for subject in one.subjects if "sha256" in subject.digest]


def _use(
    one: Admitted,
    grant: TokenGrant,
    said: Sequence[Admitted],
    made: Mapping[str, Decimal | None],
    files: Mapping[str, str],
) -> LiveUse:
    runs = [
        it.claim
        for it in said
        if isinstance(it.claim, Provenance)
        and (it.statement_id in grant.rests_on or set(_digests(it)) & set(files.values()))
    ]
    return LiveUse(
        component=grant.component, version=grant.version, release=grant.release, use=grant.use,
        deployer=grant.deployer, grant=one.statement_id, valid_until=grant.valid_until,
        data=_data(runs, made),
    )  # fmt: skip


def _data(
    runs: Sequence[Provenance], made: Mapping[str, Decimal | None]
) -> tuple[TrainedOn, ...] | None:
    named = [data_of(run) for run in runs]
    if not named or not all(named):
        return None  # no run, or one that does not say what it read
    return tuple(
        TrainedOn(name=name, digest=digest, synthetic=digest in made, epsilon=made.get(digest))
        for digest, name in {key: it for one in named for key, it in one.items()}.items()
    )
