"""Logs for tests of projections: some of everything, by real keys, and every row of a database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from sunlit.authority.statements import sign_claim
from sunlit.claims.assurance import Attestation, CounterEvidence, Reply, Result, Withdrawal
from sunlit.claims.authority import Revocation, Role
from sunlit.claims.base import Claim
from sunlit.claims.decision import Anchor, LogRegistration
from sunlit.claims.incident import Problem, ProblemState, ProblemUpdate
from sunlit.claims.interop import ImportedRecord
from sunlit.claims.lifecycle import (
    Publication,
    Registration,
    Release,
    Status,
    TokenGrant,
    TokenKind,
    TokenStatus,
)
from sunlit.claims.names import named_digest
from sunlit.claims.openness import GuardedRead, Opened, Withheld
from sunlit.claims.provenance import Component
from sunlit.claims.risk import (
    Acceptance,
    BoardSession,
    Mitigation,
    RiskAssessment,
    RiskCode,
    Tier,
    Use,
    Vote,
)
from sunlit.log.entry import Entry
from sunlit.projection.engine import reading
from sunlit.projection.tables import CARD, METADATA
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import BOARD, EXPIRES, ISSUER, LOG, START, World, named_key

MAKER, CITY, LAB = "maker.example", "city.example", "lab.example"
PURL: Final = "pkg:generic/maker.example/letters"
RELEASE: Final = "aa" * 32
COMPONENT: Final = named_digest("component", PURL)
USE_KEYS: Final[Mapping[str, Any]] = {"use": "u1", "deployer": CITY}
SOON: Final = START + timedelta(days=20)


def key(name: str) -> PrivateKey:
    """Return a key of the world: `city.example/operator`, say."""
    return named_key(name)


def told() -> World:
    """Return a world in whose log somebody says something of every kind that rooms keep."""
    world = World()
    world.accreditor()
    world.organisation(MAKER, Role.MAINTAINER)
    world.organisation(CITY, Role.MAINTAINER)
    world.organisation(LAB, Role.ASSESSOR)
    world.accredit(LAB, "performance")
    teller = Teller(world)
    teller.catalogue()
    teller.risk()
    teller.afterwards()
    return world


class Teller:
    """Says things in a world's log, each by whom it concerns."""

    def __init__(self, world: World) -> None:
        self.world = world

    def say(self, claim: Claim, *names: str, digest: str = RELEASE) -> str:
        """Say a claim about a digest; return the statement's id."""
        signers = [key(name) for name in names]
        said = self.world.say(claim, *signers, subjects=[Subject(None, {"sha256": digest})])
        return said.statement_id

    def catalogue(self) -> None:
        """Register, publish, describe and release a component; take a record over."""
        registered = self.say(
            Registration(
                organisation=MAKER, component=PURL, kind="model", name="Écrire letters",
                description="Drafts letters", source="form", asked=("contact", "licence"),
            ),
            f"{MAKER}/maintainer", digest=COMPONENT,
        )  # fmt: skip
        self.say(Publication(organisation=MAKER, statement=registered, decision="publish"),
                 f"{MAKER}/operator", digest=COMPONENT)  # fmt: skip
        self.say(
            Component(purl=PURL, version="1.0", kind="model", files=1, bytes=2**53 - 1,
                      maintainer=MAKER), f"{MAKER}/maintainer",
        )  # fmt: skip
        self.say(Release(purl=PURL, release_id="1.0", sunlit_maintainer=MAKER,
                         sunlit_released_on=START), f"{MAKER}/maintainer")  # fmt: skip
        self.say(
            ImportedRecord(
                register="inventory", record="7", title="Chatbot \x00 of a department",
                publisher="Department", source="https://x.example/f.csv",
                source_digest="ab" * 32, licence="CC0-1.0", retrieved_on=START,
                fields={"purpose": "Answers questions about permits"}, blanks=("owner",),
            ),
            f"{CITY}/operator", digest="bb" * 32,
        )  # fmt: skip

    def risk(self) -> None:
        """Declare a use, assess it, open a board's session, vote, publish a code, give a token."""
        operator = f"{CITY}/operator"
        members: Mapping[str, Any] = {"board": BOARD, "release": RELEASE}
        self.say(Use(id="u1", deployer=CITY, component=PURL, description="Letters", area=5,
                     further_areas=(1, 99)), operator, digest="cc" * 32)  # fmt: skip
        self.say(
            RiskAssessment(
                **USE_KEYS, questions="ab" * 32, answers={}, impact_raw=40, impact_max=100,
                autonomy_level=3, area=5, row="UC05", assessed_on=START, valid_until=EXPIRES,
            ),
            operator, digest="cc" * 32,
        )  # fmt: skip
        self.say(BoardSession(**members, **USE_KEYS, scheme="s", opened_on=START, closes_on=SOON),
                 f"{BOARD}/1")  # fmt: skip
        vote = self.say(
            Vote(**members, **USE_KEYS, scheme="s", area=5, impact_raw=40, impact_max=100,
                 autonomy_level=3, ceiling=3, dissent="No", valid_until=SOON), f"{BOARD}/1",
        )  # fmt: skip
        self.say(
            RiskCode(**members, **USE_KEYS, scheme="s", scheme_digest="ab" * 32, digits="534",
                     ceiling=3, tier=Tier.HIGH, votes=(vote,), valid_until=SOON),
            f"{BOARD}/1", f"{BOARD}/2",
        )  # fmt: skip
        self.say(Mitigation(practice="M4", **USE_KEYS, valid_until=SOON, owner="Press", due=SOON),
                 operator)  # fmt: skip
        self.say(Acceptance(**USE_KEYS, what="M5", reason="May", owner="Director",
                            accepted_on=START, valid_until=SOON), operator)  # fmt: skip
        grant = self.say(self.grant(), f"{ISSUER}/token-issuer")
        self.say(TokenStatus(grant=grant, status=Status.SUSPENDED, reason="Flaw"),
                 f"{ISSUER}/token-issuer")  # fmt: skip

    @staticmethod
    def grant() -> TokenGrant:
        """Return a token for the use."""
        return TokenGrant(
            issuer=ISSUER, kind=TokenKind.PILOT, component=PURL, version="1.0", release=RELEASE,
            **USE_KEYS, code="5341", code_scheme="s", ceiling=3, rubric="r", engine="e",
            log_origin=LOG, log_size=3, conformity="c", granted_on=START, valid_from=START,
            valid_until=EXPIRES, status_list="https://x.example/1", status_index=4,
            permitted=("letters",), oversight="human-decides", fallback="by hand",
            minimum_binding="declared", tier="low",
        )  # fmt: skip

    def afterwards(self) -> None:
        """Attest and contest, report problems, keep decision logs, withhold; revoke a key."""
        operator = f"{CITY}/operator"
        attested = self.say(
            Attestation(assessor=LAB, scope=("performance",), method="m", result=Result.PASSED,
                        assessed_on=START, valid_until=SOON), f"{LAB}/assessor",
        )  # fmt: skip
        against = self.say(
            CounterEvidence(statement=attested, assessor=LAB, scope="performance",
                            finding="Wrong", found_on=START), f"{LAB}/assessor", digest="dd" * 32,
        )  # fmt: skip
        self.say(Reply(organisation=MAKER, text="No", statements=(against,), replied_on=START),
                 f"{MAKER}/maintainer", digest="ee" * 32)  # fmt: skip
        self.say(Withdrawal(statement=against, reason="Sorry"), f"{LAB}/assessor")
        for number in ("P-1", "P-2"):
            self.say(Problem(number=number, component=PURL, kind="wrong-answer",
                             received_on=START, commitment="ab" * 32), operator,
                     digest=COMPONENT)  # fmt: skip
        self.say(ProblemUpdate(number="P-1", state=ProblemState.FIXED, note="Done",
                               updated_on=START), operator, digest=COMPONENT)  # fmt: skip
        self.say(LogRegistration(origin="d.example/1", vkey="v", deployer=CITY, use="u1",
                                 registered_on=START), operator, digest="ab" * 32)  # fmt: skip
        self.say(Anchor(origin="d.example/1", deployer=CITY, anchored_on=START, size=7),
                 operator, digest="ab" * 32)  # fmt: skip
        closed = self.say(Withheld(commitment="ab" * 32, ground="law", approved_by="Clerk",
                                   expires_at=SOON, audiences=("court",)), operator)  # fmt: skip
        self.say(Opened(supersedes=closed, statement=attested, salt="ab"), operator)
        self.say(GuardedRead(artefact="ab" * 32, organisation=LAB, role="assessor",
                             purpose="audit", read_on=START), operator)  # fmt: skip
        lost = key(f"{MAKER}/maintainer").public.key_id
        self.say(Revocation(key_id=lost, reason="stolen", compromised_since=START),
                 "root.example/operator", digest=named_digest("key", lost))  # fmt: skip


