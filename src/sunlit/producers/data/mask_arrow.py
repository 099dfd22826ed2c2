"""Arrow columns, value by value: distinct values are masked once, in C where a loop allows it.

A value's text is Arrow's own writing of it (`1`, `1.5`, `2024-01-31`), so the number 1 and the text
`1` are one value. A zoned timestamp is written in its own zone's local time.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sunlit.producers.data.arrow import Array, Kind, compute
from sunlit.recognise.masking_coarse import Coarser
from sunlit.recognise.masking_pseudonym import LETTERS, Pseudonymiser, normal

if TYPE_CHECKING:
    import numpy as np

MISSING: Final = "[missing]"

Texts = Callable[[Array], Array]
"""Distinct texts, none null -> masked texts, null where a method could not read one."""


def as_text(array: Array) -> Array:
    """Return the values written as text; nulls stay null."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    pc = compute()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        array, kind = array.storage, array.storage.type
    if pa.types.is_string(kind):
        return array
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        array = pc.local_timestamp(array)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        texts = [None if one is None else one.hex() for one in array.to_pylist()]
        return pa.array(texts, pa.string())
    return array.cast(pa.string())


def by_distinct(array: Array, change: Texts) -> Array:
    """Return `change` of each distinct value, in the values' places; nulls stay null."""
    encoded = as_text(array).dictionary_encode()
    return change(encoded.dictionary).take(encoded.indices)


def one_by_one(change: Coarser) -> Texts:
    """Return a change of texts that calls Python for each distinct one."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    def changed(texts: Array) -> Array:
        return pa.array([change(one) for one in texts.to_pylist()], pa.string())

    return changed


def in_letters(maker: Pseudonymiser, *, length: int, fold: bool, prefix: str) -> Texts:
    """Return the quick way to pseudonyms in letters: equal to `pseudonymise`, text by text."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    pc = compute()
    before = f"{prefix}-" if prefix else ""

    def change(texts: Array) -> Array:
        plain = normal_texts(texts, fold=fold)
        values = plain.cast(pa.binary()).to_pylist()
        made = _letters(maker.digests(values), len(values), length)
        if before:
            made = pc.binary_join_element_wise(before, made, "")
        return pc.if_else(pc.equal(pc.binary_length(plain), 0), texts, made)

    return change


def normal_texts(texts: Array, *, fold: bool) -> Array:
    """Return `normal` of each text, in C where all of them are plain ASCII."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    pc = compute()
    # Arrow's trim and Python's strip agree on ASCII only but for four separators (0x1c-0x1f).
    plain = pc.all(pc.string_is_ascii(texts)).as_py() is not False
    if not plain or pc.any(pc.match_substring_regex(texts, "[\x1c-\x1f]")).as_py():
        return pa.array([normal(one, fold=fold) for one in texts.to_pylist()], pa.string())
    trimmed = pc.ascii_trim_whitespace(texts)
    if not fold:
        return trimmed
    bare = pc.ascii_lower(pc.replace_substring_regex(trimmed, r"[ \t\n\r.()/-]+", ""))
    return pc.if_else(pc.equal(pc.binary_length(bare), 0), trimmed, bare)


def _letters(digests: bytes, count: int, length: int) -> Array:
    """Return the first `length` half-bytes of each 32-byte digest as consonants."""
    import numpy as np  # noqa: PLC0415 - an extra
    import pyarrow as pa  # noqa: PLC0415

    whole = np.frombuffer(digests, np.uint8).reshape(count, 32)[:, : (length + 1) // 2]
    halves = np.empty((count, whole.shape[1] * 2), np.uint8)
    halves[:, 0::2], halves[:, 1::2] = whole >> 4, whole & 15
    letters = np.frombuffer(LETTERS.encode(), np.uint8)[halves[:, :length]]
    offsets = (np.arange(count + 1) * length).astype(np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))]
    return pa.Array.from_buffers(pa.string(), count, buffers)


def back(texts: Array, kind: Kind) -> Array:
    """Return texts as values of a type; what the type cannot hold becomes null."""
    import pyarrow as pa  # noqa: PLC0415 - an extra

    if pa.types.is_string(kind):
        return texts
    try:
        return _cast(texts, kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        values = texts.to_pylist()
        ones = [_one(one, kind) for one in values]
        return pa.concat_arrays(ones) if ones else pa.nulls(0, kind)


def _cast(texts: Array, kind: Kind) -> Array:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    if pa.types.is_integer(kind):
        # "10.0" is what rounding to "2.5" may leave of an integer.
        return texts.cast(pa.decimal128(38, 18)).cast(kind, safe=True)
    return texts.cast(kind)


def _one(text: str | None, kind: Kind) -> Array:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    try:
        return _cast(pa.array([text], pa.string()), kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.nulls(1, kind)


def filled(array: Array, instead: str | None) -> Array:
    """Return a text array with its nulls replaced where the plan says so."""
    pc = compute()
    return array if instead is None else pc.fill_null(array, instead)


def count_changed(before: Array, after: Array) -> int:
    """Return in how many places two arrays of one length differ; null equals null."""
    pc = compute()
    first, second = as_text(before), as_text(after)
    same = pc.fill_null(pc.equal(first, second), False)  # noqa: FBT003 - Arrow's own signature
    both_null = pc.and_(pc.is_null(first), pc.is_null(second))
    return len(before) - int(pc.sum(pc.or_(same, both_null)).as_py() or 0)


def decimals(array: Array) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return numbers as 64-bit floats; NaN for null."""
    import numpy as np  # noqa: PLC0415 - an extra
    import pyarrow as pa  # noqa: PLC0415

    found = array.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return np.asarray(found, np.float64)
