"""`sunlit log import URL` and `sunlit log send`: a node's logs and its door for statements."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sunlit.cli.output import emit, json_option

if TYPE_CHECKING:
    from sunlit.registry.admit import Ledger
    from sunlit.registry.mirror import Taken

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
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--to", "node", required=True, metavar="URL", help="The node's address.")
@json_option
def send(*, file: Path, node: str, as_json: bool) -> None:
    """Hand in a signed statement (a DSSE envelope) at a node, and keep its receipt.

    The entry and its proof are written beside FILE, to be checked by sunlit log verify.
    """
    from sunlit.adapters.node_http import send as hand_in
    from sunlit.base.errors import VerificationError
    from sunlit.log.entry import Entry
    from sunlit.registry.home import write_whole
    from sunlit.registry.trust import read_file
    from sunlit.statement.dsse import Envelope

    envelope = Envelope.parse(read_file(file))
    found = hand_in(node, envelope.to_bytes())
    told: dict[str, object] = {"statement": envelope.statement_id, "log": found.log}
    if found.entry is None or found.proof is None:
        where = f"{node.rstrip('/')}{found.later}"
        emit(
            told | {"state": "waiting", "later": where},
            [f"Kept, and not admitted yet. Ask {where}, or send it again for the receipt."],
            as_json=as_json,
        )
        return
    if Envelope.from_json(Entry.parse(found.entry).envelope).statement_id != envelope.statement_id:
        raise VerificationError(
            "remote.other-entry", "the node's receipt is of another statement",
            expected=envelope.statement_id, mend="keep what it answered, and ask its operator",
        )  # fmt: skip
    entry, proof = file.with_suffix(".entry.json"), file.with_suffix(".tlog-proof")
    write_whole(entry, found.entry)
    write_whole(proof, found.proof)
    emit(
        told | {"state": "admitted", "index": found.index, "entry": str(entry),
                "proof": str(proof)},
        [
            f"Admitted as entry {found.index} of {found.log}.",
            f"  receipt: {entry} and {proof}",
            f"  check it: sunlit log verify {entry} {proof} --trust FILE",
        ],
        as_json=as_json,
    )  # fmt: skip