def again(entry: bytes, *names: str) -> Envelope:
    """Return the statement of an entry with the signatures of others in place of its own."""
    envelope = Envelope.from_json(Entry.parse(entry).envelope)
    return sign(envelope.payload, [key(name) for name in names], envelope.payload_type)


def pool() -> tuple[tuple[bytes, ...], tuple[Envelope, ...]]:
    """Return the registrations that a log begins with, and envelopes to be logged in any order.

    Among these: statements said again, by others, by strangers, and what is no statement.
    """
    entries = told().entries[LOG]
    first = [at for at, one in enumerate(entries) if b"accreditation" in one]
    begins = len(entries) - 30 if not first else first[-1] + 1
    said = [Envelope.from_json(Entry.parse(one).envelope) for one in entries[begins:]]
    said += [again(one, f"{CITY}/operator") for one in entries[begins : begins + 4]]
    said += [again(one, f"{MAKER}/maintainer", f"{CITY}/operator") for one in entries[-3:]]
    said += [again(entries[begins], "nobody"), sign(b"no statement", [key(f"{CITY}/operator")])]
    said += [sign_claim(Teller.grant(), [key(f"{CITY}/operator")],
                        [Subject(None, {"sha256": RELEASE})])]  # fmt: skip
    return tuple(entries[:begins]), tuple(said)


def as_log(begin: Sequence[bytes], envelopes: Iterable[Envelope]) -> list[bytes]:
    """Return a log's entries: those that it begins with, then these, a second apart."""
    at = Entry.parse(begin[-1]).admitted_at
    later = [
        Entry.of(at + timedelta(seconds=number), one.to_json()).to_bytes()
        for number, one in enumerate(envelopes)
    ]
    return [*begin, *later]


def every_row(engine: Engine) -> Mapping[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, in order; cards and facets without numbers, no `meta`."""
    with reading(engine) as connection:
        found = {name: _rows(connection, name) for name in METADATA.tables}
        names = {row.id: row.key for row in connection.execute(select(CARD.c.id, CARD.c.key))}
    found["card"] = sorted((row[1:-1] for row in found["card"]), key=lambda row: str(row[0]))
    found["meta"] = []
    found["card_facet"] = sorted((*row[:2], names[row[2]]) for row in found["card_facet"])
    return found


def _rows(connection: Connection, name: str) -> list[tuple[object, ...]]:
    rows = [tuple(row) for row in connection.execute(select(METADATA.tables[name]))]
    return sorted(rows, key=lambda row: sha256(repr(row).encode()).digest()) if rows else []
