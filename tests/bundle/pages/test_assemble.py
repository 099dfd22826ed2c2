"""The verifier's modules become one script, or the making of it fails loudly."""

import re

import pytest

from sunlit.bundle.pages.assemble import assembled
from sunlit.bundle.pages.environment import scripts
from sunlit.claims.base import claim_types


def test_a_module_comes_after_those_that_it_imports() -> None:
    """Each is made before it is used, once, however often it is imported."""
    sources = {
        "page": 'import { one as first } from "./b.js";\nimport * as c from "./c.js";\nfirst(c);\n',
        "b": 'import { two } from "./c.js";\nexport function one() { return two; }\n',
        "c": "export const two = 2;\nconst three = 3;\nexport class Four {}\n",
    }

    script = assembled(sources, "page")

    places = [script.index(f"const module_{name}") for name in ("c", "b", "page")]
    assert places == sorted(places)
    assert "return { two, Four };" in script
    assert "import" not in script
    assert "export" not in script


@pytest.mark.parametrize(
    "source",
    [
        'import "./b.js";\n', 'import b from "./b.js";\n', "export default 1;\n",
        "export { b };\n", 'import { a } from "./page.js";\n', 'import { a } from "./gone.js";\n',
    ],
)  # fmt: skip
def test_a_form_that_is_not_known_is_refused(source: str) -> None:
    """A line that is silently left in, or out, would break the page in the reader's hands."""
    with pytest.raises(ValueError, match=r"imports or exports unusually|missing or circular"):
        assembled({"page": source, "b": "export const b = 1;\n"}, "page")


def test_the_sources_are_small_and_hold_no_line_that_nobody_reads() -> None:
    """Each module is one screen or two: an expert can read all of it in an hour."""
    for name, source in scripts().items():
        lines = source.splitlines()
        assert len(lines) < 300, name
        assert max(map(len, lines)) <= 110, name
        assert lines[0].startswith("// "), name


def test_the_page_knows_the_types_of_statements_that_the_command_knows() -> None:
    """A type that is new here must get its line there: who speaks in it, or nobody."""
    (table,) = re.findall(r"const SPEAKERS = \{(.*?)\};", scripts()["check-statements"], re.DOTALL)
    known = set(re.findall(r'^  "([^"]+)":', table, re.MULTILINE))

    assert known == set(claim_types())
