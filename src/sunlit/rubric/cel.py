"""An agency's own rule: a CEL expression over the statements, as data in its profile.

    cel            a bool: true holds, false fails
    cel-rests-on   a list of the ids of the statements that decide

Nothing holds or fails on no statement: then it is UNKNOWN, as it is where anything goes wrong.
The expression sees what is signed by organisations that are known here, in the order of their
ids, so that no log's order decides; it has no loops, no side effects and no clock but `now`.
"""

from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Final

from sunlit.base.wording import fixed, text
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim, Opaque
from sunlit.rubric.aia_assessed import assessment
from sunlit.rubric.applies import SOURCES, Facts
from sunlit.rubric.cel_bounds import MOST_VALUES, shape, too_much
from sunlit.rubric.evidence import Evidence
from sunlit.rubric.finding import Verdict
from sunlit.rubric.standing import declared_use, when

MISSING: Final = "The extra that reads CEL is not installed."
INSTALL: Final = "pip install 'sunlit[cel]', then: sunlit assure {path}"
SETTINGS: Final = ("cel", "cel-rests-on")


class _UnansweredError(Exception):
    """Why an expression gave no answer."""


def cel_rule(evidence: Evidence, parameters: Mapping[str, str]) -> Verdict:
    """Hold when the expression of the profile is true of signed statements that it names.

    It is false: FAILS, if it names the statements that show it. An error, a missing field, another
    type, too high a cost or no named statement: UNKNOWN.
    """
    try:
        import cel  # noqa: PLC0415 - an extra: absent, this one rule is UNKNOWN
    except ImportError:
        return Verdict.unknown(MISSING, mend=INSTALL)
    said = {one.statement_id: one for one in _signed(evidence)}
    view = _view(evidence, said, parameters)
    try:
        _bounded(view, *(parameters.get(name, "") for name in SETTINGS))
        context = cel.Context(variables={**view, "now": evidence.at})
        holds = _asked(cel, parameters.get("cel", ""), context)
        ids = _ids(_asked(cel, parameters.get("cel-rests-on", ""), context), said)
    except _UnansweredError as error:
        return Verdict.unknown(
            text("The expression of this control gives no answer: %(why)s.", why=fixed(str(error)))
        )
    if not isinstance(holds, bool):
        return Verdict.unknown("The expression of this control gives no answer: it is no bool.")
    if not ids:
        return Verdict.unknown("No signed statement says anything on what this control asks.")
    if not holds:
        return Verdict.fails("The expression of this control is false.", ids)
    return Verdict.holds(
        "The expression of this control is true.", ids,
        expires=when(*(_ends(said[id_], evidence.at) for id_ in ids)),
    )  # fmt: skip


def _signed(evidence: Evidence) -> list[Admitted]:
    """Return the current statements of known organisations, and drafts where they are asked for."""
    found = (
        said
        for said, _ in evidence.current(Claim)
        if (evidence.as_if_signed if said.is_draft else evidence.organisations(said))
    )
    return sorted(found, key=lambda said: said.statement_id)


def _view(
    evidence: Evidence, said: Mapping[str, Admitted], parameters: Mapping[str, str]
) -> dict[str, object]:
    use = declared_use(evidence)
    return {
        "statements": [_statement(evidence, one) for one in said.values()],
        "component": {"purl": evidence.component, "release": evidence.release},
        "use": {
            **(use[1].to_predicate() if use else {}),
            "id": evidence.use, "deployer": evidence.deployer,
        },
        "facts": _facts(evidence),
        "parameters": {name: value for name, value in parameters.items() if name not in SETTINGS},
    }  # fmt: skip


def _statement(evidence: Evidence, said: Admitted) -> dict[str, object]:
    claim = said.claim
    return {
        "id": said.statement_id,
        "type": claim.predicate_type if isinstance(claim, Opaque) else claim.TYPE,
        "organisations": sorted(evidence.organisations(said)),
        "about": sorted({str(value) for one in said.subjects for value in one.digest.values()}),
        "predicate": claim.to_predicate(),
    }


def _facts(evidence: Evidence) -> dict[str, object]:
    facts, assessed = Facts(evidence), assessment(evidence)
    names = {*SOURCES, *(assessed.claim.facts if assessed else ())}
    found = {name: facts.get(name) for name in sorted(names)}
    return {name: sorted(fact.values) for name, fact in found.items() if fact is not None}


def _bounded(view: Mapping[str, object], *expressions: str) -> None:
    for expression in expressions:
        found = shape(expression)
        if (why := found if isinstance(found, str) else too_much(found, view)) is not None:
            raise _UnansweredError(why)


def _asked(library: ModuleType, expression: str, context: object) -> object:
    """Evaluate an expression; errors of the library are told by their kind only.

    Their texts may hold parts of statements, and nothing is known of what those hold.
    """
    found: object = None
    try:
        with _Panics():
            found = library.compile(expression).execute(context)
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise _UnansweredError(ERRORS.get(type(error).__name__, "it is malformed")) from error
    return found


class _Panics:
    """Turns a panic of Rust into a missing answer: it is no `Exception`."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Raise what a panic comes to; let all else pass."""
        if kind is not None and kind.__name__ == "PanicException":
            raise _UnansweredError("it breaks the library")


ERRORS: Final = {
    "KeyError": "a field is missing",
    "IndexError": "a place in a list is missing",
    "TypeError": "types do not fit",
    "RuntimeError": "a name is unknown, or a value cannot be read",
    "OverflowError": "a number is too large",
    "ZeroDivisionError": "it divides by zero",
}


def _ids(found: object, said: Mapping[str, Admitted]) -> list[str]:
    if not isinstance(found, list) or len(found) > MOST_VALUES:
        raise _UnansweredError("what it rests on is no list")
    if not all(isinstance(one, str) and one in said for one in found):
        raise _UnansweredError("what it rests on is no statement that it was shown")
    return sorted({str(one) for one in found})


def _ends(said: Admitted, at: datetime) -> datetime | None:
    """Return when a statement ends by its own word, if that is still ahead."""
    for name in ("valid_until", "sunlit_valid_until"):
        until = getattr(said.claim, name, None)
        if isinstance(until, datetime):
            return until if until > at else None
    return None
