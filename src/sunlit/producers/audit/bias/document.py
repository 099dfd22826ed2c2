"""The full cube as one canonical JSON document, `sunlit-cube/1`, and back (spec/bias-cube.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from decimal import Decimal, InvalidOperation
from math import prod
from typing import Any, Final

import numpy as np

from sunlit.base.canonical import decode_object, encode
from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.cube import (
    MAX_BINS,
    OUTCOMES,
    Binned,
    Counts,
    Cube,
    Dimension,
    Meaning,
    check_size,
)

FORMAT: Final = "sunlit-cube/1"
LIMIT: Final = 64 * 1024 * 1024
RULES: Final = ("value", "at-least", "above", "at-most", "below")
KEYS: Final = frozenset({"format", "attributes", "counts", "meaning", "cells"})
MOST_PEOPLE: Final = 2**53 - 1  # a canonical document holds no greater number


def to_json(cube: Cube) -> bytes:
    """Return the canonical bytes."""
    document: dict[str, object] = {
        "format": FORMAT,
        "attributes": [{"name": one.name, "values": one.values} for one in cube.dimensions],
        "counts": list(_columns(with_outcome=cube.with_outcome)),
        "meaning": asdict(cube.meaning),
        "cells": _cells(cube.counts, len(cube.shape)),
    }
    if cube.scores is not None:
        held = cube.scores
        document["scores"] = {"edges": held.edges, "cells": _cells(held.counts, len(cube.shape))}
    return encode(document)


def _columns(*, with_outcome: bool) -> tuple[str, ...]:
    if not with_outcome:
        return ("not-selected", "selected")
    return ("tn", "fn", "not-selected-unknown", "fp", "tp", "selected-unknown")


def _cells(counts: Counts, attributes: int) -> list[list[list[int]]]:
    """Return `[index of each attribute's value, counts]` of each group with people, in order."""
    shape = counts.shape[:attributes]
    flat = counts.reshape(prod(shape), -1)
    held = np.flatnonzero(flat.any(axis=1))
    places = np.stack(np.unravel_index(held, shape), axis=1) if shape else held[:, None][:, :0]
    return [[at, row] for at, row in zip(places.tolist(), flat[held].tolist(), strict=True)]


def from_json(data: bytes) -> Cube:
    """Read the document; whatever it is, nothing but a cube or `MalformedError` comes of it."""
    document = decode_object(data, what="the cube", limit=LIMIT)
    if document.get("format") != FORMAT:
        raise _malformed("another format", expected=FORMAT)
    if not KEYS <= document.keys() <= KEYS | {"scores"}:
        raise _malformed("other keys", expected=", ".join(sorted(KEYS)))
    dimensions = _dimensions(document["attributes"])
    shape = tuple(len(one.values) for one in dimensions)
    with_outcome = _with_outcome(document["counts"])
    axis = OUTCOMES if with_outcome else 1
    scores = document.get("scores")
    return Cube(
        dimensions=dimensions,
        counts=_counts(document["cells"], shape, (2, axis)),
        with_outcome=with_outcome,
        meaning=_meaning(document["meaning"]),
        scores=None if scores is None else _scores(scores, shape),
    )


def _malformed(what: str, expected: str | None = None) -> MalformedError:
    return MalformedError(
        "bias.cube-malformed", f"the cube cannot be read: {what}", expected=expected,
        mend="take the whole file again, as the audit wrote it",
    )  # fmt: skip


def _listed(value: object, what: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise _malformed(f"{what} is no list")
    return value


def _object(value: object, what: str, keys: Sequence[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise _malformed(f"{what} has other keys", expected=", ".join(keys))
    return value


def _texts(value: object, what: str) -> tuple[str, ...]:
    found = _listed(value, what)
    if not all(isinstance(one, str) for one in found):
        raise _malformed(f"{what} holds something else than texts")
    return tuple(found)


def _dimensions(value: object) -> tuple[Dimension, ...]:
    found = list[Dimension]()
    for item in _listed(value, "attributes"):
        one = _object(item, "an attribute", ("name", "values"))
        values = _texts(one["values"], "the values of an attribute")
        if not isinstance(one["name"], str) or not values or list(values) != sorted(set(values)):
            raise _malformed("an attribute's values are not in order, each once")
        found.append(Dimension(one["name"], values))
    if len({one.name for one in found}) != len(found):
        raise _malformed("an attribute stands twice")
    check_size((one.name, len(one.values)) for one in found)
    return tuple(found)


def _with_outcome(value: object) -> bool:
    named = _texts(value, "counts")
    for answer in (True, False):
        if named == _columns(with_outcome=answer):
            return answer
    raise _malformed("other counts", expected=", ".join(_columns(with_outcome=True)))


def _meaning(value: object) -> Meaning:
    held = dict(_object(value, "meaning", [one.name for one in fields(Meaning)]))
    for name in ("selected", "positive"):
        held[name] = _texts(held[name], name)
    for name in ("prediction", "threshold", "outcome"):
        if not isinstance(held[name], str | None):
            raise _malformed(f"{name} is no text")
    left_out, median = held["left_out"], held["median"]
    if not isinstance(left_out, int) or isinstance(left_out, bool) or left_out < 0:
        raise _malformed("left_out is no count")
    if not isinstance(median, bool) or held["rule"] not in RULES:
        raise _malformed("another rule", expected=", ".join(RULES))
    if held["threshold"] is not None:
        _number(held["threshold"])
    return Meaning(**held)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _malformed("a number is written in another way") from None
    if not number.is_finite():
        raise _malformed("a number is not finite")
    return number


def _scores(value: object, shape: tuple[int, ...]) -> Binned:
    held = _object(value, "scores", ("edges", "cells"))
    edges = _texts(held["edges"], "edges")
    numbers = [_number(one) for one in edges]
    if not 2 <= len(edges) <= MAX_BINS + 1 or numbers != sorted(set(numbers)):
        raise _malformed("the edges of the bins are not in order, each once")
    return Binned(edges, _counts(held["cells"], shape, (len(edges) - 1, OUTCOMES)))


def _counts(value: object, shape: tuple[int, ...], tail: tuple[int, int]) -> Counts:
    """Return the dense counts of sparse cells, which stand in order, each once."""
    counts = np.zeros((prod(shape), tail[0] * tail[1]), dtype=np.int64)
    last, people = -1, 0
    for item in _listed(value, "cells"):
        at, row = _cell(item, shape, tail[0] * tail[1])
        place = int(np.ravel_multi_index(at, shape)) if shape else 0
        people += sum(row)
        if place <= last or people > MOST_PEOPLE or not any(row):
            raise _malformed("the cells are not in order, each once and none of them empty")
        counts[place], last = row, place
    return counts.reshape(*shape, *tail)


def _cell(item: object, shape: tuple[int, ...], size: int) -> tuple[list[int], list[int]]:
    parts = _listed(item, "a cell")
    if len(parts) != 2:
        raise _malformed("a cell is no pair of place and counts")
    at, row = (_whole(part) for part in parts)
    if len(at) != len(shape) or len(row) != size:
        raise _malformed("a cell has another number of places or counts")
    if any(one >= most for one, most in zip(at, shape, strict=True)):
        raise _malformed("a cell lies outside the cube")
    return at, row


def _whole(value: object) -> list[int]:
    found = _listed(value, "part of a cell")
    if not all(type(one) is int and 0 <= one <= MOST_PEOPLE for one in found):
        raise _malformed("a count is no whole number from nought")
    return list(found)
