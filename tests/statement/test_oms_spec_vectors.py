"""The OMS specification's own vectors, wherever they are: they are not in this repository.

To check against them, clone https://github.com/ossf/model-signing-spec and set SUNLIT_OMS_VECTORS
to its folder test-vectors/v1.0 when you run this file.
"""

import os
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError
from sunlit.statement.oms import Bundle, ModelStatement

# Read at import: no SUNLIT_* variable reaches a running test (tests/conftest.py).
FOLDER = os.environ.get("SUNLIT_OMS_VECTORS")

pytestmark = pytest.mark.skipif(
    FOLDER is None, reason="SUNLIT_OMS_VECTORS names no folder with the OMS specification's vectors"
)


def vectors(kind: str) -> list[Path]:
    """Return the vectors of one kind; none if no folder was named, and never none otherwise."""
    if FOLDER is None:
        return []
    found = sorted((Path(FOLDER) / kind).glob("*.json"))
    if not found:
        message = f"SUNLIT_OMS_VECTORS has no {kind}/*.json"
        raise FileNotFoundError(message)
    return found


@pytest.mark.parametrize("path", vectors("valid"), ids=lambda path: path.name)
def test_a_valid_vector_is_read(path: Path) -> None:
    """Bundle and statement are well formed, and the root digest is recomputed."""
    bundle = Bundle.parse(path.read_bytes())

    model = ModelStatement.parse(bundle.envelope.payload)

    assert bundle.method == path.name.partition(".")[0]
    assert model.resources


@pytest.mark.parametrize("path", vectors("invalid"), ids=lambda path: path.name)
def test_an_invalid_vector_is_refused(path: Path) -> None:
    """The bundle itself is malformed."""
    with pytest.raises(MalformedError):
        Bundle.parse(path.read_bytes())


@pytest.mark.parametrize("path", vectors("invalid-payload"), ids=lambda path: path.name)
def test_an_invalid_payload_is_refused(path: Path) -> None:
    """The bundle is well formed and its statement is no model signature."""
    bundle = Bundle.parse(path.read_bytes())

    with pytest.raises(MalformedError) as refused:
        ModelStatement.parse(bundle.envelope.payload)

    assert refused.value.code == "oms.predicate-type"
