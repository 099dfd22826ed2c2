"""Unsafe serialisation: what would happen to whoever loads the files? Nothing is loaded."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.claims.assurance import Result, TestResult
from sunlit.producers import pickle_judge
from sunlit.producers.artefact_grade import Grade, Seen
from sunlit.producers.artefact_scan import scan
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced, unreadable

NAME: Final = "artefact-safety"
MAX_LISTED: Final = 100  # names in one list: a statement is at most 65,535 bytes
MAX_NAME: Final = 160


class ArtefactSafetyProducer:
    """Makes one TestResult of kind `artefact-safety`.

    FAILED when a file would run code of somebody's choice, WARNED when a format can run code
    or a file could not be scanned, PASSED when every file is of a format that only holds data.
    """

    name = NAME
    version = "1"

    def tool_version(self) -> str | None:
        """Return picklescan's version, None where it is not installed."""
        return pickle_judge.tool_version()

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return nothing: all that it reads is in the manifest."""
        del component
        return ()

    def produce(self, component: ComponentFolder) -> Produced:
        """Scan every file of the manifest."""
        version = self.tool_version()
        if version is None:
            return _blocked(UnavailableError(
                "producer.no-scanner", "no scanner for pickles is installed",
                mend="pip install 'sunlit[audit]'",
            ))  # fmt: skip
        if not component.manifest.files:
            return _blocked(UnavailableError(
                "producer.nothing-to-scan", "the folder holds no file", mend="add the model's files"
            ))  # fmt: skip
        seen = tuple(one for name in _names(component) for one in _scan(component, name))
        claim = _claim(seen, version)
        return Produced(drafts=(Draft(claim=claim, subjects=(component.subject(),)),))


def _names(component: ComponentFolder) -> Iterable[str]:
    return (one.name for one in component.manifest.files)


def _scan(component: ComponentFolder, name: str) -> tuple[Seen, ...]:
    if _is_cache_of_source(component, name):
        return (
            Seen(name=name, grade=Grade.PASSED, reason="Python's cache of the source beside it"),
        )
    try:
        with component.open_file(name) as stream:
            entry = component.entry(name)
            return scan(name, stream, entry.size if entry else 0)
    except (OSError, UnavailableError) as error:
        reason = str(unreadable(name, str(error)))
        return (Seen(name=name, grade=Grade.UNSCANNED, reason=reason),)


def _is_cache_of_source(component: ComponentFolder, name: str) -> bool:
    """Tell whether this is `__pycache__/NAME.cpython-3x.pyc` beside `NAME.py`: no model, a program.

    Its bytes are not compared with the source; whoever imports the package trusts its programs.
    """
    folder, _, last = name.rpartition("__pycache__/")
    stem, _, rest = last.partition(".")
    cache = rest.startswith("cpython-") and rest.endswith(".pyc")
    return cache and component.entry(f"{folder}{stem}.py") is not None


def _claim(seen: Sequence[Seen], version: str) -> TestResult:
    graded = {grade: [one for one in seen if one.grade is grade] for grade in Grade}
    if graded[Grade.FAILED]:
        result = Result.FAILED
    elif graded[Grade.WARNED] or graded[Grade.UNSCANNED]:
        result = Result.WARNED
    else:
        result = Result.PASSED
    return TestResult(
        result=result,
        passed_tests=_listed(graded[Grade.PASSED]),
        warned_tests=_listed(graded[Grade.WARNED]),
        failed_tests=_listed(graded[Grade.FAILED]),
        sunlit_kind=NAME,
        sunlit_tool=pickle_judge.TOOL,
        sunlit_tool_version=version,
        extra=_extra(graded),
    )


def _extra(graded: Mapping[Grade, Sequence[Seen]]) -> dict[str, object]:
    worst = [*graded[Grade.FAILED], *graded[Grade.WARNED], *graded[Grade.UNSCANNED]]
    extra: dict[str, object] = {
        "sunlit_counts": {str(grade): len(seen) for grade, seen in graded.items()}
    }
    if worst:
        extra["sunlit_reasons"] = {
            one.name[:MAX_NAME]: one.reason[:MAX_NAME] for one in worst[:MAX_LISTED]
        }
    if graded[Grade.UNSCANNED]:
        extra["sunlit_notScanned"] = list(_listed(graded[Grade.UNSCANNED]))
    return extra


def _listed(seen: Sequence[Seen]) -> tuple[str, ...]:
    names = [one.name[:MAX_NAME] for one in seen[:MAX_LISTED]]
    rest = len(seen) - len(names)
    return (*names, f"and {rest} more") if rest else tuple(names)


def _blocked(error: UnavailableError) -> Produced:
    return Produced(notes=(Note.of(NAME, error),))
