"""Many items on all processors: the same answers in the same order, and errors come through."""

import os

import pytest

from sunlit.base.errors import MalformedError
from sunlit.registry import spread as spreading
from sunlit.registry.spread import spread


def test_answers_come_in_the_order_of_the_items_from_several_processes() -> None:
    """A closure is inherited, only the answers travel."""
    add = 7

    found = list(spread(lambda item: (item + add, os.getpid()), range(500), jobs=2))

    assert [one for one, _ in found] == [item + 7 for item in range(500)]
    assert os.getpid() not in {process for _, process in found}


def test_few_items_stay_in_this_process() -> None:
    """Starting others would cost more than it saves."""
    found = list(spread(lambda _: os.getpid(), range(20), jobs=2))

    assert set(found) == {os.getpid()}


def test_an_error_in_another_process_is_raised_here() -> None:
    """With its code, and nothing is left behind."""

    def work(item: int) -> int:
        if item == 321:
            raise MalformedError("json.syntax", "this one")
        return item

    with pytest.raises(MalformedError) as caught:
        list(spread(work, range(500), jobs=2))

    assert caught.value.code == "json.syntax"
    assert spreading._inherited is None
