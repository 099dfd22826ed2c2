"""A finding about unsafe files says what the scanner says of each."""

from sunlit.capabilities.assurance.rules import _named
from sunlit.claims.assurance import Result, TestResult


def test_files_are_named_with_the_scanners_reason() -> None:
    """Three files are enough to read; the rest are counted."""
    names = ("a.pkl", "b.pkl", "c.pkl", "d.pkl")
    test = TestResult(
        result=Result.FAILED,
        failed_tests=names,
        extra={"sunlit_reasons": {"a.pkl": "imports os.system"}},
    )

    assert _named(test, names) == "a.pkl (imports os.system); b.pkl; c.pkl and 1 more"
    assert _named(TestResult(result=Result.FAILED), ()) == "files that it does not name"
