"""Cards: what the catalogue shows of one thing, and the words by which it is found. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

NEVER: Final = "9999-12-31T23:59:59Z"  # sorts after every time
NOT_YET: Final = ""
OWN: Final = "own"
IMPORTED: Final = "imported"
MAX_SUMMARY: Final = 400
MAX_NAME: Final = 120  # characters of what is sorted and counted by
MAX_WORDS: Final = 400
MAX_TOLD: Final = 20  # things that it may be used for, and that it may not
_WORD: Final = re.compile(r"([^\W_]{1,60})[^\W_]*")
_PERCENT: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_MARKS: Final = frozenset({"Mn", "Mc", "Me"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing in the catalogue, as the table `card` keeps it; `areas` and `used_by` sorted."""

    key: str
    component: str
    name: str
    version: str | None = None
    summary: str | None = None
    kind: str | None = None
    owner: str | None = None
    source: str = OWN
    register: str | None = None
    used_by: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    status: str = "none"
    token_kind: str | None = None
    until: str = NOT_YET
    tier: str = ""
    code: str | None = None
    next_review: str = NEVER
    open_problems: int = 0
    blanks: int = 0
    updated: str = NOT_YET
    permitted: tuple[str, ...] = ()
    prohibited: tuple[str, ...] = ()
    words: tuple[str, ...] = field(default=(), repr=False)

    @property
    def sort_name(self) -> str:
        """The name by which it is sorted: without case and accents, of bounded length."""
        return " ".join(words_of(self.name))[:MAX_NAME]

    @property
    def search(self) -> str:
        """The words by which it is found, each once, between single spaces."""
        texts = (self.name, self.summary, unquoted(self.component), self.owner, self.kind,
                 self.register, *self.used_by, *self.words)  # fmt: skip
        found = dict.fromkeys(words_of("\n".join([one for one in texts if one])))
        return " ".join(list(found)[:MAX_WORDS])


def words_of(text: str) -> list[str]:
    """Return the words of a text, without case and accents, at most 60 characters each."""
    plain = text.casefold()
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(one for one in decomposed if unicodedata.category(one) not in _MARKS)
    return _WORD.findall(plain)


def unquoted(text: str) -> str:
    """Return a percent-encoded text as it is read; what is no UTF-8 is shown as such."""
    data = text.encode("utf-8", "surrogatepass")
    plain = _PERCENT.sub(lambda found: bytes.fromhex(found[1].decode()), data)
    return plain.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
