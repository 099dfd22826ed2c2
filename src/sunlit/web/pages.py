"""A page: template, language, what it rests on (ETag), who may keep it (Cache-Control).

    return page(request, "components/list.html", result=found)

What a visitor has already is not rendered again. Where even asking the projections is much work,
ask `unchanged` first:

    if kept := unchanged(request):
        return kept
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    StrictUndefined,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context
from markupsafe import Markup

from sunlit.base.wording import Text, catalogue, is_known, renamed, told
from sunlit.bootstrap.site import Site
from sunlit.node.place import LANGUAGES
from sunlit.views.component_words import tidy
from sunlit.views.entry_words import NOT_STATED, Sentence, fill
from sunlit.web.guarding import actor_of
from sunlit.web.language import (
    DEFAULT,
    NAMES,
    language_of,
    said_clock,
    said_date,
    said_dates,
    said_day,
    said_month,
    said_number,
    said_time,
)
from sunlit.web.saying import said_once
from sunlit.web.static import Assets

TEMPLATES: Final = Path(__file__).parent / "templates"
CATALOGUES: Final = TEMPLATES.parents[1] / "base" / "locale"
PUBLIC: Final = "public, no-cache"  # may be kept, and is asked about each time: cheap by ETag
_BDI: Final = Markup("<bdi>{}</bdi>")
_BDI_ENGLISH: Final = Markup('<bdi lang="en">{}</bdi>')
_ENGLISH: Final = Markup('<span lang="en">{}</span>')
# Unicode's overrides, embeddings and isolates (UAX #9, section 2), and the space without a width.
TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069\u200b]")
PRIVATE: Final = "no-store"
REVIEWED: Final = frozenset({DEFAULT})  # languages that a native reader has been through


def site_of(request: Request) -> Site:
    """Return the site that this app serves."""
    site: Site = request.app.state.site
    return site


def environments(assets: Assets, *, dev: bool = False) -> dict[str, Environment]:
    """Return one environment per language: a template's sentences are bound when it is compiled."""
    return {language: _environment(language, assets, dev=dev) for language in LANGUAGES}


def seen(value: object) -> object:
    """Return what is put into a page, with what turns or hides its letters shown by its number.

    Titles and names are tidied before; this is for whatever nobody thought of.
    """
    if not isinstance(value, str) or value.isascii() or TURNS.search(value) is None:
        return value
    return _as_markup(value, TURNS.sub(lambda it: f"[U+{ord(it[0]):04X}]", value))


def _as_markup(before: str, after: str) -> str:
    """Return what was made of a text: markup where that was, and no sentence (`Text`) any more."""
    return Markup(after) if isinstance(before, Markup) else after  # noqa: S704 - as safe as before


def _environment(language: str, assets: Assets, *, dev: bool) -> Environment:
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PackageLoader("govuk_frontend_jinja")]),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        finalize=seen,
        auto_reload=dev,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    known = catalogue(language)
    made.install_gettext_callables(known.gettext, known.ngettext, newstyle=True)  # type: ignore[attr-defined]
    said = said_once(known.gettext)
    ours: dict[str, Any] = {
        "static": assets.url, "language": language, "_": said, "gettext": said,
    }  # fmt: skip
    made.globals.update(ours)
    made.filters.update(
        date=partial(said_date, language=language),
        day=partial(said_day, language=language),
        clock=said_clock,
        time=partial(said_time, language=language),
        number=partial(said_number, language=language),
        tidy=tidy,
        filled=_filling(language),
        told=_naming(partial(told, language=language)),
        told_or_marked=_naming(partial(_told_or_marked, language)),
        reasoned=partial(_reasoned, language),
        first_capital=_first_capital,
        month=partial(said_month, language=language),
    )
    return made


def _naming(say: Callable[[str], str]) -> Callable[..., str]:
    """Return a filter that says a sentence with the names of the organisations in it."""

    @pass_context
    def said(context: Context, sentence: str) -> str:
        named: Callable[[str], str] | None = context.get("named")
        return say(renamed(sentence, named) if named else sentence)

    return said


def _filling(language: str) -> Callable[..., str]:
    """Return what fills a sentence; an organisation's id in it becomes its name."""

    @pass_context
    def filled(context: Context, said: Sentence) -> str:
        named: Callable[[str], str] = context.get("named") or str
        values = {
            name: told(one, language) if isinstance(one, Text) else named(one)
            for name, one in said.values.items()
        } | {name: one for name, one in said.values.items() if name == "id"}  # stays an id
        return fill(catalogue(language).gettext(said.pattern), values, told(NOT_STATED, language))

    return filled


def _told_or_marked(language: str, sentence: str) -> Markup | str:
    """Return a sentence in a language; marked as English where it is left so (WCAG 3.1.2).

    What `_` returned is a `Markup`, and told already.
    """
    if isinstance(sentence, Markup):
        return sentence
    if is_known(sentence, language):
        return told(sentence, language)
    return _ENGLISH.format(told(sentence, language))


