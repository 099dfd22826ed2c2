"""What values a column may have: a domain file, so that the data need not say so.

    schema = 1
    [columns.AGEP]
    lower = 0           # both included; what lies outside counts as the nearest
    upper = 64
    bins = 20           # not said: each whole number its own if there are at most 100, else 20
    [columns.PINCP]
    edges = [0, 1, 5000, 20000, 30000]   # of bins that differ in width; the last is included
    [columns.SEX]
    values = [1, 2]     # all that may occur

With differential privacy, what is taken from the data and not declared is paid for with a share
of epsilon, or is outside the guarantee. A column's `ground` says which: `declared`, `type` (a
boolean), `noise`, `data`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import tomlkit

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.toml import parse_toml, place_in
from sunlit.producers.data.arrow import Array, compute
from sunlit.producers.data.synth_frame import (
    CATEGORY,
    FEW_VALUES,
    NUMBER,
    Frame,
    Numbers,
    Spec,
    decode,
    distinct,
    each,
)

BINS: Final = 20
WHOLE_BINS: Final = 100  # whole numbers that are each a bin of their own
MAX_VALUES: Final = 5_000
MAX_FILE: Final = 4_000_000  # bytes
KEYS: Final = frozenset({"values", "lower", "upper", "bins", "edges"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One column's: `values` (codes of a category, or numbers) or `edges`; `ground` says whence."""

    ground: str
    values: Numbers | None = None
    edges: Numbers | None = None


