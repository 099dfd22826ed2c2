"""An agency's own rule in CEL: what it says, what it cannot say, and what it may cost."""

import json
import sys
from dataclasses import replace
from time import process_time
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.rubric import Outcome, Verdict, read_catalog, read_profile
from sunlit.rubric.cel import MISSING, cel_rule
from sunlit.rubric.cel_bounds import MOST_CHARACTERS, shape, too_much
from sunlit.rubric.core import adapted
from sunlit.rubric.oscal import NS
from tests.rubric.story import MAKER, RULES, Story

STORY = Story().complete()
EVIDENCE = STORY.evidence()
AUDIT = "urn:sunlit:assurance:bias-audit:v1"
IDS = f"statements.filter(s, s.type == '{AUDIT}').map(s, s.id)"


def asked(expression: str, rests_on: str = IDS, **parameters: str) -> Verdict:
    """Return what the rule answers to an expression on the whole story."""
    return cel_rule(EVIDENCE, {"cel": expression, "cel-rests-on": rests_on, **parameters})


def test_what_is_true_of_signed_statements_holds() -> None:
    """It rests on the statements that the second expression names."""
    found = asked(
        f"statements.exists(s, s.type == '{AUDIT}' && '{MAKER}' in s.organisations "
        "&& s.predicate.rows >= int(parameters['least-rows']))",
        **{"least-rows": "1000"},
    )

    assert found.outcome is Outcome.HOLDS
    assert len(found.rests_on) == 1


def test_what_is_false_fails_on_the_statements_that_show_it() -> None:
    """A larger audit was asked for."""
    found = asked(f"statements.exists(s, s.type == '{AUDIT}' && s.predicate.rows >= 1001)")

    assert (found.outcome, len(found.rests_on)) == (Outcome.FAILS, 1)


def test_everything_that_is_named_can_be_asked() -> None:
    """Component, use, facts, time and statements."""
    found = asked(
        "component.release.startsWith('aa') && use.area == 5 && facts['kind'] == ['model'] "
        "&& facts['personal-data'] == ['yes'] && now > timestamp('2026-01-01T00:00:00Z') "
        "&& statements.all(s, size(s.about) > 0)"
    )

    assert found.outcome is Outcome.HOLDS


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("statements.exists(s, s.predicate.nope == 1)", "a field is missing"),
        ("1", "it is no bool"),
        ("", "malformed"),
        ("true &&", "malformed"),
        ("nobody == 1", "a name is unknown"),
        ("1 / 0 == 1", "divides by zero"),
        ("9223372036854775807 + 1 == 1", "too large"),
        ("1 == 1 && 'a' < 1", "types do not fit"),
        ("statements[999].id == 'x'", "missing"),
        ("statements.matches('(a+)+$')", "it calls matches"),
        ("now()", "it calls now"),
        ("'\\u0041' == 'A'", "calls|does not fit|true"),
        ('"""a""" == "a"', "a text that"),
        ("(" * 40 + "true" + ")" * 40, "nest deeper"),
        ("(true", "do not match"),
        ("true" + " && true" * 200, "longer than"),
    ],
)
def test_what_goes_wrong_is_unknown_with_the_reason(expression: str, reason: str) -> None:
    """Nothing that an expression does can crash, or pass for an answer."""
    found = asked(expression)

    if reason.endswith("true"):
        assert found.outcome in (Outcome.HOLDS, Outcome.UNKNOWN)
        return
    assert found.outcome is Outcome.UNKNOWN
    assert reason in found.reason


@pytest.mark.parametrize(
    ("rests_on", "reason"),
    [
        ("[]", "No signed statement"),
        ("statements.filter(s, false).map(s, s.id)", "No signed statement"),
        ("'x'", "no list"),
        ("['x']", "no statement that it was shown"),
        ("[1]", "no statement that it was shown"),
        ("", "malformed"),
    ],
)
def test_nothing_holds_that_names_no_statement(rests_on: str, reason: str) -> None:
    """`true` alone is no evidence."""
    found = asked("true", rests_on)

    assert found.outcome is Outcome.UNKNOWN
    assert reason in found.reason


