"""`sunlit oms`: sign and verify folders as OpenSSF Model Signing v1.0 does (ECDSA keys)."""

from pathlib import Path

import click

from sunlit.cli.output import emit, json_option
from sunlit.cli.progress import bar

EPILOG = """\b
Examples:
  sunlit oms keygen model-key.pem
  sunlit oms sign model --key model-key.pem --out model.sig
  sunlit oms verify model --bundle model.sig --key model-key.pub.pem
"""
EXISTING = click.Path(path_type=Path, exists=True)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(epilog=EPILOG)
def command() -> None:
    """Sign or verify a folder as OpenSSF Model Signing does."""


@command.command()
@click.argument("path", type=FILE)
def keygen(path: Path) -> None:
    """Make an ECDSA P-256 key for model signatures: PATH and its .pub.pem."""
    from sunlit.registry.home import write_whole
    from sunlit.statement.by_uri import write_key_file
    from sunlit.statement.keys import generate
    from sunlit.statement.oms_keys import ModelKey

    key = generate("ecdsa-p256")
    write_key_file(path, key)
    public = path.with_suffix(".pub.pem")
    write_whole(public, ModelKey.from_spki(key.public.spki).pem)
    click.echo(f"{path} (keep it secret)\n{public}")


@command.command()
@click.argument("path", type=EXISTING)
@click.option("--key", type=FILE, required=True, help="The private key, PEM.")
@click.option("--out", type=FILE, help="Where the bundle goes [PATH/model.sig].")
def sign(path: Path, key: Path, out: Path | None) -> None:
    """Sign the model in PATH; model-signing accepts the bundle."""
    from sunlit.registry.home import write_whole
    from sunlit.statement.by_uri import load_signer
    from sunlit.statement.oms import SIGNATURE_NAME
    from sunlit.statement.oms_verify import sign_folder

    target = out or (path / SIGNATURE_NAME if path.is_dir() else path.with_suffix(".sig"))
    with bar("Hashing") as step:
        bundle = sign_folder(path, load_signer(f"file:{key}"), progress=step)
    write_whole(target, bundle.to_bytes())
    click.echo(str(target))


@command.command()
@click.argument("path", type=EXISTING)
@click.option("--bundle", type=EXISTING, required=True, help="The signature bundle.")
@click.option("--key", type=EXISTING, required=True, help="The public key, PEM.")
@click.option("--ignore", multiple=True, help="A path that the bundle may leave out.")
@json_option
def verify(*, path: Path, bundle: Path, key: Path, ignore: tuple[str, ...], as_json: bool) -> None:
    """Check that PATH is exactly what the key signed."""
    from sunlit.registry.trust import read_file
    from sunlit.statement.oms import Bundle
    from sunlit.statement.oms_keys import ModelKey
    from sunlit.statement.oms_verify import verify_folder

    with bar("Hashing") as step:
        model = verify_folder(
            path,
            Bundle.parse(read_file(bundle)),
            ModelKey.from_pem(read_file(key)),
            may_ignore=ignore,
            progress=step,
        )
    emit(
        {"name": model.name, "files": len(model.resources), "root": model.root},
        [f"HOLDS: {len(model.resources)} files, unchanged since they were signed."],
        as_json=as_json,
    )
