"""A service, careless or not, finds no way round the guard through its own interface."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.decision.record import Binding, Kind
from sunlit.guard import Guard
from sunlit.runtime.statuslist import INVALID
from tests.fixtures.token_world import World, grant
from tests.guard.guarded_world import Place, register


def _code(guard: Guard, **said: Any) -> str | None:  # noqa: ANN401 - what `check` takes
    try:
        guard.check(**said)
    except SunlitError as error:
        return error.code
    return None


def test_a_decision_is_no_other_record_by_its_plain_name(tmp_path: Path) -> None:
    """`record` takes what is no decision; a text that equals the kind is the kind."""
    said: Any = {
        "token": "aa" * 32, "release": "bb" * 32, "use": "outreach", "binding": "files-verified",
        "deployer": "benefits.example.gov", "oversight": "none", "state": "released",
    }  # fmt: skip
    kind: Any = "decision"
    place = Place(tmp_path)
    with place.open() as guard, pytest.raises(MalformedError) as caught:
        guard.record(kind, {}, **said)

    assert caught.value.code == "guard.no-permit"
    assert not place.records()


def test_files_that_nobody_hashed_are_not_called_verified(tmp_path: Path) -> None:
    """The binding `files-verified` comes from `load`, whoever says otherwise."""
    place = Place(tmp_path)
    with place.open(hashed=False) as guard:
        assert _code(guard, binding=Binding.FILES_VERIFIED) == "guard.binding"
        guard.load(place.files, lambda _: str)
        assert _code(guard, binding=Binding.FILES_VERIFIED) is None


def test_a_permit_is_used_up(tmp_path: Path) -> None:
    """One check is one decision, however often it is handed in; a limit would be none."""
    place = Place(tmp_path, grant(constraints=("volume:1",), minimum_binding="declared"))
    with place.open() as guard:
        permit = guard.check(binding=Binding.DECLARED)
        guard.record_decisions(permit, [{}])
        with pytest.raises(MalformedError) as caught:
            guard.record_decisions(permit, [{}])

    assert caught.value.code == "guard.too-many"
    assert [one.kind for one in place.records()] == [Kind.DECISION, Kind.REFUSAL]


@pytest.mark.parametrize("count", [-1, -5, True, 1.0, 2**40, "1"])
def test_a_check_for_fewer_than_none_gives_no_limit_back(tmp_path: Path, count: Any) -> None:  # noqa: ANN401 - anything
    """Counting backwards would use a limit twice."""
    place = Place(tmp_path, grant(constraints=("volume:2",)))
    with place.open() as guard:
        assert _code(guard, binding=Binding.FILES_VERIFIED, count=2) is None
        assert _code(guard, binding=Binding.FILES_VERIFIED, count=count) == "guard.asked"
        assert _code(guard, binding=Binding.FILES_VERIFIED) == "guard.volume-exceeded"


@pytest.mark.parametrize(
    "said",
    [
        {"case": 17}, {"trace": b"00-"}, {"break_glass": 1}, {"purpose": 3}, {"jurisdiction": b"A"},
        {"case": "x" * 70_000}, {"use": "benefits"}, {"cases": "17"}, {"brake_glass": "flood"},
    ],
)  # fmt: skip
def test_what_cannot_be_recorded_is_refused_before_the_model_is_asked(
    tmp_path: Path, said: Any  # noqa: ANN401 - anything
) -> None:  # fmt: skip
    """Afterwards there would be an answer, and neither a record of it nor of a refusal."""
    called: list[object] = []
    place = Place(tmp_path)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: called.append)
        with pytest.raises(MalformedError) as caught:
            model.decide(1, **said)

    assert caught.value.code == "guard.asked"
    assert not called


def test_a_word_that_is_not_known_is_refused_everywhere(tmp_path: Path) -> None:
    """`oversigth="human-decides"` must not give a weaker arrangement in silence."""
    place = Place(tmp_path)
    wrong: Any = {"oversigth": "human-decides"}
    with pytest.raises(MalformedError) as opening:
        place.open(**wrong)
    with place.open() as guard:
        decision = guard.load(place.files, lambda _: str).decide(1)
        with pytest.raises(MalformedError) as checking:
            guard.check(**wrong)
        with pytest.raises(MalformedError) as saying:
            guard.outcome(decision, "confirmed", role="officer", **wrong)

    assert {one.value.code for one in (opening, checking, saying)} == {"guard.asked"}


def test_a_content_that_is_too_large_leaves_a_refusal(tmp_path: Path) -> None:
    """The model was asked; that nothing came of it stands in the log."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: lambda _given: b"x" * (64 * 1024 * 1024))
        with pytest.raises(MalformedError) as caught:
            model.decide(1)

    assert caught.value.code == "recorder.too-large"
    assert [one.code for one in place.records()] == ["recorder.too-large"]


