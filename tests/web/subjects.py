"""Things of one organisation on the told node, one of each kind that an address names."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sunlit.adapters.sql.acts import SqlActs
from sunlit.adapters.sql.drafts import SqlDrafts
from sunlit.adapters.sql.problems import SqlReports
from sunlit.adapters.sql.sessions import SqlSessions
from sunlit.bootstrap.site import Site
from sunlit.claims.names import named_digest
from sunlit.claims.risk import Use
from sunlit.node.acts import SUBMIT, Told, prepare
from sunlit.node.assess_use import content, pages
from sunlit.node.drafts import Draft, Kind
from sunlit.node.known import use_key
from sunlit.node.people import Person, new_secret
from sunlit.node.permission import Role
from sunlit.node.problems import NOT_KNOWN, Report, new_number
from sunlit.registry.assessment_form import Form
from sunlit.registry.blobs import keep_guarded
from sunlit.statement.intoto import Subject
from tests.rubric.story import DEPLOYER, USE
from tests.web.people import somebody, with_passkey


@dataclass(frozen=True)
class Things:
    """Where a thing of each kind is: the parts of addresses by their names.

    `owner` is whose act and passkey they are; everything else is their organisation's, which is
    DEPLOYER. The use is DEPLOYER's too; BOARD votes on it.
    """

    owner: Person
    parts: dict[str, str]

    def at(self, path: str) -> str:
        """Return a route's path with the things in it."""
        return path.replace("/assess/{part}", "/assess/{page}").format(**self.parts)


def things(site: Site) -> Things:
    """Make one thing of each kind, new ones each time."""
    owner = somebody(site, DEPLOYER, Role.OFFICER, name=f"owner {secrets.token_hex(4)}")
    other = somebody(site, DEPLOYER, Role.OFFICER, name=f"other {secrets.token_hex(4)}")
    return Things(owner, {
        "use": use_key(DEPLOYER, USE), "practice": "M4", "part": "proof",
        "draft": _draft(site, owner), "act": _act(site, owner), "person": other.id,
        "credential": with_passkey(site, owner, known=False)[0].credential,
        "session": SqlSessions(site.private).start(new_secret(), owner.id, site.clock.now()).id,
        "number": _report(site), "page": _page(site, owner), "kind": "weights",
        "digest": keep_guarded(site.home(DEPLOYER), b"weights"),
    })  # fmt: skip


def _draft(site: Site, owner: Person) -> str:
    draft = Draft(
        id=secrets.token_hex(12), organisation=owner.organisation, kind=Kind.REGISTRATION,
        about="pkg:generic/letters", author=owner.id, content={"fields": {}},
        changed=site.clock.now(),
    )  # fmt: skip
    return SqlDrafts(site.private).add(draft).id


def _page(site: Site, owner: Person) -> str:
    draft = Draft(
        id=secrets.token_hex(12), organisation=owner.organisation, kind=Kind.ASSESSMENT,
        about=use_key(DEPLOYER, USE), author=owner.id, content=content(Form()),
        changed=site.clock.now(),
    )  # fmt: skip
    SqlDrafts(site.private).add(draft)
    return pages(Form())[0].id


def _act(site: Site, owner: Person) -> str:
    claim = Use(
        id="sorting", deployer=owner.organisation, component="pkg:generic/triage", area=9,
        description="Sorts letters", jurisdictions=("GB",),
    )  # fmt: skip
    subject = Subject("sorting", {"sha256": named_digest("use", f"{owner.organisation}#sorting")})
    told = Told(title="Declare a use", consequence="It is public.", back="/work", then=SUBMIT)
    act = prepare(owner, claim, [subject], told, site.clock.now())
    SqlActs(site.private).put(act)
    return act.id


def _report(site: Site) -> str:
    at = site.clock.now().replace(microsecond=0)
    number = new_number()
    SqlReports(site.private).add(Report(
        number=number, organisation=DEPLOYER, component=NOT_KNOWN, kind="other", received_on=at,
        answer_by=at + timedelta(days=14), text="It is wrong", salt=b"x" * 32,
    ))  # fmt: skip
    return number
