"""Call functions of the browser's verifier in Node: many questions, one process."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sunlit.bundle.pages.environment import scripts
from tests.security.in_node import NODE

# `CALL` is async (row) => ...; its answer, "refused" or "cannot" becomes the row's outcome.
RUN: Final = """
import { readFileSync } from "node:fs";
import { webcrypto } from "node:crypto";
globalThis.crypto ??= webcrypto;
const { Failed, NotDone } = await import("./base.js");
const { call } = await import("./call.mjs");
const found = [];
for (const row of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    await call(row);
    found.push("holds");
  } catch (error) {
    if (!(error instanceof Failed || error instanceof NotDone)) throw error;
    found.push(error instanceof NotDone ? "cannot" : "refused");
  }
}
process.stdout.write(JSON.stringify(found));
"""


def asked(folder: Path, call: str, rows: Sequence[object]) -> list[str]:
    """Return `holds`, `refused` or `cannot` for each row, as the module `call` answers.

    `call` is a JavaScript module that exports `call(row)`; `folder` holds what Node runs.
    """
    for name, text in scripts().items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    for name, text in {
        "call.mjs": call, "run.mjs": RUN, "package.json": '{"type":"module"}',
    }.items():  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [str(NODE), "run.mjs"], cwd=folder, input=json.dumps(rows).encode(),
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    found: Any = json.loads(done.stdout)
    return [str(one) for one in found]