def test_removing_the_counts_gives_no_volume_back(tmp_path: Path) -> None:
    """A volume is for the token's whole life; the logs know what was decided."""
    place = Place(tmp_path, grant(constraints=("volume:3", "rate:9/day")), logs=2)
    with place.open() as guard:
        model = guard.load(place.files, lambda _: str)
        model.decide(1)
        with pytest.raises(VerificationError):
            guard.check(use="another", binding=Binding.FILES_VERIFIED)
        model.decide(2)
    for path in (place.store.root / "limits").iterdir():
        path.unlink()
    with place.open() as guard:
        assert _code(guard, binding=Binding.FILES_VERIFIED) is None
        assert _code(guard, binding=Binding.FILES_VERIFIED) == "guard.volume-exceeded"


class _Model:
    """Has parts that would answer in its place, and settings that do."""

    def __init__(self) -> None:
        self.named_steps = {"first": self}
        self.estimators_ = [self]
        self.booster_ = self
        self.classes_ = ["no", "yes"]

    def predict(self, rows: list[object]) -> list[object]:
        return rows

    def get_params(self, *, deep: bool = True) -> dict[str, object]:
        return {"depth": 3, **({"first": self} if deep else {})}


def test_no_part_of_a_model_answers_in_its_place(tmp_path: Path) -> None:
    """A pipeline's steps, a forest's trees and a booster would go round the guard."""
    place = Place(tmp_path, grant(minimum_binding="declared"))
    with place.open() as guard:
        model = guard.wrap(_Model())
        for name in ("named_steps", "estimators_", "booster_"):
            with pytest.raises(AttributeError, match="round the guard"):
                getattr(model, name)
        assert model.classes_ == ["no", "yes"]
        assert model.get_params() == {"depth": 3}  # type: ignore[operator]


def test_what_is_recorded_is_what_goes_out(tmp_path: Path) -> None:
    """An explanation that changes the answer changes the record of it, too."""
    place = Place(tmp_path)

    def explain(_given: object, output: Any) -> tuple[str, bytes]:  # noqa: ANN401 - a list
        output.append("changed")
        return "text/plain", b"none"

    with place.open() as guard:
        decision = guard.load(place.files, lambda _: lambda x: [x]).decide(1, explain=explain)

    assert decision.output == [1, "changed"]
    assert place.content(decision.pointer).fields["output"].value == b'[1,"changed"]'


