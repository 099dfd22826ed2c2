"""The `[audit.*]` tables of `sunlit.toml`: which audits a component's maintainer wants repeated.

A table has the options of the command `sunlit audit NAME` as keys: a list repeats an option, a
table gives it as NAME=VALUE. Only what is listed here is taken from a file: never a key, a home, a
place to write to, code to run or an address to call.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import MalformedError

MALFORMED: Final = "toml.malformed"
# command -> the keys that name its data, in order
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "bias": ("predictions",),
    "drift": ("reference", "current"),
    "import": ("report",),
    "redteam": (),
    "robustness": ("data",),
}
# command -> the options that may be given
OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "bias": frozenset({
        "adverse", "attribute", "band", "contract", "data-kind", "days", "delimiter",
        "distributed-on", "encoding", "favourable", "floor", "form", "intersect", "memory",
        "min-share", "not-analysed", "outcome", "positive", "prediction", "reference",
        "replicates", "rule", "score", "seed", "threshold", "unknown",
    }),
    "drift": frozenset({
        "by", "category", "cut", "floor", "leave-out", "limit", "memory", "numeric", "outcome",
        "prediction", "set-by", "valid-days",
    }),
    "import": frozenset({
        "endpoint-name", "format", "kind", "max-success", "name", "planned", "sampling", "success",
    }),
    "redteam": frozenset({"detector", "limit", "replay", "valid-days"}),
    "robustness": frozenset({
        "category", "cut", "feature", "kind", "limit", "model", "monotone", "noise", "numeric",
        "outcome", "reads-text", "rows", "seed", "set-by", "text", "valid-days",
    }),
}  # fmt: skip
FILES: Final = frozenset({"replay", "model"})  # options that name a file


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One audit: its command, the data it is made on, and its options in order.

    `places` are relative paths; `options` are pairs of name and value, None for a bare flag.
    """

    command: str
    places: tuple[str, ...]
    options: tuple[tuple[str, str | None], ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Every file or folder that the audit reads."""
        named = (value for name, value in self.options if name in FILES and value is not None)
        return (*self.places, *named)

    def arguments(self, within: str = "") -> tuple[str, ...]:
        """Return the words after `sunlit audit`; `within` stands before each path."""
        words = [self.command, *(f"{within}{place}" for place in self.places)]
        for name, value in self.options:
            words.append(f"--{name}")
            if value is not None:
                words.append(f"{within}{value}" if name in FILES else value)
        return tuple(words)


def read_audits(section: object, unknown: list[str]) -> tuple[AuditEntry, ...]:
    """Read the tables below `[audit]`; `unknown` gets the paths of keys that are not known.

    Raises:
        MalformedError: `toml.malformed`.
    """
    if not isinstance(section, dict):
        raise _malformed("audit", "tables, each headed such as [audit.bias]")
    found = []
    for command, value in section.items():
        if command not in PLACES:
            unknown.append(f"audit.{command}")
            continue
        tables = value if isinstance(value, list) else [value]
        found += [_entry(command, table, unknown) for table in tables]
    return tuple(found)


def _entry(command: str, table: object, unknown: list[str]) -> AuditEntry:
    where = f"audit.{command}"
    if not isinstance(table, dict):
        raise _malformed(where, "a table")
    rest = dict(table)
    places = [_path(rest.pop(key, None), f"{where}.{key}") for key in PLACES[command]]
    options: list[tuple[str, str | None]] = []
    for key, value in rest.items():
        if key not in OPTIONS[command]:
            unknown.append(f"{where}.{key}")
        elif key in FILES:
            options.append((key, _path(value, f"{where}.{key}")))
        else:
            options += [(key, one) for one in _values(value, f"{where}.{key}")]
    return AuditEntry(command=command, places=tuple(places), options=tuple(options))


def _path(value: object, where: str) -> str:
    """Read a place: a file or folder, never an address or a database."""
    if not isinstance(value, str) or not value or value.startswith(("-", "/")) or ":" in value:
        raise _malformed(where, "a path, from the folder of sunlit.toml")
    return value


def _values(value: object, where: str) -> Iterator[str | None]:
    if isinstance(value, dict):
        yield from (f"{name}={_scalar(one, where)}" for name, one in value.items())
    elif isinstance(value, list):
        yield from (_scalar(one, where) for one in value)
    elif value is True:
        yield None
    elif value is not False:
        yield _scalar(value, where)


def _scalar(value: object, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _malformed(where, "a text, a number, a list of those or a table of those")
    text = str(value)
    if text.startswith("-"):
        raise _malformed(where, "a value that does not begin with a dash")
    return text


def _malformed(where: str, expected: str) -> MalformedError:
    return MalformedError(
        MALFORMED, f"sunlit.toml: {where} is malformed", expected=expected,
        mend="docs/sunlit-toml.md describes every key",
    )  # fmt: skip
