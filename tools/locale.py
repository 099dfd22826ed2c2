"""Catalogues of the sentences that people read: `python -m tools.locale update | check`.

`update` looks for `_("...")` in templates and in Python, for `text("...")` and `texts("...",
"...")`, for `words("...")`, `counted("...", "...")`, for constants marked `N_("...")`, for the
words of errors in the packages of `SPEAKING`, and for the titles of rubric and risk code. It
brings each language's `messages.po` up to date and compiles it to `messages.mo`. Nothing is dated
and no line is named, so that a catalogue changes only when a sentence does. A sentence that went
away is dropped.
"""

import ast
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sunlit.claims.authority import Role as Signing
from sunlit.claims.incident import ProblemState
from sunlit.claims.lifecycle import Status, TokenKind
from sunlit.claims.provenance import KINDS
from sunlit.node.drafts import Kind
from sunlit.node.permission import Role
from sunlit.rubric.applies import OVERSIGHT
from sunlit.rubric.law import law
from sunlit.rubric.prose import patterns
from sunlit.views.entry_patterns import PATTERNS
from sunlit.views.entry_words import type_words
from sunlit.views.findings_beside import COUNTER, REPLY, WITHDRAWAL

ROOT: Final = Path(__file__).parents[1]
CODE: Final = ROOT / "src" / "sunlit"
SOURCES: Final = tuple(
    CODE / name for name in ("base", "capabilities", "views", "node", "web", "cli")
)
SPEAKING: Final = ("guard/*.py", "runtime/covers.py", "registry/decision_check.py", "node/*.py",
                   "web/**/*.py")  # whose errors people read in their language  # fmt: skip
RULES: Final = ("capabilities/*/*.py", "rubric/*.py", "authority/*.py")  # whose reasons are shown
# What a log refuses is said to whoever writes to it, in English; codes stand in a table of errors.
APART: Final = re.compile("admission.*|codes|publishing|trustfile|floor|oscal")
SENTENCE: Final = re.compile(r"[A-Z].* .*\.")
WORDING: Final = b"sunlit.base.wording import"  # elsewhere `text` is another's, SQLAlchemy's say
FAMILIES: Final = frozenset({"MalformedError", "VerificationError", "UnavailableError"})
DATA: Final = CODE / "rubric" / "data"
LOCALE: Final = ROOT / "src" / "sunlit" / "base" / "locale"
LANGUAGES: Final = ("cy", "nl")
METHODS: Final = [("**.py", "python"), ("**.html", "jinja2.ext.babel_extract")]
OPTIONS: Final = {"**.html": {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}}
KEYWORDS: Final = {
    "_": None, "gettext": None, "ngettext": (1, 2),
    "words": (1,), "counted": (1, 2),  # sentences of `views/component_words.py`
    "N_": None,  # a constant, translated where it is shown (`base/marking.py`)
}  # fmt: skip
NOTE: Final = """\
# Translations of Sunlit's sentences. Every one awaits a native reader's review.
# Made up to date by `python -m tools.locale update`; only msgstr is written by people."""


def said() -> Catalog:
    """Return every sentence of the website, without translations."""
    found = Catalog(fuzzy=False)
    for message, context in _sentences():
        found.add(message, context=context)
    for sentence in (*_wordings(), *_errors(), *_reasons(), *_kinds(), *_data()):
        found.add(sentence)
    return found


def _sentences() -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    for source in SOURCES:
        for _name, _line, message, _comments, context in extract_from_dir(
            source, METHODS, OPTIONS, keywords=KEYWORDS
        ):
            yield message, context


def _wordings() -> Iterator[str | tuple[str, str]]:
    """Yield what `text` and `texts` of `base/wording.py` are given."""
    for path in sorted(CODE.rglob("*.py")):
        source = path.read_bytes()
        is_bare = WORDING in source or path.stem == "wording"
        for node in ast.walk(ast.parse(source)) if is_bare or b"wording.text" in source else ():
            if isinstance(node, ast.Call):
                found = _strings(node)
                match _called(node.func, is_bare=is_bare):
                    case "text" | "Text" if found:
                        yield found[0]
                    case "texts" if len(found) > 1:
                        yield found[0], found[1]
                    case _:
                        pass


def _called(function: ast.expr, *, is_bare: bool) -> str:
    """Return what is called by its own name or as `wording.text`, not a method of that name."""
    if isinstance(function, ast.Attribute):
        return function.attr if getattr(function.value, "id", "") == "wording" else ""
    return str(getattr(function, "id", "")) if is_bare else ""


def _strings(call: ast.Call) -> list[str]:
    return [
        one.value for one in call.args
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value
    ]  # fmt: skip


def _errors() -> Iterator[str]:
    """Yield what errors say, but for what is computed: that is in `text(...)`."""
    for pattern in SPEAKING:
        for path in sorted(CODE.glob(pattern)):
            for node in ast.walk(ast.parse(path.read_bytes())):
                if isinstance(node, ast.Call):
                    yield from _spoken(node)


def _spoken(call: ast.Call) -> Iterator[str]:
    if _is_error(call):
        yield from _literals(call)
    elif getattr(call.func, "attr", "") == "no":  # `Answer.no("nobody signed it")`
        yield from _strings(call)


def _literals(call: ast.Call) -> Iterator[str]:
    for one in (*call.args[1:2], *(it.value for it in call.keywords)):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and " " in one.value:
            yield one.value