def test_a_service_that_changes_its_directory_counts_and_records_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Daemons do; a relative path would begin new limits somewhere else."""
    place = Place(tmp_path, grant(constraints=("volume:1",)))
    monkeypatch.chdir(tmp_path)
    guard = place.open(records=Path("store"), token=Path("some.token"))
    model = guard.load(Path("component"), lambda _: str)
    (tmp_path / "elsewhere").mkdir()
    os.chdir(tmp_path / "elsewhere")
    with guard:
        model.decide(1)
        place.put_status()
        assert guard.refresh()
        model.reload()
        assert _code(guard, binding=Binding.FILES_VERIFIED) == "guard.volume-exceeded"

    assert not list((tmp_path / "elsewhere").iterdir())


def test_of_two_lists_of_one_second_the_one_that_revokes_counts(tmp_path: Path) -> None:
    """An issuer may sign twice in a second; nobody may choose between the two, nor later."""
    place = Place(tmp_path)
    at = place.clock.at - timedelta(minutes=1)
    good = place.put_status(at=at)
    with place.open() as guard:
        assert _code(guard, binding=Binding.FILES_VERIFIED) is None
        place.put_status(INVALID, at=at)
        assert guard.refresh()
        (place.token / "status.jwt").write_bytes(good)
        with pytest.raises(VerificationError) as caught:
            guard.refresh()
        assert _code(guard, binding=Binding.FILES_VERIFIED) == "status.revoked"
    with place.open() as guard:
        assert _code(guard, binding=Binding.FILES_VERIFIED) == "status.revoked"

    assert caught.value.code == "guard.older-status"


def test_what_a_service_may_print_names_nobody(tmp_path: Path) -> None:
    """A case pointer or a reason would stand in the service's own log for ever."""
    place = Place(tmp_path)
    place.suspend()
    secrets: Any = {"case": "JANSEN-1970", "break_glass": "for P. Jansen", "trace": "jansen"}
    with place.open() as guard:
        model = guard.load(place.files, lambda _: str)
        decision = model.decide("Jansen", **secrets)
        permit = guard.check(binding=Binding.FILES_VERIFIED, **secrets)
        asked = guard.ask(**secrets)
        printed = [repr(one) for one in (guard, model, decision, permit, permit.context, asked)]

    assert not [one for one in printed if "jansen" in one.casefold()]
    assert decision.check_code not in "".join(printed)


# --- the decision log -----------------------------------------------------------------------


def _refused(place: Place) -> VerificationError:
    with pytest.raises(VerificationError) as caught:
        place.open()
    assert caught.value.code == "guard.log-unregistered"
    # Nothing is held: mended, the next start goes on.
    register(place.store.logs()[0], place.world)
    return caught.value


@pytest.mark.parametrize(
    "changes",
    [
        {"deployer": "another.example.gov"}, {"use": "benefits"}, {"origin": "another/log"},
        {"vkey": World().log.verifier.vkey},
    ],
)  # fmt: skip
def test_a_log_that_is_registered_otherwise_takes_no_record(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    """Nobody could later tie its records to who answers for them."""
    place = Place(tmp_path)
    register(place.store.logs()[0], place.world, **changes)
    _refused(place)
    with place.open():
        assert not place.records()


@pytest.mark.parametrize("entry", [b"{}", b"", b"entry"])
def test_a_registration_that_is_no_entry_of_a_trusted_log_is_none(
    tmp_path: Path, entry: bytes
) -> None:
    """A file of that name is not a statement in the organisation's log."""
    place = Place(tmp_path)
    (folder,) = place.store.logs()
    folder.keep_registration(entry, folder.receipt or b"")
    _refused(place)


def test_a_registration_in_a_log_that_nobody_trusts_is_none(tmp_path: Path) -> None:
    """Its receipt is signed, by whoever wanted it so."""
    place = Place(tmp_path)
    register(place.store.logs()[0], World(name="forged"))
    assert "note." in str(_refused(place).got)


def test_a_copy_of_a_log_within_the_store_is_no_log_of_its_own(tmp_path: Path) -> None:
    """Two writers of one origin would make two histories, and a search would show one."""
    import shutil

    place = Place(tmp_path)
    shutil.copytree(place.store.root / "logs" / "01", place.store.root / "logs" / "02")
    shutil.copytree(place.store.root / "keys" / "01", place.store.root / "keys" / "02")
    assert "two folders" in str(_refused(place).got)
    shutil.rmtree(place.store.root / "logs" / "02")
    with place.open() as guard:
        assert _code(guard, binding=Binding.FILES_VERIFIED) is None
