"""The log explorer: which logs, how far they are, what stands in them, and proofs to take away."""

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from sunlit.base.errors import SunlitError
from sunlit.base.slugs import slug
from sunlit.log.entry import Entry
from sunlit.log.reader import LogReader
from sunlit.node.logs import (
    Said,
    growth,
    known_log,
    log_state,
    said_at,
    said_between,
    size_at,
    witnessed_size,
)
from sunlit.node.permission import Action
from sunlit.statement.dsse import Envelope
from sunlit.web.guarding import may
from sunlit.web.pages import link, page, site_of, unchanged
from sunlit.web.public.reading import known_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])
PAGE: Final = 25
MAX_ASKED: Final = 200  # characters of a search


@router.get("/log", name="logs")
def logs(request: Request) -> Response:
    """List the logs of this node, and search them."""
    asked = request.query_params.get("q", "")[:MAX_ASKED]
    if not asked and (kept := unchanged(request)) is not None:
        return kept
    site = site_of(request)
    trust, found, broken = site.trust(), [], []
    for home in site.homes:
        try:
            found.append(log_state(home, trust))
        except SunlitError:
            broken.append(home.origin)
    hits = list(_hits(request, asked)) if asked else []
    return page(request, "log/list.html", logs=found, broken=broken, asked=asked, hits=hits)


def _hits(request: Request, asked: str) -> Iterator[tuple[str, Said]]:
    """Yield what a search finds in every log, with the log's name in addresses."""
    for home, log in known_of(request).logs():
        reader, directory = home.reader(), log.directory()
        for index in log.places(asked):
            yield slug(home.origin), said_at(home, reader, directory, index)


@router.get("/log/{origin}", name="log")
def log(request: Request, origin: str) -> Response:
    """Show a log: its newest checkpoint, who watches it, its newest entries."""
    home = known_log(site_of(request).by_slug, origin)
    if (kept := unchanged(request)) is not None:
        return kept
    reader, site = home.reader(), site_of(request)
    asked = request.query_params.get("q", "")[:MAX_ASKED]
    known = known_of(request).log(home)
    directory = known.directory()
    before = _number(request.query_params.get("before"), reader.size)
    if asked:
        rows = tuple(said_at(home, reader, directory, index) for index in known.places(asked))
    else:
        start = max(0, before - PAGE)
        rows = said_between(home, reader, directory, start, before)
    state = log_state(home, site.trust())
    return page(
        request, "log/log.html", log=state, rows=rows, asked=asked,
        witnessed=None if state.enough else witnessed_size(home, site.trust()),
        older=link(request, f"/log/{origin}", before=before - PAGE)
        if not asked and before > PAGE else "",
        newer=link(request, f"/log/{origin}", before=min(reader.size, before + PAGE))
        if not asked and before < reader.size else "",
    )  # fmt: skip


def _number(text: str | None, most: int) -> int:
    if text is None:
        return most
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(2**53))):
        raise HTTPException(404)
    return max(0, min(most, int(text)))


@router.get("/log/{origin}/compare", name="log-compare")
def compare(request: Request, origin: str) -> Response:
    """Show that a log at one time begins the log at a later one, with the proof."""
    home = known_log(site_of(request).by_slug, origin)
    reader = home.reader()
    old = _size(reader, request.query_params.get("from"), 0)
    new = _size(reader, request.query_params.get("to"), reader.size)
    swapped = old is not None and new is not None and old > new
    proof = None
    if old is not None and new is not None and not swapped:
        older, newer, path = growth(reader, old, new)
        proof = {"old": {"size": old, "root": older.hex()}, "new": {"size": new,
                 "root": newer.hex()}, "path": [one.hex() for one in path]}  # fmt: skip
    if proof is not None and request.query_params.get("format") == "json":
        return Response(json.dumps({**proof, **_signed(reader)}), media_type="application/json")
    return page(
        request, "log/compare.html", log=log_state(home, site_of(request).trust()), proof=proof,
        asked_from=request.query_params.get("from", "")[:MAX_ASKED],
        asked_to=request.query_params.get("to", "")[:MAX_ASKED],
        unread=old is None or new is None, swapped=swapped,
    )  # fmt: skip


def _signed(reader: LogReader) -> dict[str, str]:
    """Return the signed checkpoint at which the log was read."""
    note = reader.receipt(reader.size - 1).checkpoint if reader.size else b""
    return {"checkpoint": b64encode(note).decode()}


def _size(reader: LogReader, text: str | None, default: int) -> int | None:
    """Return the size that a size or a day means; None where it is neither."""
    if not text:
        return default
    if text.isascii() and text.isdecimal() and len(text) <= len(str(2**53)):
        return int(text) if int(text) <= reader.size else None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    end = datetime.combine(day, time(), UTC) + timedelta(days=1, seconds=-1)
    return size_at(reader, end)


@router.get("/log/{origin}/{index}", name="log-entry")
def entry(request: Request, origin: str, index: str) -> Response:
    """Show an entry: what it says in a sentence, the proof that it is there, then its bytes."""
    home = known_log(site_of(request).by_slug, origin)
    number = _index(index)
    if (kept := unchanged(request)) is not None:
        return kept
    site, reader = site_of(request), home.reader()
    directory = known_of(request).log(home).directory()
    one = said_at(home, reader, directory, number)
    raw = Entry.parse(reader.entry(number))
    payload = Envelope.from_json(raw.envelope).payload
    return page(
        request, "log/entry.html", log=log_state(home, site.trust()), one=one,
        proof=reader.inclusion(number), payload=pretty(payload),
        raw=pretty(reader.entry(number)), last=reader.size - 1,
        signers=[(key, directory.organisation_of(key)) for key in one.said.signers],
    )  # fmt: skip


@router.get("/log/{origin}/{index}/{part}", name="log-entry-part")
def entry_part(request: Request, origin: str, index: str, part: str) -> Response:
    """Give an entry's bytes, or its receipt (C2SP tlog-proof), as the log has them."""
    home = known_log(site_of(request).by_slug, origin)
    reader, number = home.reader(), _index(index)
    if number >= reader.size or part not in ("entry.json", "receipt.tlog-proof"):
        raise HTTPException(404)
    name = f"{origin}-{number}.{part}"
    data = reader.entry(number) if part == "entry.json" else reader.receipt(number).to_bytes()
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache",
    }  # fmt: skip
    kind = "application/json" if part == "entry.json" else "text/plain; charset=utf-8"
    return Response(data, 200, headers, kind)


def _index(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(2**53))):
        raise HTTPException(404)
    return int(text)


def pretty(data: bytes) -> str:
    """Return JSON with its lines apart, or the bytes as text where they are none."""
    try:
        return json.dumps(json.loads(data), ensure_ascii=False, indent=2)
    except ValueError:
        return data.decode("utf-8", "replace")


@router.get("/statements/{statement}", name="statement")
def statement(request: Request, statement: str) -> Response:
    """Lead to the entry that holds a statement: in the log that held it first."""
    found = [
        (said.admitted_at, home.origin, said.index)
        for home, log in known_of(request).logs()
        for said in log.holding(statement.lower()).statements
        if said.admitted_at is not None
    ]
    if not found:
        raise HTTPException(404)
    _, origin, index = min(found)
    where = link(request, f"/log/{slug(origin)}/{index}")
    return RedirectResponse(where, 303, {"Cache-Control": "no-cache"})
