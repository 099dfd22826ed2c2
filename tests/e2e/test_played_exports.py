"""Everything on the demo's node, exported and judged by validators that are not ours."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from sunlit.adapters.clock import SystemClock
from sunlit.base.errors import VerificationError
from sunlit.formats.losses import Facts
from sunlit.node.exporting import FORMATS
from sunlit.node.exporting_source import Source
from tests.e2e.played import COUNCIL
from tests.formats.export_judges import judged

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo
# Format -> of how many records one is judged; components are judged all. The graphs of all
# records are judged at once, as the catalogue: that costs what fifty of them cost one by one.
EVERY = {"atrs": 10, "cyclonedx": 50, "mldcat-ap": 400, "nl-register": 10, "omb": 10}


@pytest.fixture(scope="module")
def source(demo: Path) -> Source:
    """The logs of all homes of the demo's node."""
    return Source.of_node(demo / "node", SystemClock().now())


@pytest.fixture(scope="module")
def components(source: Source) -> Sequence[Facts]:
    """What is known of each component."""
    return source.views()[: len(source.purls)]


@pytest.fixture(scope="module")
def records(source: Source) -> Sequence[Facts]:
    """What each record of another register says."""
    return source.views()[len(source.purls) :]


def wrong(name: str, views: Sequence[Facts]) -> list[tuple[object, object]]:
    """Return what a judge finds wrong, beside the name."""
    found = [(facts.get("record", facts["name"]), judged(FORMATS[name](facts))) for facts in views]
    return [one for one in found if one[1] is not None]


@pytest.mark.parametrize("name", FORMATS)
def test_every_component_passes_in_every_format(name: str, components: Sequence[Facts]) -> None:
    """CycloneDX, MLDCAT-AP, ATRS, the US inventory, the Dutch register, publiccode.yml."""
    assert components
    assert wrong(name, components) == []


@pytest.mark.parametrize("name", EVERY)
def test_records_pass_in_every_format(name: str, records: Sequence[Facts]) -> None:
    """Some of those that were imported; all of them in the long run."""
    assert len(records) > 3_700
    assert wrong(name, records[:: EVERY[name]]) == []


@pytest.mark.parametrize("name", ["mldcat-ap", "omb"])
def test_the_catalogue_of_everything_passes(name: str, source: Source) -> None:
    """One graph, or one table, of the component and all records."""
    assert judged(source.catalogue(name)) is None


def test_no_record_says_what_publiccode_asks(records: Sequence[Facts]) -> None:
    """So there is no such document of any, and the answer names what nobody said."""
    for facts in records[::100]:
        with pytest.raises(VerificationError, match="nobody has said"):
            FORMATS["publiccode"](facts)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", EVERY)
def test_every_record_passes_in_every_format(name: str, records: Sequence[Facts]) -> None:
    """All 3,755, one by one."""
    assert wrong(name, records) == []


def test_the_node_is_the_councils(source: Source) -> None:
    """What was judged is the demo's whole node."""
    assert source.publisher == COUNCIL
    assert len(source.homes) == 6
