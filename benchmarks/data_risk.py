"""Risk: k, l and t with our expression, and with pyCANON where a Python that has it is named.

    python -m benchmarks.data_risk make 10000000 rows.parquet     # a seeded table, made once
    python -m benchmarks.data_risk sunlit rows.parquet            # prints what it cost, as JSON
    PYTHON_WITH_PYCANON -m benchmarks.data_risk pycanon rows.csv

Each run is a process of its own: CPU seconds and peak memory are the process's, imports and
reading included. `contenders` is what `make bench-data` calls.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

KEYS: Final = ("area", "age", "sex", "race", "education", "work")
ATTRIBUTE: Final = "offence"
AREAS: Final = 40
Work = Callable[[Path], Mapping[str, Any]]


def make(rows: int, path: Path, *, areas: int = AREAS) -> None:
    """Write a seeded table of people: hashes of the row's number, so any size is the same start."""
    import duckdb  # noqa: PLC0415 - pyCANON's environment has none

    picked = ", ".join(
        f"(hash(i * 16 + {place}) % {many})::{kind} AS {name}"
        for place, (name, many, kind) in enumerate((
            ("area", areas, "INTEGER"), ("age", 73, "TINYINT"), ("sex", 2, "TINYINT"),
            ("race", 5, "TINYINT"), ("education", 6, "TINYINT"), ("work", 4, "TINYINT"),
            ("offence", 15, "TINYINT"),
        ))
    )  # fmt: skip
    form = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {picked} FROM range({rows}) t(i)) TO '{path}' ({form})"  # noqa: S608
        )


def sunlit(path: Path, *, memory: str = "2GB") -> Mapping[str, Any]:
    """Our expression on DuckDB, as `sunlit data risk` asks it: k, l, entropy l and t."""
    import ibis  # noqa: PLC0415 - imports are timed where they happen

    from sunlit.producers.data.risk.classes import (  # noqa: PLC0415
        class_sizes,
        diversity,
        histogram,
    )

    backend = ibis.duckdb.connect(memory_limit=memory, temp_directory=str(path.parent / "spill"))
    table = backend.read_parquet(path)
    held = histogram(class_sizes(table, KEYS))
    found = diversity(table, KEYS, ATTRIBUTE, held.rows)
    return {"rows": held.rows, "classes": held.classes, "k": held.k, "l": found.distinct,
            "t": found.equal}  # fmt: skip


def pycanon(path: Path) -> Mapping[str, Any]:
    """Ask pyCANON for k, l and t of the same rows (CSV), in the environment that has it."""
    import pandas as pd  # noqa: PLC0415
    from pycanon import anonymity  # type: ignore[import-not-found]  # noqa: PLC0415

    # texts, so that its t is by the equal distance too
    table = pd.read_csv(path, dtype={ATTRIBUTE: str})
    keys, attribute = list(KEYS), [ATTRIBUTE]
    return {
        "rows": len(table), "k": int(anonymity.k_anonymity(table, keys)),
        "l": int(anonymity.l_diversity(table, keys, attribute)),
        "t": float(anonymity.t_closeness(table, keys, attribute)),
    }  # fmt: skip


CONTENDERS: Final[Mapping[str, Work]] = {"sunlit": sunlit, "pycanon": pycanon}


def measured(name: str, path: Path, *, python: str = sys.executable) -> Mapping[str, Any]:
    """Run one contender in a process of its own; return its answer, CPU seconds and memory."""
    done = subprocess.run(
        [python, "-m", "benchmarks.data_risk", name, str(path)],
        check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    found: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def contenders(python_with_pycanon: str | None = None) -> Mapping[str, Callable[[Path], Any]]:
    """Return name -> what runs it on a file (Parquet for us, CSV for pyCANON)."""
    found: dict[str, Callable[[Path], Any]] = {"sunlit": lambda path: measured("sunlit", path)}
    if python_with_pycanon is not None:
        found["pycanon"] = lambda path: measured("pycanon", path, python=python_with_pycanon)
    return found


def main() -> None:
    """Make a table, or run one contender and print what it cost."""
    name, *rest = sys.argv[1:]
    if name == "make":
        make(int(rest[0]), Path(rest[1]), areas=int(rest[2]) if rest[2:] else AREAS)
        return
    began = time.perf_counter()
    answer = CONTENDERS[name](Path(rest[0]))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({
        "name": name, "cpu": used.ru_utime + used.ru_stime, "wall": time.perf_counter() - began,
        "peak_gb": used.ru_maxrss / 1e6, "answer": answer,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
