"""A component's folder and an issuer's home in which everybody says what a token rests on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from sunlit.claims.assurance import Attestation, Result
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.log.entry import Entry
from sunlit.registry.admit import Ledger, open_ledger
from sunlit.registry.assure import Question
from sunlit.registry.attest import attest
from sunlit.registry.board import Judgement, publish, question_for, vote
from sunlit.registry.home import Home
from sunlit.registry.producing import ComponentFolder
from sunlit.registry.release import declare_release
from sunlit.registry.saying import Said, find_use, say
from sunlit.registry.use import Done, declare_use, mitigate
from sunlit.rubric.core import core_rubric
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import BOARD, ISSUER, LOG, named_key
from sunlit.testing.clock import SetClock
from tests.registry.homes import give_trust, home_at, trust_for
from tests.rubric.risks import USE_DIGEST, assessment
from tests.rubric.story import (
    DATA,
    DEPLOYER,
    FACTS,
    LABS,
    LATER,
    PURL,
    USE,
    Story,
    audited,
    component,
    data_scan,
    dataset,
    dataset_card,
    licence,
    measured,
    model_card,
    run,
    scan,
    steady,
    tested,
    use,
)

TOML: Final = f'schema = 1\n[component]\npurl = "{PURL}"\nversion = "1.0"\nkind = "model"\n'
PRACTICES: Final = ("M4", "M5", "M7", "M8")
ISSUER_KEY: Final = named_key(f"{ISSUER}/token-issuer")
CITY: Final = named_key(f"{DEPLOYER}/operator")
SCOPES: Final = ("performance", "target-validity")


def write_component(folder: Path) -> ComponentFolder:
    """Write the component's files and read them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sunlit.toml").write_text(TOML, encoding="utf-8")
    (folder / "model.txt").write_bytes(b"tree\nleaf_value=0.25 0.75\n")
    (folder / "README.md").write_bytes(b"# Outreach\n")
    return ComponentFolder.read(folder)


@dataclass(frozen=True)
class Telling:
    """The issuer's open ledger, and each party's sentence as a method."""

    ledger: Ledger
    component: ComponentFolder
    clock: SetClock
    story: Story

    def registered(self) -> "Telling":
        """Take over the world's registrations."""
        for entry in self.story.world.entries[LOG]:
            self.ledger.admit(Envelope.from_json(Entry.parse(entry).envelope))
        return self

    def maker(self, claim: Claim, digest: str | None = None) -> Said:
        """Let the maintainer say something, of the release unless told otherwise."""
        subject = Subject(None, {"sha256": digest or self.component.release})
        return say(self.ledger, claim, subject, self.story.maintainer)

    def made(self) -> "Telling":
        """Say all that a maintainer says, and release it."""
        described = replace(component(), description="Estimates who may lack cover")
        told = (described, model_card(), dataset_card(), licence(), scan(), tested())
        for claim in (*told, audited(), steady()):
            self.maker(claim)
        entry = self.component.entry("model.txt")
        assert entry is not None
        self.maker(run(), entry.sha256)
        for found in (dataset(), data_scan(), measured()):
            self.maker(found, DATA)
        declare_release(
            self.ledger, self.component, self.story.maintainer, changelog="First.",
            rollback="none: the first", at=self.clock.at,
        )  # fmt: skip
        return self

    def declared(self) -> "Telling":
        """Declare the use."""
        declare_use(
            self.ledger,
            replace(use(), jurisdictions=("US-CA",), prohibited=("deciding on benefits",)),
            CITY,
        )
        return self.assessed()

    def assessed(self) -> "Telling":
        """Assess the use, and say what it does."""
        claim = replace(assessment(), facts=FACTS)
        say(self.ledger, claim, Subject(None, {"sha256": USE_DIGEST}), CITY)
        return self

    def attested(self, number: int) -> Said:
        """Let one laboratory attest."""
        claim = Attestation(
            assessor=LABS[number], scope=SCOPES, method="re-run", result=Result.PASSED,
            assessed_on=self.clock.at, valid_until=LATER, no_conflict_declared=True, use=USE,
        )  # fmt: skip
        key = self.story.labs[number].key(Role.ASSESSOR)
        return attest(self.ledger, self.component, claim, key, report=("report.txt", b"All well."))

    def voted(self, number: int, *, ceiling: int = 3, dissent: str | None = None) -> Said:
        """Let one member of the board vote."""
        judgement = Judgement(
            impact_raw=60, autonomy_level=4, ceiling=ceiling, valid_until=LATER, dissent=dissent
        )
        declared = find_use(self.ledger.history, USE, None)
        key = named_key(f"{BOARD}/{number}")
        return vote(self.ledger, self.component, declared, BOARD, judgement, key)

    @property
    def question(self) -> Question:
        """The question that the use asks now."""
        return question_for(core_rubric(), use(), self.clock.at)

    def published(self) -> Said:
        """Let the board publish."""
        key = named_key(f"{BOARD}/1")
        return publish(self.ledger, self.component, self.question, BOARD, key)

    def mitigated(self) -> "Telling":
        """Say what was done about the risks."""
        for practice in PRACTICES:
            done = Done(practice=practice, evidence="what was done")
            mitigate(
                self.ledger, self.component, (USE, DEPLOYER), done, valid_until=LATER, signer=CITY
            )
        return self

    def complete(self) -> "Telling":
        """Say everything that a full token takes."""
        self.registered().made().declared()
        self.attested(0)
        self.attested(1)
        self.voted(1)
        self.voted(2)
        self.published()
        return self.mitigated()


@contextmanager
def telling(root: Path) -> Iterator[Telling]:
    """Make a component and the issuer's home below `root`, and open its ledger."""
    story = Story()
    clock = SetClock(story.world.now + timedelta(hours=1))
    home = home_at(root / "home", ISSUER, clock, [Role.TOKEN_ISSUER])
    give_trust(trust_for(home), home)
    component_folder = write_component(root / "model")
    with open_ledger(Home.open(root / "home"), clock) as ledger:
        yield Telling(ledger, component_folder, clock, story)
