"""Plain answers: what a clerk and a citizen read, on the page and from `sunlit verify`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.purl import called
from sunlit.bundle.grounds import chart, grounds
from sunlit.bundle.summary import headline, summary
from sunlit.bundle.wording import SPOKEN, brief, machine_time, role, short, spoken, told
from sunlit.decision.content import JSON, TEXT, Content
from sunlit.decision.record import Kind, Pointer, Record, State
from sunlit.guard.explain import MEDIA_TYPE, Explanation, NoExplanation, Term
from sunlit.guard.explain.methods import Estimand, Link
from sunlit.registry.bundle_check import answers
from tests.bundle.cases import Parts, checked
from tests.bundle.tampering import TABLE
from tests.fixtures.token_world import grant

AT: Final = datetime(2026, 11, 22, 9, 51, 31, tzinfo=UTC)
EXPLANATION: Final = Explanation(
    method="lightgbm-pred-contrib", estimand=Estimand.PATH_DEPENDENT, link=Link.LOGIT, base=-1.0,
    terms=(Term("PINCP", -0.5, "28000.0"), Term("AGEP", 0.25, None), Term("MIG", 0.0, "1")),
    raw=-1.25, tolerance=1e-9, library="lightgbm 4.7.0",
)  # fmt: skip


def record(kind: Kind = Kind.DECISION, **changes: Any) -> Record:  # noqa: ANN401
    """Return a proposal's record, or a later one that points to it."""
    of = None if kind is Kind.DECISION else Pointer(log="l", index=0, leaf="ab" * 32)
    fields: dict[str, Any] = {
        "kind": kind, "id": "ab" * 16, "time": AT, "release": "cd" * 32, "token": "12" * 32,
        "use": "outreach", "deployer": "city.example", "oversight": "human-decides", "of": of,
        "state": State.PROPOSED if of is None else None,
    }  # fmt: skip
    return Record(**{**fields, **changes})


def explained(data: bytes, kind: str = MEDIA_TYPE) -> Content:
    """Return an opened explanation."""
    return Content.of({"explanation": (kind, data)})


OUTCOME: Final = record(Kind.OUTCOME, result="declined", role="caseworker")
CONTEST: Final = record(Kind.CONTEST)


@pytest.mark.parametrize(("answer", "words"), [
    ({"result": "changed", "role": "appeals office"}, "led to a change by the appeals office."),
    ({"result": "upheld", "role": "A judge"}, "was answered by A judge: upheld."),
    ({"result": "withdrawn"}, "was withdrawn, says a human."),
    ({"result": "other{0}"}, "was answered by a human: other(0)."),
    (None, "was made, which is not answered yet."),
])  # fmt: skip
def test_the_headline_says_what_a_contest_led_to(answer: dict[str, str] | None, words: str) -> None:
    """Whoever reads one sentence only must not go away with half of what happened."""
    answers = [] if answer is None else [record(Kind.CONTEST_RESULT, **answer)]

    found = headline(record(), None, [OUTCOME, CONTEST, *answers])

    assert found.startswith("On 22 November 2026 at 09:51 (UTC) city.example used a component for")
    assert found.endswith(f"It was a proposal; the caseworker declined it; then a contest {words}")


def test_reasons_and_answers_are_quoted_where_they_are_opened() -> None:
    """They are what a citizen asks for first."""
    answer = record(Kind.CONTEST_RESULT, result="changed", role="appeals office")
    why, then = (Content.of({"reasons": (TEXT, one)}) for one in (b"moved\naway", b"the lease"))

    facts = summary(record(), grant(), None, [OUTCOME, CONTEST, answer], why, then)
    text = {fact.title: fact.text for fact in facts}

    assert text["With which human"].endswith("declined; reasons: “moved away”.")
    assert text["Can it be challenged"].endswith("09:51 (UTC); reasons: “the lease”.")
    assert "release cdcdcdcdcdcd…;" in text["By which component"]
    assert "T0" not in "".join(text.values())


