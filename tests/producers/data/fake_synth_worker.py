"""Speaks the synth worker's protocol without its libraries: draws rows, and attacks in name only.

What goes wrong is asked for by `memory`, the one number of a request that it has no use for.
"""

import json
import sys
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

GOOD: dict[str, Any] = {"format": "sunlit-synth-answer/1", "ok": True, "libraries": {"fake": "1"}}
CRASH, SLOW, SILENT, TABLE, SHORT, ODD = 1, 2, 3, 11, 13, 14
ANSWERS: dict[int, str] = {
    SILENT: "",
    4: "{",
    5: json.dumps({**GOOD, "format": "other/1"}),
    6: json.dumps({**GOOD, "ok": False, "error": "missing-library", "column": None}),
    7: json.dumps({**GOOD, "ok": False, "error": "no-bounds", "column": 1}),
    8: json.dumps({**GOOD, "ok": False, "error": "no-values", "column": 99}),
    9: json.dumps({**GOOD, "ok": False, "error": "unheard-of", "column": None}),
    10: " " * 5_000_000,
    12: json.dumps({**GOOD, "libraries": None}),
}


def main(request: str, answer: str) -> None:
    """Answer as the real worker does, or as none should."""
    asked = json.loads(Path(request).read_text())
    mode = asked["memory"]
    if mode == CRASH:
        raise ValueError("Ada Lovelace, born 10 December 1815")
    if mode == SLOW:
        Event().wait(60)
    if mode in ANSWERS:
        Path(answer).write_text(ANSWERS[mode])
        return
    folder = Path(request).parent
    found = attack(asked) if asked["task"] == "attack" else make(asked, folder, mode)
    Path(answer).write_text(json.dumps({**GOOD, **found}))


def make(asked: dict[str, Any], folder: Path, mode: int | None) -> dict[str, Any]:
    """Draw whole rows, or what no honest worker draws."""
    table = parquet.read_table(folder / asked["input"])
    rng = np.random.default_rng(asked["seed"])
    made = table.take(pa.array(rng.integers(0, table.num_rows, asked["rows"])))
    if mode == SHORT:
        made = made.slice(1)
    if mode == ODD:
        made = pa.table({name: [1e6] * asked["rows"] for name in made.column_names})
    parquet.write_table(made, folder / asked["output"])
    if mode == TABLE:
        (folder / asked["output"]).write_bytes(b"no Parquet")
    return {"spent": {"model": asked["epsilon"], "domain": 0.0, "delta": asked["delta"]}}


def attack(asked: dict[str, Any]) -> dict[str, Any]:
    """Return figures by table: the made-up rows leak more than the baseline."""
    single = ("singling-out-univariate", "singling-out-multivariate", "linkability")
    names = [*((name, None) for name in single), *(("inference", at) for at in asked["secrets"])]
    return {
        "results": [
            {"table": table, "attack": name, "column": at, "attacks": asked["attacks"],
             "note": None, **_figures(0.3 if table == "made" else 0.1)}
            for table in asked["tables"]
            for name, at in names
        ]
    }  # fmt: skip


def _figures(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.05, "high": value + 0.05, "raw": value, "error": 0.05}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
