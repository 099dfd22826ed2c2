"""Every room is asked with everything, and with what `registry.heard` would give it."""

from typing import Any

import pytest

from tests.heard_alike import twice


@pytest.fixture(autouse=True)
def _asked_twice(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    room: Any = getattr(request.module, "admit", None)
    if getattr(room, "__module__", "").startswith("sunlit.capabilities."):
        monkeypatch.setattr(request.module, "admit", twice(room))
