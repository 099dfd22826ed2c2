"""The website as one ASGI app over an opened node."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from sunlit import __version__
from sunlit.bootstrap.growing import Growing
from sunlit.bootstrap.site import Site
from sunlit.formats.losses import Exported
from sunlit.views.figures import Figures
from sunlit.web import errors, guarding
from sunlit.web.compress import Outgoing
from sunlit.web.headers import SecurityHeaders
from sunlit.web.language import Languages
from sunlit.web.limits import GENEROUS, Bounded, Limits
from sunlit.web.logs import Requests
from sunlit.web.measures import Measured, Measures
from sunlit.web.once import Once
from sunlit.web.pages import environments, version_of
from sunlit.web.routers import contexts, routers
from sunlit.web.static import Assets

QUARTERS_KEPT: Final = 16  # whose figures are in memory
EXPORTS_KEPT: Final = 4  # documents of some hundred things each


def create_app(
    site: Site, *, limits: Limits = GENEROUS, metrics_token: str | None = None,
    growing: Growing | None = None,
) -> FastAPI:  # fmt: skip
    """Return the website of a node.

    The caller closes the site; with `growing`, which works beside it, the app does when it stops.
    """
    app = FastAPI(
        title=site.node.name, version=__version__, docs_url=None, redoc_url=None,
        openapi_url="/api/v1/openapi.json", lifespan=_lifespan, redirect_slashes=False,
    )  # fmt: skip
    app.state.site, app.state.growing = site, growing
    app.state.assets = Assets.read(site.node)
    app.state.environments = environments(app.state.assets, dev=site.dev)
    app.state.version = version_of(app.state.assets)
    app.state.contexts = contexts()
    app.state.figures = Once[Figures](QUARTERS_KEPT, paced=True)
    app.state.exports = Once[Exported](EXPORTS_KEPT, alone=True)
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
    growing: Growing | None = app.state.growing
    if growing is None:
        yield
        return
    growing.start()
    yield
    await run_in_threadpool(growing.stop)
    growing.site.close()
