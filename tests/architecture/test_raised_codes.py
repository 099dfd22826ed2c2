"""The reader of error codes is itself tested: what it overlooks, nobody documents."""

from pathlib import Path
from textwrap import dedent

import pytest

from tools import raised_codes

CODES = 'CODES = {"a.one": "One.", "a.two": "Two."}\n'


def _codes(tmp_path: Path, module: str, **others: str) -> set[tuple[str, str | None]]:
    package = tmp_path / "sunlit" / "a"
    package.mkdir(parents=True)
    for name, text in {"errors": module, **others}.items():
        (package / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    return {(place.family, place.code) for place in raised_codes.raised(tmp_path)}


@pytest.mark.parametrize(
    "module",
    [
        pytest.param('raise MalformedError("a.one", "what")', id="literal"),
        pytest.param('ONE: Final = "a.one"\nraise MalformedError(ONE, "what")', id="constant"),
        pytest.param('raise errors.MalformedError("a.one", "what")', id="attribute"),
        pytest.param('def f():\n    return MalformedError("a.one", "what")', id="returned"),
        pytest.param('class Odd(MalformedError): ...\nraise Odd("a.one", "what")', id="subclass"),
        pytest.param(
            'def no(what, code):\n    raise MalformedError(code, what)\nno("x", "a.one")',
            id="passed-on",
        ),
        pytest.param(
            'def no(*, code):\n    raise MalformedError(code, "x")\nno(code="a.one")',
            id="passed-on-by-name",
        ),
        pytest.param(
            "class Odd(MalformedError):\n"
            '    def __init__(self, n):\n        super().__init__("a.one", "x")\n'
            "raise Odd(3)",
            id="settled-by-the-class",
        ),
        pytest.param(
            "class Box:\n"
            '    def no(self, code):\n        raise MalformedError(code, "x")\n'
            '    def f(self):\n        self.no("a.one")',
            id="passed-on-in-a-method",
        ),
    ],
)
def test_a_code_is_found_however_it_is_written(tmp_path: Path, module: str) -> None:
    """Each of these raises one malformed `a.one`."""
    assert _codes(tmp_path, module) == {("MalformedError", "a.one")}


def test_a_choice_raises_both(tmp_path: Path) -> None:
    """Both arms of a conditional expression count, at the call and through a name."""
    found = _codes(tmp_path, 'code = "a.one" if x else "a.two"\nraise VerificationError(code, "")')

    assert found == {("VerificationError", "a.one"), ("VerificationError", "a.two")}


def test_a_constant_of_another_module_is_followed(tmp_path: Path) -> None:
    """`from sunlit.a.names import ONE` and `names.ONE` are the same constant."""
    module = """\
        from sunlit.a import names
        from sunlit.a.names import ONE
        raise UnavailableError(ONE, "x")
        raise UnavailableError(names.TWO, "x")
    """

    found = _codes(tmp_path, module, names='ONE = "a.one"\nTWO = "a.two"\n')

    assert found == {("UnavailableError", "a.one"), ("UnavailableError", "a.two")}


def test_a_computed_code_is_reported_as_unreadable(tmp_path: Path) -> None:
    """An f-string cannot be documented, so it is refused and not passed over."""
    found = _codes(tmp_path, 'raise MalformedError(f"a.{what}", "x")')

    assert found == {("MalformedError", None)}


def test_a_reported_code_is_found(tmp_path: Path) -> None:
    """A check that goes on passes its codes to a function or a value that takes `code`."""
    module = """\
        def report(path, code, what): ...
        report("checkpoint", "a.one", "wrong")
        Step(number=1, code="a.two")
    """

    _codes(tmp_path, module)

    assert {place.code for place in raised_codes.reported(tmp_path)} == {"a.one", "a.two"}


def test_documented_codes_are_read_per_package(tmp_path: Path) -> None:
    """`codes.py` is read, never imported."""
    _codes(tmp_path, "", codes=CODES)

    assert raised_codes.documented(tmp_path) == {"a": {"a.one": "One.", "a.two": "Two."}}
