"""What loading a file would do is found without loading it."""

import bz2
import gzip
import io
import lzma
import pickle
import pickletools
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.claims.assurance import Result, TestResult
from sunlit.producers import artefact_grade, artefact_scan, pickle_imports, pickle_judge
from sunlit.producers.artefact_grade import Budget, Grade
from sunlit.producers.artefact_safety import ArtefactSafetyProducer
from sunlit.producers.artefact_scan import scan
from sunlit.producers.pickle_imports import read_imports
from sunlit.registry.producing import ComponentFolder
from tests.producers.folders import FOLDERS, claims, codes, written

EVIL = b"\x80\x02cposix\nsystem\nX\x07\x00\x00\x00echo hi\x85R."
HARMLESS = pickle.dumps({"a": [1, 2.5, ("x", None)], "b": {"c"}})


def grades(data: bytes, name: str = "model.bin") -> set[str]:
    """Return the grades that a file of these bytes gets."""
    return {str(one.grade) for one in scan(name, io.BytesIO(data), len(data))}


def zipped(**members: bytes) -> bytes:
    """Return a zip of the members."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return kept.getvalue()


def tarred(name: str, data: bytes) -> bytes:
    """Return a tar with one member and one folder."""
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    return kept.getvalue()


def in_zip(data: bytes) -> bytes:
    """Return a zip that holds the data."""
    return zipped(inner=data)


def in_tar(data: bytes) -> bytes:
    """Return a tar that holds the data."""
    return tarred("inner", data)


PACKS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zlib": zlib.compress,
}


def result_of(folder: ComponentFolder) -> TestResult:
    """Return the one claim that the producer makes."""
    (claim,) = claims(ArtefactSafetyProducer().produce(folder), TestResult)
    return claim


def test_a_pip_installed_onnx_model_passes() -> None:
    """ONNX holds numbers and a graph; loading it runs nothing of the author's."""
    claim = result_of(ComponentFolder.read(FOLDERS / "onnx"))

    assert claim.result is Result.PASSED
    assert "hatesonar/model/model.onnx" in claim.passed_tests


def test_a_spacy_pipeline_passes() -> None:
    """Its weights are MessagePack and NumPy numbers."""
    claim = result_of(ComponentFolder.read(FOLDERS / "spacy"))

    assert claim.result is Result.PASSED
    assert claim.extra["sunlit_counts"] == {
        "failed": 0,
        "not-scanned": 0,
        "passed": 11,
        "warned": 0,
    }


def test_an_honest_joblib_model_is_warned_of_with_advice() -> None:
    """Its format runs what it names, even when it names nothing bad."""
    claim = result_of(ComponentFolder.read(FOLDERS / "joblib"))

    assert claim.result is Result.WARNED
    assert claim.warned_tests == ("forest.joblib.z!", "model.joblib")
    assert "skops" in str(claim.extra["sunlit_reasons"])


