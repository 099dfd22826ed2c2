"""Reading a `publiccode.yml`: what is needed to register a component. Names of people are left.

https://yml.publiccode.tools: `maintenance.contacts` are people, with their addresses: what goes
into a log names none, so a registration asks for an office instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.formats.card import read_card

MALFORMED: Final = "publiccode.malformed"
LANGUAGES: Final = (
    "en",
    "en-GB",
    "en-US",
    "eng",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCode:
    """What was found; None where the file does not say."""

    name: str | None = None
    url: str | None = None
    landing: str | None = None
    version: str | None = None
    licence: str | None = None
    owner: str | None = None
    description: str | None = None


def read_publiccode(data: bytes) -> PublicCode:
    """Read the bytes of a `publiccode.yml`; the YAML is bounded as that of model cards is.

    Raises:
        MalformedError: `publiccode.malformed`.
    """
    body = data.removeprefix(b"\xef\xbb\xbf").removeprefix(b"---\n")
    try:
        document = read_card(b"---\n" + body + b"\n---\n").metadata
    except MalformedError as error:
        raise MalformedError(
            MALFORMED, "the file is no YAML object that can be read", expected="publiccode.yml",
            mend="check it with the publiccode.yml editor, then try again",
        ) from error  # fmt: skip
    if not {"publiccodeYmlVersion", "name", "description"} & set(document):
        raise MalformedError(
            MALFORMED, "this is no publiccode.yml",
            expected="publiccodeYmlVersion, name or description",
        )  # fmt: skip
    legal = _table(document, "legal")
    return PublicCode(
        name=_text(document, "name"), url=_text(document, "url"),
        landing=_text(document, "landingURL"), version=_text(document, "softwareVersion"),
        licence=_text(legal, "license"), owner=_text(legal, "mainCopyrightOwner"),
        description=_described(_table(document, "description")),
    )  # fmt: skip


def _described(told: Mapping[str, object]) -> str | None:
    """Return the short description, in English where there is one."""
    for language in (*LANGUAGES, *told):
        one = _table(told, language)
        short = _text(one, "shortDescription") or _text(one, "longDescription")
        if short:
            return short
    return None


def _table(value: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(value: Mapping[str, object], name: str) -> str | None:
    found = value.get(name)
    return found.strip() or None if isinstance(found, str) else None
