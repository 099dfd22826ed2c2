"""Package URLs that name components: canonical, without a version.

Written here instead of depending on `packageurl-python`: that library repairs what it reads,
and an identity must be refused when it has two spellings; what is needed is one page.
"""

import re
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import MalformedError

BAD_PURL: Final = "statement.purl"
MAX_PURL: Final = 512  # characters

# purl specification: a type is lower-case ASCII; parts are percent-encoded but for these.
_TYPE: Final = re.compile(r"[a-z][a-z0-9.-]*")
_PART: Final = re.compile(r"(?:[A-Za-z0-9._~:-]|%[0-9A-F]{2})+")
_ENCODED: Final = re.compile(r"%([0-9A-F]{2})")
_KEY: Final = re.compile(r"[a-z][a-z0-9._-]*")
_VALUE: Final = re.compile(r"(?:[A-Za-z0-9._~:/-]|%[0-9A-F]{2})+")
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:")

_SCHEME: Final = "pkg:"

# Types whose names are compared without regard to case (purl specification, PURL-TYPES).
_LOWER: Final = frozenset({"bitbucket", "composer", "deb", "github", "gitlab", "oci", "pypi"})


@dataclass(frozen=True, slots=True)
class Purl:
    """A component's name: `pkg:type/namespace/name`, perhaps with qualifiers, never a version."""

    text: str
    kind: str
    namespace: tuple[str, ...]
    name: str

    @property
    def domain(self) -> str | None:
        """The owner's domain, for private components (`pkg:generic/<domain>/<name>`)."""
        first = self.namespace[0] if self.kind == "generic" and self.namespace else ""
        return first if _DOMAIN.fullmatch(first) else None

    def __str__(self) -> str:
        return self.text

    @staticmethod
    def is_spelt(text: str) -> bool:
        """Tell whether a text is a purl in its one canonical spelling."""
        try:
            Purl.parse(text)
        except MalformedError:
            return False
        return True

    @classmethod
    def parse(cls, text: object) -> "Purl":
        """Read a purl in its one canonical spelling.

        Raises:
            MalformedError: `statement.purl`.
        """
        if not isinstance(text, str) or len(text) > MAX_PURL or not is_purl(text):
            raise _bad("it starts with pkg: and has at most 512 characters")
        path, mark, qualifiers = text.removeprefix(_SCHEME).partition("?")
        if "@" in text or "#" in text:
            raise _bad("it has neither @version nor #subpath: versions are releases")
        kind, *parts = path.split("/")
        if not _TYPE.fullmatch(kind) or not parts or not all(map(_is_part, parts)):
            raise _bad("pkg:type/namespace/name, canonically percent-encoded")
        if mark and not _are_qualifiers(qualifiers):
            raise _bad("key=value qualifiers in alphabetical order, each once")
        if not _is_folded(kind, _ENCODED.sub("", path)):
            raise _bad(f"pkg:{kind} names in lower case, for pypi with - in place of _")
        if kind == "generic" and _is_respelt_domain(parts[0]):
            raise _bad("pkg:generic/<domain of the owner>/<name>, the domain in lower case")
        return cls(text, kind, tuple(parts[:-1]), parts[-1])


def is_purl(text: str) -> bool:
    """Tell whether a text says that it is a package URL; `Purl.is_spelt` asks if it is one."""
    return text.startswith(_SCHEME)


def bare(purl: str) -> str:
    """Return a package URL without version, qualifiers and subpath. Any text is read."""
    name = purl.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]
    return name.rpartition("@")[0] if "@" in name else name  # `@` in names is written %40


def called(purl: str) -> str:
    """Return the name that ends a package URL; what is none stays as it is."""
    return (bare(purl).rpartition("/")[2] if is_purl(purl) else "") or purl


def _is_folded(kind: str, path: str) -> bool:
    return (kind not in _LOWER or path == path.lower()) and (kind != "pypi" or "_" not in path)


def _is_respelt_domain(first: str) -> bool:
    # DNS compares names without regard to case and a closing dot (RFC 4343, RFC 1034 3.1).
    one = first.lower().rstrip(".")
    return one != first and _DOMAIN.fullmatch(one) is not None


def _is_part(part: str) -> bool:
    return part not in (".", "..") and _PART.fullmatch(part) is not None and _is_minimal(part)


def _is_minimal(text: str) -> bool:
    # What need not be encoded must not be, and what is encoded must be UTF-8: one spelling.
    codes = [int(code, 16) for code in _ENCODED.findall(text)]
    if any(code in _PLAIN for code in codes):
        return False
    raw = _ENCODED.sub(lambda found: chr(int(found[1], 16)), text).encode("latin-1")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _are_qualifiers(text: str) -> bool:
    pairs = [pair.partition("=") for pair in text.split("&")]
    keys = [key for key, _, _ in pairs]
    well_formed = all(
        _KEY.fullmatch(key) and _VALUE.fullmatch(value) and _is_minimal(value)
        for key, _, value in pairs
    )
    return well_formed and keys == sorted(set(keys))


def _bad(expected: str) -> MalformedError:
    return MalformedError(
        BAD_PURL, "this does not name a component", expected=expected,
        mend="see spec/statement.md, section Components",
    )  # fmt: skip
