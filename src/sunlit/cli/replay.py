"""`sunlit decision replay`: the same model, the same input: does it answer the same?"""

from pathlib import Path
from typing import Final

import click

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


@click.command("replay", epilog=EPILOG)
@click.argument("which", metavar="DECISION")
@click.option("--store", "root", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="The decision store.")  # fmt: skip
@click.option("--model", "path", type=click.Path(path_type=Path, exists=True), required=True,
              help="The files of the release that decided.")  # fmt: skip
@click.option("--loader", "loader_name", metavar="MODULE:FUNCTION", required=True,
              help="Your own code that loads the model from PATH.")  # fmt: skip
@click.option("--runtime", type=click.Choice(RUNTIMES),
              help="Whose tolerance applies; found from the model's class unless given, and "
              "none for a class that is not known.")  # fmt: skip
@json_option
def command(
    *, which: str, root: Path, path: Path, loader_name: str, runtime: str | None, as_json: bool
) -> None:
    """Run DECISION again and compare the output with the recorded one.

    DECISION is a record's id, a check code, or LOG#INDEX.
    """
    from sunlit.cli.acting import component_at
    from sunlit.decision.store import DecisionStore
    from sunlit.guard.replay import expect_release, lines, replay
    from sunlit.guard.replay_compare import RUNTIMES as KNOWN
    from sunlit.guard.replay_loader import loaded, loader_named
    from sunlit.registry.decision_index import Index
    from sunlit.registry.decisions import find, see

    store = DecisionStore.open(root)
    with Index.opened(store) as index:
        index.update()
        seen = see(store, find(index, which))
    row = seen.row
    content = store.content(row.pointer)
    release = component_at(path).release
    # Before any of it is run: files that are not the release's prove nothing.
    expect_release(seen.record, release)
    model = loaded(loader_named(loader_name, Path.cwd()), path)
    found = replay(
        seen.record, content, model, release=release, runtime=KNOWN[runtime] if runtime else None
    )
    emit(
        found.to_json(), [f"{label + ':':<12} {text}" for label, text in lines(found).items()],
        as_json=as_json,
    )  # fmt: skip
    raise SystemExit(found.exit_code)
