"""Which requests are let through, and how each is understood. Everything else is refused."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# A segment of a model's path: no escapes and no dots alone, so that no upstream reads it otherwise.
_NAME: Final = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._:@~-]{1,128}"
_MODEL: Final = rf"/v2/models/{_NAME}(?:/versions/{_NAME})?"


class Api(StrEnum):
    """Whose form request and answer have."""

    CHAT = "chat"
    COMPLETIONS = "completions"
    EMBEDDINGS = "embeddings"
    RESPONSES = "responses"
    OIP = "oip"
    PLAIN = "plain"
    PASSES = "passes"  # not a decision: passes unrecorded

    @property
    def generates(self) -> bool:
        """Tell whether it is a generative call, which has tokens and may cost."""
        return self in (Api.CHAT, Api.COMPLETIONS, Api.EMBEDDINGS, Api.RESPONSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One kind of request. The three pointers are JSON Pointers, for plain JSON; None is all.

    `name` is what logs and spans call it: it holds no part of a request.
    """

    name: str
    api: Api
    input: str | None = None
    output: str | None = None
    case: str | None = None

    @property
    def recorded(self) -> bool:
        """Tell whether what takes this route is a decision."""
        return self.api is not Api.PASSES


@dataclass(frozen=True, slots=True)
class _Pattern:
    method: str
    path: re.Pattern[str]
    route: Route


def _pattern(method: str, path: str, name: str, api: Api) -> _Pattern:
    return _Pattern(method, re.compile(path), Route(name=name, api=api))


_OPENAI: Final = (
    _pattern("POST", r"/v1/chat/completions", "/v1/chat/completions", Api.CHAT),
    _pattern("POST", r"/v1/completions", "/v1/completions", Api.COMPLETIONS),
    _pattern("POST", r"/v1/embeddings", "/v1/embeddings", Api.EMBEDDINGS),
    _pattern("POST", r"/v1/responses", "/v1/responses", Api.RESPONSES),
    _pattern("GET", rf"/v1/models(?:/{_NAME})?", "/v1/models", Api.PASSES),
)
_OIP: Final = (
    _pattern("POST", rf"{_MODEL}/infer", "/v2/models/{model}/infer", Api.OIP),
    _pattern("GET", r"/v2/?", "/v2", Api.PASSES),
    _pattern("GET", r"/v2/health/(?:live|ready)", "/v2/health", Api.PASSES),
    _pattern("GET", rf"{_MODEL}(?:/ready)?", "/v2/models/{model}", Api.PASSES),
)


class Routes:
    """The routes of one proxy: its own plain ones first, then the two protocols."""

    def __init__(self, plain: Iterable[tuple[str, str, Route]] = ()) -> None:
        """Take (method, path, route) of plain JSON; a path is matched as it is written."""
        self._plain = {(method, path): route for method, path, route in plain}

    def match(self, method: str, path: str) -> Route | None:
        """Return the route of a request by its undecoded path; None is to be refused."""
        if found := self._plain.get((method, path)):
            return found
        return next(
            (
                one.route
                for one in (*_OPENAI, *_OIP)
                if one.method == method and one.path.fullmatch(path)
            ),
            None,
        )
