"""Leaving a node with one's whole history: a zip of an organisation's home, without its secrets.

What another node needs to serve it: log, blobs, trust file, status lists, tokens, the home's
description, and the organisation's own drafts. Private keys and the lock store never travel this
way: whoever runs the node hands them over in person, or the log is closed and goes on elsewhere.
"""

import json
import shutil
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from sunlit.base.times import format_time
from sunlit.node.drafts import Draft
from sunlit.registry.home import HOME_FILE, Home

PUBLIC: Final = ("log", "blobs", "status", "tokens")
SINGLE: Final = (HOME_FILE, "trust.json")
STAMP: Final = (1980, 1, 1, 0, 0, 0)  # of every member: the same home gives the same bytes
README: Final = """\
This is the home of {organisation} as it was on {at}: everything that its log says,
and the drafts that it had not published.

It holds no private keys and no lock store. To serve it from another node, unpack it
and name the folder in that node's sunlit-node.json. To go on writing, whoever ran the
node hands you the log's key; or they close the log, and yours names it as the one before.
"""


def pack(home: Home, drafts: Iterable[Draft], to: IO[bytes], at: datetime) -> int:
    """Write the zip to an open file; return how many members it has."""
    count = 0
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in _files(home):
            member = archive.open(_info(name), "w", force_zip64=True)
            with member as target, path.open("rb") as source:
                shutil.copyfileobj(source, target)
            count += 1
        for name, data in _made(home, drafts, at):
            archive.writestr(_info(name), data)
            count += 1
    return count


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def _files(home: Home) -> Iterator[tuple[str, Path]]:
    """Yield what is public, by name; a link is never followed: it could lead anywhere."""
    for name in SINGLE:
        if (home.root / name).is_file():
            yield name, home.root / name
    for folder in PUBLIC:
        for path in sorted((home.root / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(home.root).as_posix(), path


def _made(home: Home, drafts: Iterable[Draft], at: datetime) -> Iterator[tuple[str, bytes]]:
    mine = [_told(draft) for draft in drafts if draft.organisation == home.organisation]
    yield "drafts.json", (json.dumps(mine, ensure_ascii=False, indent=1) + "\n").encode()
    yield "README.txt", README.format(organisation=home.name, at=f"{at:%d %B %Y}").encode()


def _told(draft: Draft) -> dict[str, object]:
    # Who wrote it is a person's id of the node that is left: it means nothing elsewhere.
    return {
        "kind": draft.kind.value, "about": draft.about, "state": draft.state.value,
        "content": dict(draft.content), "changed": format_time(draft.changed),
        "reason": draft.reason, "statement": draft.statement,
    }  # fmt: skip
