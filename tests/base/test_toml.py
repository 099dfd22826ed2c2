"""Bad TOML, wherever it is read: an error of ours that names the line and none of the content."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError
from sunlit.base.toml import place_in
from sunlit.producers.audit.redteam.probes import read_set
from sunlit.producers.data.minimise_used import used_by_pipeline
from sunlit.producers.data.risk.profiles import read_profiles
from sunlit.producers.data.synth_domain import read_domain
from sunlit.proxy.config import parse_config
from sunlit.recognise.masking_hierarchy import read_hierarchy
from sunlit.recognise.plan_read import parse_plan
from sunlit.recognise.reading import read_file
from sunlit.registry.assessment_form import read_form

NAME = "Margaret"
BROKEN = f'"{NAME}" = 1\n"{NAME}" = 2\n'
Reader = Callable[[Path], object]
READERS: dict[str, Reader] = {
    "proxy": lambda it: parse_config(it.read_text(), it.parent),
    "profiles": lambda it: read_profiles(it.read_text()),
    "plan": lambda it: parse_plan(it.read_text()),
    "recogniser": lambda it: read_file(it.name, it.read_bytes()),
    "probes": lambda it: read_set(it.read_bytes(), it.name),
    "assessment": lambda it: read_form(it.read_bytes(), toml=True),
    "domain": read_domain,
    "hierarchy": lambda it: read_hierarchy(it.read_bytes(), it.name),
    "used": used_by_pipeline,
}
ODD = {
    "twice": BROKEN,
    "nested": "a = " + "[" * 5_000,
    "number": "a = 1" + "0" * 20_000,
    "key": "a." * 5_000 + "b = 1",
    "cut": "a = [",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_bad_toml_is_malformed_wherever_it_is_read(read: Reader, text: str, tmp_path: Path) -> None:
    """Neither a traceback nor a minute's work, and no key of the file in the message."""
    file = tmp_path / "given.toml"
    file.write_text(text)

    with pytest.raises(MalformedError) as told:
        read(file)

    assert NAME not in str(told.value.to_json())


@pytest.mark.parametrize("name", sorted(set(READERS) - {"used"}))
def test_bad_toml_is_told_by_its_line(name: str, tmp_path: Path) -> None:
    """Whoever wrote it has to find it."""
    file = tmp_path / "given.toml"
    file.write_text(BROKEN)

    with pytest.raises(MalformedError) as told:
        READERS[name](file)

    assert "line 2" in str(told.value.to_json())


def test_an_error_that_names_no_place_is_no_riddle() -> None:
    """Deep nesting has no line."""
    assert place_in(RecursionError("too deep")) == "no line can be named"
