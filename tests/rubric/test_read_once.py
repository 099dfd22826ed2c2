"""What is read once in a process comes to the same when it is read again.

Coverage looks away from some tests (tests/tracing.py): whichever test is the first to ask, these
functions are run here under its eyes, and every module of the packages is imported under them.
"""

from collections.abc import Callable
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Final

import pytest

import sunlit.log
import sunlit.rubric
import sunlit.statement
from sunlit.rubric import aia, core, law, matrix, risk_code

MODULES: Final = [
    import_module(found.name)
    for package in (sunlit.log, sunlit.rubric, sunlit.statement)
    for found in walk_packages(package.__path__, f"{package.__name__}.")
]
ONCE: Final = (
    law.law, core.core_catalog, core.core_profile, core.core_rubric, core.earlier_rubrics,
    aia.question_set, aia.fact_questions, matrix.matrix, risk_code.scheme,
)  # fmt: skip


@pytest.mark.parametrize("read", ONCE, ids=lambda read: read.__name__)
def test_what_is_read_once_comes_to_the_same_again(read: Callable[[], object]) -> None:
    """Nothing changes it meanwhile, and no order of calls matters."""
    again: Any = vars(read)["__wrapped__"]

    assert again() == read()


def test_a_shipped_layer_comes_to_the_same_again() -> None:
    """Each by its name."""
    again: Any = vars(core.shipped)["__wrapped__"]

    for name in core.SHIPPED:
        assert again(name) == core.shipped(name)


def test_no_function_that_reads_once_is_left_out() -> None:
    """What a module keeps for the process stands in the list above."""
    kept = {
        f"{module.__name__}.{name}"
        for module in MODULES
        for name, found in vars(module).items()
        if hasattr(found, "cache_parameters") and found.cache_parameters()["maxsize"] is None
        and found.__module__ == module.__name__
    }  # fmt: skip
    assert kept == {f"{read.__module__}.{read.__name__}" for read in (*ONCE, core.shipped)}
