"""Which names a pickle would import, read opcode by opcode; nothing is ever loaded.

pickletools disassembles; a small symbolic stack follows what the opcodes would build, as far
as needed for two things: the texts that STACK_GLOBAL takes its names from, and the arrays that
joblib writes raw between opcodes (scanners that stop there see only a file's beginning).
"""

import math
import pickletools
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Final, cast

MAX_PICKLES: Final = 10_000  # concatenated in one file
MAX_DEPTH: Final = 16  # pickles nested in joblib's object arrays
MAX_ARGUMENT: Final = 1 << 30  # bytes of one opcode's argument

# What the torch.save of before 2019 writes first; five pickles, then raw numbers.
TORCH_MAGIC: Final = 0x1950A86A20F9469CFC6C
TORCH_PICKLES: Final = 5

UNKNOWN: Final = "?"
_TEXT_LETTER: Final = {"U": 4}  # numpy counts characters of four bytes


@dataclass(frozen=True, slots=True)
class Imports:
    """What was read: the names in order of appearance, and whether the end was reached.

    `bytes_read` counts up to the last whole pickle, or up to where reading failed.
    """

    names: tuple[tuple[str, str], ...]
    pickles: int
    complete: bool
    bytes_read: int
    calls: bool


@dataclass(slots=True)
class _Made:
    """Something a pickle would build: which class from which arguments, with which state."""

    what: tuple[str, str]
    arguments: object = None
    state: object = None


class _Broken(Exception):  # noqa: N818 - never leaves this module
    """The bytes are no further pickle."""


_MARK: Final = object()


@dataclass(slots=True)
class _Reader:
    """Follows the pickles of one stream."""

    stream: IO[bytes]
    names: dict[tuple[str, str], None] = field(default_factory=dict)
    calls: bool = False
    depth: int = 0

    def pickle(self) -> object:
        """Read one pickle up to its STOP and return what it would build."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Broken
        stack: list[object] = []
        memo: dict[int, object] = {}
        opcodes = pickletools.genops(cast("IO[bytes]", _Bounded(self.stream)))
        try:
            with warnings.catch_warnings():
                # Bytes that are no pickle may hold an escape that Python no longer likes.
                warnings.simplefilter("ignore", DeprecationWarning)
                for opcode, argument, _ in opcodes:
                    if opcode.name == "STOP":
                        break
                    self._follow(opcode, argument, stack, memo)
        except (ValueError, IndexError, OverflowError, MemoryError, EOFError) as error:
            raise _Broken from error
        self.depth -= 1
        return stack[-1] if stack else None

    def _follow(
        self,
        opcode: pickletools.OpcodeInfo,
        argument: object,
        stack: list[object],
        memo: dict[int, object],
    ) -> None:
        if opcode.name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
            key = len(memo) if opcode.name == "MEMOIZE" else _number(argument)
            memo[key] = stack[-1] if stack else None
        elif opcode.name in ("GET", "BINGET", "LONG_BINGET"):
            stack.append(memo.get(_number(argument)))
        else:
            taken = _take(opcode, stack)
            stack.extend(self._give(opcode, argument, taken))

    def _give(
        self, opcode: pickletools.OpcodeInfo, argument: object, taken: list[object]
    ) -> Iterator[object]:
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            module, _, last = str(argument).partition(" ")
            self.calls |= name == "INST"
            yield self._imported(module, last)
        elif name == "STACK_GLOBAL":
            yield self._imported(*taken)
        elif name in _MAKERS:
            self.calls = True
            yield _made(taken)
        elif name == "BUILD":
            yield self._built(*taken)
        elif name in _COLLECTORS:
            yield _COLLECTORS[name](taken)
        elif opcode.arg is not None and len(opcode.stack_after) == 1 and not taken:
            yield argument
        else:
            yield from (None for _ in opcode.stack_after if _ is not pickletools.markobject)
            if opcode.name == "MARK":
                yield _MARK

    def _imported(self, module: object, name: object) -> _Made:
        # A name that is not written out as a text was hidden on purpose.
        what = tuple(part if isinstance(part, str) else UNKNOWN for part in (module, name))
        self.names[what[0], what[1]] = None
        return _Made((what[0], what[1]))

    def _built(self, built: object, state: object) -> object:
        self.calls = True
        if isinstance(built, _Made):
            built.state = state
            if built.what[1] == "NumpyArrayWrapper" and built.what[0].startswith("joblib."):
                self._skip_array(state)
        return built

    def _skip_array(self, state: object) -> None:
        """Step over the raw numbers that joblib wrote behind an array's description."""
        if not isinstance(state, dict):
            raise _Broken
        size = _item_size(state.get("dtype"))
        if size is None:  # an array of objects: a whole pickle of its own follows
            self.pickle()
            return
        if state.get("numpy_array_alignment_bytes") is not None:
            padding = self.stream.read(1)
            self.stream.seek(padding[0] if padding else 0, 1)
        shape = state.get("shape")
        if not isinstance(shape, list) or not all(_is_length(one) for one in shape):
            raise _Broken
        self.stream.seek(math.prod(shape) * size, 1)


