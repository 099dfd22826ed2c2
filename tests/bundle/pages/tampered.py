"""Bundles that somebody changed: byte by byte, file by file, and with all their skill."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sunlit.authority.trust_signing import sign_trust
from sunlit.base import canonical
from sunlit.decision.record import Binding, State
from tests.bundle.pages.worlds import DECIDED, Case, flipped, without, zipped
from tests.fixtures.token_world import STATUS_INDEX, World

Bundle = tuple[bytes, bytes]  # the zip, and the reader's trust file
GOOD: Final = Case()


def by_file() -> Iterator[tuple[str, Bundle]]:
    """Change or drop one file, and list what is then there, as whoever makes it anew would."""
    files = GOOD.files()
    for name, data in files.items():
        yield f"changed {name}", _listed({**files, name: flipped(data)})
        yield f"dropped {name}", _listed(without(files, [name]))


def unlisted() -> Iterator[tuple[str, Bundle]]:
    """Change or drop one file, and leave the list as it was."""
    files = GOOD.with_manifest(GOOD.files())
    for name, data in files.items():
        yield f"unlisted change of {name}", _zip({**files, name: flipped(data)})
        yield f"unlisted drop of {name}", _zip(without(files, [name]))
    yield "added", _zip({**files, "statements/00099.entry.json": b"{}"})


def by_skill() -> Iterator[tuple[str, Bundle]]:
    """Change what the records say, and sign and prove it all again with the same keys."""
    records: dict[str, dict[str, object]] = {
        "other use": {"use": "deciding"},
        "other deployer": {"deployer": "other.example.gov"},
        "other release": {"release": "ab" * 32},
        "other place": {"jurisdiction": "US-NV"},
        "other data": {"data_class": "health"},
        "weaker binding": {"binding": Binding.DECLARED},
        "other oversight": {"oversight": "none"},
        "released without a human": {"state": State.RELEASED},
        "a stream without an end": {"state": State.OPENED},
        "other token": {"token": "cd" * 32},
        "other status list": {"status": "cd" * 32},
        "no status list": {"status": None},
        "glass broken": {"break_glass": "guard.rate-exceeded"},
        "before registration": {"time": DECIDED - timedelta(days=1, hours=2)},
        "before the anchor before": {"time": DECIDED - timedelta(hours=20)},
        "after the anchor after": {"time": DECIDED + timedelta(minutes=20)},
        "long after": {"time": DECIDED + timedelta(days=365)},
    }
    for name, changes in records.items():
        yield name, _bundle(Case(record=changes))
    glass = {"break_glass": "status.suspended"}
    for name, case in {
        "revoked": Case(statuses={STATUS_INDEX: 1}),
        "suspended": Case(statuses={STATUS_INDEX: 2}),
        "unknown status": Case(statuses={STATUS_INDEX: 3}),
        "suspended, glass broken": Case(statuses={STATUS_INDEX: 2}, record=glass),
        "revoked, glass broken": Case(statuses={STATUS_INDEX: 1}, record=glass),
        "no glass to break": Case(record=glass, token={"break_glass": None}),
        "open anchors": Case(closed=False),
        "not anchored": Case(anchored=False),
        "token for something else": Case(token={"use": "deciding"}),
        "token not yet valid": Case(token={"valid_from": DECIDED + timedelta(days=1)}),
        "token expired": Case(token={"valid_until": DECIDED - timedelta(hours=1)}),
    }.items():
        yield name, _bundle(case)


def by_swap() -> Iterator[tuple[str, Bundle]]:
    """Put true things in the wrong places."""
    files = GOOD.files()
    pairs = {
        "two proofs": ("decision/record.tlog-proof", "decision/later/01.tlog-proof"),
        "two records": ("decision/later/01.record.json", "decision/later/02.record.json"),
        "two anchors": ("anchors/before.entry.json", "anchors/after.entry.json"),
        "two openings": ("anchors/before.opening.json", "anchors/after.opening.json"),
        "two statements": ("statements/00000.entry.json", "statements/00001.entry.json"),
        "grant and registration": ("token/grant.entry.json", "log/registration.entry.json"),
        "token and status": ("token/token.jwt", "token/status.jwt"),
    }
    for name, (one, other) in pairs.items():
        yield f"swapped {name}", _listed({**files, one: files[other], other: files[one]})
    anchors = {name: data for name, data in files.items() if name.startswith("anchors/")}
    turned = {
        name.replace("before", "?").replace("after", "before").replace("?", "after"): data
        for name, data in anchors.items()
    }
    yield "anchors turned round", _listed({**files, **turned})
    rows = canonical.decode_object(files["statements/index.json"])
    listed = rows["statements"]
    assert isinstance(listed, list)
    for name, changed in {
        "a row less": listed[1:],
        "a row twice": [*listed, listed[0]],
        "no rows": [],
        "rows in another order": listed[::-1],
        "other section": [row | {"section": "release"} for row in listed],
    }.items():
        data = canonical.encode({"v": 1, "statements": changed})
        yield f"index with {name}", _listed({**files, "statements/index.json": data})
    for name, text in {"twice": b'{"v":1,"v":1,"fields":[]}', "empty": b"", "list": b"[]"}.items():
        yield f"opening: {name}", _listed({**files, "decision/opening.json": text})


def by_forgery() -> Iterator[tuple[str, Bundle]]:
    """Make a whole bundle that agrees with itself, with keys of one's own."""
    forged = Case(name="forged")
    yield "forged", (forged.bundle(), GOOD.trust_bytes)
    mixed = {**forged.files(), "trust.json": GOOD.trust_bytes}
    yield (
        "forged beside the true trust file",
        (_zip(forged.with_manifest(mixed))[0], GOOD.trust_bytes),
    )
    for prefix in ("decision/", "log/", "anchors/", "token/", "statements/"):
        parts = {name: data for name, data in forged.files().items() if name.startswith(prefix)}
        yield f"forged {prefix}", _listed({**GOOD.files(), **parts})


