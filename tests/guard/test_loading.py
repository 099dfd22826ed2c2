"""Binding: the model that answers is the one whose files were hashed, also after a reload."""

import os
from pathlib import Path
from threading import Event, Thread

import pytest

from sunlit.authority.trust_signing import sign_trust
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.decision.record import Kind
from sunlit.statement.manifest import read_manifest
from tests.fixtures.token_world import AT, FILES, World, grant, write_files
from tests.guard.guarded_world import Place, write_token


def test_other_files_are_refused_by_name_and_recorded(tmp_path: Path) -> None:
    """Before they are loaded: a loader may run what it reads."""
    place = Place(tmp_path)
    (place.files / "model.txt").write_bytes(b"another model\n")
    loaded: list[Path] = []
    with place.open() as guard, pytest.raises(VerificationError) as caught:
        guard.load(place.files, loaded.append)

    assert caught.value.code == "token.other-files"
    assert "changed: model.txt" in str(caught.value)
    assert "meanwhile, by hand" in str(caught.value.mend)
    assert not loaded
    assert [one.code for one in place.records()] == ["token.other-files"]


def test_files_that_change_while_they_are_loaded_are_refused(tmp_path: Path) -> None:
    """What was hashed and what was read may differ then, even if size and time were put back."""
    place = Place(tmp_path)

    def loader(path: Path) -> object:
        file = path / "model.txt"
        state = file.stat()
        file.write_bytes(file.read_bytes().replace(b"0.25", b"0.35"))
        os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
        return lambda x: x

    with place.open() as guard, pytest.raises(VerificationError) as caught:
        guard.load(place.files, loader)

    assert caught.value.code == "guard.files-changed"


def test_a_loader_that_fails_is_recorded(tmp_path: Path) -> None:
    """Its own error goes on to the caller; missing files are told too."""
    place = Place(tmp_path)

    def loader(path: Path) -> object:
        raise ImportError("no such library")

    with place.open() as guard:
        with pytest.raises(ImportError):
            guard.load(place.files, loader)
        with pytest.raises(SunlitError) as caught:
            guard.load(tmp_path / "none", loader)

    assert caught.value.code == "manifest.unreadable"
    assert [one.code for one in place.records()] == ["guard.load-failed", "manifest.unreadable"]


def test_progress_is_told(tmp_path: Path) -> None:
    """Large models take a while to hash."""
    told: list[tuple[int, int]] = []
    place = Place(tmp_path)
    with place.open() as guard:
        guard.load(
            place.files, lambda _: str, progress=lambda done, total: told.append((done, total))
        )

    size = sum(map(len, FILES.values()))
    assert told[-1] == (size, size)


def _second(place: Place, root: Path) -> tuple[Path, Path]:
    """Write a second release and its token."""
    files = root / "second"
    write_files(files, {**FILES, "model.txt": b"second\n"})
    said = grant(release=read_manifest(files).digest, version="2.0.0")
    parts = place.world.parts(said, manifest=read_manifest(files).to_bytes())
    return files, write_token(root / "second.token", parts)


def _text_of(path: Path) -> object:
    text = (path / "model.txt").read_text()
    return lambda _: text.split("\n")[0]


def test_a_call_under_way_finishes_with_the_model_it_began_with(tmp_path: Path) -> None:
    """And its record says so, though model and token were swapped meanwhile."""
    place = Place(tmp_path)
    files, token = _second(place, tmp_path)
    begun, go_on, answers = Event(), Event(), []

    def slow(path: Path) -> object:
        text = (path / "model.txt").read_text()

        def answer(_: object) -> str:
            begun.set()
            assert go_on.wait(10)
            return text.split("\n")[0]

        return answer

    with place.open() as guard:
        model = guard.load(place.files, slow)
        thread = Thread(target=lambda: answers.append(model.decide(1).output))
        thread.start()
        assert begun.wait(10)
        model.reload(files, _text_of, token=token)
        assert model.decide(2).output == "second"
        go_on.set()
        thread.join()

    assert answers == ["tree"]
    releases = [one.release for one in place.records()]
    assert releases == [read_manifest(files).digest, place.said.release]


