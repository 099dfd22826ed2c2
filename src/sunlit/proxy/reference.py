"""What inputs are compared with: ranges and histograms by field, in a small JSON file.

A field's name says where its numbers stand: a JSON Pointer into a plain body, or for the Open
Inference Protocol the name of an input tensor, or `name/column`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.proxy.pointer import MISSING, members, parsed, resolve
from sunlit.proxy.routes import Api

MAX_FILE: Final = 4 << 20
MAX_LOOKED_AT: Final = 8 << 20  # a larger body is not parsed: it would hold up the loop
MAX_FIELDS: Final = 200
MAX_BINS: Final = 100
MAX_NUMBERS: Final = 1000  # of one field in one request that are looked at
CONFIG: Final = "proxy.config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Histogram:
    """Inner edges (n, rising) and counts (n + 1)."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Ranges and histograms by field."""

    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    histograms: Mapping[str, Histogram] = field(default_factory=dict)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of all fields."""
        return tuple(sorted({*self.ranges, *self.histograms}))


def load_reference(path: Path) -> Reference:
    """Read a reference file.

    Raises:
        MalformedError: `proxy.config`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise MalformedError(
            CONFIG, "the detectors' reference cannot be read", got=error.strerror,
            mend="correct detectors.reference",
        ) from error  # fmt: skip
    document = members(parsed(data))
    rows = members(document.get("fields"))
    if len(data) > MAX_FILE or document.get("v") != 1 or not 0 < len(rows) <= MAX_FIELDS:
        raise _odd("the file")
    ranges = {name: _range(name, members(row)) for name, row in rows.items() if "min" in
              members(row)}  # fmt: skip
    histograms = {name: _histogram(name, members(row)) for name, row in rows.items() if "edges" in
                  members(row)}  # fmt: skip
    return Reference(ranges=ranges, histograms=histograms)


def _range(name: str, row: Mapping[str, object]) -> tuple[float, float]:
    bounds = [_number(row.get(key)) for key in ("min", "max")]
    low, high = bounds
    if low is None or high is None or low > high:
        raise _odd(name)
    return low, high


def _histogram(name: str, row: Mapping[str, object]) -> Histogram:
    edges, counts = row.get("edges"), row.get("counts")
    if not isinstance(edges, list) or not isinstance(counts, list) or len(edges) > MAX_BINS:
        raise _odd(name)
    found = [_number(one) for one in edges]
    good = [one for one in found if one is not None]
    whole = [one for one in counts if type(one) is int and one >= 0]
    if (
        len(good) != len(edges) or sorted(set(good)) != good
        or len(whole) != len(counts) or len(whole) != len(good) + 1 or not sum(whole)
    ):  # fmt: skip
        raise _odd(name)
    return Histogram(edges=tuple(good), counts=tuple(whole))


def read_numbers(api: Api, document: object, fields: Sequence[str]) -> dict[str, list[float]]:
    """Return the numbers of a request in the fields that are compared; never raises."""
    if api is Api.OIP:
        return _tensors(document, fields)
    found = {name: _number(resolve(document, name)) for name in fields}
    return {name: [number] for name, number in found.items() if number is not None}


def _tensors(document: object, fields: Sequence[str]) -> dict[str, list[float]]:
    inputs = members(document).get("inputs")
    found: dict[str, list[float]] = {}
    for tensor in map(members, inputs if isinstance(inputs, list) else []):
        name, data = tensor.get("name"), tensor.get("data")
        if not isinstance(name, str) or not isinstance(data, list):
            continue
        columns = _columns(tensor.get("shape"))
        for wanted in fields:
            if wanted == name:
                found[wanted] = list(_numbers(data))
            elif wanted.startswith(f"{name}/") and wanted[len(name) + 1 :].isdecimal():
                at = int(wanted[len(name) + 1 :])
                flat = data if not _is_nested(data) else [one for row in data for one in row]
                found[wanted] = list(_numbers(flat[at::columns])) if at < columns else []
    return found


def _is_nested(data: list[object]) -> bool:
    return bool(data) and all(isinstance(one, list) for one in data)


def _columns(shape: object) -> int:
    last = shape[-1] if isinstance(shape, list) and len(shape) > 1 else 1
    return last if type(last) is int and last > 0 else 1


def _numbers(data: list[object]) -> Iterator[float]:
    seen = 0
    for value in data:
        items = value if isinstance(value, list) else [value]
        for one in items:
            number = _number(one)
            if number is None:
                continue
            if seen == MAX_NUMBERS:
                return
            seen += 1
            yield number


def _number(value: object) -> float | None:
    if value is MISSING or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _odd(name: str) -> MalformedError:
    return MalformedError(
        CONFIG, "the detectors' reference is malformed", got=name[:80],
        expected='{"v":1,"fields":{name:{"min","max"} and/or {"edges","counts"}}}',
        mend="see spec/proxy-config.md",
    )  # fmt: skip
