"""An identity provider for trying things out: anyone signs in as anyone, with one click.

It is started by `serve --dev` and by tests, listens on loopback only, and refuses anything else.
Nothing of it is imported by a node that people use (the extra `dev-idp`).
"""

import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from jinja2 import DictLoader

from sunlit.adapters.oidc import Settings
from sunlit.adapters.sql.people import SqlPeople
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.bootstrap.site import Site
from sunlit.node.people import Person, person_id
from sunlit.node.permission import Role
from sunlit.web import dev_page

CLIENT: Final = "sunlit-dev"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo: what the provider calls them, whose they are, what they may do.

    `first` says what to try first as this person.
    """

    subject: str
    organisation: str
    label: str
    roles: frozenset[Role]
    first: str = ""


def four_people(
    operator: str, organisations: Sequence[str], boards: Sequence[str] = ()
) -> tuple[DemoPerson, ...]:
    """Return four people of different roles; `boards`: who has a board in the trust file.

    The assessor is of another organisation; the member is of one whose board may decide.
    """
    others = [one for one in organisations if one != operator]
    assessor = next((one for one in others if "lab" in one), (others or [operator])[0])
    seated = [one for one in (operator, *organisations) if one in boards]
    board = (seated or others or [operator])[0]
    return (
        DemoPerson(
            "officer", operator, "Case officer", frozenset({Role.OFFICER}),
            "open your tasks and answer what the risk register still asks",
        ),
        DemoPerson(
            "publisher", operator, "Publisher and administrator",
            frozenset({Role.PUBLISHER, Role.ADMIN}),
            "publish what the case officer has registered, or invite somebody",
        ),
        DemoPerson(
            "assessor", assessor, "Assessor", frozenset({Role.ASSESSOR, Role.AUDITOR}),
            "open the review queue and attest what you have tested",
        ),
        DemoPerson(
            "member", board, "Board member and chair", frozenset({Role.BOARD_MEMBER, Role.CHAIR}),
            "make a passkey, then vote on what your tasks name",
        ),
    )  # fmt: skip


def welcome(site: Site, issuer: str, people: Sequence[DemoPerson]) -> None:
    """Let the demo's people in, without an invitation.

    Raises:
        MalformedError: `signin.dev-only` on a node that is not for trying things out.
    """
    if not site.dev:
        raise _dev_only()
    store, at = SqlPeople(site.private), site.clock.now()
    for one in people:
        known = person_id(issuer, one.subject)
        if store.person(known) is None:
            store.add(
                Person(
                    id=known, organisation=one.organisation, roles=one.roles, label=one.label,
                    since=at,
                )
            )  # fmt: skip


def provider_app(people: Sequence[DemoPerson]) -> Any:  # noqa: ANN401 - a Flask app, untyped here
    """Return the provider as a WSGI app, without its debugger.

    Raises:
        UnavailableError: `signin.no-dev-provider`.
    """
    try:
        import_module("authlib.deprecate")  # which always shows its warnings, once it is loaded
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of authlib about itself, as the provider loads it
            import oidc_provider_mock  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnavailableError(
            "signin.no-dev-provider", "the provider for trying things out is not installed",
            mend="pip install 'sunlit[dev-idp]'",
        ) from error  # fmt: skip
    users = [oidc_provider_mock.User(sub=one.subject, claims={"name": one.label}) for one in people]
    app: Any = oidc_provider_mock.app(
        require_nonce=True, issue_refresh_token=False, user_claims=users
    )
    app.debug = False
    app.jinja_loader = DictLoader({dev_page.NAME: dev_page.TEXT})
    app.jinja_env.globals["people"] = tuple(people)
    app.wsgi_app = app.wsgi_app.app  # it wraps itself into a debugger, which runs code
    return app


@contextmanager
def running(
    people: Sequence[DemoPerson], host: str = "127.0.0.1", port: int = 0
) -> Iterator[Settings]:
    """Run the provider in a thread and give the settings by which to ask it.

    Raises:
        MalformedError: `signin.dev-only` for an address that others can reach.
        UnavailableError: `signin.no-dev-provider`.
    """
    if host not in LOOPBACK:
        raise _dev_only()
    app = provider_app(people)
    from werkzeug.serving import make_server  # noqa: PLC0415 - comes with the provider

    try:
        server = make_server(host, port, app, threaded=True, request_handler=_quiet())
    except (OSError, SystemExit):  # somebody else listens there: any other will do
        server = make_server(host, 0, app, threaded=True, request_handler=_quiet())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        issuer = f"http://localhost:{server.server_port}"
        # It takes any secret, but not none.
        yield Settings(issuer=issuer, client_id=CLIENT, client_secret=CLIENT)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _quiet() -> Any:  # noqa: ANN401 - a class of the provider's server, untyped here
    """Return what answers requests without a line for each in the node's own log."""
    from werkzeug.serving import WSGIRequestHandler  # noqa: PLC0415 - comes with the provider

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing: addresses here hold secrets of a sign-in."""

    return Quiet


def _dev_only() -> MalformedError:
    return MalformedError(
        "signin.dev-only", "this identity provider lets anyone in as anyone",
        expected="a node for trying things out, on 127.0.0.1",
        mend="sunlit serve --dev, or set SUNLIT_OIDC_ISSUER to your own provider",
    )  # fmt: skip