def _reasoned(language: str, reason: str) -> Markup:
    """Return what a rule answered: others' words may stand in it, so it is set apart."""
    if is_known(reason, language):
        return _BDI.format(said_dates(tidy(told(reason, language)), language))
    return _BDI_ENGLISH.format(said_dates(tidy(reason)))


def _first_capital(sentence: str) -> str:
    """Begin with a capital letter; a sentence that is marked as English begins inside its mark."""
    mark = _ENGLISH.split("{}")[0] if sentence.startswith("<span") else ""
    rest = sentence[len(mark) :]
    return _as_markup(sentence, mark + rest[:1].upper() + rest[1:])


def version_of(assets: Assets) -> str:
    """Return what changes when a template, a catalogue or a style changes."""
    told = sha256(assets.digest.encode())
    for path in sorted([*TEMPLATES.rglob("*.html"), *CATALOGUES.rglob("*.mo")]):
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    public: bool = True,
    etag_of: Iterable[object] = (),
    tag: str | None = None,
    **context: Any,  # noqa: ANN401 - what the template names
) -> Response:
    """Return a page; `etag_of` names what it rests on besides the projections and the address.

    A page for somebody who is signed in is never kept by anybody, `public` or not. `tag` was made
    before what the page shows was read (`tag_of`).
    """
    keep = public and status == 200 and not actor_of(request).signed_in
    tag = (tag or etag(request, etag_of)) if keep else None
    if tag is not None and (kept := same(request, tag)) is not None:
        return kept
    text = render(request, template, context)
    return Response(text, status, headers_of(tag), "text/html; charset=utf-8")


def unchanged(request: Request, etag_of: Iterable[object] = ()) -> Response | None:
    """Return "not modified" before anything is read; give `page` the same `etag_of` later."""
    if actor_of(request).signed_in:
        return None
    return same(request, etag(request, etag_of))


def same(request: Request, tag: str) -> Response | None:
    """Return "not modified" where the visitor has what this tag names."""
    told = request.headers.get("if-none-match", "")
    if not any(one.strip() == tag for one in told.split(",")):
        return None
    return Response(status_code=304, headers=headers_of(tag))


def render(request: Request, template: str, context: Mapping[str, object]) -> str:
    """Return a page's text."""
    made: Environment = request.app.state.environments[language_of(request)]
    return made.get_template(template).render(_shared(request), **context)


def link(request: Request, path: str, **query: object) -> str:
    """Return an address of this site, in the request's language."""
    chosen = language_of(request)
    asked = {name: value for name, value in query.items() if value not in (None, "")}
    whole = path if chosen == DEFAULT else f"/{chosen}{path}"
    return f"{whole}?{urlencode(asked, doseq=True)}" if asked else whole


def redirect(request: Request, name: str, /, **parts: object) -> Response:
    """Lead on to another page by the name of its route (303: it is fetched, never sent again)."""
    path = request.app.url_path_for(name, **parts)
    return RedirectResponse(link(request, path), 303, {"Cache-Control": PRIVATE})


def etag(request: Request, rests_on: Iterable[object] = ()) -> str:
    """Return the weak tag of a page: its address, language, minute and what it rests on."""
    site = site_of(request)
    return tag_of(request, f"{site.clock.now():%Y%m%d%H%M}", site.positions(), *rests_on)


def tag_of(request: Request, *rests_on: object) -> str:
    """Return the weak tag of what rests on nothing but its address, its language and these."""
    told = "\0".join((
        request.app.state.version, language_of(request), request.url.path, request.url.query,
        *map(str, rests_on),
    ))  # fmt: skip
    return f'W/"{sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:24]}"'


def headers_of(tag: str | None) -> dict[str, str]:
    """Return who may keep an answer: with a tag everybody, else nobody."""
    vary = {"Vary": "Cookie, Accept-Encoding"}
    return vary | ({"ETag": tag, "Cache-Control": PUBLIC} if tag else {"Cache-Control": PRIVATE})


def _shared(request: Request) -> dict[str, object]:
    site, path = site_of(request), _path(request)
    language = language_of(request)
    found: dict[str, object] = {
        "request": request, "node": site.node, "actor": actor_of(request), "path": path,
        "dev": site.dev, "link": partial(link, request), "now": site.clock.now(),
        "awaits_review": language not in REVIEWED,
        "languages": [
            {"code": code, "name": NAMES[code], "here": code == language,
             "url": _in(code, path, request.url.query)}
            for code in LANGUAGES
        ],
    }  # fmt: skip
    for more in request.app.state.contexts:
        found.update(more(request))
    return found


def _path(request: Request) -> str:
    root = str(request.scope.get("root_path", ""))
    # A browser reads `//host` as another site: a link to this page in another language never is.
    return "/" + request.url.path.removeprefix(root).lstrip("/\\")


def _in(language: str, path: str, query: str) -> str:
    whole = path if language == DEFAULT else f"/{language}{path}"
    return f"{whole}?{query}" if query else whole
