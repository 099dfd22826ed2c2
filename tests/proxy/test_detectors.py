"""Live detectors: when they speak, when they are silent, and that their state is bounded."""

import asyncio
import json
import math
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.base.times import from_unix
from sunlit.proxy.config import DetectorSettings
from sunlit.proxy.detectors import (
    Alarm,
    Detector,
    Drift,
    OutOfRange,
    RateSpike,
    RefusalShare,
    Sample,
    Window,
    psi,
)
from sunlit.proxy.pointer import parsed
from sunlit.proxy.reading import read_asked
from sunlit.proxy.reference import load_reference, read_numbers
from sunlit.proxy.routes import Api, Route
from sunlit.proxy.watch import Drafts, Watch
from sunlit.testing.clock import SetClock


def alarms(detector: Detector, samples: list[Sample]) -> list[tuple[float, Alarm]]:
    """Return the alarms with their times."""
    found = [(one.at, detector.observe(one)) for one in samples]
    return [(at, alarm) for at, alarm in found if alarm is not None]


def steady(begin: float, end: float, each: float) -> list[Sample]:
    """Return requests at a steady rate."""
    return [Sample(at=begin + n * each) for n in range(int((end - begin) / each))]


def test_a_steady_rate_raises_nothing() -> None:
    """Also over many windows."""
    assert not alarms(RateSpike(60, 3, 10), steady(0, 1000, 1))


def test_a_spike_raises_once_per_window() -> None:
    """Five times the rate, for one window: one alarm."""
    found = alarms(RateSpike(60, 3, 10), [*steady(0, 300, 1), *steady(300, 355, 0.2)])

    assert len(found) == 1
    assert found[0][1].detector == "rate-spike"
    assert int(found[0][1].counts["requests"]) > 180


def test_a_spike_after_silence_and_after_quiet_raises_again() -> None:
    """Each window that is worse than those before it."""
    samples = [
        *steady(0, 20, 1), *steady(20, 25, 0.1), *steady(200, 300, 1), *steady(300, 305, 0.1),
    ]  # fmt: skip
    found = alarms(RateSpike(10, 2, 10), samples)

    assert len(found) == 2


def test_a_share_of_refusals_raises() -> None:
    """Beyond the share and the minimum."""
    few = [Sample(at=n, refused=True) for n in range(5)]
    many = [Sample(at=10 + n, refused=n % 2 == 0) for n in range(40)]

    found = alarms(RefusalShare(60, 0.4, 20), [*few, *many])
    assert len(found) == 1
    assert found[0][1].counts == {"counted": 20, "found": 13}


def test_inputs_out_of_range_raise() -> None:
    """Only fields of the reference count."""
    detector = OutOfRange(60, 0.1, 10, {"/age": (0, 120)})
    good = [Sample(at=n, numbers={"/age": [30], "/odd": [999]}) for n in range(20)]
    bad = [Sample(at=20 + n, numbers={"/age": [999]}) for n in range(5)]

    assert not alarms(detector, [*good, Sample(at=20)])
    assert len(alarms(detector, bad)) == 1


def test_drift_raises_when_the_window_is_full_and_otherwise_distributed() -> None:
    """Once per window of numbers; the same distribution raises nothing."""
    same = [Sample(at=n, numbers={"x": [n % 4]}) for n in range(400)]
    moved = [Sample(at=n, numbers={"x": [3]}) for n in range(150)]
    detector = Drift("x", [1, 2, 3], [25, 25, 25, 25], window=100, psi=0.2)

    assert not alarms(detector, same)
    found = alarms(detector, moved)
    assert len(found) in (1, 2)
    assert found[0][1].counts["field"] == "x"


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=20).filter(any))
def test_the_index_of_a_distribution_against_itself_is_zero(counts: list[int]) -> None:
    """And never negative against another."""
    shares = [max(one / sum(counts), 1e-4) for one in counts]

    assert math.isclose(psi(counts, shares), 0, abs_tol=1e-12)
    assert psi(list(reversed(counts)), shares) >= -1e-12


@given(st.lists(st.floats(0, 1e6), max_size=300))
def test_a_window_never_grows(times: list[float]) -> None:
    """Its state is a tenth of a window each, however many samples come, in whatever order."""
    window = Window(10, 1, windows=3)
    for at in times:
        window.add(at, 1)

    assert len(window._rows) <= 30
    assert window.sums()[0] <= len(times)


def reference(folder: Path, document: object) -> Path:
    """Write a reference file."""
    path = folder / "reference.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


