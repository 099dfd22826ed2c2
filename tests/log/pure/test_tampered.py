"""Every tampered artefact of the log is refused with the code that its case documents."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.log.checkpoint import open_checkpoint
from sunlit.log.cosignature import cosignatures
from sunlit.log.entry import Entry
from sunlit.log.merkle import verify_consistency
from sunlit.log.note import Note, NoteVerifier
from sunlit.log.policy import Policy
from sunlit.log.proof import verify_receipt
from sunlit.log.reader import LogReader
from tests.log.pure.make_tampered import TAMPERED, cases
from tests.log.pure.making import MemoryFiles

FOLDERS = {
    path.parent.name: path.parent
    for path in sorted(TAMPERED.glob("*/case.json"))
    if json.loads(path.read_bytes()).get("verify", "").startswith("log.")
}


def verify_a_receipt(folder: Path, case: Mapping[str, str]) -> object:
    """Verify entry, receipt and policy."""
    entry, proof = (
        (folder / "entry.json").read_bytes(),
        (folder / "receipt.tlog-proof").read_bytes(),
    )
    return verify_receipt(entry, proof, Policy.parse((folder / "policy.txt").read_bytes()))


def verify_a_checkpoint(folder: Path, case: Mapping[str, str]) -> object:
    """Open a signed checkpoint by the log's key."""
    return open_checkpoint((folder / "checkpoint").read_bytes(), NoteVerifier.parse(case["vkey"]))


def verify_a_cosignature(folder: Path, case: Mapping[str, str]) -> object:
    """Verify a cosigned checkpoint by the witness's key."""
    note = Note.parse((folder / "checkpoint").read_bytes())
    return cosignatures(note, [NoteVerifier.parse(case["vkey"])])


def verify_a_policy(folder: Path, case: Mapping[str, str]) -> object:
    """Read a policy."""
    return Policy.parse((folder / "policy.txt").read_bytes())


def verify_an_entry(folder: Path, case: Mapping[str, str]) -> object:
    """Read an entry."""
    return Entry.parse((folder / "entry.json").read_bytes())


def verify_a_log(folder: Path, case: Mapping[str, str]) -> object:
    """Read all entries of a log directory."""
    root = folder / "log"
    files = {path.relative_to(root).as_posix(): path.read_bytes()
             for path in root.rglob("*") if path.is_file()}  # fmt: skip
    reader = LogReader.open(MemoryFiles(files), NoteVerifier.parse(case["vkey"]))
    return list(reader.entries())


def verify_growth(folder: Path, case: Mapping[str, str]) -> object:
    """Verify a consistency proof."""
    proof = [bytes.fromhex(each) for each in case["proof"]]
    roots = bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"])
    verify_consistency(int(case["old"]), int(case["new"]), proof, *roots)
    return roots


VERIFY: dict[str, Callable[[Path, Mapping[str, str]], object]] = {
    "log.receipt": verify_a_receipt,
    "log.checkpoint": verify_a_checkpoint,
    "log.cosignature": verify_a_cosignature,
    "log.policy": verify_a_policy,
    "log.entry": verify_an_entry,
    "log.tile": verify_a_log,
    "log.consistency": verify_growth,
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_tampered_artefact_is_refused_with_its_code(name: str) -> None:
    """One folder, one thing done to it, one documented refusal."""
    case = json.loads((FOLDERS[name] / "case.json").read_bytes())

    with pytest.raises(SunlitError) as refused:
        VERIFY[case["verify"]](FOLDERS[name], case)

    assert refused.value.code == case["expect_code"]


def test_the_fixtures_are_those_that_the_maker_makes() -> None:
    """So each case differs from a good artefact in what it says, and in nothing else."""
    made = {case.name: case.all_files() for case in cases()}

    stored = {
        name: {path.relative_to(folder).as_posix(): path.read_bytes()
               for path in folder.rglob("*") if path.is_file()}
        for name, folder in FOLDERS.items()
    }  # fmt: skip
    assert stored == made
    assert len(stored) >= 14
