"""Reading records of other registers: what was found, and where; nobody signed what it says."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from sunlit.base.errors import UnavailableError
from sunlit.base.slugs import unslug
from sunlit.base.times import format_time
from sunlit.capabilities.interop.queries import place_of
from sunlit.capabilities.lifecycle.queries import CatalogueQuery
from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord
from sunlit.formats.losses import Exported
from sunlit.node.exporting import exporter
from sunlit.node.permission import Action
from sunlit.projection.engine import reading
from sunlit.views.export_facts import record_facts
from sunlit.web.api import models
from sunlit.web.api.answers import PREFIX, READ, answered, document, problems
from sunlit.web.api.catalogue import DOCUMENTS, page_of, searched
from sunlit.web.api.placed import placed
from sunlit.web.guarding import may
from sunlit.web.pages import site_of, unchanged

router = APIRouter(prefix=PREFIX, tags=["records"], dependencies=[may(Action.READ_PUBLIC)])
Name = Annotated[str, Path(max_length=400, description="As in the record's address on the site.")]


@router.get("/registers", response_model=models.Registers, responses=READ)
def registers(request: Request) -> Response:
    """List the registers whose records were taken over."""

    def make() -> models.Registers:
        counts = searched(request, CatalogueQuery(limit=1)).facets.get("source", ())
        found = [
            models.RegisterOf(register=one.value, records=one.count)
            for one in counts
            if one.value != "own"
        ]
        return models.Registers(items=found)

    return answered(request, make)


@router.get("/records/{register}", response_model=models.Components, responses=READ)
def records(
    request: Request,
    register: Name,
    after: Annotated[str | None, Query(max_length=1000)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 25,
) -> Response:
    """List the records of one register, by name."""
    query = CatalogueQuery(
        facets={"source": (register,)}, sort="name", after=after, limit=limit
    )  # fmt: skip
    return answered(request, lambda: page_of(searched(request, query)))


@router.get("/records/{register}/{record}", response_model=models.Record, responses=READ)
def record(request: Request, register: Name, record: Name) -> Response:
    """Return one record: its fields, its blanks, where it was found, in which log it stands."""

    def make() -> models.Record:
        said, claim = found_record(request, register, record)
        return models.Record(
            register=claim.register, record=claim.record, title=claim.title,
            publisher=claim.publisher, source=claim.source, source_digest=claim.source_digest,
            licence=claim.licence, retrieved_on=format_time(claim.retrieved_on),
            published_on=claim.published_on, fields=dict(claim.fields),
            blanks=list(claim.blanks), cut=list(claim.cut), statement=said.statement_id,
            log=said.origin or "", index=said.index or 0,
        )  # fmt: skip

    return answered(request, make)


@router.get(
    "/records/{register}/{record}/exports/{form}", response_class=Response,
    responses={**READ, **problems(404, 409), **DOCUMENTS},
)  # fmt: skip
def export(request: Request, register: Name, record: Name, form: str) -> Response:
    """Return a record in another format."""
    if (kept := unchanged(request)) is not None:
        return kept
    found = exported(request, register, record, form)
    return document(request, found.data, found.media_type)


@router.get(
    "/records/{register}/{record}/exports/{form}/losses", response_model=models.ExportInfo,
    responses={**READ, **problems(404, 409)},
)  # fmt: skip
def losses(request: Request, register: Name, record: Name, form: str) -> Response:
    """Return what a format loses of a record, and what it asks that nobody said."""

    def make() -> models.ExportInfo:
        found = exported(request, register, record, form)
        return models.ExportInfo.model_validate(found.to_json())

    return answered(request, make)


def exported(request: Request, register: str, record: str, form: str) -> Exported:
    """Return a record in a format.

    Raises:
        UnavailableError: `export.no-such-format`, `api.no-such-record`.
        VerificationError: `export.lacks`.
    """
    write = exporter(form)
    said, claim = found_record(request, register, record)
    return write(record_facts(said, claim, site_of(request).clock.now()))


def found_record(request: Request, register: str, record: str) -> tuple[Admitted, ImportedRecord]:
    """Return a record as it is in its log, by the slugs of its names.

    Raises:
        UnavailableError: `api.no-such-record`.
    """
    names, place = (unslug(register), unslug(record)), None
    if names[0] is not None and names[1] is not None:
        with reading(site_of(request).projections) as connection:
            place = place_of(connection, names[0], names[1])
    found = placed(request, *place) if place is not None else None
    if found is None or not isinstance(found.said.claim, ImportedRecord):
        raise UnavailableError(
            "api.no-such-record", "no log of this node holds such a record",
            mend="search for it under /components",
        )  # fmt: skip
    return found.said, found.said.claim
