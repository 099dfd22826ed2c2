"""What `serve --dev` adds: a provider on loopback, four people, and keys enrolled at once.

On a node that people use an operator enrols keys (`sunlit node enrol`) and several holders of root
keys sign the next trust file. Here the demo's keys lie beside the node, so the node does both.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from sunlit.adapters.clock import SystemClock
from sunlit.adapters.oidc import Provider
from sunlit.adapters.sql.people import SqlPeople
from sunlit.authority.trust_parts import TrustedKey
from sunlit.authority.trust_signing import sign_trust
from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError
from sunlit.bootstrap.site import Site
from sunlit.node.enrolment import enrol
from sunlit.registry.home import Home, write_whole
from sunlit.registry.trust import install, successor
from sunlit.statement.by_uri import load_signer
from sunlit.statement.keys import PublicKey
from sunlit.web.dev_idp import DemoPerson, four_people, running, welcome

ROOT_KEYS: Final = ("root-a.pem", "root-b.pem", "root-c.pem")


@contextmanager
def trying_out(app: FastAPI, port: int = 0) -> Iterator[tuple[DemoPerson, ...]]:
    """Let the demo's people sign in while this lasts. `port` is tried first for the provider.

    Raises:
        MalformedError: `signin.dev-only`.
        UnavailableError: `signin.no-dev-provider`.
    """
    site: Site = app.state.site
    boards = [one.organisation for one in site.trust().boards]
    people = four_people(site.node.operator, sorted(site.node.homes), boards)
    with running(people, port=port) as settings:
        welcome(site, settings.issuer, people)
        app.state.identity = Provider(settings=settings, clock=SystemClock())
        app.state.enrol = partial(enrol_at_once, site)
        yield people


def enrol_at_once(site: Site, organisation: str) -> None:
    """Enrol what waits in every log of the node; name a board's new keys in the trust file."""
    others = [home for home in site.homes if home.organisation != organisation]
    done = enrol(SqlPeople(site.private), [site.home(organisation), *others], site.clock)
    seats = [one.key for one in done if one.board]
    roots = _root_keys(site.node.root)
    if seats and roots:
        _name(site, organisation, seats, roots)


def _root_keys(root: Path) -> tuple[Path, ...]:
    found = (folder / name for folder in (root, root.parent) for name in ROOT_KEYS)
    return tuple(path for path in found if path.is_file())


def _name(site: Site, organisation: str, seats: Sequence[PublicKey], roots: Sequence[Path]) -> None:
    path, at = site.node.root / "trust.json", site.clock.now()
    before = path.read_bytes()
    current = TrustFile.load(before, at)
    boards = tuple(
        replace(one, keys=seated(SqlPeople(site.private), one.keys, seats))
        if one.organisation == organisation
        else one
        for one in current.boards
    )
    if boards == current.boards:
        return  # the trust file knows no board of this organisation: nobody may vote for it
    draft = replace(successor(current, current.expires), boards=boards)
    signed = sign_trust(draft, [load_signer(f"file:{one}") for one in roots]) + b"\n"
    write_whole(path, signed)
    for home in site.homes:
        _install(home, [before, signed], site)


def seated(
    people: SqlPeople, before: Sequence[TrustedKey], new: Sequence[PublicKey]
) -> tuple[TrustedKey, ...]:
    """Return the seats with new keys: one for each person, and none for a key that is ended."""
    seats, taken = list[TrustedKey](), set[str]()
    for seat in (*before, *(TrustedKey(key=key.to_json()) for key in new)):
        holders = people.holders({seat.public.key_id})
        active = {one.key.key_id for it in holders for one in people.passkeys(it)}
        if holders and (holders & taken or seat.public.key_id not in active):
            continue
        taken |= holders
        seats.append(seat)
    return tuple(seats)


def _install(home: Home, versions: Sequence[bytes], site: Site) -> None:
    # A home may be at the version before, or at an earlier one.
    for chain in (versions[1:], versions):
        with suppress(SunlitError):
            install(home, chain, site.clock.now())
            return
