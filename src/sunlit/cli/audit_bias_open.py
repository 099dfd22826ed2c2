"""`sunlit audit bias --open`: check an audit against the guarded cube that it commits to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit

if TYPE_CHECKING:
    from pathlib import Path

    from sunlit.claims.bias import BiasAudit


def check(opened: Path, statement: Path | None, *, as_json: bool) -> None:
    """Check commitment and figures of the audit in `statement`; print what was recomputed."""
    if statement is None:
        raise click.UsageError("--open needs --claim: the audit's statement (a draft or envelope)")
    from sunlit.cli.data_needs import needed

    needed("scipy", "numpy")
    from sunlit.producers.audit.bias.claim_check import checked
    from sunlit.producers.audit.bias.commitment import LIMIT, Guarded
    from sunlit.registry.trust import read_file

    guarded = Guarded.parse(read_file(opened, limit=LIMIT))
    claim = read_audit(read_file(statement))
    again = checked(claim, guarded)
    cells = len(claim.cube)
    lines = [
        "HOLDS: this is the cube that the audit commits to.",
        f"HOLDS: its {cells} public cells and {len(claim.figures)} figures follow from it.",
        f"{guarded.cube.total} people are in the guarded cube, {claim.rows} in the public one.",
    ]
    document = {
        "commitment": claim.commitment, "cells": cells, "figures": len(claim.figures),
        "guarded": guarded.cube.total, "public": claim.rows, "headline": again.detail["headline"],
    }  # fmt: skip
    emit(document, lines, as_json=as_json)


def read_audit(data: bytes) -> BiasAudit:
    """Return the audit in a file: a draft (a statement a line), or a signed envelope.

    Raises:
        MalformedError: `statement.*`, `json.*`, `claim.malformed`, `bias.no-audit`.
    """
    from sunlit.base import canonical
    from sunlit.base.errors import MalformedError
    from sunlit.claims.base import read_claim
    from sunlit.claims.bias import BiasAudit
    from sunlit.statement.dsse import Envelope
    from sunlit.statement.intoto import Statement

    for line in filter(None, map(bytes.strip, data.splitlines())):
        signed = "payload" in canonical.decode_object(line, what="the statement")
        payload = Envelope.parse(line).payload if signed else line
        one = Statement.parse(payload)
        claim = read_claim(one.predicate_type, one.predicate)
        if isinstance(claim, BiasAudit):
            return claim
    raise MalformedError(
        "bias.no-audit", "the file holds no bias audit", expected="a draft or an envelope of one",
        mend="take the file ...-bias-audit.intoto.jsonl of the component's .sunlit/audits",
    )  # fmt: skip