def test_models_are_reloaded_under_load_without_a_refusal(tmp_path: Path) -> None:
    """Model and token are swapped in one step: no call sees one without the other."""
    place = Place(tmp_path)
    files, token = _second(place, tmp_path)
    stop, failed = Event(), list[str]()

    def work() -> None:
        while not stop.is_set():
            try:
                model.decide(1)
            except SunlitError as error:
                failed.append(error.code)

    with place.open() as guard:
        model = guard.load(place.files, _text_of)
        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(15):
            model.reload(files, token=token)
            model.reload(place.files, token=place.token)
        stop.set()
        for thread in threads:
            thread.join()

    assert not failed
    for record in place.records():
        assert record.kind is Kind.DECISION
        assert record.release in (place.said.release, read_manifest(files).digest)


def test_a_reload_of_other_files_elsewhere_refuses_and_the_old_model_goes_on(
    tmp_path: Path,
) -> None:
    """It is in memory as it was verified, and its token covers it."""
    place = Place(tmp_path)
    other = tmp_path / "other"
    write_files(other, {"model.txt": b"x"})
    with place.open() as guard:
        model = guard.load(place.files, _text_of)
        with pytest.raises(VerificationError) as caught:
            model.reload(other)
        assert model.decide(1).output == "tree"

    assert caught.value.code == "token.other-files"
    assert [one.kind for one in place.records()] == [Kind.REFUSAL, Kind.DECISION]


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_reload_over_changed_files_stops_the_model_until_one_succeeds(
    tmp_path: Path, *, is_gone: bool
) -> None:
    """A library may read its files later, so nobody can say what answers now."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = guard.load(place.files, _text_of)
        if is_gone:
            place.files.rename(tmp_path / "moved")
        else:
            (place.files / "model.txt").write_bytes(b"another\n")
        with pytest.raises(SunlitError):
            model.reload()
        with pytest.raises(VerificationError) as caught:
            model.decide(1, break_glass="flood")
        write_files(place.files, FILES)
        model.reload()
        assert model.decide(1).output == "tree"

    assert caught.value.code == "guard.files-changed"
    assert "reload" in str(caught.value.mend)


def test_a_token_for_another_release_refuses_the_old_model(tmp_path: Path) -> None:
    """Files and token are looked at together, at each call."""
    place = Place(tmp_path)
    files, token = _second(place, tmp_path)
    with place.open() as guard:
        model = guard.load(place.files, _text_of)
        guard.reload(token)
        with pytest.raises(VerificationError) as caught:
            model.decide(1)
        model.reload(files)
        assert model.decide(1).output == "second"

    assert caught.value.code == "token.other-files"


def test_what_was_wrapped_cannot_be_reloaded(tmp_path: Path) -> None:
    """There are no files."""
    with (
        Place(tmp_path, grant(minimum_binding="declared")).open() as guard,
        pytest.raises(MalformedError) as caught,
    ):
        guard.wrap(str).reload()

    assert caught.value.code == "guard.wrap"


def test_a_bad_token_or_an_older_trust_file_is_not_taken_up(tmp_path: Path) -> None:
    """What is in use stays in use."""
    place = Place(tmp_path)
    newer = sign_trust(World(issuer_until=None).trust, [place.world.key("root")])
    with place.open() as guard:
        before = guard.standing
        with pytest.raises(SunlitError) as forged:
            guard.reload(World(name="forged").parts())
        object.__setattr__(before.trust, "version", 2)  # as if a later one had been read
        with pytest.raises(SunlitError) as older:
            guard.reload(trust=place.trust)
        object.__setattr__(before.trust, "version", 1)
        place.trust.write_bytes(newer)
        assert guard.standing is before
        guard.reload(trust=place.trust)
        assert guard.standing is not before

    assert forged.value.code == "token.unknown-key"
    assert older.value.code == "guard.older-trust"


def test_a_reload_keeps_the_newest_status_list(tmp_path: Path) -> None:
    """The new token's folder may hold an older one."""
    place = Place(tmp_path)
    folder = write_token(tmp_path / "copy.token", place.world.parts())
    place.suspend()
    with place.open() as guard:
        guard.reload(folder)
        assert guard.standing.status is not None
        assert guard.standing.status.found.issued_at > AT.replace(hour=11)
