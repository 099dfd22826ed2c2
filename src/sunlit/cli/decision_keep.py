"""`sunlit decision erase|hold`: destroy contents for good, or forbid that."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sunlit.base.errors import COULD_NOT_FIND_OUT, HOLDS
from sunlit.cli.acting import acting, logged, signing_options
from sunlit.cli.decision_store import at_store, store_option
from sunlit.cli.output import emit

if TYPE_CHECKING:
    from sunlit.registry.erase import Erased, Eraser
    from sunlit.registry.saying import Said

STORES = click.Path(path_type=Path, file_okay=False, exists=True)


@click.command(
    short_help="Destroy a record's content; proofs stay.",
    epilog="\b\nExample:\n"
    "  sunlit decision erase ID --legal-basis 'GDPR Art. 17(1)(a)' --home council",
)
@click.argument("which", metavar="ID", required=False)
@click.option("--legal-basis", help="A citation or a coded ground, published; no person's name.")
@click.option(
    "--also-store",
    "also",
    type=STORES,
    multiple=True,
    metavar="BACKUPDIR",
    help="A copy of the store, with its keys, to destroy in too; repeat for more.",
)
@click.option(
    "--with-later",
    is_flag=True,
    help="And of the later records about it: outcome, contests, their results.",
)
@click.option("--resume", is_flag=True, help="End the erasures that were begun and not ended.")
@store_option
@signing_options("operator")
def erase(
    *, which: str | None, with_later: bool, resume: bool, store: Path, home: Path,
    key: str | None, as_json: bool,
    **basis: Any,  # noqa: ANN401 - legal_basis and also
) -> None:  # fmt: skip
    """Destroy content, key and salts of the record ID for good, then log that it was done.

    The record and every proof stay. Copies that are not named (exports, backups of the key
    store, snapshots) are not reached.
    """
    if resume == (which is not None):
        raise click.UsageError("name one record, or give --resume")
    if not resume and basis["legal_basis"] is None:
        raise click.UsageError("an erasure needs --legal-basis TEXT")
    from sunlit.registry.erase import Eraser

    with at_store(store, update=True) as index, acting(home, key, "operator") as act:
        eraser = Eraser(act.ledger, act.signer, index)
        if which is None:
            _resumed(eraser, as_json=as_json)
            return
        done, kept = _erase(eraser, which, basis, with_later=with_later)
    lines = [line for one in done for line in _erased(one)]
    if kept:
        lines.append(f"  {kept} later records about it keep their contents: add --with-later")
    lines.append("  The record and every proof stay. Copies that were not named here")
    lines.append("  (exports, snapshots, other backups of the key store) are not reached.")
    first, *later = [_document(one) for one in done]
    emit({**first, "later": later, "laterKept": kept}, lines, as_json=as_json)


def _erase(
    eraser: "Eraser", which: str, basis: "Mapping[str, Any]", *, with_later: bool
) -> "tuple[list[Erased], int]":
    """Erase a record, and what came later where that is asked for; return how many keep theirs."""
    from sunlit.registry.decision_rows import ERASED
    from sunlit.registry.decisions import find
    from sunlit.registry.erase import Intention

    row = find(eraser.index, which)
    later = [one for one in eraser.index.later(row) if one.content != ERASED]
    also = tuple(path.resolve() for path in basis["also"])
    done = [
        eraser.erase(Intention(pointer=one.pointer, legal_basis=basis["legal_basis"], also=also))
        for one in (row, *(later if with_later else ()))
    ]
    return done, 0 if with_later else len(later)


def _document(done: "Erased") -> dict[str, object]:
    at = done.pointer
    return {
        "log": at.log, "index": at.index, "leaf": at.leaf, "stores": done.stores,
        "statement": done.statement, "entry": {"log": done.origin, "index": done.index},
    }  # fmt: skip


def _erased(done: "Erased") -> Iterator[str]:
    yield f"Erased: {done.pointer.log}#{done.pointer.index}, in {done.stores} stores"
    yield f"  statement {done.statement}, entry {done.index} of {done.origin}"


def _resumed(eraser: "Eraser", *, as_json: bool) -> None:
    from sunlit.registry.erase import Erased

    lines, rows, failed = [], [], False
    for one in eraser.resume():
        if isinstance(one, Erased):
            lines += list(_erased(one))
            rows.append(_document(one))
        else:
            wanted, error = one
            at = f"{wanted.pointer.log}#{wanted.pointer.index}"
            lines.append(f"Not ended: {at}: {error.what} ({error.code})")
            rows.append({"log": wanted.pointer.log, "index": wanted.pointer.index,
                         "error": error.to_json()})  # fmt: skip
            failed = True
    emit(rows, lines or ["No erasure was begun and not ended."], as_json=as_json)
    raise SystemExit(COULD_NOT_FIND_OUT if failed else HOLDS)


@click.command(
    short_help="Hold records: nothing is erased.",
    epilog="\b\nExample:\n"
    "  sunlit decision hold ID --ground 'Case C-1/31' --store decisions --home council",
)
@click.argument("which", metavar="[ID]...", nargs=-1)
@click.option("--ground", help="Why, or why no more; published, no person's name.")
@click.option("--lift", metavar="STATEMENT", help="Lift this hold: the id of its statement.")
@click.option("--list", "list_", is_flag=True, help="List the holds in force.")
@click.option(
    "--store",
    type=STORES,
    envvar="SUNLIT_STORE",
    metavar="DIR",
    help="The decision store whose records are held (or SUNLIT_STORE).",
)
@signing_options("operator")
def hold(
    *, which: tuple[str, ...], ground: str | None, lift: str | None, list_: bool,
    store: Path | None, home: Path, key: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Hold the records ID..., or all of the store: nothing of them is erased until it is lifted."""
    if list_:
        _list(home, as_json=as_json)
        return
    if ground is None:
        raise click.UsageError("a hold, and lifting one, needs --ground TEXT")
    from sunlit.registry import retain

    if lift is not None:
        with acting(home, key, "operator") as act:
            said = [retain.lift(act.ledger, lift, ground, act.signer)]
    elif store is None:
        raise click.UsageError("name the store whose records are held: --store DIR")
    else:
        places = _places(store, which)
        with acting(home, key, "operator") as act:
            said = [
                retain.hold(act.ledger, origin, indices, ground, act.signer)
                for origin, indices in places.items()
            ]
    word = "Lifted" if lift else "Held"
    lines = [f"{word}: {_held(one)}\n  {logged(one)}" for one in said]
    emit([one.to_json() for one in said], lines, as_json=as_json)