def _reasons() -> Iterator[str]:
    """Yield what rules answer, but for what is computed: that is in `text(...)`."""
    for pattern in RULES:
        for path in sorted(CODE.glob(pattern)):
            if not APART.fullmatch(path.stem):
                yield from _reasons_of(ast.parse(path.read_bytes()))


def _reasons_of(tree: ast.AST) -> Iterator[str]:
    apart = set(map(id, _not_said(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and not _is_error(node):
            yield from _spoken(node)
        elif isinstance(node, ast.Constant) and id(node) not in apart:
            value = node.value
            if isinstance(value, str) and SENTENCE.fullmatch(value) and "%(" not in value:
                yield value


def _not_said(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands by itself, as the words that describe a function, and what errors say."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.JoinedStr) or _is_error(node):
            yield from ast.walk(node)


def _is_error(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") in FAMILIES


def _kinds() -> Iterator[str]:
    """Yield the names that values of our own have: kinds of statements, states, roles."""
    yield from (type_words(kind) for kind in PATTERNS)
    for values in (Role, Status, TokenKind, ProblemState, Kind):
        yield from (str(one).replace("-", " ").lower() for one in values)
    yield from (*Signing, *KINDS, "model", "dataset", COUNTER, REPLY, WITHDRAWAL)
    yield from (one.replace("-", " ") for one in OVERSIGHT)


def _data() -> Iterator[str]:
    """Yield what the rubric's controls ask, and the words of the risk code's scheme."""
    groups = json.loads((DATA / "core-catalog.json").read_bytes())["catalog"]["groups"]
    for group in groups:
        yield group["title"]
        for control in group["controls"]:
            yield control["title"]
            for part in control["parts"]:
                yield from patterns(part["prose"])
    for question in json.loads((DATA / "aia-questions.json").read_bytes())["questions"]:
        yield from (question["title"], *(one["text"] for one in question["choices"]))
    scheme = json.loads((DATA / "sunlit-risk-4-1.json").read_bytes())
    yield from (one["title"] for one in scheme["areas"].values())
    yield from scheme["autonomy"].values()
    yield from (one["title"] for one in scheme["practices"].values())
    yield from (one["why"] for one in scheme["tiers"]["rows"])
    matrix = json.loads((DATA / "matrix-12x8.json").read_bytes())
    for row in matrix["rows"].values():
        yield from (row["title"], row["legalBasis"])
    yield from (one["title"] for one in law().schemes.values())
    yield from (one["title"] for one in matrix["columns"].values())
    yield from matrix["basis"].values()
    yield from json.loads((DATA / "risk-facts.json").read_bytes())["facts"].values()


def place(language: str, kind: str = "po") -> Path:
    """Return where a language's catalogue is."""
    return LOCALE / language / "LC_MESSAGES" / f"messages.{kind}"


def read(language: str) -> Catalog:
    """Return a language's catalogue; an empty one where there is none yet."""
    path = place(language)
    if not path.is_file():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def updated(language: str, known: Catalog) -> Catalog:
    """Return a catalogue of the sentences that there are now, with the translations there were."""
    old, made = read(language), Catalog(locale=language, fuzzy=False, header_comment=NOTE)
    for message in sorted((one for one in known if one.id), key=_order):
        before = old.get(message.id, message.context)
        made.add(message.id, before.string if before else None, context=message.context)
    return made


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as a `.po` file without dates, names and lines."""
    out = io.BytesIO()
    write_po(out, catalogue, width=100, no_location=True, omit_header=True)
    head = (
        f'{NOTE}\nmsgid ""\nmsgstr ""\n"Language: {catalogue.locale_identifier}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    return head.encode() + out.getvalue()


class _Undated(Catalog):
    """A catalogue whose head names neither dates nor Babel's version."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", self.locale_identifier or ""),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Plural-Forms", self.plural_forms),
        ]


def compiled(language: str) -> bytes:
    """Return what `messages.mo` has to be: the catalogue on disk, compiled."""
    out, made = io.BytesIO(), _Undated(locale=language, fuzzy=False)
    for message in read(language):
        if message.id:
            made.add(message.id, message.string, context=message.context)
    write_mo(out, made)
    return out.getvalue()


def problems() -> list[str]:
    """Say which sentences no catalogue knows, and which files are not what they should be."""
    known, found = said(), []
    for language in LANGUAGES:
        if place(language).read_bytes() != written(updated(language, known)):
            found.append(f"{language}: messages.po is not of these sentences")
        if place(language, "mo").read_bytes() != compiled(language):
            found.append(f"{language}: messages.mo is not made of messages.po")
    return found


def untranslated(language: str) -> list[str]:
    """Return the sentences that have no translation yet."""
    return [str(one.id) for one in read(language) if one.id and not _text(one.string)]


def _text(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _order(message: object) -> str:
    return str(getattr(message, "id", ""))


def update() -> None:
    """Bring every catalogue up to date and compile it."""
    known = said()
    for language in LANGUAGES:
        place(language).parent.mkdir(parents=True, exist_ok=True)
        place(language).write_bytes(written(updated(language, known)))
        place(language, "mo").write_bytes(compiled(language))
        print(f"{language}: {len(untranslated(language))} sentences wait for a translation")


def main(arguments: list[str]) -> int:
    """Update the catalogues, or say what is not up to date."""
    if arguments == ["update"]:
        update()
        return 0
    if arguments != ["check"]:
        print(__doc__)
        return 2
    found = problems()
    print("\n".join([*found, "Mend it with: python -m tools.locale update"]) if found else "Good.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
