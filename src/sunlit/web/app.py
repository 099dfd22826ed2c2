"""The website as one ASGI app over an opened node."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from sunlit import __version__
from sunlit.bootstrap.site import Site
from sunlit.web import errors, guarding
from sunlit.web.compress import Outgoing
from sunlit.web.headers import SecurityHeaders
from sunlit.web.language import Languages
from sunlit.web.limits import GENEROUS, Bounded, Limits
from sunlit.web.logs import Requests
from sunlit.web.measures import Measured, Measures
from sunlit.web.pages import environments, version_of
from sunlit.web.routers import contexts, routers
from sunlit.web.static import Assets


def create_app(
    site: Site, *, limits: Limits = GENEROUS, metrics_token: str | None = None
) -> FastAPI:
    """Return the website of a node; the caller closes the site."""
    app = FastAPI(
        title=site.node.name, version=__version__, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", lifespan=_lifespan, redirect_slashes=False,
    )  # fmt: skip
    app.state.site = site
    app.state.assets = Assets.read(site.node)
    app.state.environments = environments(app.state.assets, dev=site.dev)
    app.state.version = version_of(app.state.assets)
    app.state.contexts = contexts()
    app.state.measures, app.state.metrics_token = Measures(site), metrics_token
    for router in routers():
        app.include_router(router)
    errors.install(app)
    guarding.install(app)
    # The last one added is the first to see a request.
    app.add_middleware(Bounded, url=site.node.url, limits=limits)
    app.add_middleware(Outgoing)
    app.add_middleware(Languages)
    app.add_middleware(Measured, measures=app.state.measures)
    app.add_middleware(Requests)
    app.add_middleware(SecurityHeaders, https=site.node.url.startswith("https:"))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    del app
    yield
