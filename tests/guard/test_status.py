"""Status lists: taken while a guard runs, never an older one, refused when stale."""

import io
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import IO

import pytest

from sunlit.base.errors import MalformedError, SunlitError
from sunlit.decision.record import Binding
from sunlit.guard import FileStatus, Guard, HttpsStatus
from sunlit.guard.clock import MachineClock, Watch
from sunlit.guard.remembered import remember
from sunlit.guard.standing import read_status
from sunlit.runtime.statuslist import MAX_LIST, SUSPENDED
from tests.fixtures.token_world import AT, STATUS_INDEX, World
from tests.guard.guarded_world import Place


def _code(guard: Guard) -> str | None:
    try:
        guard.check(binding=Binding.FILES_VERIFIED)
    except SunlitError as error:
        return error.code
    return None


def _refresh_code(guard: Guard) -> str:
    with pytest.raises(SunlitError) as caught:
        guard.refresh()
    return caught.value.code


@pytest.mark.parametrize(
    ("how", "code"), [("revoke", "status.revoked"), ("suspend", "status.suspended")]
)
def test_a_fresh_list_that_takes_the_token_back_is_followed(
    tmp_path: Path, how: str, code: str
) -> None:
    """The next check after the refresh refuses."""
    place = Place(tmp_path)
    with place.open() as guard:
        assert _code(guard) is None
        getattr(place, how)()
        assert guard.refresh()
        assert _code(guard) == code
        assert not guard.refresh()


def test_a_file_is_looked_at_by_the_check_itself(tmp_path: Path) -> None:
    """Nobody need call anything: whoever replaces the file stops the guard."""
    place = Place(tmp_path)
    with place.open(status=FileStatus(place.token / "status.jwt", every=0)) as guard:
        model = guard.load(place.files, lambda _: lambda x: x)
        model.decide(1)
        place.suspend()
        with pytest.raises(SunlitError) as caught:
            model.decide(1)
        assert caught.value.code == "status.suspended"
        place.clock.at += timedelta(minutes=5)
        place.put_status()
        assert _code(guard) is None


def test_offline_past_the_staleness_is_refused(tmp_path: Path) -> None:
    """A list lasts a week here; a day more was stated, and not a second after it."""
    place = Place(tmp_path)
    expires = AT - timedelta(hours=1) + timedelta(days=7)
    with place.open(staleness=timedelta(days=1)) as guard:
        place.clock.at = expires + timedelta(hours=23, minutes=59)
        assert _code(guard) is None
        place.clock.at = expires + timedelta(days=1)
        assert _code(guard) == "status.expired"


def test_a_stale_list_opens_a_guard_that_refuses_until_a_fresh_one_comes(tmp_path: Path) -> None:
    """A service that starts offline says what is wrong, and goes on by itself afterwards."""
    place = Place(tmp_path)
    place.put_status(at=AT - timedelta(days=9), lasts=timedelta(days=7))
    with place.open() as guard:
        assert _code(guard) == "status.expired"
        place.put_status()
        guard.refresh()
        assert _code(guard) is None


def test_an_older_list_is_not_accepted(tmp_path: Path) -> None:
    """Else whoever keeps an old file could bring a suspended token back."""
    place = Place(tmp_path)
    old = (place.token / "status.jwt").read_bytes()
    place.suspend()
    with place.open() as guard:
        assert _code(guard) == "status.suspended"
        (place.token / "status.jwt").write_bytes(old)
        assert _refresh_code(guard) == "guard.older-status"
        assert _code(guard) == "status.suspended"
    with place.open() as guard:  # nor does a restart forget it
        assert _code(guard) == "status.suspended"


def test_a_newer_list_beside_the_token_counts_over_the_remembered_one(tmp_path: Path) -> None:
    """What the store remembers is a floor, no more."""
    place = Place(tmp_path)
    with place.open() as guard:
        guard.check(binding=Binding.FILES_VERIFIED)
        with pytest.raises(SunlitError):  # the last records may be refusals
            guard.check(use="another")
    newer = place.put_status()
    with place.open() as guard:
        assert guard.standing.status is not None
        assert guard.standing.status.raw == newer


def test_a_list_must_be_one_that_the_trust_file_names(tmp_path: Path) -> None:
    """Also when a later trust file names others."""
    place = Place(tmp_path)
    with place.open() as guard:
        named = replace(place.world.trust, version=2, status_lists=("https://other.example/1",))
        with pytest.raises(SunlitError) as caught:
            guard.reload(trust=named)
        assert _code(guard) is None
        with pytest.raises(SunlitError) as again:
            read_status(place.world.status(), guard.standing.token, named, AT)

    assert caught.value.code == again.value.code == "status.unknown-list"


