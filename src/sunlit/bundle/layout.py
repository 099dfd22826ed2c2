"""Where the files of a bundle stand; `spec/bundle.md` says what is in each."""

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
