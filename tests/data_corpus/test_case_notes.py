"""The example's notes come out the same from their seed, and what is found in them is counted."""

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from benchmarks.data_sets import NAMED, case_notes
from sunlit.recognise.engine import Engine
from sunlit.recognise.recognisers import shipped
from tests.data_corpus.score import Found, Rate, score

FOLDER: Final = Path(__file__).parent.parent.parent / "examples" / "case-notes"


def _module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def test_the_committed_notes_are_what_the_seed_gives(tmp_path: Path) -> None:
    """Anyone can make them again, byte by byte."""
    subprocess.run(
        [sys.executable, FOLDER / "make_notes.py", "--into", tmp_path], check=True, cwd=tmp_path
    )
    for name in ("notes.jsonl", "truth.jsonl"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_the_notes_are_small_enough_to_keep() -> None:
    """A sample, not a data set."""
    assert sum(path.stat().st_size for path in FOLDER.glob("*.jsonl")) < 200_000


def test_what_has_a_form_is_found_in_the_notes_and_names_are_not() -> None:
    """The figure that docs/data/police-redaction.md shows comes from this set, by this count."""
    documents = case_notes()
    engine = Engine(shipped())
    counted = score(
        documents, lambda text: [Found(one.start, one.end, one.kind) for one in engine.find(text)]
    )
    kinds = {span.kind for one in documents for span in one.spans} - NAMED
    assert len(kinds) == 9
    for kind in kinds:
        assert (counted.typed(said=True, kinds=[kind]).share or 0) >= 0.95, kind
    assert (counted.precision(kinds).share or 0) >= 0.99
    assert counted.typed(said=True, kinds=["person"]).hits == 0
    assert counted.negatives == Rate(0, counted.negatives.of)


@pytest.mark.parametrize(("kept", "gone"), [("07700 900123", 0), ("[phone]", 1)])
def test_a_detail_is_gone_when_its_text_is(tmp_path: Path, kept: str, gone: int) -> None:
    """The count of the page does not ask any recogniser."""
    (tmp_path / "notes.jsonl").write_text('{"id": "N1", "note": "Ring 07700 900123"}\n', "utf-8")
    (tmp_path / "truth.jsonl").write_text('{"id": "N1", "spans": [[5, 17, "phone"]]}\n', "utf-8")
    masked = tmp_path / "masked.jsonl"
    masked.write_text(f'{{"id": "N1", "note": "Ring {kept}"}}\n', "utf-8")

    counts: Mapping[str, tuple[int, int]] = _module("measure").count(masked, tmp_path)

    assert counts == {"phone": (gone, 1)}
