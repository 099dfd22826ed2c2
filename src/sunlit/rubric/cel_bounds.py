"""How much an expression may cost, told from its text and the size of what it looks at.

The library has no limit of its own, and a time-out would make the answer hang on the machine. So
what could grow is counted beforehand, never less than it can be: each level of a macro may visit
every item of the longest list, each `+` may double a value, each list in a `map` may repeat one.
Comparing or copying one value takes some 20 to 100 ns (measured), so that `MOST` is about a
second.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_CHARACTERS: Final = 1000
MOST_BRACKETS: Final = 32  # nested, so that no parser runs out of its stack
MOST_LEVELS: Final = 3
MOST: Final = 10_000_000
MOST_VALUES: Final = 200_000  # in all that is looked at
MACROS: Final = frozenset({"all", "exists", "exists_one", "filter", "has", "map"})
FUNCTIONS: Final = frozenset(
    {"bool", "contains", "double", "duration", "endsWith", "int", "size", "startsWith", "string",
     "timestamp"}
)  # fmt: skip
_TEXT: Final = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_CALL: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_COMPARED: Final = re.compile(r"[=!<>]=?|\bin\b|" + _CALL.pattern)
_WHOLE: Final = re.compile(r"\bstatements\b(?!\s*[.\[])(?<!size\(statements)")
_OPEN: Final = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Shape:
    """What an expression can cost: levels of macros, their number, comparisons, growth."""

    levels: int
    macros: int
    compared: int
    growth: int
    is_whole: bool  # the list of all statements is used as one value


def shape(expression: str) -> Shape | str:
    """Return the shape of an expression, or why it is not evaluated."""
    if len(expression) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    code = _TEXT.sub("''", expression)
    if re.search(r"[\"`\\]|//|'''", code) or code.count("'") % 2:
        return "it has a text that this reader does not understand"
    called = _CALL.findall(code)
    if strange := sorted(set(called) - MACROS - FUNCTIONS - {"in"}):
        return f"it calls {strange[0]}"
    nested = _nested(code)
    if nested is None:
        return f"its brackets do not match, or nest deeper than {MOST_BRACKETS}"
    if nested > MOST_LEVELS:
        return f"it nests more than {MOST_LEVELS} macros"
    loops = [name for name in called if name in MACROS and name != "has"]
    spare = max(0, code.count(",") - len(loops)) + code.count("{")
    return Shape(
        levels=nested, macros=max(1, len(loops)), compared=1 + len(_COMPARED.findall(code)),
        growth=2 ** code.count("+") * (1 + spare) ** (1 + loops.count("map")),
        is_whole=bool(_WHOLE.search(code)),
    )  # fmt: skip


def _nested(code: str) -> int | None:
    """Return how deep macros lie in macros; None where brackets do not match or nest too deep."""
    starts = {match.end() - 1: match[1] for match in _CALL.finditer(code)}
    stack: list[tuple[str, bool]] = []
    deepest = 0
    for place, letter in enumerate(code):
        if letter in _OPEN:
            is_loop = starts.get(place) in MACROS - {"has"}
            stack.append((_OPEN[letter], is_loop))
            deepest = max(deepest, sum(loop for _, loop in stack))
        elif letter in ")]}" and (not stack or stack.pop()[0] != letter):
            return None
        if len(stack) > MOST_BRACKETS:
            return None
    return None if stack else deepest


def too_much(found: Shape, view: Mapping[str, object]) -> str | None:
    """Return why the expression costs too much on this view; None where it may be evaluated."""
    statements = view.get("statements")
    each = statements if isinstance(statements, Sequence) else ()
    sizes = [len(tuple(_values(one))) for one in each]
    others = sum(len(tuple(_values(value))) for name, value in view.items() if name != "statements")
    if (total := sum(sizes) + others) > MOST_VALUES:
        return f"there are {total} values to look at, and {MOST_VALUES} are looked at"
    longest = max(len(value) for value in _values(view) if isinstance(value, list | dict))
    heaviest = sum(sizes) if found.is_whole else max(sizes, default=1)
    visits = (longest * found.growth) ** found.levels * found.macros
    cost = visits * found.compared * (max(heaviest, others) * found.growth)
    return f"it may take {cost:.0e} steps on this evidence" if cost > MOST else None


def _values(value: object) -> Iterator[object]:
    todo = [value]
    while todo:
        one = todo.pop()
        yield one
        if isinstance(one, Mapping):
            todo += one.values()
        elif isinstance(one, list | tuple):
            todo += one