def read_domain(path: Path) -> dict[str, dict[str, Any]]:
    """Return column name -> what a domain file declares.

    Raises:
        MalformedError: `synth.bad-domain`.
        UnavailableError: `synth.unreadable`.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_FILE + 1)
        document = parse_toml(raw.decode("utf-8")) if len(raw) <= MAX_FILE else {}
    except OSError as error:
        raise UnavailableError(
            "synth.unreadable", f"cannot read the domain file {str(path)!r}", got=error.strerror
        ) from error
    except (ValueError, RecursionError) as error:
        raise bad(f"the file ({place_in(error)})", "TOML") from error
    columns = document.get("columns")
    if document.get("schema") != 1 or not isinstance(columns, dict):
        raise bad("the file", "schema = 1 and tables [columns.NAME]")
    for name, said in columns.items():
        if not isinstance(said, dict) or set(said) - KEYS or not said:
            raise bad(f"column {name!r}", "values, or edges, or lower and upper and perhaps bins")
    return columns


def declare(frame: Frame, said: Mapping[str, Mapping[str, Any]]) -> Frame:
    """Return the frame with the declared values as the categories' codes.

    Raises:
        MalformedError: `synth.no-such-column`, `synth.bad-domain`, `synth.outside-domain`.
    """
    for name in said:
        frame.place(name)
    pairs = [_declared(spec, values, said.get(spec.name)) for spec, values in each(frame)]
    columns = [values for _, values in pairs]
    return Frame(
        tuple(spec for spec, _ in pairs), np.column_stack(columns) if columns else frame.values
    )


def domains(
    frame: Frame, said: Mapping[str, Mapping[str, Any]], *, from_data: bool
) -> tuple[Domain, ...]:
    """Return each column's domain; the frame's categories are declared already.

    Raises:
        MalformedError: `synth.bad-domain`.
    """
    return tuple(
        _domain(spec, values, said.get(spec.name), from_data=from_data)
        for spec, values in each(frame)
    )


def draft(frame: Frame) -> str:
    """Return a domain file as the data would have it, for a person to correct."""
    document = tomlkit.document()
    document.add(tomlkit.comment("Drafted from the data, so nothing here is declared yet: put"))
    document.add(tomlkit.comment("what the codebook allows, whether or not it occurs."))
    document["schema"] = 1
    columns = tomlkit.table(is_super_table=True)
    for spec, values in each(frame):
        columns[spec.name] = dict(_drafted(spec, values))
    document["columns"] = columns
    return tomlkit.dumps(document)


def _drafted(spec: Spec, values: Numbers) -> Iterator[tuple[str, Any]]:
    known = distinct(values)
    if spec.kind == CATEGORY:
        yield "values", spec.categories.cast(pa.string()).to_pylist() if spec.size else []
    elif len(known) <= FEW_VALUES:
        yield "values", _written(spec, known)
    else:
        yield "edges", _written(spec, _quantiles(spec, values))


def _written(spec: Spec, values: Numbers) -> list[Any]:
    if pa.types.is_temporal(spec.type):
        one = Frame((spec,), values[:, None])
        return [str(it) for it in decode(one).column(0).cast(pa.string()).to_pylist()]
    return [int(it) if spec.whole else float(it) for it in values]


def _declared(spec: Spec, values: Numbers, said: Mapping[str, Any] | None) -> tuple[Spec, Numbers]:
    if spec.kind == NUMBER:
        return spec, values
    if said is None:
        if not pa.types.is_boolean(spec.type):
            return spec, values
        listed: Any = pa.array([False, True])
    elif isinstance(said.get("values"), list):
        listed = _listed(spec, said["values"])
    else:
        raise bad(f"column {spec.name!r}", "values: it is no number")
    found = _places(spec, listed)
    codes = np.append(found, np.nan)[np.where(np.isnan(values), -1, values).astype(int)]
    outside = int((np.isnan(codes) & ~np.isnan(values)).sum())
    if outside:
        raise MalformedError(
            "synth.outside-domain", f"column {spec.name!r} has values that its domain lacks",
            got=f"{outside} rows", mend="add them to the domain file, or mend the data",
        )  # fmt: skip
    return replace(spec, categories=listed), codes


def _places(spec: Spec, listed: Array) -> Numbers:
    if not spec.size:
        return np.empty(0)
    found = compute().index_in(spec.categories, value_set=listed).cast(pa.float64())
    return np.array(found.to_numpy(zero_copy_only=False), dtype=np.float64)


def _listed(spec: Spec, values: list[Any]) -> Array:
    type_ = spec.type.value_type if pa.types.is_dictionary(spec.type) else spec.type
    try:
        listed = pa.array([str(it) if isinstance(it, str) else it for it in values]).cast(type_)
    except (pa.ArrowException, TypeError) as error:
        raise bad(f"column {spec.name!r}", f"values of the type {type_}") from error
    unique = listed.unique()
    if not 0 < len(unique) <= MAX_VALUES or unique.null_count:
        raise bad(f"column {spec.name!r}", f"1 to {MAX_VALUES} values")
    return unique


def _domain(
    spec: Spec, values: Numbers, said: Mapping[str, Any] | None, *, from_data: bool
) -> Domain:
    if spec.kind == CATEGORY:
        ground = "declared" if said else "type" if pa.types.is_boolean(spec.type) else ""
        ground = ground or ("data" if from_data else "noise")
        return Domain(ground=ground, values=np.arange(spec.size, dtype=np.float64))
    if said is not None:
        return _number(spec, said)
    if not from_data:
        return Domain(ground="noise")
    known = distinct(values)
    if len(known) <= FEW_VALUES:
        return Domain(ground="data", values=known)
    return Domain(ground="data", edges=_closed(spec, _quantiles(spec, values)))


def _quantiles(spec: Spec, values: Numbers) -> Numbers:
    """Return edges between which about as many values lie; a frequent whole number is a bin."""
    known = values[~np.isnan(values)]
    edges = np.quantile(known, np.linspace(0, 1, BINS + 1))
    if not spec.whole:
        return np.unique(edges)
    seen, counts = np.unique(known, return_counts=True)
    often = seen[(counts > len(known) / BINS) & (seen < known.max())]
    return np.unique(np.concatenate([np.floor(edges), often, often + 1]))


def _closed(spec: Spec, edges: Numbers) -> Numbers:
    """Return the edges with the last included: an edge is no part of the bin below it."""
    return np.append(edges[:-1], edges[-1] + 1) if spec.whole else edges


def _number(spec: Spec, said: Mapping[str, Any]) -> Domain:
    where = f"column {spec.name!r}"
    if "values" in said:
        values = np.unique(_plain(spec, said["values"]))
        if set(said) != {"values"} or not 0 < len(values) <= MAX_VALUES:
            raise bad(where, f"1 to {MAX_VALUES} values and nothing else, or lower and upper")
        return Domain(ground="declared", values=values)
    if "edges" in said:
        edges = _plain(spec, said["edges"])
        if set(said) != {"edges"} or len(edges) < 2 or not (np.diff(edges) > 0).all():
            raise bad(where, "two or more edges that rise, and nothing else")
        return Domain(ground="declared", edges=_closed(spec, edges))
    low, high = _plain(spec, [said.get("lower"), said.get("upper")])
    bins = said.get("bins", BINS)
    if not isinstance(bins, int) or not 0 < bins <= MAX_VALUES or not low < high:
        raise bad(where, f"lower < upper, and 1 to {MAX_VALUES} bins")
    top = high + 1 if spec.whole else high
    if spec.whole and "bins" not in said and top - low <= WHOLE_BINS:
        return Domain(ground="declared", edges=np.arange(low, top + 1))
    return Domain(ground="declared", edges=np.linspace(low, top, bins + 1))


def _plain(spec: Spec, values: Any) -> Numbers:  # noqa: ANN401
    """Return numbers, or dates and times in the units of their type."""
    try:
        if pa.types.is_temporal(spec.type):
            array = pa.array(values).cast(spec.type)
            array = array.cast(pa.int32() if spec.type.bit_width == 32 else pa.int64())
            numbers = np.array(array.to_numpy(zero_copy_only=False), dtype=np.float64)
        else:
            if any(isinstance(it, str | bool) for it in values):
                raise TypeError
            numbers = np.array(values, dtype=np.float64)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise bad(f"column {spec.name!r}", "numbers, or dates as they are written") from error
    if not np.isfinite(numbers).all():
        raise bad(f"column {spec.name!r}", "finite numbers")
    return numbers


def bad(what: str, expected: str) -> MalformedError:
    """Return the error of a domain file."""
    return MalformedError(
        "synth.bad-domain", f"the domain file is malformed: {what}", expected=expected,
        mend="draft one: sunlit data synth PLACE --write-domain FILE",
    )  # fmt: skip
