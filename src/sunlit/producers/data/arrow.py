"""Arrow's types by name, for readers: the library has none that a type checker could use."""

from typing import Any, TypeAlias

Array: TypeAlias = Any
Batch: TypeAlias = Any
Kind: TypeAlias = Any
"""A type of values: `pyarrow.DataType`."""
Schema: TypeAlias = Any
Table: TypeAlias = Any


def compute() -> Any:  # noqa: ANN401 - an untyped module
    """Return `pyarrow.compute`, which is imported when it is needed: it is an extra."""
    import pyarrow.compute  # noqa: PLC0415

    return pyarrow.compute
