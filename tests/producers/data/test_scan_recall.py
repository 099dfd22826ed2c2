"""The estimate of what was missed rests on recall that was measured, and still is what it was."""

from importlib.util import find_spec

import pytest

from sunlit.base.proportion import wilson
from tests.producers.data import scan_recall


def overclaimed(kept: scan_recall.Counts, measured: scan_recall.Counts) -> list[str]:
    """Return kinds of which the table says more than the measurement bears out."""
    return [
        kind for kind, (found, of) in measured.items()
        if kind not in kept or kept[kind][0] / kept[kind][1] > wilson(found, of)[1]
    ]  # fmt: skip


def test_no_kind_is_claimed_to_be_found_better_than_it_is() -> None:
    """When recognisers change: `python -m tests.producers.data.scan_recall` measures anew."""
    assert not overclaimed(scan_recall.kept()["kinds"], scan_recall.kinds())


@pytest.mark.long
@pytest.mark.skipif(
    find_spec("presidio_analyzer") is None, reason="the extra [ner] is not installed"
)
def test_no_name_is_claimed_to_be_found_better_than_it_is() -> None:
    """The model is pinned, so this changes with our own filters only."""
    assert not overclaimed(scan_recall.kept()["names"], scan_recall.names())
