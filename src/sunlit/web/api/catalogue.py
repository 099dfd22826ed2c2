"""Reading components: the catalogue, labels, findings, releases, exports."""

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from sunlit.base.errors import UnavailableError
from sunlit.base.times import format_time
from sunlit.capabilities.lifecycle.queries import CatalogueQuery, CatalogueResult, catalogue
from sunlit.node.desk import Seen
from sunlit.node.permission import Action
from sunlit.projection.engine import reading
from sunlit.views.component import Judged
from sunlit.web.api import models
from sunlit.web.api.answers import PREFIX, READ, Responses, answered, document, problems
from sunlit.web.guarding import may
from sunlit.web.pages import site_of, unchanged
from sunlit.web.public.catalogue_read import open_catalogue
from sunlit.web.public.desks import asked_time, desk_of
from sunlit.web.public.exports import exported

router = APIRouter(prefix=PREFIX, tags=["components"], dependencies=[may(Action.READ_PUBLIC)])
FACETS: Final = ("area", "used_by", "status", "tier", "source", "due", "kind")
Key = Annotated[str, Path(max_length=200, description="The component's key, as in its address.")]
# It is read by `asked_time`; here it is documented.
At = Annotated[str | None, Query(description="As of the end of a day, such as 2026-03-14.")]
_TEXT: Final = {"schema": {"type": "string"}}
_JSON: Final = {"schema": {"type": ["object", "array"]}}
DOCUMENTS: Final[Responses] = {
    200: {
        "description": "The document, in the format's own media type.",
        "content": {
            "application/json": _JSON, "application/ld+json": _JSON,
            "application/vnd.cyclonedx+json": _JSON, "application/yaml": _TEXT, "text/csv": _TEXT,
        },
    }
}  # fmt: skip


class Narrowed(BaseModel):
    """What is looked for in the catalogue; a facet may be given several times."""

    q: str = Field(default="", max_length=200)
    area: list[str] = Field(default=[], max_length=20)
    used_by: list[str] = Field(default=[], max_length=20)
    status: list[str] = Field(default=[], max_length=20)
    tier: list[str] = Field(default=[], max_length=20)
    source: list[str] = Field(default=[], max_length=20)
    due: list[str] = Field(default=[], max_length=20)
    kind: list[str] = Field(default=[], max_length=20)
    sort: str = Field(default="attention", max_length=20)

    def query(self) -> CatalogueQuery:
        """Return it as the catalogue is asked."""
        facets = {name: tuple(values) for name in FACETS if (values := getattr(self, name))}
        return CatalogueQuery(text=self.q, facets=facets, sort=self.sort)


class Search(Narrowed):
    """A page of what is looked for."""

    after: str | None = Field(default=None, max_length=1000)
    limit: int = Field(default=25, ge=1, le=200)


@router.get("/components", response_model=models.Components, responses=READ)
def components(request: Request, search: Annotated[Search, Query()]) -> Response:
    """Search the catalogue: components of this node and records of other registers."""
    query = replace(search.query(), after=search.after, limit=search.limit)
    with open_catalogue(request) as known:
        if (kept := known.kept(request)) is not None:
            return kept
        found = page_of(known.search(query))
    return document(request, found.model_dump_json(by_alias=True).encode(), tag=known.tag)


def searched(request: Request, query: CatalogueQuery) -> CatalogueResult:
    """Search the catalogue of this node."""
    site = site_of(request)
    with reading(site.projections) as connection:
        return catalogue(connection, query, site.clock.now())


def page_of(found: CatalogueResult) -> models.Components:
    """Return a page of the catalogue as a document."""
    return models.Components(
        items=[models.Component.model_validate(one) for one in found.rows], total=found.total,
        next=found.next,
        facets={
            name: [models.FacetCount.model_validate(one) for one in values]
            for name, values in found.facets.items()
        },
    )  # fmt: skip


@router.get("/components/{key}", response_model=models.ComponentDetail, responses=READ)
def component(request: Request, key: Key, at: At = None) -> Response:
    """Return one component: what it is, who keeps it, what it is used for."""
    del at

    def make() -> models.ComponentDetail:
        seen = _seen(request, key)
        view = seen.view
        return models.ComponentDetail(
            key=view.key, purl=view.purl, name=view.name, kind=view.kind, version=view.version,
            release=view.release, maintainers=list(view.maintainers), at=format_time(view.at),
            uses=[models.UseOf.model_validate(one) for one in seen.uses],
            logs=[models.Position.model_validate(one) for one in view.logs],
        )  # fmt: skip

    return answered(request, make)


@router.get("/components/{key}/label", response_model=models.Labels, responses=READ)
def label(request: Request, key: Key, at: At = None) -> Response:
    """Return the safety label of each use, with who says each fact, when, on what evidence."""
    del at

    def make() -> models.Labels:
        view = _seen(request, key).view
        labels = [one.to_json() for one in view.labels]
        return models.Labels(
            component=view.purl, name=view.name, at=format_time(view.at), labels=labels
        )

    return answered(request, make)


@router.get("/components/{key}/findings", response_model=models.Findings, responses=READ)
def findings(
    request: Request,
    key: Key,
    at: At = None,
    deployer: Annotated[str | None, Query(max_length=200)] = None,
    use: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Return every answer of the rubric for one use; of the first one where none is named."""
    del at

    def make() -> models.Findings:
        judged = _seen(request, key).use(deployer, use)
        if judged is None:
            raise UnavailableError(
                "api.no-such-use", "the component has no such use",
                mend="leave out deployer and use, or ask for the component's uses",
            )  # fmt: skip
        return _findings(judged)

    return answered(request, make)


def _findings(judged: Judged) -> models.Findings:
    found = judged.conformity
    return models.Findings(
        component=found.component or "", release=found.release, use=found.use,
        deployer=found.deployer, outcome=str(found.outcome), rubric=found.rubric,
        engine=found.engine, at=format_time(found.at), digest=found.digest,
        logs=[models.Position.model_validate(one) for one in found.logs],
        findings=[
            models.Finding(
                control=one.control, title=one.title, outcome=str(one.outcome),
                reason=one.reason, rests_on=list(one.rests_on), expires=one.expires,
                mend=one.mend,
            )
            for one in found.findings
        ],
    )  # fmt: skip


@router.get("/components/{key}/releases", response_model=models.Releases, responses=READ)
def releases(request: Request, key: Key, at: At = None) -> Response:
    """Return every release, what changed in it, and what lapsed since."""
    del at

    def make() -> models.Releases:
        view = _seen(request, key).view
        return models.Releases(
            component=view.purl, releases=[one.to_json() for one in view.releases]
        )

    return answered(request, make)


@router.get(
    "/components/{key}/exports/{form}", response_class=Response,
    responses={**READ, **problems(404, 409), **DOCUMENTS},
)  # fmt: skip
def export(request: Request, key: Key, form: str, at: At = None) -> Response:
    """Return a component in another format; what that loses is beside it under `/losses`."""
    del at
    if (kept := unchanged(request)) is not None:
        return kept
    found = exported(request, key, form)
    return document(request, found.data, found.media_type)


@router.get(
    "/components/{key}/exports/{form}/losses", response_model=models.ExportInfo,
    responses={**READ, **problems(404, 409)},
)  # fmt: skip
def losses(request: Request, key: Key, form: str, at: At = None) -> Response:
    """Return what a format loses of a component, and what it asks that nobody said."""
    del at
    return answered(
        request, lambda: models.ExportInfo.model_validate(exported(request, key, form).to_json())
    )


def _seen(request: Request, key: str) -> Seen:
    return desk_of(request).component(key, asked_time(request))