AGE = {"min": 0, "max": 120, "edges": [18, 65], "counts": [20, 60, 20]}


def test_a_watch_writes_drafts_without_inputs(tmp_path: Path) -> None:
    """Counts and limits, the use, the time; one file each."""
    settings = DetectorSettings(
        window_seconds=10, minimum=2, rate_factor=Decimal(2), refusal_share=Decimal("0.5"),
        range_share=Decimal("0.1"), drift_psi=Decimal("0.1"), drift_window=4,
        reference=reference(tmp_path, {"v": 1, "fields": {"/age": AGE}}),
    )  # fmt: skip
    drafts = Drafts(tmp_path / "drafts", SetClock(from_unix(1_800_000_000)), use="outreach",
                    deployer="city.example")  # fmt: skip
    watch = Watch(settings, drafts)
    for n in range(8):
        watch.see(Sample(at=n, refused=True, numbers={"/age": [987654]}))

    documents = [json.loads(p.read_text()) for p in (tmp_path / "drafts").glob("*.json")]
    assert {one["detector"] for one in documents} == {"refusals", "out-of-range", "drift"}
    assert all(one["use"] == "outreach" and one["kind"] == "incident-draft" for one in documents)
    assert "987654" not in json.dumps(documents)


def test_a_draft_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """Requests go on; the log says it."""
    (tmp_path / "drafts").write_text("in the way")
    drafts = Drafts(tmp_path / "drafts", SetClock(from_unix(0)), use="u", deployer="d")

    drafts(Alarm(detector="drift", counts={}, limits={}))


@pytest.mark.parametrize(
    "document",
    [
        [], {"v": 2, "fields": {"a": AGE}}, {"v": 1, "fields": {}},
        {"v": 1, "fields": {"a": {"min": 2, "max": 1}}}, {"v": 1, "fields": {"a": {"min": "x"}}},
        {"v": 1, "fields": {"a": {"edges": [2, 1], "counts": [1, 1, 1]}}},
        {"v": 1, "fields": {"a": {"edges": [1], "counts": [1]}}},
        {"v": 1, "fields": {"a": {"edges": [1], "counts": [0, 0]}}},
        {"v": 1, "fields": {"a": {"edges": 1, "counts": [0, 0]}}},
    ],
    ids=range(9),
)  # fmt: skip
def test_a_malformed_reference_is_refused(document: object, tmp_path: Path) -> None:
    """At the start, not at the first request."""
    with pytest.raises(MalformedError):
        load_reference(reference(tmp_path, document))


def test_a_missing_reference_is_refused(tmp_path: Path) -> None:
    """With what to correct."""
    with pytest.raises(MalformedError) as refused:
        load_reference(tmp_path / "none.json")
    assert refused.value.mend


def test_numbers_of_plain_json_are_found_by_pointer() -> None:
    """What is no finite number is passed over."""
    body = b'{"age":41,"deep":{"x":[1,2.5]},"text":"7","yes":true,"big":1e999}'

    found = read_numbers(
        Api.PLAIN, parsed(body), ["/age", "/deep/x/1", "/text", "/yes", "/big", "/no"]
    )
    assert found == {"/age": [41.0], "/deep/x/1": [2.5]}
    assert read_numbers(Api.PLAIN, parsed(b"no json"), ["/age"]) == {}
    assert asyncio.run(read_asked(Route(name="c", api=Api.CHAT), body, ["/age"])).numbers == {}


@pytest.mark.parametrize("data", [[1, 2, 3, 4], [[1, 2], [3, 4]]])
def test_numbers_of_tensors_are_found_by_name_and_column(data: object) -> None:
    """The Open Inference Protocol writes tensors flat or nested."""
    body = json.dumps(
        {"inputs": [{"name": "x", "shape": [2, 2], "data": data}, {"name": "odd"}, 7]}
    ).encode()

    assert read_numbers(Api.OIP, parsed(body), ["x", "x/1", "x/7", "y"]) == {
        "x": [1.0, 2.0, 3.0, 4.0], "x/1": [2.0, 4.0], "x/7": [],
    }  # fmt: skip


def test_only_so_many_numbers_of_a_tensor_are_looked_at() -> None:
    """A large tensor does not stop the loop."""
    body = json.dumps({"inputs": [{"name": "x", "shape": [9999], "data": [1] * 9999}]}).encode()

    assert len(read_numbers(Api.OIP, parsed(body), ["x"])["x"]) == 1000
