"""The document of an explanation: written, read, added up again."""

import json
from pathlib import Path
from typing import Final

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.guard.explain import MEDIA_TYPE, Explanation, NoExplanation, Term, checked, parse
from sunlit.guard.explain.methods import METHODS, SAMPLING, Estimand, Link, refuse_sampling

ROOT: Final = Path(__file__).parents[3]
SCHEMA: Final = json.loads((ROOT / "spec/schemas/explanation.schema.json").read_text())
Document = dict[str, object]


def explanation(**changes: object) -> Explanation:
    """Return one that holds, with fields replaced."""
    fields: Document = {
        "method": "lightgbm-pred-contrib", "estimand": Estimand.PATH_DEPENDENT,
        "link": Link.LOGIT, "base": -1.0, "terms": (Term("age", 0.5, "37.0"), Term("x & y", 0.25)),
        "raw": -0.25, "tolerance": 1e-9, "library": "lightgbm 4.7.0",
    }  # fmt: skip
    return Explanation(**{**fields, **changes})  # type: ignore[arg-type]


def written(**changes: object) -> bytes:
    """Return a document with fields replaced after it was written."""
    return json.dumps({**json.loads(explanation().to_bytes()), **changes}).encode()


def test_it_reads_what_it_writes() -> None:
    """Byte for byte, and as the schema says."""
    data = explanation(output=0.4378, target="1").to_bytes()

    found = parse(data)

    assert isinstance(found, Explanation)
    assert found == explanation(output=0.4378, target="1")
    assert found.to_bytes() == data
    jsonschema.validate(json.loads(data), SCHEMA)


finite = st.floats(-1e6, 1e6)


@given(finite, st.lists(st.tuples(st.text(st.characters(codec="utf-8"), max_size=9), finite)))
def test_any_sum_travels(base: float, parts: list[tuple[str, float]]) -> None:
    """Whatever the numbers: what adds up before adds up after, with the very same doubles."""
    terms = tuple(Term(name, part, None) for name, part in parts)
    draft = explanation(base=base, terms=terms, raw=0.0)
    one = explanation(base=base, terms=terms, raw=draft.total)

    assert parse(one.to_bytes()) == one
    jsonschema.validate(json.loads(one.to_bytes()), SCHEMA)


@given(finite, st.floats(1e-6, 1e6), st.booleans())
def test_a_sum_that_misses_is_refused(base: float, off: float, upwards: bool) -> None:  # noqa: FBT001
    """By however little more than rounding allows."""
    total = explanation(base=base).total
    by = off * max(1.0, abs(base))
    one = explanation(base=base, raw=total + (by if upwards else -by))

    with pytest.raises(VerificationError) as caught:
        parse(one.to_bytes())

    assert caught.value.code == "explain.additivity"


def test_a_writer_cannot_grant_itself_more_room() -> None:
    """The tolerance in the document is at most what the method's arithmetic explains."""
    with pytest.raises(VerificationError) as caught:
        parse(explanation(raw=0.0, tolerance=1.0).to_bytes())

    assert caught.value.code == "explain.additivity"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"total": "-0.5"}, "explain.additivity"),
        ({"residual": "1e-12"}, "explain.additivity"),
        ({"raw": "nan"}, "explain.not-finite"),
        ({"base": "inf"}, "explain.not-finite"),
        ({"estimand": "terms"}, "explain.estimand"),
        ({"estimand": "interventional"}, "explain.estimand"),
        ({"background": "ab" * 32}, "explain.estimand"),
        ({"method": "lime"}, "explain.sampling"),
        ({"method": "Kernel-SHAP"}, "explain.sampling"),
        ({"method": "saliency"}, "explain.method"),
        ({"v": 2}, "explain.malformed"),
        ({"method": None}, "explain.malformed"),
        ({"estimand": "vibes"}, "explain.malformed"),
        ({"link": 3}, "explain.malformed"),
        ({"contributions": {}}, "explain.malformed"),
        ({"contributions": [3]}, "explain.malformed"),
        ({"contributions": [{"name": "a", "value": None}]}, "explain.malformed"),
        ({"base": -1.0}, "explain.malformed"),
        ({"base": "-1"}, "explain.malformed"),
        ({"base": "one"}, "explain.malformed"),
        ({"more": 1}, "explain.malformed"),
    ],
)
def test_what_does_not_hold_is_refused(changes: Document, code: str) -> None:
    """Each with its own code."""
    with pytest.raises(SunlitError) as caught:
        parse(written(**changes))

    assert caught.value.code == code


def test_a_field_less_is_refused() -> None:
    """A blank is null and never left out."""
    document = json.loads(explanation().to_bytes())
    del document["output"]

    with pytest.raises(MalformedError):
        parse(json.dumps(document).encode())


@given(st.binary(max_size=200))
def test_noise_is_refused_in_words(data: bytes) -> None:
    """Never a library's own exception."""
    with pytest.raises(SunlitError):
        parse(data)


def test_none_says_why() -> None:
    """It is a document of its own, with a code and a reason."""
    none = NoExplanation("explain.none", "A generator of text has no exact explanation.")

    assert parse(none.to_bytes()) == none
    jsonschema.validate(json.loads(none.to_bytes()), SCHEMA)
    with pytest.raises(MalformedError):
        parse(b'{"v":1,"method":"none","code":"explain.none"}')


def test_who_only_shows_it_gets_the_fault() -> None:
    """`checked` raises nothing; content of another type cannot be checked here."""
    assert checked(MEDIA_TYPE, explanation().to_bytes()) == explanation()
    assert isinstance(checked(f"{MEDIA_TYPE}; v=1", b"{}"), MalformedError)
    assert checked("text/plain", b"because") is None


@pytest.mark.parametrize("name", sorted({*SAMPLING, "LIME", "Kernel SHAP", "kernel_shap"}))
def test_sampling_methods_are_refused_by_name(name: str) -> None:
    """However it is spelled; the reason is in the message."""
    with pytest.raises(VerificationError, match="samples") as caught:
        refuse_sampling(name)

    assert caught.value.code == "explain.sampling"


def test_no_method_is_both() -> None:
    """What counts as evidence passes."""
    for name in METHODS:
        refuse_sampling(name)