def test_a_list_that_a_decision_relied_on_is_remembered_over_a_restart(tmp_path: Path) -> None:
    """Also when the folder's other lists are older and were kept later."""
    place = Place(tmp_path)
    old = (place.token / "status.jwt").read_bytes()
    newer = place.put_status()
    with place.open() as guard:
        guard.load(place.files, lambda _: lambda x: x).decide(1)
    (place.token / "status.jwt").write_bytes(old)
    with place.open() as guard:
        assert guard.standing.status is not None
        assert guard.standing.status.raw == newer


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"x.y.z", "status.malformed"),
        (lambda: World(name="thief").status(), "status.signature"),
        (lambda: World().status(uri="https://other.example/1"), "status.wrong-list"),
        (lambda: World().status(at=AT + timedelta(hours=1)), "status.not-yet-valid"),
    ],
    ids=["garbage", "another's", "of another address", "from the future"],
)
def test_a_list_that_does_not_hold_changes_nothing(
    tmp_path: Path, make: Callable[[], bytes], code: str
) -> None:
    """The one that is known counts until it is stale; the problem can be read."""
    place = Place(tmp_path)
    with place.open(status=FileStatus(place.token / "status.jwt", every=0)) as guard:
        (place.token / "status.jwt").write_bytes(make())
        assert _refresh_code(guard) == code
        assert _code(guard) is None
        assert guard.status_problem is not None
        assert guard.status_problem.code == code
        place.put_status()
        assert _code(guard) is None
        assert guard.status_problem is None


