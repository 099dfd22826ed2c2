"""Reads one recogniser's TOML file, and says which key of which file is wrong."""

import re
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

from sunlit.base.errors import MalformedError
from sunlit.base.toml import parse_toml, place_in
from sunlit.recognise.checks import NAMES, is_name

MAX_BYTES: Final = 256 * 1024
MAX_PATTERN: Final = 2000
CATEGORIES: Final = (
    "contact", "criminal-offence", "financial", "health", "identifier", "location", "none",
    "person", "quasi-identifier", "secret", "special-category",
)  # fmt: skip
# A group of digits is written with a space, a dash, a dot, a dash between spaces, or nothing.
FRAGMENTS: Final = {"{sep}": "(?: ?- ?|[ .])?", "{gap}": "(?: ?- ?|[ .])"}
# Numbers of things: what stands after one of these words is, without other words, nobody's.
REFERENCES: Final = (
    "amount", "article", "asset", "barcode", "batch", "bestellnummer", "bestelnummer", "build",
    "case", "catalogue", "checksum", "commande", "commit", "consignment", "delivery", "doc",
    "docket", "doi", "ean", "factura", "facture", "fattura", "gtin", "hash", "invoice", "isbn",
    "issn", "item", "job", "lot", "meter", "model", "mpan", "mprn", "order", "ordine", "parcel",
    "part", "part no", "part number", "pedido", "po", "price", "product", "purchase", "quote",
    "receipt", "rechnung", "ref", "ref.", "reference", "release", "rev", "revision", "s/n",
    "serial", "shipment", "sku", "stock", "ticket", "total", "tracking", "transaction", "upc",
    "version",
)  # fmt: skip
WORDS: Final = {"@references": REFERENCES}
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# What needs to remember or to go back cannot be matched in linear time.
_BEYOND: Final = re.compile(r"\(\?(?:[=!>|]|<[=!])|(?<!\\)(?:\\\\)*\\[1-9]|\(\?P=|[*+?}]\+")


def read_file(name: str, data: bytes) -> dict[str, object]:
    """Return what the file says, lists as tuples, all keys of the right type.

    Raises:
        MalformedError: `recognise.file` if it is no TOML, `recognise.key` if a key is wrong.
    """
    try:
        said = parse_toml(data.decode() if len(data) <= MAX_BYTES else "=")
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise MalformedError(
            "recognise.file", f"the recogniser {name!r} cannot be read",
            expected=f"TOML in UTF-8, at most {MAX_BYTES} bytes", got=place_in(error),
        ) from error  # fmt: skip
    for key in REQUIRED:
        if key not in said:
            _wrong(name, key, "this key")
    read = {key: _value(name, key, value) for key, value in said.items()}
    if not read.get("patterns") and not read.get("columns"):
        _wrong(name, "patterns", "at least one pattern, or `columns`")
    return read


def _value(name: str, key: str, value: object) -> object:
    if key not in KEYS:
        _wrong(name, key, "one of " + ", ".join(sorted(KEYS)))
    expected, right = KEYS[key]
    if not right(value):
        _wrong(name, key, expected)
    if key == "tests" and isinstance(value, dict):
        return _tests(value)
    if key == "patterns" and isinstance(value, list):
        return tuple(_pattern(name, one) for one in value)
    if not isinstance(value, list):
        return value
    return tuple(word for one in value for word in WORDS.get(one, (one,)))


def _tests(said: Mapping[str, object]) -> dict[str, object]:
    tests: dict[str, object] = {}
    for key, value in said.items():
        if isinstance(value, list):
            tests[key] = tuple(value)
        elif isinstance(value, dict):
            tests[key] = {column: tuple(texts) for column, texts in value.items()}
    return tests


def _pattern(name: str, text: str) -> str:
    """Return the pattern with its fragments written out."""
    if _BEYOND.search(text) or len(text) > MAX_PATTERN:
        _wrong(name, "patterns", "no look-around, back reference or possessive repeat")
    for fragment, meaning in FRAGMENTS.items():
        text = text.replace(fragment, meaning)
    try:
        re.compile(text)
        text.encode("latin-1")
    except (re.error, OverflowError, RecursionError, UnicodeEncodeError) as error:
        _wrong(name, "patterns", f"a regular expression in Latin-1 ({str(error)[:80]})")
    return text


def _wrong(name: str, key: str, expected: str) -> NoReturn:
    raise MalformedError(
        "recognise.key", f"the recogniser {name!r}: the key `{key}` is missing or wrong",
        expected=expected, mend="see docs/data/recognisers.md",
    )  # fmt: skip


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_bool(value: object) -> bool:
    return isinstance(value, bool)


def _is_distance(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 500


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _is_tests(value: object) -> bool:
    if not isinstance(value, dict) or set(value) - {"found", "ignored", "column"}:
        return False
    column = value.get("column", {})
    return (
        isinstance(column, dict)
        and all(map(_is_texts, column.values()))
        and all(_is_texts(value.get(key, [])) for key in ("found", "ignored"))
    )


_TEXT: Final = ("a text", _is_text)
_TEXTS: Final = ("a list of texts", _is_texts)
_SHARE: Final = ("a number from 0 to 1", _is_share)
_BOOL: Final = ("true or false", _is_bool)
_NAME: Final = ("words in lower case, joined by dashes", _is_id)
REQUIRED: Final = ("id", "title", "category", "region", "source")
KEYS: Final[Mapping[str, tuple[str, Callable[[object], bool]]]] = {
    "id": _NAME,
    "kind": _NAME,
    "title": _TEXT,
    "category": ("one of " + ", ".join(CATEGORIES), lambda value: value in CATEGORIES),
    "region": _TEXT,
    "source": ("a public address: https://...", lambda value: str(value).startswith("https://")),
    "patterns": _TEXTS,
    "validator": (
        "one of " + ", ".join(sorted(NAMES)),
        lambda value: isinstance(value, str) and is_name(value),
    ),
    "alone": _SHARE,
    "with_context": _SHARE,
    "context": _TEXTS,
    "also": _TEXTS,
    "against": _TEXTS,
    "columns": _TEXTS,
    "within": ("a number of characters from 1 to 500", _is_distance),
    "after": _BOOL,
    "edges": _BOOL,
    "case_sensitive": _BOOL,
    "tests": ("`found`, `ignored` and `column`, lists of texts", _is_tests),
}
