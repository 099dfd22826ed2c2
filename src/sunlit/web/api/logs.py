"""Reading logs: which there are, their entries page by page, statements by id."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from sunlit.base.errors import UnavailableError
from sunlit.base.slugs import slug
from sunlit.node.logs import known_log
from sunlit.node.permission import Action
from sunlit.projection.engine import reading
from sunlit.projection.entries import EntryRow, page, places
from sunlit.registry.home import Home
from sunlit.web.api import models
from sunlit.web.api.answers import PREFIX, READ, answered
from sunlit.web.api.placed import placed
from sunlit.web.guarding import may
from sunlit.web.pages import site_of

router = APIRouter(prefix=PREFIX, tags=["logs"], dependencies=[may(Action.READ_PUBLIC)])
Log = Annotated[str, Path(max_length=200, description="The log's `key`.")]


@router.get("/logs", response_model=models.Logs, responses=READ)
def logs(request: Request) -> Response:
    """List the node's transparency logs."""
    return answered(
        request, lambda: models.Logs(items=[_log(home) for home in site_of(request).homes])
    )


def _log(home: Home) -> models.Log:
    key, reader = slug(home.origin), home.reader()
    return models.Log(
        key=key, origin=home.origin, organisation=home.organisation, vkey=home.log_vkey,
        size=reader.size, root=reader.checkpoint.root.hex(), path=f"/logs/{key}/",
    )  # fmt: skip


@router.get("/logs/{log}/entries", response_model=models.Entries, responses=READ)
def entries(
    request: Request,
    log: Log,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Return entries of a log in order, after an index."""
    home = known_log(site_of(request).by_slug, log)

    def make() -> models.Entries:
        with reading(site_of(request).projections) as connection:
            rows = page(connection, home.origin, after, limit + 1)
        more = str(rows[limit - 1].index) if len(rows) > limit else None
        return models.Entries(items=[_entry(one) for one in rows[:limit]], next=more)

    return answered(request, make)


@router.get("/logs/{log}/entries/{index}", response_model=models.Receipt, responses=READ)
def entry(request: Request, log: Log, index: Annotated[int, Path(ge=0, le=2**53)]) -> Response:
    """Return an entry with the proof that the log holds it, both in base64."""
    home = known_log(site_of(request).by_slug, log)

    def make() -> models.Receipt:
        found = placed(request, home.origin, index)
        return models.Receipt(
            submission="", state="admitted", statement=found.said.statement_id,
            log=home.origin, index=index, entry=b64encode(found.entry).decode(),
            proof=b64encode(found.proof).decode(),
        )  # fmt: skip

    return answered(request, make)


def _entry(row: EntryRow) -> models.Entry:
    return models.Entry(
        log=row.origin, index=row.index, statement=row.statement_id, admitted=row.admitted_at,
        predicate_type=row.predicate_type, organisation=row.organisation,
    )  # fmt: skip


@router.get("/statements/{statement}", response_model=models.Statement, responses=READ)
def statement(
    request: Request,
    statement: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Its id, in hex.")],
) -> Response:
    """Return a statement and every place where it is logged."""

    def make() -> models.Statement:
        with reading(site_of(request).projections) as connection:
            found = places(connection, statement)
        if not found:
            raise UnavailableError(
                "api.no-such-statement", "no log of this node holds such a statement",
                mend="check the id: 64 hex digits",
            )  # fmt: skip
        first = placed(request, found[0].origin, found[0].index)
        return models.Statement(
            statement=statement, places=[_entry(one) for one in found],
            envelope=first.envelope.to_json(), predicate=first.said.claim.to_predicate(),
            subjects=[one.to_json() for one in first.said.subjects],
        )  # fmt: skip

    return answered(request, make)
