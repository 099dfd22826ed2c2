"""The cube: marginals keep everybody, and its document reads back, or says what is wrong."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias import cube as cubes
from sunlit.producers.audit.bias.cube import Binned, Cube, Dimension, Meaning
from sunlit.producers.audit.bias.document import from_json, to_json
from tests.producers.audit.bias.cubes import cube

SHAPES = st.lists(st.integers(1, 3), max_size=3).map(tuple)


@st.composite
def some_cubes(draw: st.DrawFn) -> Cube:
    shape, tail = draw(SHAPES), draw(st.sampled_from([(2, 3), (2, 1)]))
    counts = arrays.arrays(np.int64, (*shape, *tail), elements=st.integers(0, 2**40))
    made = cube(draw(counts))
    edges = ("0", "0.5", "1")
    bins = arrays.arrays(np.int64, (*shape, 2, 3), elements=st.integers(0, 9))
    scores = draw(st.none() | bins.map(lambda one: Binned(edges, one)))
    meaning = draw(st.builds(
        Meaning, prediction=st.none() | st.text(st.characters(exclude_categories=["Cs"])),
        rule=st.sampled_from(["value", "above"]), threshold=st.sampled_from([None, "0.5"]),
        selected=st.sampled_from([(), ("yes", "1")]), left_out=st.integers(0, 9),
    ))  # fmt: skip
    return replace(made, meaning=meaning, scores=scores)


@settings(max_examples=40)
@given(some_cubes())
def test_a_cube_reads_back_as_it_was_written(made: Cube) -> None:
    """The same counts, values and meaning, and the same bytes when it is written again."""
    read = from_json(to_json(made))

    assert (read.counts == made.counts).all()
    assert (read.dimensions, read.meaning) == (made.dimensions, made.meaning)
    assert read.with_outcome == made.with_outcome
    assert to_json(read) == to_json(made)


@settings(max_examples=40)
@given(some_cubes())
def test_every_marginal_counts_everybody(made: Cube) -> None:
    """Whatever the attributes: as many people, as many selected, as many positive."""
    for names in [(), *made.combinations()]:
        part = made.marginal(names)

        assert part.names == names
        assert part.total == made.total == part.rows.sum()
        assert part.selected.sum() == made.selected.sum()
        for name, counts in part.confusion().items():
            assert counts.sum() == made.confusion()[name].sum()
        if made.scores is not None and part.scores is not None:
            assert part.scores.counts.sum() == made.scores.counts.sum()


@settings(max_examples=80)
@given(st.binary(max_size=40) | some_cubes().map(to_json), st.data())
def test_hostile_bytes_are_refused_in_words(held: bytes, data: st.DataObject) -> None:
    """Whatever is cut out or put in: a cube that writes itself, or one of our errors."""
    at = data.draw(st.integers(0, len(held)))
    more = data.draw(st.binary(max_size=4) | st.sampled_from([b"-1", b"[", b'""', b"9" * 30]))
    changed = held[:at] + more + held[at + data.draw(st.integers(0, 3)) :]
    try:
        read = from_json(changed)
    except MalformedError:
        return
    assert from_json(to_json(read)).total == read.total


def spoilt(**changes: object) -> bytes:
    document = json.loads(to_json(cube(np.ones((2, 3, 2, 3)), "sex", "race")))
    return encode({**document, **changes})


ATTRIBUTES = [{"name": "sex", "values": ["a00", "a01"]}, {"name": "race", "values": ["x"] * 3}]
MEANING: dict[str, Any] = {
    "left_out": 0, "median": False, "outcome": None, "positive": [], "prediction": None,
    "rule": "value", "selected": [], "threshold": None,
}  # fmt: skip
ROW = [1, 1, 1, 1, 1, 1]
WRONG: dict[str, dict[str, object]] = {
    "format": {"format": "sunlit-cube/2"},
    "more": {"more": 1},
    "order": {"attributes": ATTRIBUTES},
    "no values": {"attributes": [{"name": "sex", "values": []}]},
    "twice": {"attributes": [ATTRIBUTES[0], ATTRIBUTES[0]]},
    "no list": {"attributes": {}},
    "other keys": {"attributes": [{"name": "sex"}]},
    "no texts": {"attributes": [{"name": "sex", "values": [1]}]},
    "counts": {"counts": ["tp"]},
    "rule": {"meaning": {**MEANING, "rule": "near"}},
    "median": {"meaning": {**MEANING, "median": 1}},
    "left out": {"meaning": {**MEANING, "left_out": -1}},
    "threshold": {"meaning": {**MEANING, "threshold": "half"}},
    "infinite": {"meaning": {**MEANING, "threshold": "Infinity"}},
    "column": {"meaning": {**MEANING, "outcome": 1}},
    "one edge": {"scores": {"edges": ["0"], "cells": []}},
    "edges": {"scores": {"edges": ["1", "0"], "cells": []}},
    "cell twice": {"cells": [[[0, 0], ROW], [[0, 0], ROW]]},
    "cell order": {"cells": [[[0, 1], ROW], [[0, 0], ROW]]},
    "cell outside": {"cells": [[[0, 3], ROW]]},
    "cell short": {"cells": [[[0, 0], ROW[:5]]]},
    "cell no pair": {"cells": [[[0, 0]]]},
    "cell negative": {"cells": [[[0, 0], [-1, *ROW[:5]]]]},
    "cell empty": {"cells": [[[0, 0], [0] * 6]]},
    "too many": {"cells": [[[0, 0], [2**53 - 1] * 6]]},
}


@pytest.mark.parametrize("case", WRONG)
def test_each_rule_of_the_document_is_kept(case: str) -> None:
    """One document for each sentence of the specification that it breaks."""
    with pytest.raises(MalformedError) as caught:
        from_json(spoilt(**WRONG[case]))

    assert caught.value.code == "bias.cube-malformed"


def test_the_unspoilt_document_is_read() -> None:
    """What the cases above start from is a cube."""
    assert from_json(spoilt()).total == 36
    assert from_json(spoilt(meaning=MEANING)).meaning == Meaning()


def test_attributes_that_make_too_many_groups_are_refused() -> None:
    """By the values of one, by their product, and by their number."""
    for sizes in ([1001], [600, 600], [1] * 13):
        with pytest.raises(MalformedError, match="too many") as caught:
            cubes.check_size((f"column {at}", size) for at, size in enumerate(sizes))

        assert caught.value.code == "bias.too-many-groups"
    cubes.check_size([])


def test_an_attribute_that_is_not_there_is_named() -> None:
    """A marginal by a name that the cube lacks says which names it has."""
    with pytest.raises(MalformedError, match="'age'"):
        cube(np.ones((2, 2, 1)), "sex").marginal(["age"])


def test_people_of_whom_nothing_is_known_are_counted() -> None:
    """By their value; nought where everybody is known."""
    made = cube(np.ones((2, 3, 2, 1)), "sex", "race", unknown=0)

    assert (made.unknown("sex"), made.unknown("race")) == (6, 0)
    assert made.confusion() == {}
    assert made.combinations(1) == [("sex",), ("race",)]
    assert Dimension("sex", ("(unknown)", "a01")) in made.dimensions
