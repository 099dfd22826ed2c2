"""One decision: check, call, explain, record, release, in this order and no other."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.decision.checkcode import read_code
from sunlit.decision.ports import Draft
from sunlit.decision.record import Binding, Kind, Pointer, Record, State
from sunlit.guard import Guard, Guarded
from tests.fixtures.token_world import grant
from tests.guard.guarded_world import Place

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _guarded(guard: Guard, place: Place, function: object) -> Guarded:
    return guard.load(place.files, lambda _: function)


def test_a_decision_is_recorded_with_all_that_a_court_asks(tmp_path: Path) -> None:
    """Institutional facts in the leaf; whatever could name a person beside it."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = _guarded(guard, place, lambda x: {"score": x["age"] / 80})
        decision = model.decide({"age": 40}, case="2026/42", trace=TRACE)
        content = place.content(decision.pointer)

    (record,) = place.records()
    fields = {name: one.value for name, one in content.fields.items()}
    assert decision.output == {"score": 0.5}
    assert (record.kind, record.state, record.binding) == (
        Kind.DECISION, State.PROPOSED, Binding.FILES_VERIFIED,
    )  # fmt: skip
    assert (record.id, record.release, record.use) == (decision.id, place.said.release, "outreach")
    assert (record.jurisdiction, record.data_class, record.trust) == ("US-CA", "survey", 1)
    assert guard.standing.status is not None
    assert record.status == guard.standing.status.digest
    assert record.token == guard.standing.token.grant_id
    assert fields["input"] == b'{"age":40}'
    assert fields["output"] == b'{"score":0.5}'
    assert (fields["case"], fields["trace"]) == (b"2026/42", TRACE.encode())
    assert json.loads(fields["explanation"])["method"] == "none"
    assert fields["code"].decode() == decision.check_code == read_code(decision.check_code)
    assert json.loads(fields["details"])["latencyUs"] >= 0
    assert decision.check_code not in repr(decision)


def test_where_a_human_decides_the_output_is_a_proposal(tmp_path: Path) -> None:
    """It takes effect only with a human's outcome, which points to it."""
    place = Place(tmp_path)
    with place.open() as guard:
        decision = _guarded(guard, place, lambda x: x).decide("yes")
        with pytest.raises(VerificationError) as caught:
            decision.final()
        pointer = guard.outcome(
            decision, "changed", role="caseworker", actor="c.jones", reasons="she moved",
            output="no",
        )  # fmt: skip
        content = place.content(pointer)

    assert caught.value.code == "guard.needs-human"
    assert not decision.is_final
    outcome = place.records()[1]
    assert (outcome.kind, outcome.of, outcome.role, outcome.result) == (
        Kind.OUTCOME, decision.pointer, "caseworker", "changed",
    )  # fmt: skip
    assert {name: one.value for name, one in content.fields.items()} == {
        "actor": b"c.jones", "reasons": b"she moved", "output": b'"no"',
    }  # fmt: skip


@pytest.mark.parametrize("oversight", ["human-reviews", "none"])
def test_where_no_human_decides_first_it_is_released(tmp_path: Path, oversight: str) -> None:
    """A service may arrange for more oversight than the token asks, and then it is kept."""
    place = Place(tmp_path, grant(oversight=oversight))
    with place.open() as guard:
        decision = _guarded(guard, place, lambda x: x).decide(1)
        assert decision.final() == 1
    with place.open(oversight="human-decides") as guard:
        assert _guarded(guard, place, lambda x: x).decide(1).state is State.PROPOSED


@pytest.mark.parametrize(
    ("result", "said"), [("approved", {}), ("changed", {}), ("confirmed", {"output": 1})]
)
def test_an_outcome_is_one_of_three(tmp_path: Path, result: str, said: dict[str, object]) -> None:
    """What was changed must be said, and only then."""
    place = Place(tmp_path)
    with place.open() as guard:
        decision = _guarded(guard, place, lambda x: x).decide(1)
        with pytest.raises(MalformedError) as caught:
            guard.outcome(decision.pointer, result, role="caseworker", **said)  # type: ignore[arg-type]

    assert caught.value.code == "guard.outcome"


def test_a_call_returns_the_output_alone(tmp_path: Path) -> None:
    """So that a service changes one line."""
    place = Place(tmp_path)
    with place.open() as guard:
        assert _guarded(guard, place, str.upper)("abc") == "ABC"

    assert len(place.records()) == 1