@dataclass(slots=True)
class _Bounded:
    """A stream whose single reads are bounded: an opcode may ask for any length it likes."""

    stream: IO[bytes]

    def read(self, size: int = -1) -> bytes:
        if size > MAX_ARGUMENT:
            raise ValueError(size)
        return self.stream.read(size)

    def readline(self) -> bytes:
        return self.stream.readline(MAX_ARGUMENT)

    def tell(self) -> int:
        return self.stream.tell()


def read_imports(stream: IO[bytes], size: int) -> Imports:
    """Read every pickle of a seekable stream of `size` bytes, from where it stands."""
    reader = _Reader(stream)
    count, end, torch = 0, stream.tell(), False
    while count < MAX_PICKLES and end < size and not (torch and count == TORCH_PICKLES):
        try:
            built = reader.pickle()
        except _Broken:
            break
        torch |= count == 0 and built == TORCH_MAGIC
        count, end = count + 1, stream.tell()
    legacy = torch and count == TORCH_PICKLES
    return Imports(
        names=tuple(reader.names),
        pickles=count,
        complete=legacy or end == size,
        bytes_read=end,
        calls=reader.calls,
    )


def _take(opcode: pickletools.OpcodeInfo, stack: list[object]) -> list[object]:
    """Take from the stack what the opcode takes; what is above a mark, when it takes a mark."""
    if pickletools.markobject not in opcode.stack_before or opcode.name == "MARK":
        count = len(opcode.stack_before)
        if count > len(stack):
            raise _Broken
        taken = stack[len(stack) - count :]
        del stack[len(stack) - count :]
        return taken
    above: list[object] = []
    while stack:
        one = stack.pop()
        if one is _MARK:
            break
        above.append(one)
    else:
        raise _Broken
    above.reverse()
    if opcode.stack_before[0] is not pickletools.markobject:  # SETITEMS, APPENDS, ADDITEMS
        above.insert(0, stack.pop() if stack else None)
    return above


def _is_length(value: object) -> bool:
    return isinstance(value, int) and value >= 0


def _number(argument: object) -> int:
    return int(str(argument))


def _made(taken: list[object]) -> object:
    first = taken[0] if taken else None
    what = first.what if isinstance(first, _Made) else (UNKNOWN, UNKNOWN)
    return _Made(what, taken[1] if len(taken) > 1 else None)


def _with_items(taken: list[object]) -> object:
    target, items = taken[0], taken[1:]
    if isinstance(target, dict):
        pairs = zip(items[::2], items[1::2], strict=False)
        target.update({key: value for key, value in pairs if isinstance(key, str)})
    return target


_MAKERS: Final = frozenset({"REDUCE", "NEWOBJ", "NEWOBJ_EX", "OBJ", "BINPERSID"})


def _new_dict(_taken: list[object]) -> object:
    return dict[object, object]()


_COLLECTORS: Final[Mapping[str, Callable[[list[object]], object]]] = {
    "EMPTY_DICT": _new_dict,
    "EMPTY_TUPLE": list,
    "TUPLE": list,
    "TUPLE1": list,
    "TUPLE2": list,
    "TUPLE3": list,
    "SETITEM": _with_items,
    "SETITEMS": _with_items,
}


def _item_size(dtype: object) -> int | None:
    """Return the bytes of one element of a numpy dtype as pickled; None for objects."""
    if not isinstance(dtype, _Made) or dtype.what != ("numpy", "dtype"):
        raise _Broken
    code = dtype.arguments[0] if isinstance(dtype.arguments, list) and dtype.arguments else None
    if not isinstance(code, str) or not code[1:].isdecimal():
        raise _Broken
    if code[0] == "O" or (code[0] == "V" and _holds_objects(dtype.state)):
        return None
    return int(code[1:]) * _TEXT_LETTER.get(code[0], 1)


def _holds_objects(state: object) -> bool:
    # numpy's state of a dtype ends with its flags; bit 0 is NPY_ITEM_REFCOUNT: it holds objects.
    flags = state[7] if isinstance(state, list) and len(state) > 7 else 0
    return isinstance(flags, int) and bool(flags & 1)