def test_every_malicious_file_is_caught_and_none_is_loaded(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Loading one would print."""
    claim = result_of(ComponentFolder.read(FOLDERS / "malicious"))

    assert claim.result is Result.FAILED
    assert len(claim.failed_tests) == 9
    assert claim.passed_tests == claim.warned_tests == ()
    assert "posix.system" in str(claim.extra["sunlit_reasons"])
    assert capfd.readouterr().out == ""


def test_an_odd_escape_in_what_may_be_a_pickle_is_no_warning() -> None:
    """Found in a Parquet file whose bytes begin like an opcode; pytest makes warnings errors."""
    data = b"S'\\K'\n."

    found = read_imports(io.BytesIO(data), len(data))

    assert found.names == ()
    assert found.bytes_read <= len(data)


def test_an_empty_folder_is_no_pass(tmp_path: Path) -> None:
    """Nothing was scanned, so nothing is known."""
    produced = ArtefactSafetyProducer().produce(ComponentFolder.read(tmp_path))

    assert produced.drafts == ()
    assert codes(produced) == ["producer.nothing-to-scan"]


def test_without_a_scanner_it_is_no_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is missing: the note says how to get it."""
    monkeypatch.setattr(pickle_judge, "find_spec", lambda name: None)

    produced = ArtefactSafetyProducer().produce(written(tmp_path, {"a.txt": "hello"}))

    assert produced.drafts == ()
    assert codes(produced) == ["producer.no-scanner"]
    assert produced.notes[0].mend == "pip install 'sunlit[audit]'"


def test_a_vanished_file_is_not_scanned_and_said_so(tmp_path: Path) -> None:
    """It was there when the folder was hashed."""
    folder = written(tmp_path, {"a.txt": "hello", "b.txt": "you"})
    (tmp_path / "a.txt").unlink()

    claim = result_of(folder)

    assert claim.result is Result.WARNED
    assert claim.extra["sunlit_notScanned"] == ["a.txt"]


def test_pythons_cache_passes_only_beside_its_source(tmp_path: Path) -> None:
    """A lone .pyc is compiled code that nobody can read."""
    folder = written(tmp_path, {
        "m.py": "x = 1", "__pycache__/m.cpython-311.pyc": b"\xa7\r\r\n\0\0\0\0",
        "lone.pyc": b"\xa7\r\r\n\0\0\0\0",
    })  # fmt: skip

    assert result_of(folder).warned_tests == ("lone.pyc",)


def test_long_lists_are_cut(tmp_path: Path) -> None:
    """A statement in a log has at most 65,535 bytes."""
    files: dict[str, str | bytes] = {f"{number}.pkl": HARMLESS for number in range(130)}

    claim = result_of(written(tmp_path, files))

    assert claim.warned_tests[-1] == "and 30 more"


@pytest.mark.parametrize("pack", PACKS.values(), ids=list(PACKS))
@pytest.mark.parametrize("wrap", [bytes, in_zip, in_tar])
def test_a_call_hidden_in_containers_is_found(pack: object, wrap: object) -> None:
    """Scanners that look at the outermost container only see nothing here."""
    assert callable(pack)
    assert callable(wrap)

    assert "failed" in grades(wrap(pack(EVIL)), "archive")


@pytest.mark.parametrize(
    "data",
    [
        b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.",
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940h\x00h\x01\x93\x8c\x01x\x85R.",
        b"cos\nsystem\n(S'x'\ntR.",
        b"(S'x'\nios\nsystem\n.",
        b"\x80\x02cbuiltins\n__import__\nX\x02\x00\x00\x00os\x85R.",
        b"\x80\x02cimportlib\nimport_module\nX\x02\x00\x00\x00os\x85R.",
        b"\x80\x02clogging.config\nlisten\n)R.",
        b"\x80\x04N\x8c\x06system\x93.",
        b"\x80\x02cno name\nx y\n.",
        pickle.dumps(1) + EVIL,
        EVIL[:-1] + b"\xff",
        b"\x80\x05\xff",
        pickle.dumps(pickle_imports.TORCH_MAGIC, 2) + pickle.dumps(1001, 2) + EVIL,
        EVIL + zipped(a=b"text"),
    ],
)  # fmt: skip
def test_dangerous_and_hidden_imports_fail(data: bytes) -> None:
    """By name, through the memo, in old opcodes, broken off, or in front of an archive."""
    assert "failed" in grades(data)


def test_a_text_that_looks_a_little_like_a_pickle_is_a_text() -> None:
    """`c` begins an import in a pickle, and many words elsewhere."""
    assert grades(b"cat\ndog\nand others\n", "animals.txt") == {"passed"}
    assert grades(b".", "dot.txt") == {"passed"}


def test_a_harmless_pickle_is_warned_of() -> None:
    """Also one without any import, and one with bytes behind it."""
    assert grades(HARMLESS, "a.pkl") == {"warned"}
    assert grades(pickle.dumps(1) + b"\x00trailing", "a.pkl") == {"warned"}


def test_old_torch_files_end_in_raw_numbers() -> None:
    """Five pickles, then storages that torch reads as numbers."""
    five = [pickle_imports.TORCH_MAGIC, 1001, {"a": 1}, [1], ["0"]]
    data = b"".join(pickle.dumps(one, 2) for one in five) + bytes(range(256))

    imports = read_imports(io.BytesIO(data), len(data))

    assert imports.complete
    assert grades(data, "old.pt") == {"warned"}


def test_a_torch_archive_is_warned_of_for_its_pickle_only() -> None:
    """Its storages are raw numbers, named after the archive."""
    data = zipped(m__data__0=b"\x00\x01\xf0", m__version=b"3", **{"m__data.pkl": HARMLESS})

    seen = scan("new.pt", io.BytesIO(data), len(data))

    assert {one.name: str(one.grade) for one in seen} == {
        "new.pt!m/data.pkl": "warned", "new.pt!m/data/0": "passed", "new.pt!m/version": "passed",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data", "grade"),
    [
        ("m.onnx", b"\x08\x09\x12\x00", "passed"),
        ("m.onnx", b"\xff\x00\xff", "not-scanned"),
        ("m.safetensors", (2).to_bytes(8, "little") + b"{}", "passed"),
        ("m.safetensors", (9000).to_bytes(8, "little") + b"{" + b" " * 9000, "passed"),
        ("m.safetensors", (2).to_bytes(8, "little") + b"{x", "not-scanned"),
        ("m.safetensors", b"\xff" * 16, "not-scanned"),
        ("m.gguf", b"GGUF\x03\x00", "passed"),
        ("m.ort", b"\x00\x00\x00\x00ORTM\x01", "passed"),
        ("m.ubj", b"{L\x00\x00", "passed"),
        ("m.model", b"tree\nversion=v4\n", "passed"),
        ("a.npy", b"\x93NUMPY\x01\x00\x10\x00{'descr': '<f8'}", "passed"),
        ("a.npy", b"\x93NUMPY\x02\x00\xff\xff\xff\x00{", "not-scanned"),
        ("lib.so", b"\x7fELF\x02\x01", "warned"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\x00", "not-scanned"),
        ("a.zip", zipped(), "passed"),
        ("w.h5", b"\x89HDF\r\n\x1a\n\x00", "passed"),
        ("w.h5", b'\x89HDF\r\n\x1a\n{"class_name": "Lambda"}', "failed"),
        ("m.keras", zipped(**{"config.json": b'{"class_name":"__lambda__"}'}), "failed"),
        ("m.keras", zipped(**{"config.json": b'{"class_name":"Dense"}'}), "passed"),
        ("what", b"\x00\x01\x02\x03", "not-scanned"),
        ("empty", b"", "passed"),
        ("latin.txt", b"caf\xe9", "not-scanned"),
        ("long.txt", b"\xc3\xa9" * 3000, "passed"),
        ("cut.txt", b"a" + b"\xc3\xa9" * 3000, "passed"),
        ("bad.gz", b"\x1f\x8b\x08 no gzip", "not-scanned"),
        ("bad.zip", zipped(a=b"x")[:-4] + b"\x00\x00\x00\x00", "passed"),
        ("x.zlib", b"\x78\x9c\xff\xff\xff", "not-scanned"),
    ],
)  # fmt: skip
def test_formats_are_told_by_content(name: str, data: bytes, grade: str) -> None:
    """A name alone proves nothing; what is not known is not scanned, and never passes."""
    assert grades(data, name) == {grade}


def test_a_pickle_inside_messagepack_is_found() -> None:
    """msgpack-numpy hides arrays of objects that way."""
    blob = b"\xc4" + bytes([len(EVIL)]) + EVIL
    document = b"\x81\xa4data" + blob

    assert grades(document) == {"failed"}
    assert grades(b"\x81\xa4data\xc4\x05\x80\x02abc") == {"passed"}


def test_a_broken_zip_is_not_scanned() -> None:
    """A member whose bytes do not match its checksum cannot be unpacked."""
    data = bytearray(zipped(a=b"\x01" * 50))
    data[40] ^= 0xFF

    assert grades(bytes(data)) == {"not-scanned"}


def test_bounds_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb is not scanned, and says so: too many bytes, too many members, too deep."""
    small = Budget(bytes_left=10)
    data = zipped(a=b"x" * 100)
    assert [one.grade for one in scan("a", io.BytesIO(data), len(data), small)] == [Grade.UNSCANNED]

    few = Budget(members_left=1)
    data = zipped(a=b"x", b=b"y")
    assert Grade.UNSCANNED in {one.grade for one in scan("a", io.BytesIO(data), len(data), few)}

    for pack in (gzip.compress, in_zip):
        deep = b"text"
        for _ in range(6):
            deep = pack(deep)
        assert grades(deep) == {"not-scanned"}

    monkeypatch.setattr(artefact_scan, "MAX_SEARCHED", 4)
    assert grades(b"\x89HDF\r\n\x1a\n\x00") == {"not-scanned"}
    monkeypatch.setattr(pickle_imports, "MAX_ARGUMENT", 4)
    assert grades(EVIL) == {"failed"}
    assert artefact_grade.MAX_INFLATED > 0


def test_joblib_arrays_are_stepped_over_only_when_they_make_sense() -> None:
    """A false description ends the reading, so that nothing behind it can pass."""
    head = b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81"
    good_type = b"X\x05\x00\x00\x00dtypecnumpy\ndtype\nX\x02\x00\x00\x00f8\x85R"
    shape = b"X\x05\x00\x00\x00shape"
    states = [
        b"N",
        b"}",
        b"}(" + good_type + b"u",
        b"}(" + good_type + shape + b"J\xff\xff\xff\xff\x85u",
        b"}(X\x05\x00\x00\x00dtypecos\nx\n)Ru",
        b"}(X\x05\x00\x00\x00dtypecnumpy\ndtype\nK\x01\x85Ru",
    ]

    for state in states:
        data = head + state + b"b."
        assert read_imports(io.BytesIO(data), len(data)).pickles == 0

    plain = head + b"}(" + good_type + shape + b"K\x01\x85ub" + b"\xff" * 8 + b"."
    assert read_imports(io.BytesIO(plain), len(plain)).complete


def test_pickles_nested_without_end_are_left() -> None:
    """Object arrays of joblib nest pickles in pickles."""
    one = (
        b"\x80\x02cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}X\x05\x00\x00\x00dtype"
        b"cnumpy\ndtype\nX\x02\x00\x00\x00O8\x85Rsb"
    )

    assert not read_imports(io.BytesIO(one * 40), len(one) * 40).complete


@given(st.binary(max_size=300))
def test_any_bytes_are_graded_without_an_error(data: bytes) -> None:
    """The input is hostile: a scanner that raises is a scanner that is switched off."""
    seen = scan("model.bin", io.BytesIO(data), len(data))

    assert seen
    assert grades(b"\x80\x04" + data)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values, st.integers(min_value=0, max_value=5))
def test_every_honest_pickle_is_read_to_its_end(value: object, protocol: int) -> None:
    """The symbolic stack follows whatever Python's own pickler writes."""
    for data in (
        pickle.dumps(value, protocol),
        pickletools.optimize(pickle.dumps(value, protocol)),
    ):
        imports = read_imports(io.BytesIO(data), len(data))

        assert imports.complete
        assert imports.pickles == 1


def test_an_archive_whose_member_has_no_name_is_not_vouched_for() -> None:
    """The standard library ends on it with an IndexError; what it holds was not seen."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("x", b"\x80\x04K\x01.")
    content = made.getvalue().replace(b"x", b"\0")  # a name ends where it is zero

    assert Grade.PASSED not in {
        one.grade for one in scan("m.zip", io.BytesIO(content), len(content))
    }
