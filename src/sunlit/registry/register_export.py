"""What the codes and the register are computed from, as JSON lines that need no Sunlit to be read.

1. A header: format, time, scheme, matrix, rubric, the boards of the trust file, the logs.
2. A line an entry of the log: its place and time, its payload as it was signed (base64), and who
   of its signers had authority at that entry, with organisation and roles.
3. A line a use: the release it is judged for, its files, and the findings of controls that
   evidence a practice. `tools/recompute_code.py` reads this and computes everything again.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import datetime

from sunlit.authority.history import History
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.log.entry import Entry
from sunlit.registry.assure import positions
from sunlit.registry.home import Home
from sunlit.registry.register import Judged, home_bench, uses_of
from sunlit.rubric.control import Rubric
from sunlit.rubric.matrix import matrix
from sunlit.rubric.risk_code import scheme
from sunlit.statement.dsse import Envelope

FORMAT = "sunlit-risk-export/1"


def home_export(home: Home, rubric: Rubric, at: datetime) -> bytes:
    """Return the export of a home's log as of a time."""
    history = home.history(at)
    bench = home_bench(home, history, rubric, at)
    found = [bench.judge(use) for use in uses_of(bench.known, at)]
    return export(history, home.reader().entries(), found, rubric.digest, at)


def export(
    history: History, entries: Iterable[bytes], found: Iterable[Judged], rubric: str, at: datetime
) -> bytes:
    """Return the export of a history whose entries are those of one log, in order."""
    lines = [_header(history, rubric, at)]
    for said, entry in zip(history.statements, entries, strict=True):
        if said.admitted_at is not None and said.admitted_at <= at:
            lines.append(_entry(history, said, entry))
    lines += [_judged(one) for one in found]
    return b"".join(_line(line) for line in lines)


def _line(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _header(history: History, rubric: str, at: datetime) -> dict[str, object]:
    trust = history.directory.trust
    known = tuple(said for said in history.statements if (said.admitted_at or at) <= at)
    return {
        "format": FORMAT,
        "at": format_time(at),
        "scheme": scheme().id,
        "schemeDigest": scheme().digest,
        "matrix": matrix().id,
        "matrixDigest": matrix().digest,
        "rubric": rubric,
        "boards": [
            {"organisation": board.organisation, "threshold": board.threshold}
            for board in (trust.boards if trust else ())
        ],
        "logs": [{"origin": log.origin, "size": log.size} for log in positions(known)],
    }


def _entry(history: History, said: Admitted, entry: bytes) -> dict[str, object]:
    envelope = Envelope.from_json(Entry.parse(entry).envelope)
    return {
        "entry": said.index,
        "origin": said.origin,
        "admitted": format_time(said.admitted_at) if said.admitted_at else None,
        "signers": list(said.signers),
        "authority": list(_authority(history, said)),
        "payload": base64.b64encode(envelope.payload).decode(),
    }


def _authority(history: History, said: Admitted) -> Iterator[dict[str, object]]:
    for record in history.directory.in_force(said):
        yield {
            "key": record.key.key_id,
            "organisation": record.organisation,
            "roles": sorted(str(role) for role in record.roles),
        }


def _judged(one: Judged) -> dict[str, object]:
    return {
        "use": one.use.id,
        "deployer": one.use.deployer,
        "release": one.evidence.release,
        "files": dict(one.evidence.files),
        "findings": [finding.to_json() for finding in one.conformity.findings if finding.practices],
    }
