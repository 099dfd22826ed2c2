"""What was found out about datasets, kept beside the component as unsigned drafts.

One file a dataset and kind, `.sunlit/data/<12 digits of the digest>-<kind>.intoto.jsonl`: what is
found again takes the place of what was found before. Reports lie beside it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.capabilities.privacy.reviews import telling
from sunlit.claims.base import Claim, read_claim
from sunlit.claims.privacy import Mask, Minimisation, Reidentification, Scan, Synthesis
from sunlit.claims.provenance import Resource
from sunlit.registry.blobs import keep_blob
from sunlit.registry.home import Home, write_whole
from sunlit.registry.producing import OWN_FOLDER, Draft
from sunlit.statement.intoto import Statement, Subject

C = TypeVar("C", bound=Claim)
FOLDER: Final = f"{OWN_FOLDER}/data"
ENDING: Final = ".intoto.jsonl"
MAX_FILES: Final = 1000
MAX_BYTES: Final = 4 * 1024 * 1024  # of one file of drafts
_SHOWN: Final = 12  # digits of a digest in a file's name
_WITH_REPORT: Final = (Scan, Reidentification, Mask, Minimisation, Synthesis)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of drafts: its name below the folder, what it says, or why it cannot be read."""

    name: str
    drafts: tuple[Draft, ...] = ()
    error: SunlitError | None = None


def keep(
    component: Path,
    claims: Sequence[tuple[Claim, tuple[Subject, ...]]],
    reports: Mapping[str, bytes],
) -> Path:
    """Keep the claims about one dataset as drafts, and return their file.

    `reports` are files by name; their names get the digest's first digits in front. The drafts
    are written last, whole or not at all, so no draft names a report that is not there.

    Raises:
        MalformedError: `data-keep.nothing`, for no claim, or one without a SHA-256.
        UnavailableError: `home.cannot-write`.
    """
    place = _place(claims)
    lines = [Statement(them, one.TYPE, one.to_predicate()).to_payload() for one, them in claims]
    folder = component / FOLDER
    for name, data in reports.items():
        write_whole(folder / f"{place[:_SHOWN]}-{PurePosixPath(name).name}", data)
    path = folder / f"{place}{ENDING}"
    write_whole(path, b"\n".join(lines) + b"\n")
    return path


def is_by(claim: Claim, recognisers: str | None) -> bool:
    """Whether a kept claim may stand: it is no scan, or one by these recognisers (None: by any)."""
    return not isinstance(claim, Scan) or recognisers in (None, claim.recognisers)


def tells_more(kept: Claim, found: Claim) -> bool:
    """Whether a kept scan found what a new one does not, say by an agency's own recognisers.

    It then stays beside the new one, until the dataset is scanned by hand: no scan hides what
    another found.
    """
    if not (isinstance(kept, Scan) and isinstance(found, Scan)):
        return False
    return (kept.sensitive and not found.sensitive) or not telling(kept) <= telling(found)


def keep_scan(
    component: Path,
    subject: Subject,
    scan: Scan,
    reports: Mapping[str, bytes],
    known: Iterable[Scan] = (),
) -> tuple[Scan, ...]:
    """Keep a scan in the place of the known ones, and return all that still count.

    Raises:
        UnavailableError: `home.cannot-write`.
    """
    counting = (scan, *(one for one in known if tells_more(one, scan)))
    keep(component, [(one, (subject,)) for one in counting], reports)
    return counting


def _place(claims: Sequence[tuple[Claim, tuple[Subject, ...]]]) -> str:
    digests = [one.digest.get("sha256") for _, them in claims for one in them[:1]]
    if not digests or digests[0] is None:
        raise MalformedError(
            "data-keep.nothing", "there is nothing to keep: no claim about a SHA-256 digest",
            mend="name the dataset by its SHA-256 digest",
        )  # fmt: skip
    return f"{digests[0][:_SHOWN]}-{kind_of(claims[0][0])}"


def kind_of(claim: Claim) -> str:
    """Return the last word of the claim's type, for example `scan`."""
    return claim.TYPE.split(":")[-2]


def with_report(claim: C, reports: Mapping[str, bytes]) -> C:
    """Return the claim naming its report by digest: the first JSON among `reports`.

    A claim that names one already, or that has no place for it, is returned as it is.
    """
    name = next((name for name in reports if name.endswith(".json")), None)
    if name is None or not isinstance(claim, _WITH_REPORT) or claim.report is not None:
        return claim
    named = Resource(name=name, digest={"sha256": sha256(reports[name]).hexdigest()})
    return replace(claim, report=named)


def keep_reports(home: Home, component: Path, drafts: Iterable[Draft]) -> None:
    """Keep the reports that drafts name, as far as they lie beside them, as the home's blobs.

    Raises:
        UnavailableError: `home.cannot-write`.
    """
    wanted = {
        str(draft.claim.report.digest.get("sha256"))
        for draft in drafts
        if isinstance(draft.claim, _WITH_REPORT) and draft.claim.report is not None
    }
    for path in sorted((component / FOLDER).glob("*.json")) if wanted else ():
        data = path.read_bytes()
        if sha256(data).hexdigest() in wanted:
            keep_blob(home, data)


def kept(component: Path) -> Iterator[Kept]:
    """Yield what is kept below the component's folder, file by file, in the order of names."""
    files = sorted((component / FOLDER).glob(f"*{ENDING}"))[:MAX_FILES]
    yield from (_read(path) for path in files)


def about(component: Path, digest: str) -> tuple[Draft, ...]:
    """Return the drafts that are kept about the dataset of this SHA-256."""
    return tuple(
        draft
        for one in kept(component)
        for draft in one.drafts
        if any(subject.digest.get("sha256") == digest for subject in draft.subjects)
    )


def _read(path: Path) -> Kept:
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        return Kept(path.name, error=_unreadable(path, error.strerror or "an error"))
    if data is None:
        return Kept(path.name, error=_unreadable(path, f"more than {MAX_BYTES} bytes"))
    try:
        return Kept(path.name, drafts_in(data))
    except SunlitError as error:
        return Kept(path.name, error=error)


def drafts_in(data: bytes) -> tuple[Draft, ...]:
    """Read a file of drafts: one in-toto statement a line.

    Raises:
        MalformedError: `statement.*`, `claim.malformed`, `json.*`.
    """
    lines = filter(None, map(bytes.strip, data.splitlines()))
    statements = [Statement.parse(line) for line in lines]
    return tuple(
        Draft(claim=read_claim(one.predicate_type, one.predicate), subjects=one.subjects)
        for one in statements
    )


def _unreadable(path: Path, reason: str) -> UnavailableError:
    return UnavailableError(
        "data-keep.unreadable", f"cannot read {path.name!r}", got=reason,
        mend="remove the file; what it said is found again by sunlit assure",
    )  # fmt: skip
