"""`sunlit selftest`: does this installation work? Sign, log, prove, verify, tamper."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from sunlit.log.policy import Policy


@click.command()
@json_option
def command(*, as_json: bool) -> None:
    """Sign, log, prove and verify once, in a temporary directory; then tamper, and be refused."""
    with tempfile.TemporaryDirectory(prefix="sunlit-selftest-") as directory:
        done = _steps(Path(directory))
    emit(
        {"steps": done},
        [*(f"ok  {step}" for step in done), f"{len(done)} steps passed"],
        as_json=as_json,
    )


def _steps(where: Path) -> list[str]:
    from sunlit.adapters.clock import SystemClock
    from sunlit.log.policy import Policy
    from sunlit.log.proof import verify_receipt
    from sunlit.log.sequencer import Log
    from sunlit.registry.home import note_signer
    from sunlit.statement.dsse import sign, verify
    from sunlit.statement.intoto import Statement, Subject
    from sunlit.statement.keys import generate

    key, log_key = generate(), generate()
    subject = Subject("selftest", {"sha256": "00" * 32})
    statement = Statement(subjects=(subject,), predicate_type="urn:sunlit:selftest", predicate={})
    envelope = sign(statement.to_payload(), [key])
    verify(envelope, [key.public])
    done = ["a statement is signed and verifies"]
    signer = note_signer("selftest.example/log", log_key)
    with Log.create(
        where / "log", lock=where / "lock.sqlite", origin="selftest.example/log",
        signer=signer, clock=SystemClock(),
    ) as log:  # fmt: skip
        (receipt,) = log.append([envelope.to_bytes()])
    done.append("the log took it and gave a receipt")
    policy = Policy.parse(f"log {signer.verifier.vkey}\nquorum none\n".encode())
    verify_receipt(receipt.entry, receipt.proof, policy)
    done.append("the receipt verifies offline")
    _expect_refusal(receipt.entry.replace(b'"v":1', b'"v":2'), receipt.proof.to_bytes(), policy)
    done.append("a changed entry is refused")
    return done


def _expect_refusal(entry: bytes, proof: bytes, policy: Policy) -> None:
    from sunlit.base.errors import SunlitError, VerificationError
    from sunlit.log.proof import verify_receipt

    try:
        verify_receipt(entry, proof, policy)
    except SunlitError:
        return
    raise VerificationError("cli.selftest", "a changed entry was accepted: do not use this copy")
