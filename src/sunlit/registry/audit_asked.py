"""Which audits of `sunlit.toml` are done already: the same question is not asked twice.

`.sunlit/audits/asked.json` maps an audit to the digest of all that its answer hangs on: its
options, the bytes of the files it reads, the model files, and this version of Sunlit.
"""

from hashlib import sha256
from typing import Final

from sunlit import __version__
from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import SunlitError
from sunlit.formats.sunlit_toml_audit import AuditEntry
from sunlit.registry.audit_keep import ENDING, FOLDER
from sunlit.registry.home import write_whole
from sunlit.registry.model_files import model_subjects
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.run import digest_of

NAME: Final = "asked.json"
MAX_BYTES: Final = 1024 * 1024
# what a kept audit of a command is called; an import may be of any kind
KINDS: Final = {"bias": "-bias-audit", "drift": "-drift", "redteam": "-red-team", "import": "-"}


def question(component: ComponentFolder, entry: AuditEntry) -> str:
    """Return the digest of all that the audit's answer hangs on.

    Raises:
        UnavailableError: a file that it reads is not there.
    """
    return sha256(encode({
        "version": __version__,
        "arguments": list(entry.arguments()),
        "files": [digest_of(component.root / name)["sha256"] for name in entry.files],
        "models": sorted(one.digest["sha256"] for one in model_subjects(component)),
    })).hexdigest()  # fmt: skip


def is_done(component: ComponentFolder, entry: AuditEntry, asked: str) -> bool:
    """Tell whether the same question was answered before, and an answer is still kept."""
    kept = (component.root / FOLDER).glob(f"*{KINDS.get(entry.command, '-')}*{ENDING}")
    return _read(component).get(_key(entry)) == asked and any(kept)


def done(component: ComponentFolder, entry: AuditEntry, asked: str) -> None:
    """Remember that the question was answered.

    Raises:
        UnavailableError: `home.cannot-write`.
    """
    known = {**_read(component), _key(entry): asked}
    write_whole(component.root / FOLDER / NAME, encode(known) + b"\n")


def _key(entry: AuditEntry) -> str:
    return sha256(encode(list(entry.arguments()))).hexdigest()


def _read(component: ComponentFolder) -> dict[str, object]:
    try:
        path = component.root / FOLDER / NAME
        if path.stat().st_size > MAX_BYTES:
            return {}
        return dict(decode_object(path.read_bytes(), what=NAME))
    except (OSError, SunlitError):
        return {}  # then it is asked again
