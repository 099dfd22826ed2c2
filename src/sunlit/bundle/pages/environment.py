"""How the pages are made: escaped always, nothing undefined, nothing fetched."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, cast

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from sunlit.base.errors import MalformedError
from sunlit.base.times import parse_time
from sunlit.bundle.pages import shape
from sunlit.bundle.wording import SPOKEN, brief, machine_time, spoken

# Unicode's bidirectional controls (UAX #9, section 2): shown, a text would read as another one.
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_EXACT: Final = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\b")
_KEPT: Final = frozenset("\n\t")
MAX_SHOWN: Final = 10_000  # characters of one opened value; the whole stands in its file


@cache
def environment() -> Environment:
    """Return the environment; its templates and styles are part of the package."""
    folder = files("sunlit.bundle.pages")
    templates = {
        one.name: one.read_text("utf-8") for one in _folder(folder / "templates") if one.is_file()
    }
    made = Environment(
        loader=DictLoader(templates), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    cast("dict[str, object]", made.filters).update({
        "shown": shown, "timed": timed, "moment": moment, "briefly": briefly, "runs": shape.runs,
        "folders": shape.folders, "base": shape.base, "number": shape.number, "bars": shape.bars,
        "signed": shape.signed, "direction": shape.direction,
    })  # fmt: skip
    made.globals["shape"] = shape  # pyright: ignore[reportArgumentType]
    return made


def _folder(folder: Traversable) -> list[Traversable]:
    return sorted(folder.iterdir(), key=lambda one: one.name)


@cache
def style(name: str) -> str:
    """Return a style sheet of the package."""
    return (files("sunlit.bundle.pages") / "styles" / f"{name}.css").read_text("utf-8")


@cache
def scripts() -> Mapping[str, str]:
    """Return the verifier's modules by name."""
    folder = files("sunlit.bundle") / "web"
    return {
        one.name.removesuffix(".js"): one.read_text("utf-8")
        for one in _folder(folder)
        if one.name.endswith(".js")
    }


def shown(text: object) -> str:
    """Return a text with every character that would hide or turn others made visible."""
    return "".join(f"[U+{ord(one):04X}]" if _hides(one) else one for one in str(text))


def _hides(character: str) -> bool:
    is_control = unicodedata.category(character) in ("Cc", "Cs") and character not in _KEPT
    return is_control or character in _BIDI


def timed(text: object) -> Markup:
    """Return a text, escaped, with `<time>` around each time that is written for people."""
    return Markup(SPOKEN.sub(_time, str(escape(shown(text)))))  # noqa: S704 - escaped before


def _time(match: re.Match[str]) -> str:
    return f'<time datetime="{machine_time(match)}">{match[0]}</time>'


def moment(text: object) -> Markup:
    """Return a text, escaped, with its times (YYYY-MM-DDTHH:MM:SSZ) as people write them."""
    return _rewritten(text, spoken)


def briefly(text: object) -> Markup:
    """Do the same, as short as a table needs."""
    return _rewritten(text, brief)


def _rewritten(text: object, words: Callable[[datetime], str]) -> Markup:
    def put(match: re.Match[str]) -> str:
        try:
            return f'<time datetime="{match[0]}">{words(parse_time(match[0]))}</time>'
        except MalformedError:
            return match[0]

    return Markup(_EXACT.sub(put, str(escape(shown(text)))))  # noqa: S704 - escaped before


def inline(text: str) -> Markup:
    """Return a style or script of this package as it stands: it is ours, and holds no data."""
    return Markup(text)  # noqa: S704 - see above


def source_hash(text: str) -> str:
    """Return a Content-Security-Policy source for an inline style or script."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
