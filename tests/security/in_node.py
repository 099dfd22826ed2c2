"""Ask the browser's verifier in Node, so that it can be compared with Python's."""

import base64
import json
import shutil
import subprocess
from datetime import datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import pytest

from sunlit.bundle.pages.environment import scripts


def _node() -> str | None:
    """Return the machine's Node, else the one that Playwright brings."""
    found = find_spec("playwright")
    brought = Path(found.origin).parent / "driver" / "node" if found and found.origin else None
    return shutil.which("node") or (str(brought) if brought and brought.is_file() else None)


NODE: Final = _node()
needs_node: Final = pytest.mark.skipif(NODE is None, reason="there is no Node here")
RUN: Final = """
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
globalThis.crypto ??= webcrypto;
const { verify } = await import("./checks.js");
const rows = JSON.parse(readFileSync(0, "utf8"));
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const found = [];
for (const [bundle, trust, at] of rows) found.push(await verify(bytes(bundle), bytes(trust), at));
process.stdout.write(JSON.stringify(found));
"""


@cache
def _folder() -> Path:
    folder = Path(mkdtemp(prefix="sunlit-node-"))
    for name, text in scripts().items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    (folder / "run.mjs").write_text(RUN, encoding="utf-8")
    (folder / "package.json").write_text('{"type":"module"}', encoding="utf-8")
    return folder


def node_verdict(bundle: bytes, trust: bytes, at: datetime) -> dict[str, tuple[str, str]]:
    """Return outcome and words of each check, by its name."""

    def text(data: bytes) -> str:
        return base64.b64encode(data).decode()

    asked = json.dumps([[text(bundle), text(trust), int(at.timestamp())]])
    done = subprocess.run(
        [str(NODE), "run.mjs"], cwd=_folder(), input=asked.encode(), capture_output=True,
        check=True, timeout=60,
    )  # fmt: skip
    (checks,) = json.loads(done.stdout)
    return {one["name"]: (one["outcome"], one["words"]) for one in checks}
