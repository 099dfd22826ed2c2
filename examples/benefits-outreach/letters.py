"""Write what the model would do to people whom training never saw: what a bias audit needs.

    python letters.py --out letters.parquet

One row a person: who gets a letter, who has no cover (as they said), and the groups that are told
apart. Nothing of the model goes in; nobody needs it to audit what it did.
"""

import argparse
from pathlib import Path
from typing import Final

import pyarrow as pa
from evaluate import GROUPS, TARGET, TEST, cut_of, estimated, read
from pyarrow import parquet

NAMES: Final = {"SEX": "sex", "DIS": "disability", "RAC1P": "race"}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    columns = read(TEST)
    letters = estimated(columns) < cut_of(columns)
    table = {"letter": pa.array(letters), "without_cover": pa.array(columns[TARGET] == 0)}
    for column, name in NAMES.items():
        codes = columns[column].astype(int)
        table[name] = pa.array([GROUPS[column][int(code)] for code in codes])
    table["age"] = pa.array(columns["AGEP"].astype(int))
    parquet.write_table(pa.table(table), asked.out)
    print(f"{len(letters)} people, {int(letters.sum())} letters: {asked.out.name}")


if __name__ == "__main__":
    main()
