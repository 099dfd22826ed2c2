"""Where the files of a bundle stand; `spec/bundle.md` says what is in each."""

import re
from collections.abc import Iterable
from typing import Final

from sunlit.runtime import folder

MANIFEST: Final = "manifest.json"
RECORD: Final = "decision/record.json"
RECORD_PROOF: Final = "decision/record.tlog-proof"
OPENING: Final = "decision/opening.json"
LATER: Final = "decision/later/"
REGISTRATION: Final = "log/registration"
BEFORE: Final = "anchors/before"
AFTER: Final = "anchors/after"
STATEMENTS: Final = "statements/"
INDEX: Final = "statements/index.json"
FINDINGS: Final = "findings.json"
RUBRIC: Final = "rubric.json"
TRUST: Final = "trust.json"
RELEASES: Final = "releases/"  # file lists of the releases from which change plans start
INDEX_PAGE: Final = "index.html"
VERIFIER: Final = "verify.html"
PDF: Final = "bundle.pdf"

ENTRY: Final = ".entry.json"
PROOF: Final = ".tlog-proof"
RECORD_SUFFIX: Final = ".record.json"
OPENING_SUFFIX: Final = ".opening.json"
CONSISTENCY: Final = ".consistency.json"
LOG_SUFFIX: Final = ".log"  # before ENTRY and PROOF: the registration of another decision log

TOKEN: Final = f"token/{folder.TOKEN}"
GRANT: Final = f"token/{folder.ENTRY}"
GRANT_PROOF: Final = f"token/{folder.RECEIPT}"
STATUS: Final = f"token/{folder.STATUS}"
FILE_LIST: Final = f"token/{folder.MANIFEST}"
LABEL: Final = f"token/{folder.LABEL}"

MAX_JSON: Final = 16 * 1024 * 1024
MAX_OPENING: Final = 128 * 1024 * 1024  # bytes: what is decided on may be a picture
MAX_PROOF: Final = 2 * 1024 * 1024

PAGES: Final = (INDEX_PAGE, VERIFIER, PDF)
MAX_SHOWN: Final = 5
_LOGGED: Final = r"(?:entry\.json|tlog-proof)"
_KNOWN: Final = re.compile(
    r"manifest\.json|findings\.json|rubric\.json|trust\.json|index\.html|verify\.html|bundle\.pdf"
    r"|decision/(?:record\.json|record\.tlog-proof|opening\.json)"
    rf"|decision/later/\d{{2,4}}\.(?:record\.json|opening\.json|tlog-proof|log\.{_LOGGED})"
    rf"|log/registration\.{_LOGGED}|statements/(?:index\.json|\d{{5}}\.{_LOGGED})"
    rf"|anchors/(?:before|after)\.(?:{_LOGGED}|opening\.json|consistency\.json)"
    rf"|token/(?:token\.jwt|grant\.{_LOGGED}|status\.jwt|manifest\.json|label\.txt)"
    r"|releases/[0-9a-f]{64}\.json",
    re.ASCII,
)


def unchecked(paths: Iterable[str]) -> str:
    """Say which files of a bundle no check compares with the evidence, "" where there is none."""
    there = set(paths)
    pages: list[str] = [page for page in PAGES if page in there]
    odd = sorted(path for path in there if not _KNOWN.fullmatch(path))
    said = f" No check looks at what its maker wrote in {_listed(pages)}." if pages else ""
    return said + (f" No bundle has these, and no check looks at them: {_few(odd)}." if odd else "")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _few(names: list[str]) -> str:
    more = len(names) - MAX_SHOWN
    return ", ".join(names[:MAX_SHOWN]) + (f" and {more} more" if more > 0 else "")
