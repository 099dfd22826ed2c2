"""What commands share that say something about a component: who signs, what is there, when."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sunlit.cli.authority import clock, load
from sunlit.cli.output import emit, home_option, json_option
from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from sunlit.registry.admit import Ledger
    from sunlit.registry.home import Home
    from sunlit.registry.producing import ComponentFolder
    from sunlit.registry.saying import Said
    from sunlit.statement.keys import Signer

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
DAYS = click.IntRange(1, 3660)
PATH_ARGUMENT = click.argument("path", type=PATH, default=Path())
DAYS_OPTION = click.option("--days", type=DAYS, default=365, show_default=True,
                           help="How long it counts.")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Acting:
    """An organisation's open log, who signs for it, and the present time."""

    ledger: "Ledger"
    signer: "Signer"
    at: datetime

    @property
    def organisation(self) -> str:
        """Whose key signs; the home's organisation where nobody knows the key yet."""
        known = self.ledger.history.directory.organisation_of(self.signer.public.key_id)
        return known or self.ledger.home.organisation

    def ends(self, days: int) -> datetime:
        """Return the time that is so many days ahead."""
        return self.at + timedelta(days=days)


@contextmanager
def acting(home: Path, key: str | None, role: str) -> Iterator[Acting]:
    """Open a home for saying something in a role."""
    from sunlit.registry.admit import open_ledger
    from sunlit.registry.home import Home

    opened = Home.open(home)
    signer = signer_of(opened, key, role)
    with open_ledger(opened, clock()) as ledger:
        yield Acting(ledger=ledger, signer=signer, at=ledger.now())


def signer_of(home: "Home", key: str | None, role: str) -> "Signer":
    """Return the home's key for the role, its key of that name, or the key at a URI or path."""
    if key is None:
        return home.signer(role)
    return home.signer(key) if key in home.keys else load([key])[0]


def component_at(path: Path) -> "ComponentFolder":
    """Hash the component in a folder; what was hashed before is remembered."""
    from sunlit.adapters.cache import SqliteCache, default_path
    from sunlit.registry.producing import ComponentFolder

    with bar("Hashing") as step:
        return ComponentFolder.read(path, progress=step, cache=SqliteCache.open(default_path()))


def signer_option(role: str) -> Callable[[F], F]:
    """Add `--key`."""
    return click.option(
        "--key", metavar="KEY",
        help=f"The key that signs: a name in the home, or URI (file:PATH). The {role} key "
        "unless given.",
    )  # fmt: skip


def signing_options(role: str) -> Callable[[F], F]:
    """Add `--home`, `--key` and `--json`."""

    def decorate(function: F) -> F:
        return home_option(signer_option(role)(json_option(function)))

    return decorate


def use_options(function: F) -> F:
    """Add `--use` and `--deployer`."""
    named = click.option("--use", "use_id", required=True, help="The use, by its id.")
    by = click.option("--deployer", help="Whose use it is, where several have one of that id.")
    return named(by(function))


def logged(said: "Said") -> str:
    """Say where a statement stands."""
    return f"statement {said.statement_id}, entry {said.index} of {said.origin}"


def tell(said: "Said", what: str, *, as_json: bool) -> None:
    """Print what was said, and where it stands in the log."""
    emit(said.to_json(), [what, f"  {logged(said)}"], as_json=as_json)
