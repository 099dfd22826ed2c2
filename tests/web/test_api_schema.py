"""schemathesis asks the API whatever its document allows, and what it does not.

A minute of one core in the gate, ten in `make check-long`, in parts so that both processes ask.
The examples are the same every time, a budget only says how many: `SUNLIT_API_SECONDS` sets it
for the long run, `SUNLIT_API_SEED` (which a failure names) asks other things.
"""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.schemas import OpenApiSchema
from starlette.testclient import TestClient

from sunlit.bootstrap.site import Site
from sunlit.web.app import create_app
from sunlit.web.limits import Limits
from tests.web.nodes import site_at

AnyCase = Case[Any]
AnyOperation = APIOperation[Any, Any, Any, Any]
URL: Final = "https://testserver"  # what schemathesis calls an app in this process
LOG: Final = "issuer.example~log"
PARTS: Final = 4
QUICK: Final = 60.0  # seconds of one core, all parts together
LONG: Final = float(os.environ.get("SUNLIT_API_SECONDS", "600"))
SEED: Final = int(os.environ.get("SUNLIT_API_SEED", "6"))
ROUND: Final = 25  # examples of one way to ask, until it is its turn again
CHECKS: Final = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance, response_headers_conformance,
]  # fmt: skip
# Without names that there are, every answer would be 404.
KNOWN: Final[Mapping[str, object]] = {
    "key": "generic~maker.example~outreach", "log": LOG, "register": "omb", "index": 0,
    "record": "US-3", "form": "cyclonedx", "name": "city.example",
}  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Open a node for this module."""
    found = site_at(tmp_path_factory.mktemp("schema"), url=URL)
    yield found
    found.close()


class Asking:
    """Asks one part of the operations, each in each way, again and again."""

    def __init__(self, node: Site, part: int) -> None:
        app = create_app(node, limits=Limits(rate=0))
        client = TestClient(app, base_url=URL)
        logged = client.get(f"/api/v1/logs/{LOG}/entries").json()["items"]
        first = logged[0]["statement"]
        self._known: dict[str, object] = dict(KNOWN) | {"statement": first}
        self._envelope = client.get(f"/api/v1/statements/{first}").json()["envelope"]
        self._schema: OpenApiSchema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
        self._part = part
        self.statuses: dict[int, int] = {}

    def ask(self, seconds: float) -> None:
        """Ask each way once, then on until so many seconds of this process are used up."""
        ways = [it for number, it in enumerate(self._ways()) if number % PARTS == self._part]
        until = time.process_time() + seconds
        turn = 0
        while turn == 0 or time.process_time() < until:
            for name, strategy in ways:
                if turn == 0 or time.process_time() < until:
                    with noted(f"{name}: SUNLIT_API_SEED={SEED}, turn {turn}"):
                        self._once(strategy, SEED + 1_000 * turn)
            turn += 1

    def _ways(self) -> Iterator[tuple[str, st.SearchStrategy[AnyCase]]]:
        """Yield what the document allows, what it does not, and what it allows of known things."""
        for result in self._schema.get_all_operations():
            assert isinstance(result, Ok)
            operation: AnyOperation = result.ok()
            yield f"{operation.label} +", operation.as_strategy(GenerationMode.POSITIVE)
            if operation.query or operation.path_parameters or operation.body:
                yield f"{operation.label} -", operation.as_strategy(GenerationMode.NEGATIVE)
            names = {one.name for one in operation.path_parameters}
            if names and names <= set(self._known):
                known = {one: self._known[one] for one in names}
                yield f"{operation.label} known", operation.as_strategy(path_parameters=known)
            if operation.body:
                query = {"wait": 0}  # nobody admits it here
                yield (
                    f"{operation.label} known",
                    operation.as_strategy(
                        body=self._envelope, query=query, media_type="application/json"
                    ),
                )

    def _once(self, strategy: st.SearchStrategy[AnyCase], number: int) -> None:
        """Draw cases and check each answer against the document."""

        @seed(number)
        @settings(
            max_examples=ROUND, deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(strategy)
        def each(case: AnyCase) -> None:
            response = case.call_and_validate(checks=CHECKS)
            status = response.status_code
            self.statuses[status] = self.statuses.get(status, 0) + 1

        each()


@contextmanager
def noted(words: str) -> Iterator[None]:
    """Say with a failure what it takes to see it again."""
    try:
        yield
    except BaseException as error:
        error.add_note(words)
        raise


@pytest.mark.timeout(600)  # the budget is of this process's time: beside others it takes longer
@pytest.mark.parametrize("part", range(PARTS))
def test_no_answer_is_undocumented(node: Site, part: int) -> None:
    """For a minute in the gate: none fails, each answer is in the document."""
    asking = Asking(node, part)
    asking.ask(QUICK / PARTS)

    assert {200, 404, 422} <= set(asking.statuses)
    assert max(asking.statuses) < 500


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_answer_is_undocumented_however_long_one_asks(node: Site, part: int) -> None:
    """The same for ten minutes, or as long as is asked for."""
    asking = Asking(node, part)
    asking.ask(LONG / PARTS)

    assert max(asking.statuses) < 500
