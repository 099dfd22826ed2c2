"""How the two Parquet files here were drawn from the full file. Needs numpy and pyarrow.

    python sample.py acs-public-coverage-2018.parquet

20,000 of 227,658 rows, drawn without replacement with a fixed seed; 15,000 to train with and
5,000 that training never sees. Whole numbers are stored as such; the row index is left out.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

SEED = 2018
TRAIN, TEST = 15_000, 5_000
HERE = Path(__file__).parent


def main(source: str) -> None:
    """Draw the rows and write both files."""
    table = parquet.read_table(source).drop_columns(["index"])
    table = table.cast(pa.schema([(name, pa.int32()) for name in table.column_names]))
    table = table.replace_schema_metadata(None)
    drawn = np.random.default_rng(SEED).choice(table.num_rows, TRAIN + TEST, replace=False)
    for name, rows in (("train", drawn[:TRAIN]), ("test", drawn[TRAIN:])):
        path = HERE / f"acs-public-coverage-2018-{name}.parquet"
        parquet.write_table(table.take(np.sort(rows)), path, compression="zstd")


if __name__ == "__main__":
    main(sys.argv[1])
