"""Join made-up names, e-mail addresses and social security numbers to the training rows.

    python people.py --out people.parquet

So the demo has a table such as agencies have before anybody masked it. Nobody is meant: every
name is drawn from two short lists with a fixed seed, every address ends in `example`, and every
number was drawn in the same way, without regard to whether somebody bears it.
"""

import argparse
import random
from pathlib import Path
from typing import Final

import pyarrow as pa
from pyarrow import parquet

TRAIN: Final = Path(__file__).parents[1] / "data" / "acs-public-coverage-2018-train.parquet"
SEED: Final = 2018
FIRST: Final = (
    "Ada", "Ben", "Carla", "David", "Elena", "Frank", "Grace", "Hugo", "Irene", "James", "Karen",
    "Louis", "Maria", "Noah", "Olivia", "Peter", "Ruth", "Samuel", "Teresa", "Victor",
)  # fmt: skip
LAST: Final = (
    "Adams", "Baker", "Clark", "Diaz", "Evans", "Flores", "Green", "Hill", "Irwin", "Jones",
    "King", "Lopez", "Moore", "Nelson", "Owens", "Perez", "Reed", "Smith", "Turner", "Young",
)  # fmt: skip


def identified(table: pa.Table) -> pa.Table:
    """Return the table with three more columns in front: who each row is about."""
    draw = random.Random(SEED)  # noqa: S311 - made-up people, no secret
    names = [(draw.choice(FIRST), draw.choice(LAST)) for _ in range(table.num_rows)]
    numbers = [
        f"{draw.randint(101, 665)}-{draw.randint(1, 99):02}-{draw.randint(1, 9999):04}"
        for _ in names
    ]
    emails = [
        f"{first}.{last}{place}@mail.example".lower() for place, (first, last) in enumerate(names)
    ]
    who = {"full_name": [" ".join(one) for one in names], "email": emails, "ssn": numbers}
    columns = {name: pa.array(values) for name, values in who.items()}
    return pa.table(columns | {name: table[name] for name in table.column_names})


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True, help="the Parquet file to write")
    out = parser.parse_args().out
    table = identified(parquet.read_table(TRAIN))
    parquet.write_table(table, out)
    print(f"Joined {table.num_rows} made-up names, addresses and numbers; wrote {out.name}.")


if __name__ == "__main__":
    main()