def by_manifest() -> Iterator[tuple[str, Bundle]]:
    """Change the manifest itself."""
    files = GOOD.files()
    changes: dict[str, dict[str, object]] = {
        "format": {"format": "sunlit-bundle/2"},
        "kind": {"kind": "release"},
        "other member": {"more": 1},
        "time": {"madeAt": "yesterday"},
        "sections": {"sections": {"human": 0}},
    }
    for name, change in changes.items():
        yield f"manifest: {name}", _zip(GOOD.with_manifest(files, **change))
    good = GOOD.with_manifest(files)
    document = canonical.decode_object(good["manifest.json"])
    decision = document["decision"]
    assert isinstance(decision, dict)
    others = {"index": 3, "log": "other", "leaf": "ab" * 32, "id": "cd" * 16}
    for name, value in others.items():
        changed = GOOD.with_manifest(files, decision={**decision, name: value})
        yield f"manifest: other {name}", _zip(changed)
    for name, data in {
        "spaces": good["manifest.json"].replace(b'{"', b'{ "', 1),
        "a key twice": good["manifest.json"][:-1] + b',"tool":"by hand"}',
        "not JSON": b"manifest",
        "not UTF-8": b"\xff\xfe{}",
    }.items():
        yield f"manifest: {name}", _zip({**good, "manifest.json": data})


def by_zip() -> Iterator[tuple[str, Bundle]]:
    """Change the zip around the files."""
    good = GOOD.bundle()
    for name, data in {
        "empty": b"",
        "no zip": b"nothing of the kind" * 10,
        "cut short": good[:-40],
        "cut in the middle": good[: len(good) // 2],
        "something before": b"#!/bin/sh\n" + good,
        "something behind": good + b"more",
        "encrypted": _patched(good, 8, 1),
        "packed otherwise": _patched(good, 10, 99),
        "longer than it says": _patched(good, 24, 5),
    }.items():
        yield f"zip: {name}", (data, GOOD.trust_bytes)
    files = GOOD.with_manifest(GOOD.files())
    for name, info in {
        "twice": zipfile.ZipInfo("decision/record.json"),
        "in another case": zipfile.ZipInfo("Decision/record.json"),
        "outside": zipfile.ZipInfo("../outside"),
        "at the root": zipfile.ZipInfo("/etc/passwd"),
        "folder": zipfile.ZipInfo("folder/"),
        "link": _link("link"),
    }.items():
        yield f"zip: {name}", (_with_entry(files, info), GOOD.trust_bytes)


def by_trust() -> Iterator[tuple[str, Bundle]]:
    """Check a good bundle against another trust file."""
    trust, root = GOOD.trust, GOOD.key("root")
    keyless = replace(trust, organisations=())
    for name, other in {
        "expired": replace(trust, expires=datetime(2026, 3, 1, tzinfo=UTC)),
        "of others": Case(name="forged").trust,
        "without the deployer": keyless,
        "without issuers": replace(trust, token_issuers=()),
        "without logs": replace(trust, logs=()),
        "with other witnesses": replace(trust, witnesses=Case(name="forged").world.trust.witnesses),
        "that needs no witness": replace(trust, witnesses=(), groups=(), quorum="none"),
        "of other status lists": replace(trust, status_lists=("https://other.example/1",)),
    }.items():
        signer = Case(name="forged").key("root") if name == "of others" else root
        yield f"trust file {name}", (GOOD.bundle(), sign_trust(other, [signer]))


def every() -> Iterator[tuple[str, Bundle]]:
    """Return all of them, but those that `unlisted` gives."""
    groups: tuple[Callable[[], Iterator[tuple[str, Bundle]]], ...] = (
        by_file, by_skill, by_swap, by_forgery, by_manifest, by_zip, by_trust,
    )  # fmt: skip
    for group in groups:
        yield from group()


def few_witnesses() -> Bundle:
    """Return a bundle whose receipts carry one witness of two, against a file that asks for two."""
    alone = World(name="real", witnesses=("north",))

    class Alone(Case):
        @property
        def world(self) -> World:
            return alone

    return Alone().bundle(), GOOD.trust_bytes


def _listed(files: Mapping[str, bytes]) -> Bundle:
    return _zip(GOOD.with_manifest(files))


def _zip(files: Mapping[str, bytes]) -> Bundle:
    return zipped(files), GOOD.trust_bytes


def _bundle(case: Case) -> Bundle:
    return case.bundle(), case.trust_bytes


def _patched(data: bytes, offset: int, value: int) -> bytes:
    """Change one number of the last row of a zip's list."""
    at = data.rindex(b"PK\x01\x02") + offset
    return data[:at] + struct.pack("<H", value) + data[at + 2 :]


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    info.create_system = 3
    return info


def _with_entry(files: Mapping[str, bytes], info: zipfile.ZipInfo) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data)
        made.filelist, made.NameToInfo = made.filelist, {}
        made.writestr(info, b"")
    return stream.getvalue()
