"""Reading organisations and the risk register."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from sunlit.base.slugs import unslug
from sunlit.node.permission import Action
from sunlit.web.api import models
from sunlit.web.api.answers import PREFIX, READ, answered
from sunlit.web.guarding import may
from sunlit.web.pages import site_of
from sunlit.web.public.desks import desk_of
from sunlit.web.public.reading import asked_time, register_of

router = APIRouter(prefix=PREFIX, tags=["organisations"], dependencies=[may(Action.READ_PUBLIC)])


class RiskRegister(BaseModel):
    """The risk register: every use with its code, its eight cells and its live indicators."""

    model_config = ConfigDict(extra="allow")

    format: str
    at: str
    organisation: str
    lines: list[dict[str, Any]]


@router.get("/organisations", response_model=models.Organisations, responses=READ)
def organisations(request: Request) -> Response:
    """List the organisations that the node's logs know."""

    def make() -> models.Organisations:
        found = desk_of(request).organisations(site_of(request).clock.now())
        return models.Organisations(
            items=[models.Organisation.model_validate(one) for one in found]
        )

    return answered(request, make)


@router.get("/organisations/{name}", response_model=models.Organisation, responses=READ)
def organisation(
    request: Request, name: Annotated[str, Path(max_length=200, description="Its id.")]
) -> Response:
    """Return one organisation."""

    def make() -> models.Organisation:
        at = site_of(request).clock.now()
        found = desk_of(request).organisation(unslug(name) or name, at)
        return models.Organisation.model_validate(found)

    return answered(request, make)


@router.get("/register", response_model=RiskRegister, responses=READ)
def register(
    request: Request,
    organisation: Annotated[str | None, Query(max_length=200)] = None,
    at: Annotated[str | None, Query(description="As of the end of a day.")] = None,
) -> Response:
    """Return the risk register of the node, or of one deployer."""
    del at  # `asked_time` reads it

    def make() -> RiskRegister:
        found = register_of(request, organisation, asked_time(request))
        return RiskRegister.model_validate(found.to_json())

    return answered(request, make)
