"""schemathesis asks the API whatever its document allows, and what it does not.

`SUNLIT_API_EXAMPLES` sets how many examples each operation gets in `make check-long`.
"""

import os
from collections.abc import Iterator, Mapping
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

from sunlit.bootstrap.site import Site
from sunlit.web.app import create_app
from sunlit.web.limits import Limits
from tests.web.nodes import site_at

AnyCase = Case[Any]
AnyOperation = APIOperation[Any, Any, Any, Any]
URL: Final = "https://testserver"  # what schemathesis calls an app in this process
QUICK: Final = 2
LONG: Final = int(os.environ.get("SUNLIT_API_EXAMPLES", "400"))
CHECKS: Final = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_schema_conformance, response_headers_conformance,
]  # fmt: skip
# Without names that there are, every answer would be 404.
KNOWN: Final[Mapping[str, str]] = {
    "key": "generic~maker.example~outreach", "log": "issuer.example~log", "register": "omb",
    "record": "US-3", "form": "cyclonedx", "name": "city.example",
}  # fmt: skip


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Open a node for this module."""
    found = site_at(tmp_path_factory.mktemp("schema"), url=URL)
    yield found
    found.close()


def asked(node: Site, examples: int) -> dict[int, int]:
    """Ask every operation so many things in each way; return how often which status came."""
    app = create_app(node, limits=Limits(rate=0))
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    statuses: dict[int, int] = {}
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        for strategy in ways(result.ok()):
            ask(strategy, examples, statuses)
    return statuses


def ways(operation: AnyOperation) -> Iterator[st.SearchStrategy[AnyCase]]:
    """Yield what the document allows, what it does not, and what it allows about known things."""
    yield operation.as_strategy(GenerationMode.POSITIVE)
    if operation.query or operation.path_parameters or operation.body:
        yield operation.as_strategy(GenerationMode.NEGATIVE)
    names = {one.name for one in operation.path_parameters}
    if names and names <= set(KNOWN):
        yield operation.as_strategy(path_parameters={one: KNOWN[one] for one in names})


def ask(strategy: st.SearchStrategy[AnyCase], examples: int, statuses: dict[int, int]) -> None:
    """Draw cases and check each answer against the document."""

    @seed(6)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategy)
    def each(case: AnyCase) -> None:
        response = case.call_and_validate(checks=CHECKS)
        statuses[response.status_code] = statuses.get(response.status_code, 0) + 1

    each()


def test_no_answer_is_undocumented(node: Site) -> None:
    """A few things of every operation in the gate: none fails, each answer is in the document."""
    statuses = asked(node, QUICK)

    assert {200, 404, 422} <= set(statuses)
    assert max(statuses) < 500


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_no_answer_is_undocumented_however_long_one_asks(node: Site) -> None:
    """The same for as many examples as are asked for."""
    assert max(asked(node, LONG)) < 500
