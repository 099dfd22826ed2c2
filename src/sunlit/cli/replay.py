"""`sunlit decision replay`: the same model, the same input: does it answer the same?"""

from pathlib import Path
from typing import Final

import click

from sunlit.cli.decision_store import at_store, store_option
from sunlit.cli.output import emit, json_option

EPILOG = """\b
Examples:
  sunlit decision replay 3f0c... --store decisions --model model --loader service:load
  sunlit decision replay 7QK2-M4TX-90AB-CD3F --store decisions --model model \\
      --loader service:load --json

LOADER is your own code: module:function, called with PATH, returning the model that
the service guarded (a function of the inputs, or something with `predict`). It runs as
you. Never name code that came with somebody's bundle.

Exit codes: 0 the same output, bit for bit or within the runtime's tolerance; 1 it
differs, or these are other files; 3 the content is erased or the model could not run.
"""
RUNTIMES: Final = ("lightgbm", "xgboost", "onnxruntime", "sklearn")


@click.command("replay", epilog=EPILOG, short_help="Run it again, and compare the output.")
@click.argument("which", metavar="DECISION")
@store_option
@click.option("--model", "path", type=click.Path(path_type=Path, exists=True), required=True,
              help="The files of the release that decided.")  # fmt: skip
@click.option("--loader", "loader_name", metavar="MODULE:FUNCTION", required=True,
              help="Your own code that loads the model from PATH.")  # fmt: skip
@click.option("--runtime", type=click.Choice(RUNTIMES),
              help="Whose tolerance applies; found from the model's class unless given, and "
              "none for a class that is not known.")  # fmt: skip
@click.option("--ground", default="replay: does it answer the same?", show_default=True,
              help="On which ground the content is opened; kept encrypted.")  # fmt: skip
@click.option("--role", default="operator", show_default=True,
              help="Which office or role opens it; no person's name.")  # fmt: skip
@json_option
def command(
    *, which: str, store: Path, path: Path, loader_name: str, runtime: str | None, ground: str,
    role: str, as_json: bool,
) -> None:  # fmt: skip
    """Run DECISION again and compare the output with the recorded one.

    DECISION is a record's id, a check code, or LOG#INDEX. Your code gets the recorded input,
    so that the access is recorded first.
    """
    from sunlit.cli.acting import component_at
    from sunlit.cli.authority import clock
    from sunlit.guard.replay import expect_release, lines, replay
    from sunlit.guard.replay_compare import RUNTIMES as KNOWN
    from sunlit.guard.replay_loader import loaded, loader_named
    from sunlit.registry.decision_acts import record_access
    from sunlit.registry.decisions import find, see

    with at_store(store, update=True) as index:
        opened = index.store
        seen = see(opened, find(index, which))
    pointer = seen.row.pointer
    release = component_at(path).release
    # Before any of it is run: files that are not the release's prove nothing.
    expect_release(seen.record, release)
    opened.content(pointer)  # what does not open is not accessed, and says so here
    loader = loader_named(loader_name, Path.cwd())
    record_access(opened, ground, role, clock(), of=pointer)
    content = opened.content(pointer)
    model = loaded(loader, path)
    found = replay(
        seen.record, content, model, release=release, runtime=KNOWN[runtime] if runtime else None
    )
    emit(
        found.to_json(), [f"{label + ':':<12} {text}" for label, text in lines(found).items()],
        as_json=as_json,
    )  # fmt: skip
    raise SystemExit(found.exit_code)
