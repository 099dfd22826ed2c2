"""All patterns in one Hyperscan database: one pass over the bytes, linear in their number."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sunlit.base.errors import MalformedError, UnavailableError

Hit = tuple[int, int, int]  # number of the pattern, start, end: in bytes


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as the database matches it.

    `edges`: no letter or digit may touch the match. `starts`: hits say where they begin.
    """

    regex: str
    edges: bool
    case_sensitive: bool
    starts: bool = True

    def whole(self) -> str:
        """Return the expression with its edges; RE2 reads it the same way."""
        # An underscore is a letter to `\b`, and glues file names together.
        return rf"(?:\b|_)(?:{self.regex})(?:\b|_)" if self.edges else f"(?:{self.regex})"


class Database:
    """A compiled set of patterns; any number of threads may scan with it."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """Compile the patterns.

        Raises:
            MalformedError: `recognise.pattern`.
            UnavailableError: `recognise.no-engine`.
        """
        self._local = threading.local()
        self._library = _library()
        self._database = self._compile(patterns) if patterns else None

    def hits(self, text: bytes) -> list[Hit]:
        """Return every match of every pattern, in order of their ends."""
        found: list[Hit] = []
        if self._database is None:
            return found
        keep = found.append

        def one(pattern: int, start: int, end: int, _flags: int, _context: object) -> None:
            keep((pattern, start, end))

        self._database.scan(text, match_event_handler=one, scratch=self._scratch())
        return found

    def ends(self, text: bytes) -> list[int]:
        """Return where matches end, in order: all that is needed to tell which rows have one."""
        return [end for _, _, end in self.hits(text)]

    def _flags(self, pattern: Pattern) -> int:
        library = self._library
        starts = library.HS_FLAG_SOM_LEFTMOST if pattern.starts else 0
        caseless = 0 if pattern.case_sensitive else library.HS_FLAG_CASELESS
        return int(library.HS_FLAG_MULTILINE | starts | caseless)

    def _compile(self, patterns: Sequence[Pattern]) -> Any:  # noqa: ANN401 - hyperscan has no types
        database = self._library.Database(mode=self._library.HS_MODE_BLOCK)
        ids = list(range(len(patterns)))
        try:
            database.compile(
                expressions=[one.whole().encode("latin-1") for one in patterns],
                ids=ids,
                elements=len(ids),
                flags=[self._flags(one) for one in patterns],
            )
        except self._library.error as error:
            for one in patterns if len(patterns) > 1 else ():
                self._compile([one])  # so that the error names the one that is wrong
            raise MalformedError(
                "recognise.pattern", "a pattern cannot be matched in linear time",
                got=f"{patterns[0].regex[:80]!r}: {error}"[:200],
                mend="repeat less, and let no pattern match the empty text",
            ) from error  # fmt: skip
        return database

    def _scratch(self) -> Any:  # noqa: ANN401 - the same
        if not hasattr(self._local, "scratch"):
            self._local.scratch = self._library.Scratch(self._database)
        return self._local.scratch


@lru_cache(maxsize=128)
def compiled(patterns: tuple[Pattern, ...]) -> Database:
    """Return the database of these patterns, compiled once in a process.

    Raises:
        MalformedError: `recognise.pattern`.
        UnavailableError: `recognise.no-engine`.
    """
    return Database(patterns)


def _library() -> Any:  # noqa: ANN401 - the same
    try:
        import hyperscan  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise UnavailableError(
            "recognise.no-engine", "recognising personal data needs an extra",
            expected="hyperscan", mend="pip install 'sunlit[recognise]'",
        ) from error  # fmt: skip
    return hyperscan
