"""A guarded component: a callable or a scikit-learn estimator that decides only under its token.

The order of each decision is check, call, explanation, record, return; nothing is released
before its record is durable. What the component raises goes on to the caller, after a refusal
was recorded: a call that failed is no decision, and not unrecorded.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import Final, NoReturn, Unpack

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.base.wording import text
from sunlit.guard import writing
from sunlit.guard.answering import (
    Decision,
    answered,
    answers_of,
    decision,
    details,
    is_plain,
    plain_only,
    read_only,
)
from sunlit.guard.core import Core
from sunlit.guard.declared import How, Manner, Said, expect_asked, expect_words
from sunlit.guard.explain import Nothing
from sunlit.guard.live import Ask
from sunlit.guard.loading import Loader, Model, have_changed, load_model
from sunlit.guard.permit import Permit
from sunlit.guard.ports import Explain
from sunlit.guard.rows import expect_rows, part, row, row_count
from sunlit.guard.serial import to_bytes
from sunlit.guard.writing import Values, Written
from sunlit.runtime.verify import TokenParts
from sunlit.statement.hashing import Progress

ANSWERS: Final = frozenset({"decision_function", "predict_log_proba", "score_samples"})
SETTINGS: Final = "get_params"
NO_EXPLANATION: Final = Nothing("no explanation was asked for")
_SAID: Final = ("purpose", "jurisdiction", "data_class")


class Guarded:
    """What `Guard.load` and `Guard.wrap` return. Its other attributes are the component's own."""

    __slots__ = ("_core", "_manner", "_model")
    _core: Core
    _manner: Manner
    _model: Model

    def __init__(self, core: Core, model: Model, manner: Manner) -> None:
        """Use `Guard.load` or `Guard.wrap`."""
        object.__setattr__(self, "_core", core)
        object.__setattr__(self, "_manner", manner)
        object.__setattr__(self, "_model", model)

    # --- one decision -----------------------------------------------------------------------

    def decide(self, inputs: object, **how: Unpack[How]) -> Decision:
        """Make one decision and record it.

        Raises:
            SunlitError: the refusal, with `code` and `mend`; nothing was decided.
        """
        core = self._core
        model, ask = self._question(1, how)
        permit = core.permit(ask)
        with core.watched("guard.serialise", permit.context, permit.declared):
            given, value = self._prepared(inputs, permit)
        started = perf_counter_ns()
        with core.watched("guard.model-failed", permit.context, permit.declared):
            output = answers_of(model)(given)
        spent = perf_counter_ns() - started
        with core.watched("guard.explanation-failed", permit.context, permit.declared):
            values = self._values(value, given, output, how, spent)
        return decision(core.record_decisions(permit, [values])[0], output)

    async def adecide(self, inputs: object, **how: Unpack[How]) -> Decision:
        """Do as `decide` does on an event loop; what is no coroutine runs in a thread."""
        from asyncio import to_thread  # noqa: PLC0415 - asyncio is slow to import

        core = self._core
        model, ask = self._question(1, how)
        permit = await core.apermit(ask)
        async with core.awatched("guard.serialise", permit.context, permit.declared):
            given, value = self._prepared(inputs, permit)
        started = perf_counter_ns()
        async with core.awatched("guard.model-failed", permit.context, permit.declared):
            output = await answered(answers_of(model), given)
        spent = perf_counter_ns() - started
        async with core.awatched("guard.explanation-failed", permit.context, permit.declared):
            values = await to_thread(self._values, value, given, output, how, spent)
        return decision((await core.arecord_decisions(permit, [values]))[0], output)

    def __call__(self, inputs: object, **how: Unpack[How]) -> object:
        """Make one decision and return its output, as the component itself would."""
        return self.decide(inputs, **how).output

    # --- many -------------------------------------------------------------------------------

    def decide_many(
        self, inputs: object, cases: Sequence[str | None] | None = None, *,
        method: str | None = None, **how: Unpack[How],
    ) -> tuple[Decision, ...]:  # fmt: skip
        """Make one decision a row, with one call of the component and one group of records.

        `method` names an estimator's method; otherwise what `decide` calls. `cases` has one
        case pointer a row.

        Raises:
            SunlitError: the refusal; of the rows, all are decided or none.
        """
        output, made = self._many(inputs, method, cases, how)
        return tuple(decision(one, row(output, at)) for at, one in enumerate(made))

    @property
    def predict(self) -> Callable[[object], object]:
        """The estimator's `predict`, guarded: the same array, one record a row."""
        return self._method("predict")

    @property
    def predict_proba(self) -> Callable[[object], object]:
        """The estimator's `predict_proba`, guarded: the same array, one record a row."""
        return self._method("predict_proba")

    def _method(self, name: str) -> Callable[[object], object]:
        getattr(self._model.answers, name)  # an AttributeError is the component's own
        return partial(self._output, name)

    def _output(self, method: str, inputs: object, **how: Unpack[How]) -> object:
        return self._many(inputs, method, None, how)[0]

    def _many(
        self, inputs: object, method: str | None, cases: Sequence[str | None] | None, how: How
    ) -> tuple[object, tuple[Written, ...]]:
        core = self._core
        with core.watched("guard.batch"):
            count = row_count(inputs)
            if cases is not None and len(cases) != count:
                raise MalformedError(
                    "guard.cases", "there is not one case for each row",
                    expected=str(count), got=str(len(cases)),
                )  # fmt: skip
            expect_asked(count, *(cases or ()))
        model, ask = self._question(count, how)
        permit = core.permit(ask)
        with core.watched("guard.serialise", permit.context, permit.declared):
            given = self._masked(inputs, permit)
            known = [to_bytes(row(given, at), self._manner.serialise) for at in range(count)]
        started = perf_counter_ns()
        with core.watched("guard.model-failed", permit.context, permit.declared):
            output = answers_of(model, method)(given)
            expect_rows(output, count)
        spent = (perf_counter_ns() - started) // max(count, 1)
        with core.watched("guard.explanation-failed", permit.context, permit.declared):
            values = [
                self._row_values(one, (given, output, at), how, spent, method, cases)
                for at, one in enumerate(known)
            ]
        return output, core.record_decisions(permit, values)

    def _row_values(
        self, known: tuple[str, bytes], where: tuple[object, object, int], how: How, spent: int,
        method: str | None, cases: Sequence[str | None] | None,
    ) -> Values:  # fmt: skip
        given, output, at = where
        explain = self._explain(how)
        shown = (
            explain(None, None) if explain is NO_EXPLANATION
            else explain(part(given, at), part(output, at))
        )  # fmt: skip
        values = {
            "input": known,
            "output": to_bytes(row(output, at), self._manner.serialise),
            "explanation": shown,
            # A replay must ask as this was asked: with a table.
            "details": writing.json({**details(spent, how, method), "batch": True}),
        }
        case = None if cases is None else cases[at]
        return values if case is None else {**values, "case": writing.text(case)}

    # --- parts ------------------------------------------------------------------------------

    def _question(self, count: int, how: How) -> tuple[Model, Ask]:
        expect_words(how, How)
        live = self._core.live
        standing, model = live.standing, self._model
        if model.release not in (None, standing.release):
            live.settle()  # a reload may be under way: it swaps model and token in one step
            standing, model = live.standing, self._model
        said = Said(binding=model.binding, masks=tuple(self._manner.masks))
        for name in _SAID:
            if name in how:
                said[name] = how.get(name)
        ask = self._core.ask(
            count=count, break_glass=how.get("break_glass"), case=how.get("case"),
            trace=how.get("trace"), **said,
        )  # fmt: skip
        ask = replace(ask, release=model.release, standing=standing)
        if model.is_closed:
            self._closed(ask)
        return model, ask

    def _closed(self, ask: Ask) -> NoReturn:
        with self._core.watched("guard.files-changed", ask.context, ask.declared):
            raise VerificationError(
                "guard.files-changed", "the files under the loaded model were changed",
                mend="put the released files back and reload, or restart the service",
            )  # fmt: skip

    def _prepared(self, inputs: object, permit: Permit) -> tuple[object, tuple[str, bytes]]:
        given = self._masked(inputs, permit)
        # Before the call: the component may change what it is given.
        return given, to_bytes(given, self._manner.serialise)

    def _masked(self, inputs: object, permit: Permit) -> object:
        for name in permit.masks:
            inputs = self._manner.masks[name](inputs)
        return inputs

    def _explain(self, how: How) -> Explain:
        return how.get("explain") or self._manner.explain or NO_EXPLANATION

    def _values(
        self, value: tuple[str, bytes], given: object, output: object, how: How, spent: int
    ) -> Values:
        shown = self._explain(how)(given, output)
        return {
            "input": value,
            # After the explanation, which might change it: what is recorded is what goes out.
            "output": to_bytes(output, self._manner.serialise),
            "explanation": shown,
            "details": writing.json(details(spent, how, None)),
        }

    # --- reload -----------------------------------------------------------------------------

    def reload(
        self, path: Path | None = None, loader: Loader | None = None, *,
        token: Path | TokenParts | None = None, trust: Path | TrustFile | None = None,
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        """Load the model anew, with another token if one is given, and swap both in one step.

        Calls under way finish with the model and token they began with. A reload that fails
        changes nothing, with one exception: if the files under the model in memory have changed,
        nobody can say any more what answers, so it refuses until a reload succeeds.

        Raises:
            SunlitError: as `Guard.load` and `Guard.reload`; recorded as a refusal.
        """
        core, known = self._core, self._model
        path, loader = path or known.path, loader or known.loader
        try:
            with core.watched("guard.load-failed"):
                if path is None or loader is None:
                    raise MalformedError(
                        "guard.wrap", "only what was loaded can be reloaded",
                        mend="use `guard.load(path, loader)`",
                    )  # fmt: skip
                fresh = core.live.prepare(token, trust)
                model = load_model(fresh, core.live.watch.now(), path, loader, progress)
                core.live.hashed.add(fresh.release)
                with core.live.swapping(fresh):
                    object.__setattr__(self, "_model", model)
        except SunlitError:
            if have_changed(known):
                object.__setattr__(self, "_model", replace(known, is_closed=True))
            raise

    # --- the component's own attributes -----------------------------------------------------

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self._model.answers, name)
        if name in ANSWERS:
            return self._method(name)
        if name == SETTINGS and callable(value):
            return partial(plain_only, value)
        if not is_plain(value):
            raise AttributeError(text("%(name)s would go round the guard", name=name))
        return read_only(value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(text("%(name)s: a guarded component is read-only", name=name))

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(text("%(name)s: a guarded component is read-only", name=name))
