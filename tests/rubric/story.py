"""A release with all that can be said of it, by real keys in a real log, for tests of rules."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from sunlit.capabilities.assurance import CAPABILITY as ASSURANCE
from sunlit.capabilities.lifecycle import CAPABILITY as LIFECYCLE
from sunlit.capabilities.openness import CAPABILITY as OPENNESS
from sunlit.capabilities.privacy import CAPABILITY as PRIVACY
from sunlit.capabilities.provenance import CAPABILITY as PROVENANCE
from sunlit.capabilities.risk import CAPABILITY as RISK
from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import Attestation, Metric, Result, TestResult
from sunlit.claims.authority import Role
from sunlit.claims.base import Claim
from sunlit.claims.bias import Attribute, BiasAudit, Cell
from sunlit.claims.lifecycle import Release
from sunlit.claims.names import named_digest
from sunlit.claims.openness import Licence
from sunlit.claims.privacy import Figure, Reidentification, Scan
from sunlit.claims.provenance import (
    BuildDefinition,
    Builder,
    Component,
    Dataset,
    Documentation,
    Provenance,
    Resource,
    RunDetails,
)
from sunlit.claims.risk import Mitigation, RiskCode, Use, Vote
from sunlit.rubric import Conformity, Evidence, Finding, Position, evaluate
from sunlit.rubric.capability import Capability, Rule
from sunlit.rubric.core import core_rubric
from sunlit.rubric.votes import publishable
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import BOARD, LOG, World, named_key

CAPABILITIES: Final[tuple[Capability, ...]] = (
    PROVENANCE, PRIVACY, ASSURANCE, OPENNESS, RISK, LIFECYCLE,
)  # fmt: skip
RULES: Final[Mapping[str, Rule]] = {
    name: rule for room in CAPABILITIES for name, rule in room.rules.items()
}
MAKER, DEPLOYER = "maker.example", "city.example"
LABS: Final = ("lab-a.example", "lab-b.example", "lab-c.example")
PURL: Final = "pkg:generic/maker.example/outreach"
RELEASE: Final = "aa" * 32
EARLIER: Final = "ee" * 32
MODEL, CARD, DATA = "bb" * 32, "cc" * 32, "dd" * 32
FILES: Final = {"model.txt": MODEL, "README.md": CARD}
USE: Final = "outreach"
FACTS: Final = {"personal-data": "yes", "law-enforcement": "no", "generates-text": "no",
                "interacts-with-people": "no", "decides-about-people": "yes"}  # fmt: skip
FIGURE: Final = Figure(name="maximum risk", value=Decimal("0.1"))
LATER: Final = datetime.fromisoformat("2027-01-01T00:00:00+00:00")
EARLY: Final = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
SOON: Final = datetime.fromisoformat("2026-06-01T00:00:00+00:00")


def sha(digest: str) -> list[Subject]:
    """Return the subject with this digest."""
    return [Subject(None, {"sha256": digest})]


class Story:
    """A world, its members and the statements of one release."""

    def __init__(self) -> None:
        self.world = World()
        self.world.accreditor()
        self.maker = self.world.organisation(MAKER, Role.MAINTAINER)
        self.city = self.world.organisation(DEPLOYER)
        self.labs = [self.world.organisation(lab, Role.ASSESSOR) for lab in LABS]
        for lab in LABS:
            self.world.accredit(lab, "performance", "target-validity")
        self.said: list[Admitted] = []
        self.files: dict[str, str] = dict(FILES)
        self.release = RELEASE
        self.manifests: dict[str, Mapping[str, str]] = {}

    # --- saying things ---------------------------------------------------------------------

    @property
    def maintainer(self) -> PrivateKey:
        return self.maker.key(Role.MAINTAINER)

    def say(self, claim: Claim, *keys: PrivateKey, about: str | None = None) -> Admitted:
        said = self.world.say(claim, *keys, subjects=sha(about or self.release))
        self.said.append(said)
        return said

    def draft(self, claim: Claim, *, about: str | None = None, id_: str = "") -> Admitted:
        number = sum(said.is_draft for said in self.said)
        said = Admitted(
            claim=claim,
            statement_id=id_ or f"{number:064x}",
            subjects=tuple(sha(about or self.release)),
        )
        self.said.append(said)
        return said

    def evidence(self, **changes: object) -> Evidence:
        evidence = Evidence(
            release=self.release,
            component=PURL,
            use=USE,
            deployer=DEPLOYER,
            at=self.world.now + timedelta(hours=1),
            directory=self.world.directory,
            statements=tuple(self.said),
            files=self.files,
            manifests=self.manifests,
        )
        return replace(evidence, **changes)  # type: ignore[arg-type]

    def conformity(self, **changes: object) -> Conformity:
        return evaluate(
            core_rubric(),
            self.evidence(**changes),
            RULES,
            engine="sunlit test",
            logs=[Position(origin=LOG, size=len(self.world.entries[LOG]))],
        )

    def finding(self, control: str, **changes: object) -> Finding:
        found = self.conformity(**changes).finding(control)
        assert found is not None
        return found

    # --- what is said ----------------------------------------------------------------------

    def made(self) -> "Story":
        """Say, as the maintainer, all that a maintainer says of a good release."""
        for claim in (component(), model_card(), dataset_card(), licence(), scan(), tested()):
            self.say(claim, self.maintainer)
        self.say(audited(), self.maintainer)
        self.say(steady(), self.maintainer)
        self.say(run(), self.maintainer, about=MODEL)
        self.say(dataset(), self.maintainer, about=DATA)
        self.say(data_scan(), self.maintainer, about=DATA)
        self.say(measured(), self.maintainer, about=DATA)
        self.say(released(), self.maintainer)
        return self

    def declared(self, **changes: object) -> Admitted:
        claim = replace(use(), **changes)  # type: ignore[arg-type]
        return self.say(claim, self.city.operator, about=named_digest("use", f"{DEPLOYER}#{USE}"))

    def assessed(self, **facts: object) -> Admitted:
        from tests.rubric.risks import assessment  # which builds on this module

        claim = replace(assessment(), facts={**FACTS, **facts})
        return self.say(claim, self.city.operator, about=named_digest("use", f"{DEPLOYER}#{USE}"))

    def attested(self, number: int, **changes: object) -> Admitted:
        claim = replace(attestation(LABS[number]), **changes)  # type: ignore[arg-type]
        return self.say(claim, self.labs[number].key(Role.ASSESSOR))

    def voted(self, *members: int, **changes: object) -> None:
        for member in members:
            claim = replace(vote(), release=self.release, **changes)  # type: ignore[arg-type]
            self.say(claim, named_key(f"{BOARD}/{member}"))

    def published(self, **changes: object) -> Admitted:
        board = self.world.trust.boards[0]
        code = publishable(self.evidence(), board)
        assert isinstance(code, RiskCode), code
        return self.say(
            replace(code, **changes),  # type: ignore[arg-type]
            named_key(f"{BOARD}/1"),
        )

    def mitigated(self, *practices: str) -> None:
        for practice in practices:
            self.say(mitigation(practice), self.city.operator)

    def complete(self) -> "Story":
        """Say everything: every control of the core holds."""
        self.made()
        self.declared()
        self.assessed()
        self.attested(0)
        self.attested(1)
        self.voted(1, 2)
        self.published()
        self.mitigated("M4", "M5", "M7", "M8")
        return self


def component() -> Component:
    return Component(
        purl=PURL, version="1.0", kind="model", files=2, bytes=10, maintainer=MAKER,
        contact="ai@maker.example", target="has public health cover", model_files=("model.txt",),
    )  # fmt: skip


def model_card() -> Documentation:
    return Documentation(card="model", path="README.md", present=("Intended use", "Limits"))


def dataset_card() -> Documentation:
    return Documentation(card="dataset", path="data/README.md", present=("Source",))


def licence() -> Licence:
    return Licence(covers="component", declared="EUPL-1.2", expression="EUPL-1.2",
                   osi_approved=True)  # fmt: skip


def scan() -> TestResult:
    return TestResult(result=Result.PASSED, sunlit_kind="artefact-safety")


def metric(value: str, group: str | None = None, rows: int | None = None) -> Metric:
    return Metric(name="accuracy", value=Decimal(value), threshold=Decimal("0.7"),
                  better="higher", group=group, rows=rows)  # fmt: skip


def tested(*metrics: Metric) -> TestResult:
    return TestResult(
        result=Result.PASSED,
        configuration=(Resource(name="test", digest={"sha256": DATA}),),
        sunlit_kind="performance",
        sunlit_metrics=metrics
        or (metric("0.8"), metric("0.75", "women", 100), metric("0.8", "men", 100)),
    )


def audited(**changes: object) -> BiasAudit:
    """Two groups of each characteristic, treated alike."""
    names = ("age", "disability", "race", "sex")
    half = Cell(rows=500, selected=200, tp=160, fp=40, fn=40, tn=260)
    claim = BiasAudit(
        data=Resource(name="test", digest={"sha256": DATA}), rows=1000, favourable="1",
        attributes=tuple(Attribute(name=name, characteristic=name) for name in names),
        cube=tuple(replace(half, group={name: value}) for name in names for value in ("a", "b")),
        commitment="sha256:" + "cd" * 32, floor=10, outcome="cover", tool="sunlit",
        tool_version="1", audited_on=EARLY,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def steady() -> TestResult:
    """A little noise flips 10 of 1,000 answers, and 5 of the wrong ones become right."""
    drop = Metric(name="accuracy-drop", value=Decimal("0.005"), rows=1000, count=10,
                  extra={"severity": "low", "check": "noise", "won": 5})  # fmt: skip
    return replace(tested(drop), sunlit_kind="robustness")


def run() -> Provenance:
    return Provenance(
        build_definition=BuildDefinition(
            build_type="urn:sunlit:run:v1",
            external_parameters={},
            resolved_dependencies=(Resource(name="census", digest={"sha256": DATA}),),
        ),
        run_details=RunDetails(builder=Builder(id="urn:sunlit:builder:local")),
    )


def dataset() -> Dataset:
    return Dataset(name="census", licence="public domain", used_for=("training",))


def data_scan() -> Scan:
    return Scan(tool="a scan", recognisers="11" * 32, files=1, rows=100, columns=("age",),
                sensitive=False, scanned_on=EARLY)  # fmt: skip


def measured() -> Reidentification:
    return Reidentification(
        tool="a measurement", profile="controlled-training", rows=100, classes=10,
        quasi_identifiers=("age",), chosen="searched", figures=(FIGURE,),
        risk=Decimal("0.1"),
        threshold=Decimal("0.2"), measured_on=EARLY,
    )  # fmt: skip


def released() -> Release:
    return Release(purl=PURL, release_id="1.0", sunlit_maintainer=MAKER,
                   sunlit_changelog="First.", sunlit_rollback="none: the first")  # fmt: skip


def use() -> Use:
    return Use(
        id=USE, deployer=DEPLOYER, component=PURL, description="Whom to write to", area=5,
        need="who may lack cover", target="has public health cover.",
        target_fits="no cover, so a letter", oversight="human-decides", fallback="write to all",
        affected="people with a low income", jurisdictions=("US-CA",),
    )  # fmt: skip


def attestation(assessor: str) -> Attestation:
    return Attestation(
        assessor=assessor, scope=("performance", "target-validity"), method="re-run",
        result=Result.PASSED, assessed_on=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
        valid_until=LATER, no_conflict_declared=True, use=USE,
    )  # fmt: skip


def vote() -> Vote:
    return Vote(
        board=BOARD, release=RELEASE, use=USE, deployer=DEPLOYER, scheme="sunlit-risk-4/1",
        area=5, impact_raw=60, impact_max=167, autonomy_level=4, ceiling=3, valid_until=LATER,
    )  # fmt: skip


def mitigation(practice: str) -> Mitigation:
    return Mitigation(practice=practice, use=USE, deployer=DEPLOYER, evidence="what was done",
                      valid_until=LATER)  # fmt: skip
