"""`sunlit guard serve`: stand in front of a model endpoint and guard every call."""

import asyncio
import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sunlit.cli.authority import clock
from sunlit.proxy.config import ProxyConfig, load_config, read_upstream
from sunlit.proxy.declared import Declared

# At the top, so that an installation without aiohttp is told which extra it lacks.
from sunlit.proxy.serve import Service, make_tracer, serve

if TYPE_CHECKING:
    from sunlit.decision.store import DecisionStore
    from sunlit.proxy.gate import GuardGate

EPILOG: Final = """\b
Examples:
  sunlit guard serve --store deployment --upstream http://127.0.0.1:8000
  sunlit guard serve --store deployment --upstream http://127.0.0.1:8000 --use outreach
  sunlit guard serve --store deployment --config proxy.toml --listen 127.0.0.1:8089

A client says what it is doing in headers: Sunlit-Use, and where the token limits them
Sunlit-Jurisdiction, Sunlit-Data-Class; Sunlit-Case points to the case. A request that declares no
use is refused with 403. GET /.sunlit/healthz and /.sunlit/readyz tell how the proxy is.
"""
FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
BINDINGS: Final = ["endpoint-only", "declared"]
ARRANGEMENTS: Final = ["human-decides", "human-reviews", "none"]
MAX_STALE: Final = 24 * 365


@click.command(epilog=EPILOG)
@click.option("--store", "folder", type=FOLDER, required=True, help="The decision store.")
@click.option("--upstream", metavar="URL", help="The model's endpoint.")
@click.option("--listen", default="127.0.0.1:8089", show_default=True, metavar="HOST:PORT",
              help="Where to listen; port 0 takes any.")  # fmt: skip
@click.option("--config", type=FILE, help="Limits, prices, routes, detectors (TOML).")
@click.option("--token", type=FOLDER, help="A token's folder instead of the store's.")
@click.option("--trust", type=FILE, help="A trust file instead of the store's.")
@click.option("--use", "use_id", help="The use of every request, whatever a client says.")
@click.option("--jurisdiction", help="The place of every request (ISO 3166).")
@click.option("--data-class", help="The class of data of every request.")
@click.option("--purpose", help="The purpose of every request, in the token's words.")
@click.option("--binding", type=click.Choice(BINDINGS), default="endpoint-only",
              show_default=True, help="How it is known which model answers.")  # fmt: skip
@click.option("--oversight", type=click.Choice(ARRANGEMENTS),
              help="A stronger arrangement than the token asks for.")  # fmt: skip
@click.option("--staleness", type=click.IntRange(0, MAX_STALE), default=0, show_default=True,
              metavar="HOURS", help="How long an expired status list may count.")  # fmt: skip
def command(  # noqa: PLR0913 - one option each
    *, folder: Path, upstream: str | None, listen: str, config: Path | None, token: Path | None,
    trust: Path | None, use_id: str | None, jurisdiction: str | None, data_class: str | None,
    purpose: str | None, binding: str, oversight: str | None, staleness: int,
) -> None:  # fmt: skip
    """Check and record every call to a model's endpoint; pass it on byte for byte.

    Runs until it is told to stop (SIGINT, SIGTERM), then drains. One process takes one decision
    log of the store: run as many as `sunlit guard init --workers` made.
    """
    from sunlit.decision.record import Binding
    from sunlit.decision.store import DecisionStore
    from sunlit.proxy.gate import GateOptions, GuardGate
    from sunlit.proxy.mask_plan import load_mask
    from sunlit.proxy.masking import plan_name

    settings = load_config(config) if config else ProxyConfig()
    plan = load_mask(settings.masking) if settings.masking else None
    host, port = _address(listen)
    url = _endpoint(upstream, settings)
    tracer = make_tracer()
    store = DecisionStore.open(folder)
    fixed = Declared(use=use_id, jurisdiction=jurisdiction, data_class=data_class, purpose=purpose)
    gate = GuardGate.open(store, GateOptions(
        token=token, trust=trust, binding=Binding(binding), oversight=oversight,
        staleness=timedelta(hours=staleness), clock=clock(), fixed=fixed, plan=plan_name(plan),
    ))  # fmt: skip
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    service = Service(
        gate=gate, upstream=url, config=settings, clock=clock(), drafts=store.root / "drafts",
        use=store.use, deployer=store.organisation, host=host, port=port, fixed=fixed,
        tracer=tracer, plan=plan,
    )  # fmt: skip
    asyncio.run(serve(service, lambda found: _said(store, gate, f"{host}:{found}", url)))


def _said(store: "DecisionStore", gate: "GuardGate", where: str, url: str) -> None:
    click.echo(f"Guarding {url} at http://{where} for {store.use} by {store.organisation}.")
    click.echo(f"By hand, where it may not be used: {gate.fallback}")


def _endpoint(upstream: str | None, settings: ProxyConfig) -> str:
    if upstream is None and settings.upstream is None:
        raise click.UsageError("say where the model is: --upstream URL, or upstream in --config")
    return settings.upstream or "" if upstream is None else read_upstream(upstream)


def _address(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        raise click.UsageError("--listen takes HOST:PORT, such as 127.0.0.1:8089")
    return host.strip("[]"), int(port)