def test_it_ends_when_what_it_rests_on_ends() -> None:
    """By the statements' own words."""
    ids = "statements.filter(s, s.type.contains('attestation')).map(s, s.id)"

    assert asked("true", ids).expires == "2027-01-01T00:00:00Z"
    assert asked("true").expires is None


def test_nothing_holds_on_nothing() -> None:
    """`all` of no statements is true, and still nobody said anything."""
    nothing = replace(EVIDENCE, statements=())
    parameters = {"cel": "statements.all(s, false)", "cel-rests-on": IDS}

    assert cel_rule(nothing, parameters).outcome is Outcome.UNKNOWN


def test_a_draft_is_not_seen_until_it_is_asked_for() -> None:
    """`evaluate` asks a second time with drafts, and then it may only warn."""
    said = Story().made()
    said.draft(said.said[0].claim, id_="d" * 64)
    parameters = {
        "cel": "true", "cel-rests-on": "statements.filter(s, s.id.startsWith('ddd')).map(s, s.id)",
    }  # fmt: skip
    evidence = said.evidence()

    assert cel_rule(evidence, parameters).outcome is Outcome.UNKNOWN
    assert cel_rule(replace(evidence, as_if_signed=True), parameters).outcome is Outcome.HOLDS


def test_the_order_of_statements_decides_nothing() -> None:
    """An expression that takes the first one gets the same first one from every log."""
    parameters = {"cel": "true", "cel-rests-on": "[statements[0].id]"}
    turned = replace(EVIDENCE, statements=tuple(reversed(EVIDENCE.statements)))

    assert cel_rule(EVIDENCE, parameters) == cel_rule(turned, parameters)


def test_without_the_library_it_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """And names what to install."""
    monkeypatch.setitem(sys.modules, "cel", None)

    found = asked("true")

    assert (found.outcome, found.reason) == (Outcome.UNKNOWN, MISSING)
    assert "sunlit[cel]" in (found.mend or "")


