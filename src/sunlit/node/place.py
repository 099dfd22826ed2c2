"""A node's directory: `sunlit-node.json`, the homes of its organisations, its database.

- `sunlit-node.json`: name, address, languages, theme, database, organisation -> home
- `trust.json`: the trust file by which the node reads every log
- `private.sqlite`, `projections.sqlite`: where no PostgreSQL is named
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from sunlit.authority.trustfile import TrustFile
from sunlit.base import canonical
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.registry.home import Home, write_whole

NODE_FILE: Final = "sunlit-node.json"
# What an operator says of its site, all in words for people; see docs/operate/serve.md.
NOTICES: Final = (
    "accessibility-enforcement", "accessibility-law", "accessibility-prepared",
    "accessibility-problems", "accessibility-reviewed", "accessibility-status",
    "accessibility-tested", "accessibility-tested-by", "answer-within", "privacy-officer",
    "privacy-supervisor", "reports-kept-for",
)  # fmt: skip
LANGUAGES: Final = ("en", "cy", "nl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node's settings. `homes` are paths, relative to `root` or absolute, by organisation id.

    `database` is empty for SQLite files in `root`, or a PostgreSQL URL without a password (it
    comes from PGPASSFILE or the environment). `theme` holds CSS custom properties by name,
    `notices` what the pages about the site say (NOTICES). `decisions` are paths of decision
    stores, by any name: what "Check a decision" looks in.
    """

    root: Path
    name: str
    url: str
    operator: str
    homes: Mapping[str, str] = field(default_factory=dict)
    database: str = ""
    theme: Mapping[str, str] = field(default_factory=dict)
    contact: str | None = None
    notices: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, root: Path) -> "Node":
        """Read the node at `root`.

        Raises:
            UnavailableError: `node.missing`.
            MalformedError: `node.malformed`.
        """
        try:
            data = (root / NODE_FILE).read_bytes()
        except OSError as error:
            raise UnavailableError(
                "node.missing", "there is no Sunlit node here",
                expected=f"a directory with {NODE_FILE}", got=str(root),
                mend="sunlit node new DIR --name NAME --home HOME --operator ORG --url URL "
                "--trust FILE, or name yours with --at DIR",
            ) from error  # fmt: skip
        return _parse(root, canonical.decode_object(data, what=NODE_FILE))

    def save(self) -> None:
        """Write `sunlit-node.json`, whole or not at all."""
        document = {
            "v": 1, "name": self.name, "url": self.url, "operator": self.operator,
            "homes": dict(self.homes), "database": self.database, "theme": dict(self.theme),
            "contact": self.contact, "notices": dict(self.notices),
            "decisions": dict(self.decisions),
        }  # fmt: skip
        write_whole(self.root / NODE_FILE, canonical.encode(document) + b"\n")

    def home(self, organisation: str) -> Home:
        """Open the home of one of the node's organisations.

        Raises:
            UnavailableError: `node.no-such-organisation`, `home.missing`.
        """
        if organisation not in self.homes:
            raise UnavailableError(
                "node.no-such-organisation", f"{organisation!r} has no home on this node",
                expected="one of " + (", ".join(sorted(self.homes)) or "none yet"),
            )  # fmt: skip
        return Home.open(self.root / self.homes[organisation])

    def all_homes(self) -> tuple[Home, ...]:
        """Open every home, the operator's first, then by organisation id."""
        names = sorted(self.homes, key=lambda name: (name != self.operator, name))
        return tuple(self.home(name) for name in names)

    def trust(self, at: datetime) -> TrustFile:
        """Return the trust file by which this node reads logs.

        Raises:
            UnavailableError: `node.no-trust`.
        """
        try:
            data = (self.root / "trust.json").read_bytes()
        except OSError as error:
            raise UnavailableError(
                "node.no-trust", "this node has no trust file",
                expected=str(self.root / "trust.json"), mend="copy the trust file there",
            ) from error  # fmt: skip
        trust = _trust(data)
        trust.expect_current(at)
        return trust


@lru_cache(maxsize=8)
def _trust(data: bytes) -> TrustFile:
    # It is asked for with every request: the same bytes would be found signed as before.
    return TrustFile.read(data)


def _parse(root: Path, document: Mapping[str, object]) -> Node:
    if document.get("v") != 1:
        raise MalformedError(
            "node.malformed", f"{NODE_FILE} is of an unknown version", expected="1"
        )
    return Node(
        root=root, name=_text(document, "name"), url=_text(document, "url").rstrip("/"),
        operator=_text(document, "operator"), homes=_texts(document, "homes"),
        database=str(document.get("database") or ""), theme=_texts(document, "theme"),
        contact=str(document["contact"]) if document.get("contact") else None,
        notices=_texts(document, "notices"), decisions=_texts(document, "decisions"),
    )  # fmt: skip


def _text(document: Mapping[str, object], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedError("node.malformed", f"{NODE_FILE} lacks {name!r}", expected="a text")
    return value


def _texts(document: Mapping[str, object], name: str) -> dict[str, str]:
    value = document.get(name, {})
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise MalformedError(
            "node.malformed", f"{name!r} in {NODE_FILE} does not map names to texts"
        )
    return {str(key): str(one) for key, one in value.items()}