def test_outputs_are_told_in_words_where_they_are_small() -> None:
    """JSON is for machines; nothing is left out of what stays as it is."""
    assert told('{"share":0.11467376,"write":true,"half":0.5,"n":2,"by":null,"to":"x"}') == (
        "share: about 0.1147; write: yes; half: 0.5; n: 2; by: nothing; to: x"
    )
    for text in ("[1]", "{}", "{", '{"a":{}}', '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}'):
        assert told(text) is None
    output = Content.of({"output": (JSON, b"[1, 2]")})
    asked = replace(record(), commit={"output": "ab" * 32})
    assert "output: [1, 2]." in summary(asked, None, output, [])[0].text


def test_grounds_name_what_moved_the_estimate_and_how_exact_that_is() -> None:
    """Most first, on either side, with the values that went in."""
    opening = explained(EXPLANATION.to_bytes())

    assert grounds(opening, is_recorded=True) == (
        "The estimate was lowered most by PINCP (28000.0) and raised most by AGEP. "
        "How exact: adds up to the model's own output (lightgbm-pred-contrib, lightgbm 4.7.0)."
    )
    drawn = chart(opening)
    assert drawn is not None
    assert [part.name for part in drawn.parts] == ["PINCP", "AGEP", "MIG"]
    near = replace(EXPLANATION, raw=-1.25 + 1e-10)
    assert "but for 1e-10" in grounds(explained(near.to_bytes()), is_recorded=True)
    still = replace(EXPLANATION, terms=(Term("MIG", 0.0, "1"),), raw=-1.0)
    assert "moved by none" in grounds(explained(still.to_bytes()), is_recorded=True)


@pytest.mark.parametrize(("opening", "words"), [
    (None, "recorded, and not opened here"),
    (Content.of({"output": (JSON, b"1")}), "recorded, and not opened here"),
    (explained(NoExplanation("explain.no-method", "No method is exact.").to_bytes()),
     "There is no explanation: No method is exact (explain.no-method)."),
    (explained(b"{}"), "does not hold"),
    (explained(b"because", TEXT), "of another form"),
])  # fmt: skip
def test_grounds_say_why_there_are_none(opening: Content | None, words: str) -> None:
    """A blank would be taken for an oversight of the page."""
    assert words in grounds(opening, is_recorded=True)
    assert chart(opening) is None
    assert "No explanation was recorded" in grounds(None, is_recorded=False)


def test_names_digests_and_roles_are_short_and_never_empty() -> None:
    """What is no package URL stays as it is."""
    assert called("pkg:generic/a.example/outreach@1.0?x=y") == "outreach"
    assert called("pkg:generic/") == "pkg:generic/"
    assert called("a/b") == "a/b"
    assert [role(one) for one in (None, "", "the board", "board")] == [
        "a human", "a human", "the board", "the board",
    ]  # fmt: skip
    assert [short(one) for one in (None, "ab", "ab" * 32)] == ["", "ab", "abababababab…"]


@given(st.integers(0, 250_000_000_000), st.sampled_from([UTC, timezone(timedelta(hours=5.5))]))
def test_a_spoken_time_is_found_again_to_the_minute(seconds: int, zone: timezone) -> None:
    """Pages put `<time>` around it by its words alone."""
    at = datetime.fromtimestamp(seconds, zone)
    match = SPOKEN.search(f"On {spoken(at)}, then")

    assert match is not None
    assert machine_time(match) == f"{at.astimezone(UTC):%Y-%m-%dT%H:%M}Z"
    assert brief(at).endswith(f"{at.astimezone(UTC):%H:%M}")


def test_what_does_not_fit_the_record_is_not_called_unopened() -> None:
    """It was opened; it is only not what was committed to."""
    commit = {"output": "ab" * 32, "explanation": "cd" * 32}
    asked = record(commit=commit)

    closed = [one.text for one in summary(asked, None, None, [])]
    misfit = [one.text for one in summary(asked, None, None, [], is_misfit=True)]

    assert "output is recorded, and not opened here." in closed[0]
    assert closed[3] == "An explanation is recorded, and not opened here."
    assert "output is recorded, and what is opened does not fit the record." in misfit[0]
    assert misfit[3] == "An explanation is recorded, and what is opened does not fit the record."


def test_a_stranger_reads_that_what_is_opened_does_not_fit() -> None:
    """From check 6 of a bundle whose value was changed."""
    parts = Parts.of()
    TABLE["another value"][1](parts)

    _, facts = answers(checked(parts.pack()))

    assert "what is opened does not fit the record" in facts[0].text
