"""Which attributes nobody should learn of a person, where the caller does not say."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from sunlit.producers.data.risk import measure
from sunlit.producers.data.source import open_source

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quasi", "sensitive", "judged"),
    [
        (["age"], (), ("religion", "ethnicity")),
        (["age", "religion"], (), ("ethnicity",)),
        (["age"], ["area"], ("area",)),
    ],
)
def test_special_categories_that_make_no_class_count_where_none_is_declared(
    tmp_path: Path, quasi: Sequence[str], sensitive: Sequence[str], judged: tuple[str, ...]
) -> None:
    """By the columns' names; what is declared is taken as declared."""
    path = tmp_path / "people.parquet"
    rows = {
        "age": [at % 20 for at in range(400)], "area": [at % 3 for at in range(400)],
        "religion": ["a", "b"] * 200, "ethnicity": ["c", "d", "e", "f"] * 100,
    }  # fmt: skip
    parquet.write_table(pa.table(rows), path)
    with open_source(str(path)) as source:
        found = measure(source, profile="controlled-training", quasi_identifiers=quasi,
                        sensitive=sensitive, at=AT)  # fmt: skip

    assert found.claim.sensitive_attributes == judged
    assert {one.attribute for one in found.claim.figures if one.name == "distinct-l"} == set(judged)