def _places(store: Path, which: tuple[str, ...]) -> dict[str, list[int]]:
    """Return the indices by log; no indices stand for all of a log."""
    from sunlit.registry.decisions import find

    with at_store(store, update=True) as index:
        if not which:
            return {folder.origin: [] for folder in index.store.logs()}
        found: dict[str, list[int]] = {}
        for row in (find(index, one) for one in which):
            # A hold on a decision holds what was recorded about it too.
            for one in (row, *index.later(row)):
                found.setdefault(one.log, []).append(one.place)
        return found


def _held(said: "Said") -> str:
    predicate = said.claim.to_predicate()
    indices = predicate.get("indices")
    count = len(indices) if isinstance(indices, list) else 0
    return f"{count or 'all'} records of {predicate['origin']}"


def _list(home: Path, *, as_json: bool) -> None:
    from sunlit.cli.authority import now
    from sunlit.registry.home import Home
    from sunlit.registry.retain import all_holds

    opened = Home.open(home)
    found = all_holds(opened.history(now()), opened.organisation)
    rows = [{"statement": said.statement_id, **claim.to_predicate()} for said, claim in found]
    lines = [
        f"{said.statement_id}  {claim.origin}, {len(claim.indices) or 'all'}: {claim.ground}"
        for said, claim in found
    ]
    emit(rows, lines or ["No legal hold is in force."], as_json=as_json)
