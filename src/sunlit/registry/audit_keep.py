"""What audits of a component found, kept beside it as unsigned drafts.

One file an audit, `.sunlit/audits/<12 digits of the subject>-<kind>[-<name>].intoto.jsonl`: an
audit of the same files that is done again takes the place of the one before. A kept audit is
about the files that it was made on, not about a release: it stands as long as they are there
unchanged. Reports lie beside it; what is guarded lies in `guarded/`, for its owner only, and is
never logged, never a blob and never in a bundle.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final, TypeVar

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.claims.assurance import TestResult
from sunlit.claims.base import Claim, read_claim
from sunlit.claims.bias import BiasAudit
from sunlit.claims.provenance import Resource
from sunlit.registry.blobs import keep_blob
from sunlit.registry.data_keep import drafts_in
from sunlit.registry.home import Home, write_whole
from sunlit.registry.model_files import model_subjects
from sunlit.registry.producing import OWN_FOLDER, ComponentFolder, Draft
from sunlit.statement.intoto import Statement, Subject

C = TypeVar("C", bound=Claim)

FOLDER: Final = f"{OWN_FOLDER}/audits"
GUARDED: Final = "guarded"
ENDING: Final = ".intoto.jsonl"
BIAS: Final = "bias-audit"
MAX_FILES: Final = 1000
MAX_BYTES: Final = 16 * 1024 * 1024  # of one file of drafts: a cube has many cells
_SHOWN: Final = 12  # digits of a digest in a file's name
_WORD: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class KeptAudit:
    """A file below the folder: its name, what it says and of which files, or why it cannot be read.

    `series` is the kind and the name: a later audit of the same series makes an earlier one old.
    """

    name: str
    series: str = ""
    drafts: tuple[Draft, ...] = ()
    error: SunlitError | None = None


def keep_audit(
    component: ComponentFolder,
    claim: Claim,
    reports: Mapping[str, bytes],
    *,
    name: str = "",
    guarded: Mapping[str, bytes] | None = None,
) -> Path:
    """Keep an audit of the component's model files as a draft, and return its file.

    `name` tells audits of one kind apart. `reports` and `guarded` are files by name. The draft is
    written last, whole or not at all, so no draft names a report that is not there.

    Raises:
        MalformedError: `audit-keep.not-an-audit`, `audit-keep.name`, `claim.malformed`.
        UnavailableError: `home.cannot-write`.
    """
    claim = with_report(claim, reports)
    predicate = claim.to_predicate()
    read_claim(claim.TYPE, predicate)  # nothing is kept that could not be read back
    subjects = model_subjects(component)
    place = "-".join(filter(None, (_digits(subjects), series_of(claim, name))))
    folder = component.root / FOLDER
    for one, data in (guarded or {}).items():
        write_whole(folder / GUARDED / f"{place}-{PurePosixPath(one).name}", data, private=True)
    for one, data in reports.items():
        write_whole(folder / f"{place}-{PurePosixPath(one).name}", data)
    path = folder / f"{place}{ENDING}"
    write_whole(path, Statement(subjects, claim.TYPE, predicate).to_payload() + b"\n")
    return path


def _digits(subjects: tuple[Subject, ...]) -> str:
    digests = sorted(one.digest["sha256"] for one in subjects)
    whole = digests[0] if len(digests) == 1 else sha256(encode(digests)).hexdigest()
    return whole[:_SHOWN]


def series_of(claim: Claim, name: str = "") -> str:
    """Return the kind of an audit, with the name that tells it from others of its kind.

    Raises:
        MalformedError: `audit-keep.not-an-audit`, `audit-keep.name`.
    """
    kind = kind_of(claim)
    if name and not _WORD.fullmatch(name):
        raise MalformedError(
            "audit-keep.name", "the name of an audit is malformed", got=name[:64],
            expected="small letters, digits, points and dashes, at most 64",
        )  # fmt: skip
    return f"{kind}-{name}" if name else kind


def kind_of(claim: Claim) -> str:
    """Return what kind of audit a claim tells of, for example `red-team`.

    Raises:
        MalformedError: `audit-keep.not-an-audit`.
    """
    kind = BIAS if isinstance(claim, BiasAudit) else None
    if isinstance(claim, TestResult):
        kind = claim.sunlit_kind
    if kind is None or not _WORD.fullmatch(kind):
        raise MalformedError(
            "audit-keep.not-an-audit", "the claim is no audit of a known kind", got=claim.TYPE,
            expected="a BiasAudit, or a TestResult with its kind",
        )  # fmt: skip
    return kind


def with_report(claim: C, reports: Mapping[str, bytes]) -> C:
    """Return an audit naming its report by digest: the first JSON among `reports`.

    An audit that names one already, or what is no audit, is returned as it is.
    """
    name = next((name for name in reports if name.endswith(".json")), None)
    if name is None or _report(claim) is not None:
        return claim
    found = Resource(name=name, digest={"sha256": sha256(reports[name]).hexdigest()})
    if isinstance(claim, BiasAudit):
        return replace(claim, report=found)
    return replace(claim, sunlit_report=found) if isinstance(claim, TestResult) else claim


def _report(claim: Claim) -> Resource | None:
    if isinstance(claim, BiasAudit):
        return claim.report
    return claim.sunlit_report if isinstance(claim, TestResult) else None


def keep_audit_reports(home: Home, component: Path, drafts: Iterable[Draft]) -> None:
    """Keep the reports that audits name, as far as they lie beside them, as the home's blobs.

    Only what a draft names by its digest, and never what is guarded.

    Raises:
        UnavailableError: `home.cannot-write`.
    """
    reports = [_report(draft.claim) for draft in drafts]
    wanted = {str(one.digest.get("sha256")) for one in reports if one is not None}
    for path in sorted((component / FOLDER).glob("*")) if wanted else ():
        if path.is_file() and not path.is_symlink() and not path.name.endswith(ENDING):
            data = path.read_bytes()
            if sha256(data).hexdigest() in wanted:
                keep_blob(home, data)


def kept_audits(component: Path) -> tuple[KeptAudit, ...]:
    """Return what is kept below the component's folder, file by file, in the order of names."""
    files = sorted((component / FOLDER).glob(f"*{ENDING}"))[:MAX_FILES]
    return tuple(_read(path) for path in files)


def _read(path: Path) -> KeptAudit:
    series = path.name.removesuffix(ENDING)[_SHOWN + 1 :]
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
        if data is None:
            return KeptAudit(path.name, error=_unreadable(path, f"more than {MAX_BYTES} bytes"))
        drafts = drafts_in(data)
        for draft in drafts:
            kind_of(draft.claim)
    except OSError as error:
        return KeptAudit(path.name, error=_unreadable(path, error.strerror or "an error"))
    except SunlitError as error:
        return KeptAudit(path.name, error=error)
    return KeptAudit(path.name, series, drafts)


def _unreadable(path: Path, reason: str) -> UnavailableError:
    return UnavailableError(
        "audit-keep.unreadable", f"cannot read {path.name!r}", got=reason,
        mend="remove the file and repeat the audit",
    )  # fmt: skip