def test_a_component_that_fails_is_recorded_and_its_error_goes_on(tmp_path: Path) -> None:
    """No decision was made; that it was tried is on record, without the error's words."""
    place = Place(tmp_path)

    def fail(inputs: object) -> object:
        raise KeyError("Jane Doe")

    with place.open() as guard, pytest.raises(KeyError, match="Jane Doe"):
        _guarded(guard, place, fail).decide({"name": "Jane Doe"}, case="42")

    (record,), (content,) = place.records(), place.contents()
    assert (record.kind, record.code) == (Kind.REFUSAL, "guard.model-failed")
    assert content.fields["case"].value == b"42"
    assert b"KeyError" in content.fields["details"].value
    assert b"Jane" not in content.fields["details"].value


def test_an_explanation_that_fails_holds_the_decision_back(tmp_path: Path) -> None:
    """What cannot be explained as it was ordered is not released."""
    place = Place(tmp_path)

    def fail(inputs: object, output: object) -> tuple[str, bytes]:
        raise ZeroDivisionError

    with place.open() as guard, pytest.raises(ZeroDivisionError):
        _guarded(guard, place, lambda x: x).decide(1, explain=fail)

    assert [one.code for one in place.records()] == ["guard.explanation-failed"]


def test_an_explanation_sees_inputs_and_output_and_is_committed_to(tmp_path: Path) -> None:
    """One given for all decisions counts unless another is given for one."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = guard.load(
            place.files, lambda _: lambda x: x + 1,
            explain=lambda given, output: ("text/plain", f"{given}->{output}".encode()),
        )  # fmt: skip
        first = place.content(model.decide(1).pointer)
        second = place.content(model.decide(1, explain=lambda *_: ("text/plain", b"!")).pointer)

    assert first.fields["explanation"].value == b"1->2"
    assert second.fields["explanation"].value == b"!"


def test_inputs_are_written_down_before_the_component_sees_them(tmp_path: Path) -> None:
    """It may change what it is given."""
    place = Place(tmp_path)
    with place.open() as guard:
        decision = _guarded(guard, place, list.clear).decide([1, 2])
        content = place.content(decision.pointer)

    assert content.fields["input"].value == b"[1,2]"


def test_what_cannot_be_written_down_is_not_decided(tmp_path: Path) -> None:
    """The component is not even asked; a hook helps."""
    place = Place(tmp_path)
    asked: list[object] = []
    with place.open() as guard:
        with pytest.raises(VerificationError) as caught:
            _guarded(guard, place, asked.append).decide(object())
        model = guard.load(place.files, lambda _: lambda x: 1, serialise=lambda one: "an object")
        decision = model.decide(object())
        content = place.content(decision.pointer)

    assert caught.value.code == "guard.serialise"
    assert not asked
    assert content.fields["input"].value == b'"an object"'
    assert place.records()[0].code == "guard.serialise"


class _Broken:
    """A recorder whose disk is gone."""

    origin = "decisions.example.gov/broken"

    def __init__(self) -> None:
        self.error = UnavailableError("recorder.stopped", "the disk is gone", mend="mend it")

    def append(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        raise self.error

    async def append_async(self, drafts: Sequence[Draft]) -> tuple[Pointer, ...]:
        raise self.error

    def close(self) -> None:
        raise AssertionError("a writer that was lent is closed by its owner")


def test_without_a_durable_record_nothing_is_released(tmp_path: Path) -> None:
    """The caller gets an error with the manual fallback, said once, and no output."""
    place = Place(tmp_path)
    asked: list[object] = []
    with place.open(records=_Broken(), deployer="benefits.example.gov") as guard:
        model = _guarded(guard, place, asked.append)
        for _ in range(2):
            with pytest.raises(UnavailableError) as caught:
                model.decide(1)

    assert asked == [1, 1]
    assert caught.value.code == "recorder.stopped"
    assert str(caught.value.mend).count("meanwhile, by hand") == 1


def test_what_ends_while_the_component_thinks_holds_the_decision_back(tmp_path: Path) -> None:
    """A token that is revoked meanwhile does not let the answer out."""
    place = Place(tmp_path)

    def think(inputs: object) -> object:
        place.revoke()
        guard.refresh()
        return inputs

    with place.open() as guard, pytest.raises(VerificationError) as caught:
        _guarded(guard, place, think).decide(1)

    assert caught.value.code == "status.revoked"
    assert [one.kind for one in place.records()] == [Kind.REFUSAL]


def test_masking_that_the_token_orders_is_applied_and_recorded(tmp_path: Path) -> None:
    """Neither the component nor the record sees what is masked."""
    place = Place(tmp_path, grant(constraints=("mask:name",)))
    seen: list[object] = []
    with place.open() as guard:
        model = guard.load(
            place.files, lambda _: seen.append,
            masks={"name": lambda x: {**x, "name": "*"}},  # type: ignore[dict-item]
        )  # fmt: skip
        decision = model.decide({"name": "Jane"})
        content = place.content(decision.pointer)

    assert seen == [{"name": "*"}]
    assert place.records()[0].masked == ("name",)
    assert content.fields["input"].value == b'{"name":"*"}'


def test_what_is_suspended_meanwhile_goes_out_only_by_break_glass(tmp_path: Path) -> None:
    """A reason that was given before opens what it opened, and nothing that came later."""
    place = Place(tmp_path)
    place.suspend()

    def think(inputs: object) -> object:
        place.clock.at = place.said.valid_until
        return inputs

    with place.open(staleness=timedelta(days=1000)) as guard:
        model = _guarded(guard, place, think)
        with pytest.raises(VerificationError) as caught:
            model.decide(1, break_glass="flood")

    assert caught.value.code == "token.expired"
    assert [one.kind for one in place.records()] == [Kind.REFUSAL]


def test_one_decision_may_declare_another_place_or_purpose(tmp_path: Path) -> None:
    """The county within the state; the purpose goes to the details."""
    place = Place(tmp_path)
    with place.open() as guard:
        decision = _guarded(guard, place, lambda x: x).decide(
            1, jurisdiction="US-CA-001", purpose="outreach", data_class="survey"
        )
        content = place.content(decision.pointer)

    assert place.records()[0].jurisdiction == "US-CA-001"
    assert json.loads(content.fields["details"].value)["purpose"] == "outreach"


# --- low level, as the proxy uses it --------------------------------------------------------


def test_a_stream_is_opened_durably_and_closed_by_a_later_record(tmp_path: Path) -> None:
    """An opened one without an end shows as unfinished."""
    place = Place(tmp_path, grant(minimum_binding="endpoint-only"))
    with place.open() as guard:
        permit = guard.check(case="42")
        (opened,) = guard.record_decisions(permit, [{"input": ("text/plain", b"x")}], opened=True)
        guard.record(
            Kind.CLOSED, {"output": ("text/plain", b"y")}, of=opened.pointer, result="complete"
        )

    first, second = place.records()
    assert (first.state, first.binding) == (State.OPENED, Binding.ENDPOINT_ONLY)
    assert opened.state is State.OPENED
    assert opened.at == first.time
    assert (second.of, second.result) == (opened.pointer, "complete")


def test_a_decision_is_recorded_under_a_permit_and_no_more_than_it_allows(tmp_path: Path) -> None:
    """Else a caller could go past the limits."""
    place = Place(tmp_path)
    with place.open() as guard:
        permit = guard.check(binding=Binding.FILES_VERIFIED)
        with pytest.raises(MalformedError) as without:
            guard.record(Kind.DECISION, {})
        with pytest.raises(MalformedError) as many:
            guard.record_decisions(permit, [{}, {}])
        with pytest.raises(MalformedError) as odd:
            guard.record(Kind.CLOSED, {})

    codes = [caught.value.code for caught in (without, many, odd)]
    assert codes == ["guard.no-permit", "guard.too-many", "record.malformed"]
    assert permit.masks == ()


def test_the_template_gives_the_very_record(tmp_path: Path) -> None:
    """Its fast leaf and the record's own bytes are the same."""
    place = Place(tmp_path)
    with place.open() as guard:
        model = _guarded(guard, place, lambda x: x)
        for number in range(70):  # more places than templates are kept
            model.decide(1, jurisdiction=f"US-CA-{number:03d}")
        leaves = [leaf for _, _, leaf in place.store.records(place.store.logs()[0].origin)]

    assert all(Record.parse(leaf).to_bytes() == leaf for leaf in leaves)
    assert len({Record.parse(leaf).jurisdiction for leaf in leaves}) == 70


def test_only_load_verifies_files(tmp_path: Path) -> None:
    """`wrap` says what it is: declared, or endpoint-only."""
    place = Place(tmp_path, grant(minimum_binding="endpoint-only"))
    with place.open() as guard:
        guard.wrap(lambda x: x).decide(1)
        guard.wrap(lambda x: x, binding="endpoint-only").decide(1)
        with pytest.raises(MalformedError) as caught:
            guard.wrap(lambda x: x, binding="files-verified")

    assert caught.value.code == "guard.wrap"
    assert [one.binding for one in place.records()] == [Binding.DECLARED, Binding.ENDPOINT_ONLY]


def test_a_path_opens_the_store_and_closing_frees_its_log(tmp_path: Path) -> None:
    """The next process takes the log that was let go."""
    place = Place(tmp_path)
    for _ in range(2):
        with place.open(records=place.store.root) as guard:
            _guarded(guard, place, lambda x: x).decide(1)
        guard.close()
        with pytest.raises(SunlitError) as caught:
            _guarded_after(guard)
        assert caught.value.code == "guard.closed"

    assert len(place.records()) == 2


def _guarded_after(guard: Guard) -> None:
    guard.record(Kind.ACCESS, {}, role="auditor")
