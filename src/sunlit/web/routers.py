"""Every area of the website: one line each. Each module has a `router`.

A module may also have `context(request) -> mapping`: what every template gets from it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Final

from fastapi import APIRouter, Request

AREAS: Final = (
    "sunlit.web.api.submitting",  # routes are tried in this order, and this one is asked most
    "sunlit.web.static",
    "sunlit.web.health",
    "sunlit.web.tiles",
    "sunlit.web.about",
    "sunlit.web.account.sign_in",
    "sunlit.web.account.account",
    "sunlit.web.account.keys",
    "sunlit.web.account.staff",
    "sunlit.web.acts",
    "sunlit.web.guarded_reads",
    "sunlit.web.public.catalogue",
    "sunlit.web.public.components",
    "sunlit.web.public.exports",
    "sunlit.web.public.organisations",
    "sunlit.web.public.records",
    "sunlit.web.public.register",
    "sunlit.web.public.log",
    "sunlit.web.public.boards",
    "sunlit.web.public.decisions",
    "sunlit.web.public.problems",
    "sunlit.web.public.figures",
    "sunlit.web.workbench.home",
    "sunlit.web.workbench.register",
    "sunlit.web.workbench.assess",
    "sunlit.web.workbench.reviews",
    "sunlit.web.workbench.board",
    "sunlit.web.workbench.risk",
    "sunlit.web.workbench.problems",
    "sunlit.web.api.catalogue",
    "sunlit.web.api.catalogue_export",
    "sunlit.web.api.records",
    "sunlit.web.api.logs",
    "sunlit.web.api.organisations",
)  # fmt: skip


def areas() -> tuple[ModuleType, ...]:
    """Import every area."""
    return tuple(import_module(name) for name in AREAS)


def routers() -> tuple[APIRouter, ...]:
    """Return the routes of every area, in order."""
    return tuple(area.router for area in areas())


def contexts() -> tuple[Callable[[Request], Mapping[str, object]], ...]:
    """Return what adds to every template's context."""
    return tuple(area.context for area in areas() if hasattr(area, "context"))
