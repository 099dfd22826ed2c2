"""`sunlit log import URL` and `sunlit log send`: a node's logs and its door for statements."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from sunlit.adapters.node_http import Receipt
    from sunlit.registry.admit import Ledger
    from sunlit.registry.mirror import Taken
    from sunlit.statement.dsse import Envelope

WEB = ("https://", "http://")


def taken_from(where: str, ledger: "Ledger", step: Callable[[int, int], None]) -> "Taken":
    """Take over a log: a directory's, or one that a node serves."""
    from sunlit.registry.mirror import open_files, take_from, take_over

    if not where.startswith(WEB):
        if not Path(where).is_dir():
            raise click.BadParameter(f"{where} is no directory and no URL.")
        return take_over(ledger, Path(where), ledger.now(), step)
    from sunlit.adapters.node_http import HttpFiles

    files = HttpFiles(where)
    return take_from(ledger, open_files(files, ledger.home.trust(ledger.now()), where), step)


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)  # fmt: skip
@click.option("--to", "node", required=True, metavar="URL", help="The node's address.")
@json_option
def send(*, files: tuple[Path, ...], node: str, as_json: bool) -> None:
    """Hand in signed statements (DSSE envelopes) at a node, and keep their receipts.

    Several files enter together, in this order, or not at all: a registration and its first
    release, say. Each entry and its proof are written beside its FILE, to be checked by
    sunlit log verify.
    """
    from sunlit.adapters.node_http import send_all
    from sunlit.registry.trust import read_file
    from sunlit.statement.dsse import Envelope

    _expect_own_names(files)
    envelopes = [Envelope.parse(read_file(file)) for file in files]
    found = send_all(node, [envelope.to_bytes() for envelope in envelopes])
    later = found[-1].later
    if later is not None:
        where = f"{node.rstrip('/')}{later}"
        emit(
            {"statements": [one.statement_id for one in envelopes], "state": "waiting",
             "later": where},
            [f"Kept, and not admitted yet. Ask {where}, or send it again for the receipt."],
            as_json=as_json,
        )  # fmt: skip
        return
    told = [
        _kept(file, envelope, receipt)
        for file, envelope, receipt in zip(files, envelopes, found, strict=True)
    ]
    emit(
        {"state": "admitted", "receipts": told},
        [line for one in told for line in _lines(one)],
        as_json=as_json,
    )


def _expect_own_names(files: tuple[Path, ...]) -> None:
    """Refuse files whose receipts would be written over each other."""
    if len({file.with_suffix("") for file in files}) < len(set(files)):
        raise click.UsageError(
            "Two files have the same name up to the last dot: so would their receipts."
        )


def _kept(file: Path, envelope: "Envelope", found: "Receipt") -> dict[str, object]:
    """Write a receipt beside the file, once it is seen to be of that statement."""
    from sunlit.base.errors import VerificationError
    from sunlit.log.entry import Entry
    from sunlit.registry.home import write_whole
    from sunlit.statement.dsse import Envelope

    data = found.entry or b""
    if Envelope.from_json(Entry.parse(data).envelope).statement_id != envelope.statement_id:
        raise VerificationError(
            "remote.other-entry", "the node's receipt is of another statement",
            expected=envelope.statement_id, mend="keep what it answered, and ask its operator",
        )  # fmt: skip
    entry, proof = file.with_suffix(".entry.json"), file.with_suffix(".tlog-proof")
    write_whole(entry, data)
    write_whole(proof, found.proof or b"")
    return {
        "statement": envelope.statement_id, "log": found.log, "index": found.index,
        "entry": str(entry), "proof": str(proof),
    }  # fmt: skip


def _lines(told: dict[str, object]) -> list[str]:
    entry, proof = told["entry"], told["proof"]
    return [
        f"Admitted as entry {told['index']} of {told['log']}.",
        f"  receipt: {entry} and {proof}",
        f"  check it: sunlit log verify {entry} {proof} --trust FILE",
    ]
