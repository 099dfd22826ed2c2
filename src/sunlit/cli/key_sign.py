"""`sunlit key sign`: sign a statement that a node prepared, where no passkey can be used."""

from pathlib import Path
from typing import Final

import click

from sunlit.cli.authority import FILE, key_option, load
from sunlit.cli.output import emit, json_option

EPILOG: Final = "\b\nExample:\n  sunlit key sign statement.json --key file:KEY.pem"


@click.command(name="sign", epilog=EPILOG)
@click.argument("file", type=FILE)
@key_option(required=True, text="The key that signs: file:KEY.pem, or where it is kept.")
@click.option("-o", "--out", type=FILE, help="Where to write it; FILE.dsse.json unless given.")
@json_option
def command(file: Path, key_uris: tuple[str, ...], out: Path | None, *, as_json: bool) -> None:
    """Sign the statement in FILE as it is: read it first. What was signed is written beside it."""
    from sunlit.registry.home import write_whole
    from sunlit.registry.trust import read_file
    from sunlit.statement.dsse import sign
    from sunlit.statement.intoto import Statement

    payload = read_file(file)
    said = Statement.parse(payload)  # nothing but a statement is signed here
    envelope = sign(payload, load(key_uris))
    where = out or file.with_name(file.name + ".dsse.json")
    write_whole(where, envelope.to_bytes())
    emit(
        {"statement": envelope.statement_id, "predicateType": said.predicate_type,
         "file": str(where)},
        [f"Signed {said.predicate_type}: {envelope.statement_id[:16]}", f"Hand in {where}"],
        as_json=as_json,
    )  # fmt: skip
