"""The inputs of an ONNX graph, read off the protobuf bytes: no library, nothing is run.

Field numbers from onnx.proto (IR version 3 and later): ModelProto.graph = 7; GraphProto.node = 1,
.initializer = 5, .input = 11; NodeProto.input = 1, .attribute = 5; AttributeProto.g = 6,
.graphs = 11; ValueInfoProto.name = 1; TensorProto.name = 8.
"""

from collections.abc import Iterator
from typing import Final

MAX_DEPTH: Final = 8  # graphs within graphs
Field = tuple[int, bytes]


def onnx_inputs(data: bytes) -> list[tuple[str, bool]]:
    """Return the graph's inputs in order, and whether some node reads each.

    Raises:
        ValueError: if the bytes are no such protobuf.
    """
    graphs = [value for number, value in _fields(data) if number == 7]
    if len(graphs) != 1:
        raise ValueError
    fields = list(_fields(graphs[0]))
    fixed = {_text(value, 8) for number, value in fields if number == 5}
    inputs = [_text(value, 1) for number, value in fields if number == 11]
    read = set(_read(graphs[0], 0))
    return [(name, name in read) for name in dict.fromkeys(inputs) if name not in fixed]


def _read(graph: bytes, depth: int) -> Iterator[str]:
    """Yield what nodes read, those of inner graphs (If, Loop) too: they see the outer names."""
    if depth > MAX_DEPTH:
        raise ValueError
    for node in (value for number, value in _fields(graph) if number == 1):
        for number, value in _fields(node):
            if number == 1:
                yield value.decode("utf-8")
            elif number == 5:
                for inner, below in _fields(value):
                    if inner in {6, 11}:
                        yield from _read(below, depth + 1)


def _text(message: bytes, field: int) -> str:
    return next(
        (value.decode("utf-8") for number, value in _fields(message) if number == field), ""
    )


def _fields(data: bytes) -> Iterator[Field]:
    """Yield the length-delimited fields; skip numbers."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            _, at = _varint(data, at)
        elif wire in {1, 5}:
            at += 8 if wire == 1 else 4
        elif wire == 2:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise ValueError
            yield number, data[at : at + size]
            at += size
        else:
            raise ValueError
    if at != len(data):
        raise ValueError


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ValueError
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError
