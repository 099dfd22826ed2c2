"""Review boards: what each was asked, and each code with its votes, dissents and history."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from sunlit.authority.trust_parts import Board
from sunlit.capabilities.assurance.queries import keys_of
from sunlit.node.known import use_key
from sunlit.node.log import Log
from sunlit.node.logs import named_board
from sunlit.node.permission import Action
from sunlit.projection.engine import reading
from sunlit.registry.board_history import moves_of
from sunlit.views.boards_page import Matter, decided, matters
from sunlit.views.register_page import SHORT
from sunlit.web.guarding import may
from sunlit.web.pages import page, site_of, unchanged
from sunlit.web.public.reading import known_of

router = APIRouter(include_in_schema=False, dependencies=[may(Action.READ_PUBLIC)])


def _board(request: Request, organisation: str) -> Board:
    return named_board(site_of(request).trust(), organisation)


@router.get("/boards", name="boards")
def boards(request: Request) -> Response:
    """List the review boards that this node's trust file names."""
    if (kept := unchanged(request)) is not None:
        return kept
    return page(request, "boards/list.html", boards=site_of(request).trust().boards)


@router.get("/boards/{organisation}", name="board")
def board(request: Request, organisation: str) -> Response:
    """Show what a board was asked and where each matter stands."""
    named = _board(request, organisation)
    if (kept := unchanged(request)) is not None:
        return kept
    found: dict[tuple[str, str, str], Matter] = {}
    known, at = known_of(request), site_of(request).clock.now()
    for _, log in known.logs():
        for one in _spoken_of(log, organisation):
            found.setdefault((one.release, one.use, one.deployer), one)
    lines = {key: known.line(key, at) for key in {use_key(it[2], it[1]) for it in found}}
    rows = [
        (use_key(one.deployer, one.use), one, lines[use_key(one.deployer, one.use)])
        for one in sorted(found.values(), key=lambda one: one.last, reverse=True)
    ]
    with reading(site_of(request).projections) as connection:
        components = keys_of(connection, {one.release for _, one, _ in rows})
    return page(request, "boards/board.html", board=named, rows=rows, components=components)


def _spoken_of(log: Log, organisation: str) -> tuple[Matter, ...]:
    history = log.named(("board", organisation, None))
    return matters(history.statements, history.directory, organisation)


@router.get("/boards/{organisation}/{release}/{use}", name="board-matter")
def matter(request: Request, organisation: str, release: str, use: str) -> Response:
    """Show one matter: the code digit by digit, every vote, who stood aside, how it moved."""
    named = _board(request, organisation)
    if (kept := unchanged(request)) is not None:
        return kept
    site, known = site_of(request), known_of(request)
    at = site.clock.now()
    home, log = known.of(known.case(use, at).host)
    if not any(
        (one.release, use_key(one.deployer, one.use)) == (release, use)
        for one in _spoken_of(log, organisation)
    ):
        raise HTTPException(404)
    told = known.use(log, use, at)
    assert told is not None  # noqa: S101 - the case is of this log
    judged = known.bench(home, log, told, at, release).judge(told, release)
    return page(
        request, "boards/matter.html", key=use, short=SHORT,
        found=decided(judged.evidence, judged.conformity, told, named),
        moves=tuple(reversed(moves_of(judged.evidence, site.rubric, told))),
    )  # fmt: skip
