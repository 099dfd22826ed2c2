"""A plan that a scan proposes can be followed as it is, on everything that the corpus holds."""

import csv
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sunlit.producers.data.mask import Masking, mask
from sunlit.producers.data.mask_propose import propose
from sunlit.producers.data.scan import scan
from sunlit.producers.data.source import open_source
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.recognisers import shipped
from tests.data_corpus import columns, corpus

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
NOTES = Path(__file__).parents[3] / "examples" / "case-notes" / "notes.jsonl"


def _notes(folder: Path) -> Path:
    return Path(shutil.copy(NOTES, folder / "notes.jsonl"))


def _documents(folder: Path) -> Path:
    place = folder / "documents"
    place.mkdir()
    for number, one in enumerate(corpus.build(each=20, empty=200)):
        (place / f"{number}.txt").write_text(one.text, "utf-8")
    return place


def _columns(folder: Path) -> Path:
    place = folder / "columns.csv"
    held = columns.build(rows=60)
    names = [f"{number} {one.name}" for number, one in enumerate(held)]
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *zip(*(one.values for one in held), strict=True)])
    return place


@pytest.mark.parametrize("make", [_notes, _documents, _columns])
def test_a_plan_is_followed_unedited(tmp_path: Path, make: object) -> None:
    """What the mask wrote itself, such as `M20` or `192.0.2.0/24`, does not stop it."""
    assert callable(make)
    place = make(tmp_path)
    with open_source(str(place)) as source:
        plan = propose(scan(source, recognisers=shipped(), at=AT).detail)
        masking = Masking(plan=plan, recognisers=shipped(), key=MaskKey(b"k" * 32))
        out = tmp_path / ("out" if place.is_dir() else f"out{place.suffix}")
        made = mask(source, masking, out=out, at=AT)

    assert made.claim.survivors == 0
    assert sum(one.changed for one in made.claim.columns) > 50