def test_every_list_is_kept_before_a_record_names_it(tmp_path: Path) -> None:
    """Years later somebody asks what the status was at that time."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda x: x)
        model.decide(1)
        place.clock.at += timedelta(hours=1)
        second = place.put_status()
        guard.refresh()
        model.decide(2)

    names = [one.status for one in place.records()]
    assert len(set(names)) == 2
    for name in names:
        kept = (place.store.root / "status" / f"{name}.jwt").read_bytes()
        assert sha256(kept).hexdigest() == name
    assert sha256(second).hexdigest() == names[1]


def test_a_list_that_cannot_be_kept_is_not_relied_on(tmp_path: Path) -> None:
    """A record must not name what nobody can lay before a court."""
    place = Place(tmp_path)
    with place.open() as guard:
        before = guard.standing.status
        folder = place.store.root / "status"
        folder.rename(folder.with_name("moved"))
        folder.write_bytes(b"")
        place.put_status()
        assert _refresh_code(guard) == "guard.store-unwritable"
        assert guard.standing.status is before
        folder.unlink()
        assert guard.refresh()  # tried again, although the file is the same


def test_a_token_without_a_list_waits_for_one(tmp_path: Path) -> None:
    """`status.missing` says where to get it."""
    place = Place(tmp_path)
    with place.open(token=place.world.parts(status=None)) as guard:
        assert _code(guard) == "status.missing"
        assert not guard.refresh()


def test_lists_are_kept_only_where_there_is_a_store(tmp_path: Path) -> None:
    """One writer alone has no such folder."""
    place = Place(tmp_path)
    writer = place.store.writer(place.clock)
    with place.open(records=writer, deployer="benefits.example.gov") as guard:
        assert guard.check(binding=Binding.FILES_VERIFIED)
    writer.close()
    assert not (place.store.root / "status").exists()


# --- sources --------------------------------------------------------------------------------


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    """Looking costs a microsecond, reading a list does not."""
    path = tmp_path / "status.jwt"
    path.write_bytes(b"one\n")
    source = FileStatus(path)

    assert source.read() == b"one"
    assert source.read() is None
    path.write_bytes(b"other")
    assert source.read() == b"other"


def test_a_file_that_is_missing_too_large_or_a_pipe_is_told(tmp_path: Path) -> None:
    """None of them may hold up a decision."""
    large = tmp_path / "large"
    large.write_bytes(b"x" * (MAX_LIST + 2))
    os.mkfifo(tmp_path / "pipe")

    codes = []
    for name in ("none", "large"):
        with pytest.raises(SunlitError) as caught:
            FileStatus(tmp_path / name).read()
        codes.append(caught.value.code)

    assert codes == ["guard.status-unreachable", "guard.status-too-large"]
    assert FileStatus(tmp_path / "pipe").read() == b""


@pytest.mark.parametrize("url", ["http://example.org/1", "file:///etc/passwd", "status.jwt"])
def test_only_https_is_fetched(url: str) -> None:
    """On the way of anything else, anybody can hold an old list under our nose."""
    with pytest.raises(MalformedError) as caught:
        HttpsStatus(url)

    assert caught.value.code == "guard.status-address"


class _Answers:
    """An opener that answers what it was told to."""

    def __init__(self, *answers: bytes | OSError) -> None:
        self.answers = list(answers)
        self.asked = threading.Event()

    def __call__(self, request: urllib.request.Request, timeout: float) -> IO[bytes]:
        self.asked.set()
        found = self.answers.pop(0)
        if isinstance(found, OSError):
            raise found
        return io.BytesIO(found)


def test_an_address_is_asked_and_answers_within_bounds() -> None:
    """An answer that does not change is not verified again."""
    answers = _Answers(b"one", b"one", urllib.error.URLError("no route"), b"x" * (MAX_LIST + 2))
    source = HttpsStatus("https://safety.example.gov/status/1", open_url=answers)

    assert [source.read(), source.read()] == [b"one", None]
    for code in ("guard.status-unreachable", "guard.status-too-large"):
        with pytest.raises(SunlitError) as caught:
            source.read()
        assert caught.value.code == code


def _fresh(status: int) -> bytes:
    return World(statuses={STATUS_INDEX: status}).status(at=AT - timedelta(minutes=1))


def test_a_network_is_asked_beside_the_decisions(tmp_path: Path) -> None:
    """While the known list counts, no decision waits for the network."""
    answers = _Answers(_fresh(SUSPENDED))
    source = HttpsStatus("https://safety.example.gov/1", every=1000, open_url=answers)
    with Place(tmp_path).open(status=source) as guard:
        assert _code(guard) in (None, "status.suspended")
        assert answers.asked.wait(10)
        for thread in threading.enumerate():
            if thread.name == "sunlit-status":
                thread.join(10)
        assert _code(guard) == "status.suspended"


def test_a_list_that_is_needed_now_is_waited_for(tmp_path: Path) -> None:
    """Nothing can be decided on the one that is known."""
    place = Place(tmp_path)
    answers = _Answers(urllib.error.URLError("down"), _fresh(0))
    source = HttpsStatus("https://safety.example.gov/1", every=0, open_url=answers)
    with place.open(status=source, token=place.world.parts(status=None)) as guard:
        assert _code(guard) == "status.missing"
        assert guard.status_problem is not None
        assert _code(guard) is None


def test_all_who_need_the_list_wait_for_one_answer(tmp_path: Path) -> None:
    """A burst after a night offline asks once, and nobody of it is refused for that."""
    place = Place(tmp_path)
    begun, go_on, asked = threading.Event(), threading.Event(), list[int]()

    def answer(*_: object) -> IO[bytes]:
        asked.append(1)
        begun.set()
        assert go_on.wait(10)
        return io.BytesIO(_fresh(0))

    source = HttpsStatus("https://safety.example.gov/1", open_url=answer)
    with place.open(status=source, token=place.world.parts(status=None)) as guard:
        codes: list[str | None] = []
        threads = [threading.Thread(target=lambda: codes.append(_code(guard))) for _ in range(4)]
        threads[0].start()
        assert begun.wait(10)
        waits = [guard.live.must_wait]
        for thread in threads[1:]:
            thread.start()
        go_on.set()
        for thread in threads:
            thread.join()
        waits.append(guard.live.must_wait)

    assert waits == [True, False]
    assert codes == [None] * 4
    assert len(asked) == 1


def test_a_list_that_may_still_be_relied_on_is_fetched_beside(tmp_path: Path) -> None:
    """Within the stated staleness no decision waits for a network that is down."""
    place = Place(tmp_path)
    answers = _Answers(urllib.error.URLError("down"))
    source = HttpsStatus("https://safety.example.gov/1", every=1000, open_url=answers)
    with place.open(status=source, staleness=timedelta(days=30)) as guard:
        place.clock.at += timedelta(days=10)
        assert not guard.live.must_wait
        assert _code(guard) is None
        assert answers.asked.wait(10)


@contextmanager
def _server(answers: dict[str, tuple[int, bytes]]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers[self.path]
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/list")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.enable_socket
def test_a_real_server_is_asked_and_its_redirects_are_not_followed() -> None:
    """The address was configured; where it leads to was not."""
    with _server({"/list": (200, b"the list"), "/moved": (302, b"")}) as base:
        assert HttpsStatus(f"{base}/list").read() == b"the list"
        with pytest.raises(SunlitError) as caught:
            HttpsStatus(f"{base}/moved").read()

    assert caught.value.code == "guard.status-unreachable"


# --- clock ----------------------------------------------------------------------------------


def test_a_clock_that_is_moved_back_is_refused_and_said(tmp_path: Path) -> None:
    """An expired token must not come back to life by setting the clock."""
    place = Place(tmp_path)
    with place.open() as guard:
        place.clock.at += timedelta(hours=1)
        assert _code(guard) is None
        place.clock.at -= timedelta(minutes=1)
        with pytest.raises(SunlitError) as caught:
            guard.check(binding=Binding.FILES_VERIFIED, break_glass="flood")

    assert caught.value.code == "guard.clock-back"
    assert "moved back" in str(caught.value)
    assert "set the clock right" in str(caught.value.mend)
    assert place.records()[0].time == AT + timedelta(hours=1)  # records never go backwards


def test_a_time_servers_small_step_is_let_pass(tmp_path: Path) -> None:
    """Within two seconds the guard goes on with the later time."""
    place = Place(tmp_path)
    with place.open() as guard:
        guard.check(binding=Binding.FILES_VERIFIED)
        place.clock.at -= timedelta(seconds=2)
        assert guard.check(binding=Binding.FILES_VERIFIED).at == AT
        place.clock.at -= timedelta(seconds=1)
        assert _code(guard) == "guard.clock-back"


def test_the_clock_may_not_be_moved_back_over_a_restart(tmp_path: Path) -> None:
    """The last decision's time is in the log; a refusal's time was relied on for nothing."""
    place = Place(tmp_path)
    with place.open() as guard:
        place.clock.at += timedelta(hours=1)
        guard.load(place.files, lambda _: lambda x: x).decide(1)
        place.clock.at += timedelta(days=3000)
        assert _code(guard) == "trust.expired"
    place.clock.at = AT + timedelta(minutes=59)

    with pytest.raises(SunlitError) as caught:
        place.open()
    place.clock.at = AT + timedelta(minutes=61)

    assert caught.value.code == "guard.clock-back"
    with place.open() as guard:
        assert _code(guard) is None


def test_an_emergency_on_a_clock_that_ran_ahead_locks_nobody_out(tmp_path: Path) -> None:
    """Its time was overridden, not relied on; refusals behind the last decision do not hide it."""
    place = Place(tmp_path)
    with place.open(staleness=timedelta(days=9999)) as guard:
        model = guard.load(place.files, lambda _: lambda x: x)
        model.decide(1)
        place.clock.at = place.said.valid_until + timedelta(days=1)
        model.decide(2, break_glass="flood")
        for _ in range(300):
            _code(guard)
    place.clock.at = AT + timedelta(minutes=1)

    with place.open() as guard:
        assert _code(guard) is None
    place.clock.at = AT - timedelta(minutes=1)
    with pytest.raises(SunlitError) as caught:
        place.open()
    assert caught.value.code == "guard.clock-back"


def test_a_status_lists_own_time_counts_as_seen(tmp_path: Path) -> None:
    """The issuer has a clock too."""
    place = Place(tmp_path)
    with place.open() as guard:
        place.clock.at += timedelta(days=2)
        place.put_status()
        guard.refresh()
        place.clock.at -= timedelta(days=1)
        assert _code(guard) == "guard.clock-back"


def test_a_list_is_not_lost_because_the_clock_was_wrong_for_a_moment(tmp_path: Path) -> None:
    """It is tried again although the file has not changed."""
    place = Place(tmp_path)
    with place.open() as guard:
        place.suspend()
        right = place.clock.at
        place.clock.at -= timedelta(days=1)
        assert _refresh_code(guard) == "guard.clock-back"
        place.clock.at = right
        assert guard.refresh()
        assert _code(guard) == "status.suspended"


def test_without_a_clock_the_machines_is_read() -> None:
    """Aware, in UTC, in whole seconds, as every record wants it."""
    found = MachineClock().now()

    assert found.utcoffset() == timedelta(0)
    assert found.microsecond == 0
    assert Watch(MachineClock(), found).written() >= found


def test_a_store_without_records_remembers_nothing(tmp_path: Path) -> None:
    """Nor does a status list that is not there any more stop a guard: the token's own counts."""
    (tmp_path / "log" / "segments").mkdir(parents=True)
    (tmp_path / "status").mkdir()
    (tmp_path / "status" / "gone.jwt").symlink_to(tmp_path / "none")

    found = remember(tmp_path, [tmp_path / "log", tmp_path / "none"])

    assert (found.latest, found.lists) == (None, ())
