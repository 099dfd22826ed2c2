"""The reader of documents is itself tested: a check that sees nothing proves nothing."""

from pathlib import Path

import pytest

from tests.docs import blocks

PAGE = """\
<!-- docs-test: needs=demo -->
# A page

```console
$ sunlit assure model  # exit 3
12 controls: … UNKNOWN
$ cat <<END
> two lines
> END
two lines
```

<!-- docs-test: skip: opens a browser window -->
```sh
$ xdg-open page.html
```

```python
assert 1 + 1 == 2
```

```json
{"not": "run"}
```
"""


def _page(tmp_path: Path, text: str = PAGE) -> blocks.Page:
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    return blocks.read(path)


def test_commands_are_read_with_exit_code_and_output(tmp_path: Path) -> None:
    """A command, its continuation lines, its exit code and the lines shown under it."""
    page = _page(tmp_path)

    assure, cat, python = page.commands

    assert (assure.text, assure.exit_code) == ("sunlit assure model", 3)
    assert assure.shown == ("12 controls: … UNKNOWN",)
    assert cat.text == "cat <<END\ntwo lines\nEND"
    assert cat.shown == ("two lines",)
    assert python.is_python


def test_needs_and_skips_are_read(tmp_path: Path) -> None:
    """A skip covers the one block that follows it."""
    page = _page(tmp_path)

    assert page.needs == ("demo",)
    assert page.skipped == ((14, "opens a browser window"),)


def test_an_unknown_directive_is_refused(tmp_path: Path) -> None:
    """A misspelt skip must not silently do nothing."""
    with pytest.raises(ValueError, match="unknown directive"):
        _page(tmp_path, "<!-- docs-test: skp: later -->\n")


@pytest.mark.parametrize(
    ("shown", "printed", "holds"),
    [
        pytest.param(("a", "c"), "a\nb\nc\n", True, id="lines-may-be-left-out"),
        pytest.param(("c", "a"), "a\nb\nc\n", False, id="order-counts"),
        pytest.param(("size …, root …",), "size 3, root ab12\n", True, id="ellipsis"),
        pytest.param(("size 3",), "size 30\n", False, id="whole-lines"),
        pytest.param((), "anything", True, id="nothing-shown"),
    ],
)
def test_shown_output_is_held_against_what_was_printed(
    shown: tuple[str, ...], printed: str, *, holds: bool
) -> None:
    """A page may shorten an output and may not invent one."""
    assert blocks.shows(shown, printed) is holds
