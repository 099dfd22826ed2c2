"""Secrets: keys with a maker's mark, private keys, and what stands after `password =`."""

import re
from collections import Counter
from math import log2
from typing import Final

Span = tuple[int, int]

MAX_KEY: Final = 16 * 1024
_END: Final = re.compile(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_VALUE: Final = re.compile(rb"""[^\s"'`<>,;|\\]{1,200}""")
_QUOTED: Final = re.compile(rb"""(["'`])([^"'`\r\n]{1,200})\1""")
# What stands in documents and examples in place of a secret.
_NONE: Final = re.compile(
    rb"(?:[*x.#_?-]+|none|null|nil|true|false|undefined|required|optional|reset|expired|changed|"
    rb"forgotten|protected|unknown|empty|missing|string|str|text|hidden|redacted|masked|"
    rb"\[.*|\$.*|%.*|\{.*|\(.*|<.*|your.*|os\.environ.*|process\.env.*|getenv.*|env\..*|"
    rb"is|was|to|the|and|for|not|must|has|will|should|can|a|an|in|on|of|or)",
    re.IGNORECASE | re.DOTALL,
)
MIN_LENGTH: Final = 6
MIN_ENTROPY: Final = 2.5  # bits a character; a word has about 2 to 3, a random key 4 and more


def pem(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return a private key from its first line to its last; where that is missing, its head."""
    found = _END.search(text, start, min(stop, start + MAX_KEY))
    if found:
        return start, found.end()
    line = text.find(b"\n", start, stop)
    return start, line if line >= 0 else stop


def value(text: bytes, _start: int, end: int, stop: int) -> Span | None:
    """Return the secret that stands after a name and `=` or `:`; the pattern ends before it."""
    quoted = _QUOTED.match(text, end, min(stop, end + 210))
    found = quoted or _VALUE.match(text, end, min(stop, end + 200))
    if not found:
        return None
    first, last = found.span(2) if quoted else found.span()
    while not quoted and last > first and text[last - 1 : last] in (b".", b")", b"]", b"}"):
        last -= 1
    secret = text[first:last]
    if len(secret) < MIN_LENGTH or _NONE.fullmatch(secret):
        return None
    if secret.isalpha() and secret.islower() and not quoted and b"=" not in text[end - 3 : end]:
        return None  # a sentence: "password: ask your administrator"
    return first, last


def mixed_value(text: bytes, start: int, end: int, stop: int) -> Span | None:
    """Return the secret that stands after a name and no sign: only if no word is like it."""
    found = value(text, start, end, stop)
    if not found:
        return None
    secret = text[found[0] : found[1]]
    if len(secret) < SPOKEN or not (_DIGIT.search(secret) and _SMALL.search(secret)):
        return None
    is_mixed = len(secret) >= LONG or _OTHER.search(secret)
    return found if is_mixed and not _TOLD.match(secret) else None


_DIGIT: Final = re.compile(rb"[0-9]")
_SMALL: Final = re.compile(rb"[a-z]")
_OTHER: Final = re.compile(rb"[^a-z0-9]")
# Addresses, versions, dates and settings stand after such a name as well.
_TOLD: Final = re.compile(
    rb"[a-z]{2,10}://|v?[0-9]{1,4}[.][0-9]|[0-9]{4}-[0-9]{2}-|[A-Za-z_]{1,20}=[^=]"
)
SPOKEN: Final = 8  # characters: what rules for passwords ask for at the least
LONG: Final = 16


def token(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return a token to its end, if its characters are mixed as a random one's are."""
    found = _TOKEN.match(text, start, min(stop, start + MAX_TOKEN))
    if not found:
        return None
    body = found[0].rstrip(b".-_")
    counts = Counter(body).values()
    entropy = -sum(count / len(body) * log2(count / len(body)) for count in counts)
    is_mixed = _DIGIT.search(body) or len(_TURN.findall(body)) >= MIN_TURNS
    return (start, start + len(body)) if entropy >= MIN_ENTROPY and is_mixed else None


_TOKEN: Final = re.compile(rb"[A-Za-z0-9_.\-/+=]+")
# Some makers' tokens are letters only: capitals then stand among small letters.
_TURN: Final = re.compile(rb"[a-z][A-Z]")
MIN_TURNS: Final = 3
MAX_TOKEN: Final = 400


def jwt(text: bytes, start: int, _end: int, stop: int) -> Span | None:
    """Return a JSON Web Token: three parts of base64url, the first two of JSON."""
    found = _JWT.match(text, start, min(stop, start + MAX_KEY))
    return found.span() if found else None


_JWT: Final = re.compile(rb"eyJ[\w-]{5,}\.eyJ[\w-]{5,}\.[\w-]{8,}", re.ASCII)


def url_password(text: bytes, start: int, end: int, _stop: int) -> Span | None:
    """Return the password of `scheme://user:password@`."""
    first = text.find(b":", start + 3, end) + 1
    secret = text[first : end - 1]
    return (first, end - 1) if first and secret and not _NONE.fullmatch(secret) else None