def test_a_panic_of_the_library_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no `Exception`; whatever else is none goes on."""

    class PanicException(BaseException):
        """What a panic becomes."""

    def broken(kind: type[BaseException]) -> ModuleType:
        module = ModuleType("cel")

        def compile_(_expression: str) -> None:
            raise kind

        vars(module).update(Context=dict, compile=compile_)
        return module

    monkeypatch.setitem(sys.modules, "cel", broken(PanicException))
    assert "breaks the library" in asked("true").reason
    monkeypatch.setitem(sys.modules, "cel", broken(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        asked("true")


HOSTILE = {
    "levels": "statements.all(a, statements.all(b, statements.all(c, statements.all(d, true))))",
    "three": "statements.all(a, statements.all(b, statements.all(c, a == b)))",
    "doubling": "['a'].map(x, " + "x + x + " * 20 + "x).size() > 0",
    "repeating": "statements.map(a, [a, a, a, a])" + ".map(a, [a, a, a, a])" * 12 + " == []",
    "joining": "size(statements" + " + statements" * 60 + ") > 0",
    "whole": "statements.all(a, " + "statements == statements && " * 30 + "true)",
    "maps": "statements.map(a, {'a': a, 'b': a, 'c': a}).map(a, {'a': a, 'b': a}) == []",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_take_too_long_is_not_begun(name: str) -> None:
    """The bound is told from the text and the evidence: the same on every machine."""
    claim = STORY.said[0]
    many = tuple(replace(claim, statement_id=f"{n:064x}") for n in range(400))
    evidence = replace(EVIDENCE, statements=(*EVIDENCE.statements, *many))

    begun = process_time()
    found = cel_rule(evidence, {"cel": HOSTILE[name], "cel-rests-on": IDS})

    assert found.outcome is Outcome.UNKNOWN
    assert "steps" in found.reason or "nests" in found.reason
    assert process_time() - begun < 5


def test_the_dearest_that_is_begun_ends_soon() -> None:
    """Measured: a hostile expression just below the bound takes about a second, not a minute."""
    view = {"statements": [{"id": str(n), "p": list(range(40))} for n in range(60)]}
    dearest = "statements.all(a, statements.all(b, " + "a.p == b.p || " * 3 + "true))"
    found = shape(dearest)
    assert not isinstance(found, str)
    assert too_much(found, view) is None
    cel = pytest.importorskip("cel")

    begun = process_time()

    assert cel.evaluate(dearest, view) is True
    assert process_time() - begun < 5


def test_too_much_evidence_is_not_looked_at() -> None:
    """An expression that is cheap by itself still has to be shown everything."""
    found = shape("true")

    assert not isinstance(found, str)
    assert "values to look at" in str(too_much(found, {"statements": [[0] * 200_001]}))


WORDS = st.sampled_from(
    ["statements", ".", "all", "exists", "map", "filter", "(", ")", "[", "]", "{", "}", ",", "s",
     "s.id", "'a'",
     '"b"', "==", "&&", "||", "!", "-", "+", "1", "0", "true", "null", "?", ":", " in ",
     "facts", "now", "size", "duration", "timestamp", "%", "1.5", "b'x'", "has"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=24).map("".join))
def test_no_text_crashes_it(expression: str) -> None:
    """Whatever is written, the answer is one of three."""
    assert isinstance(asked(expression).outcome, Outcome)
    assert isinstance(shape(expression + "'" * (len(expression) % 2)), object)


def profile(*alters: object) -> bytes:
    """Return an agency's profile with its own catalog."""
    metadata = {"title": "A", "version": "1", "last-modified": "2026-11-22T00:00:00+00:00",
                "oscal-version": "1.2.1"}  # fmt: skip
    imports = [{"href": "core-profile.json", "include-all": {}}]
    imports += [] if alters else [{"href": "own.json", "include-all": {}}]
    body = {"metadata": metadata, "imports": imports, "modify": {"alters": list(alters)}}
    return json.dumps({"profile": body}).encode()


def own() -> bytes:
    """Return a catalog with one control in CEL."""
    props = {
        "rule": "cel", "mend": "sunlit audit bias --help", "cel": "size(statements) > 0",
        "cel-rests-on": IDS,
    }  # fmt: skip
    metadata = json.loads(profile())["profile"]["metadata"]
    control = {
        "id": "own-1", "title": "Ours",
        "props": [{"name": name, "ns": NS, "value": value} for name, value in props.items()],
    }  # fmt: skip
    return json.dumps({"catalog": {"metadata": metadata, "controls": [control]}}).encode()


def test_an_agency_adds_a_control_in_cel() -> None:
    """As data in its profile; it is asked like every other."""
    from sunlit.rubric import evaluate

    rubric = adapted([read_profile(profile())], more={"own.json": read_catalog(own())})

    found = evaluate(rubric, EVIDENCE, {**RULES, "cel": cel_rule}, engine="sunlit test")

    answer = found.finding("own-1")
    assert answer is not None
    assert answer.outcome is Outcome.HOLDS


@pytest.mark.parametrize(("name", "value"), [("rule", "cel"), ("cel", "true")])
def test_no_control_of_the_core_is_replaced(name: str, value: str) -> None:
    """An expression beside a rule of the core would decide it."""
    add = {"props": [{"name": name, "ns": NS, "value": value}]}

    with pytest.raises(MalformedError) as caught:
        adapted([read_profile(profile({"control-id": "assu-5", "adds": [add]}))])

    assert caught.value.code == "rubric.overrides-core"


def test_a_long_expression_is_refused_by_its_length() -> None:
    """One letter too many."""
    assert "longer" in str(shape("t" * (MOST_CHARACTERS + 1)))
