"""Binding a model to its release: hash the files, load, and see that nothing changed meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sunlit.base.errors import SunlitError, VerificationError
from sunlit.decision.record import Binding
from sunlit.guard.standing import Standing, error_of
from sunlit.runtime.covers import Asked
from sunlit.runtime.verify import verify_binding
from sunlit.statement.hashing import FileState, Progress
from sunlit.statement.manifest import is_excluded, read_manifest
from sunlit.statement.source import open_source

Loader = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Model:
    """A model in memory: what answers, how it is bound, and what its files were."""

    answers: object
    binding: Binding
    release: str | None = None
    path: Path | None = None
    states: tuple[FileState, ...] = ()
    loader: Loader | None = None
    is_closed: bool = False


def load_model(
    standing: Standing, at: datetime, path: Path, loader: Loader, progress: Progress | None = None
) -> Model:
    """Return a model that was loaded from the very files of the token's release.

    Raises:
        VerificationError: `token.other-files`, `guard.files-changed`.
        SunlitError: `manifest.*`.
    """
    path = path.absolute()  # it is asked for again at a reload
    before = states_of(path)
    manifest = read_manifest(path, progress=progress)
    asked = Asked(at=at, files=manifest)
    failure = verify_binding(standing.parts, standing.trust, asked).first_failure
    if failure is not None:
        raise error_of(failure)
    answers = loader(path)
    if states_of(path) != before:
        raise VerificationError(
            "guard.files-changed", "the files changed while the model was being loaded",
            mend="stop whatever writes there, and load again",
        )  # fmt: skip
    return Model(answers, Binding.FILES_VERIFIED, manifest.digest, path, before, loader)


def states_of(path: Path) -> tuple[FileState, ...]:
    """Return what the file system says of each file: a write leaves its mark (`ctime`).

    Raises:
        SunlitError: `manifest.*`.
    """
    with open_source(path, is_excluded) as source:
        return tuple(one.state for one in source.files)


def have_changed(model: Model) -> bool:
    """Tell whether the files under a model in memory are not those that it was loaded from."""
    if model.path is None:
        return False
    try:
        return states_of(model.path) != model.states
    except SunlitError:
        return True
