"""Attacks on the gate before training: a kinder scan at hand, data that no input names, a swap."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError
from sunlit.claims.authority import Role
from sunlit.claims.privacy import Scan
from sunlit.registry.data_keep import about, keep
from sunlit.registry.ports import Scanned
from sunlit.registry.run_gate import look
from sunlit.registry.saying import say
from sunlit.statement.intoto import Subject
from tests.capabilities.privacy.datasets_told import SENSITIVE
from tests.registry.data_tools import FakeDataTools
from tests.registry.telling import telling
from tests.registry.test_run_gate import Gate, code
from tests.rubric.story import LABS

HARMLESS = replace(SENSITIVE, sensitive=False, found=(), grounds=())


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A world in which the third laboratory reviews data."""
    with telling(tmp_path) as made:
        made.story.world.accredit(LABS[2], "privacy")
        made.registered()
        yield Gate(made)


def kept(gate: Gate, scan: Scan, name: str = "people.csv") -> None:
    """Keep a draft of somebody's choice beside the component."""
    keep(gate.folder, [(scan, (Subject(name, {"sha256": gate.digest}),))], {})


def test_an_assessors_scan_in_the_log_stops_what_a_kept_draft_lets_through(gate: Gate) -> None:
    """The draft was edited by hand, or made with a tool that knew less."""
    kept(gate, HARMLESS)
    assert code(gate.look()) is None

    subject = Subject("people.csv", {"sha256": gate.digest})
    say(gate.telling.ledger, SENSITIVE, subject, gate.telling.story.labs[2].key(Role.ASSESSOR))
    assert code(gate.look()) == "run.not-reviewed"
    assert code(gate.look(home=False)) is None  # nobody to ask


def test_a_second_kept_draft_that_finds_nothing_hides_nothing(gate: Gate) -> None:
    """Each draft about the digest is heard, whatever its file is called."""
    kept(gate, SENSITIVE)
    (first,) = (gate.folder / ".sunlit/data").glob("*-scan.intoto.jsonl")
    first.rename(first.with_name("zzz.intoto.jsonl"))
    kept(gate, HARMLESS)

    assert len(about(gate.folder, gate.digest)) == 2
    assert code(gate.look()) == "run.not-reviewed"


def test_a_file_that_is_swapped_for_the_scan_is_not_kept_as_scanned(gate: Gate) -> None:
    """The gate digests first; what is scanned must be the same bytes."""

    class Swapped(FakeDataTools):
        def scan(self, path: Path, **more: object) -> Scanned:
            found = super().scan(path, **more)  # type: ignore[arg-type]
            return replace(found, digest={"sha256": "00" * 32})

    standing = look(gate.asked, gate.inputs, Swapped(scan_claim=HARMLESS), gate.asker())

    assert code(standing) == "run.not-scanned"
    assert standing[0].error is not None
    assert standing[0].error.code == "run.input-changed"
    assert about(gate.folder, gate.digest) == ()


@pytest.mark.parametrize("form", ["{}", "--data={}", "data={}"])
def test_data_that_only_the_command_names_is_no_program(gate: Gate, form: str) -> None:
    """Else it would stand in the record as a program, and nobody would look at it."""
    secret = gate.folder / "secret.parquet"
    secret.write_bytes(b"x")
    asked = replace(gate.asked, command=("python", "train.py", form.format(secret)))

    with pytest.raises(MalformedError) as caught:
        look(asked, gate.inputs, gate.tools, gate.asker())

    assert caught.value.code == "run.data-not-input"
    assert caught.value.mend == f"say that it is read: --input {secret}"
    for named in (secret, gate.folder):  # itself, or the folder that holds it
        look(replace(asked, inputs=(named,)), gate.inputs, gate.tools, gate.asker())
        look(replace(asked, outputs=(named,)), gate.inputs, gate.tools, gate.asker())
