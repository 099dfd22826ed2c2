"""A deployment played through: homes, witnesses, token, decision store, records, anchors.

    world = played(tmp_path)
    world.pointers["chosen"]      # a proposal, its outcome, a contest and its result after it
    world.anchors                 # before it, after it, and a closed one

Four homes with real keys and a log each: issuer, deployer, and two witnesses whose cosignatures
the trust file asks for. Nobody's clock but `world.clock`: tests of the command line set the
machine's to it with `world.set_clock(monkeypatch)`. Playing takes a second; `copied` gives a test
a copy of a world that was played before.
"""

import atexit
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import pytest

from sunlit.authority.trust_parts import WitnessGroup
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import TokenKind
from sunlit.decision.checkcode import new_code
from sunlit.decision.content import JSON, TEXT, Content
from sunlit.decision.ports import Draft, Recorder
from sunlit.decision.record import Binding, Kind, Pointer, Record, State, new_id
from sunlit.decision.store import DecisionStore
from sunlit.registry.admit import open_ledger
from sunlit.registry.anchor import Done, Wish, anchor
from sunlit.registry.anchor_files import renew_store
from sunlit.registry.guard_store import prepare_store
from sunlit.registry.home import Home
from sunlit.registry.mirror import open_trusted, take_over
from sunlit.registry.receipts import renew_receipts
from sunlit.registry.token import Terms, issue
from sunlit.registry.use import declare_use
from sunlit.registry.witness import accept, witness
from sunlit.rubric.core import core_rubric
from sunlit.runtime.folder import STATUS, read_parts
from sunlit.runtime.token import SafetyToken, issuer_keys, open_token
from sunlit.testing.authority import ISSUER, signed_trust
from sunlit.testing.clock import SetClock
from tests.registry.homes import give_trust, home_at, trust_for
from tests.registry.telling import CITY, ISSUER_KEY, Telling, write_component
from tests.rubric.story import DEPLOYER, USE, Story, use

WITNESSES: Final = ("north.example", "south.example")
HOUR: Final = timedelta(hours=1)
PURPOSE: Final = "choosing whom to write to first"
BROKEN: Final = "guard.rate-exceeded"
CASE: Final = "case 2026-17"
LIMITS: Final = ("only people of working age", "rate:1000/hour")


@dataclass(frozen=True)
class World:
    """What was played. `pointers` and `codes` (check codes) are by the name of the record."""

    root: Path
    clock: SetClock
    pointers: Mapping[str, Pointer]
    codes: Mapping[str, str]
    anchors: tuple[Done, ...]

    @property
    def issuer(self) -> Home:
        """Who issued the token."""
        return Home.open(self.root / "issuer")

    @property
    def deployer(self) -> Home:
        """Whose decisions they are; in its log registrations and anchors stand."""
        return Home.open(self.root / "deployer")

    @property
    def trust(self) -> Path:
        """The trust file that a stranger has."""
        return self.root / "trust.json"

    @property
    def model(self) -> Path:
        """The component's files."""
        return self.root / "model"

    @property
    def token(self) -> Path:
        """The token's folder, in the issuer's home."""
        (found,) = (self.root / "issuer" / "tokens").glob("*.token")
        return found

    @property
    def store(self) -> DecisionStore:
        """The decision store."""
        return DecisionStore.open(self.root / "store")

    def set_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let the machine's clock tell the world's time."""
        monkeypatch.setattr("sunlit.adapters.clock.SystemClock.now", lambda _self: self.clock.at)

    def cosign(self, *homes: str) -> None:
        """Let both witnesses cosign logs: the issuer's and the deployer's unless named."""
        for name in homes or ("issuer", "deployer"):
            _cosign(self.root, name, self.clock)

    def cosigned(self, *homes: str) -> None:
        """Let both witnesses cosign logs, and lay the better receipts beside token and store."""
        self.cosign(*homes)
        renew_receipts(self.issuer, self.issuer.history(self.clock.at), self.clock.at)
        with open_ledger(self.deployer, self.clock) as ledger:
            renew_store(self.deployer, self.store, ledger)

    def anchored(self, *, closed: bool = False) -> tuple[Done, ...]:
        """Anchor what is new, and let the witnesses cosign."""
        with open_ledger(self.deployer, self.clock) as ledger:
            done = anchor(ledger, self.store, Wish(closed=closed))
        self.cosigned("deployer")
        return tuple(one for one in done if one.said is not None)


def played(root: Path) -> World:
    """Play the whole story below `root`."""
    return _Playing(root).play()


def copied(to: Path) -> World:
    """Return a copy below `to` of a world that was played once in this process."""
    world = _once()
    shutil.copytree(world.root, to, dirs_exist_ok=True, symlinks=True)
    return replace(world, root=to, clock=SetClock(world.clock.at))


@cache
def _once() -> World:
    root = Path(mkdtemp(prefix="sunlit-decisions-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    return played(root)


class _Playing:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.story = Story()
        self.clock = SetClock(self.story.world.now + HOUR)
        self.pointers: dict[str, Pointer] = {}
        self.codes: dict[str, str] = {}

    @property
    def world(self) -> World:
        return World(self.root, self.clock, self.pointers, self.codes, ())

    def play(self) -> World:
        self._homes()
        self._token()
        self._store()
        anchors: list[Done] = []
        for part, closed in ((self._before, False), (self._chosen, False), (self._after, True)):
            self.clock.at += HOUR
            with self.world.store.writer(self.clock) as log:
                part(_Writing(self, log))
            self.clock.at += HOUR
            anchors += self.world.anchored(closed=closed)
        with (
            self.world.store.writer(self.clock) as first,
            self.world.store.writer(self.clock) as second,
        ):
            del first
            _Writing(self, second).decision("elsewhere")
        self.clock.at += HOUR
        return replace(self.world, anchors=tuple(anchors))

    # --- who there is -----------------------------------------------------------------------

    def _homes(self) -> None:
        homes = [
            home_at(self.root / "issuer", ISSUER, self.clock, [Role.TOKEN_ISSUER]),
            home_at(self.root / "deployer", DEPLOYER, self.clock, [Role.OPERATOR]),
        ]
        witnesses = [
            home_at(self.root / name.split(".")[0], name, self.clock, [Role.WITNESS])
            for name in WITNESSES
        ]
        trust = replace(
            trust_for(*homes, witnesses=witnesses),
            groups=(WitnessGroup(name="both", threshold=2, members=WITNESSES),), quorum="both",
        )  # fmt: skip
        give_trust(trust, *homes, *witnesses)
        (self.root / "trust.json").write_bytes(signed_trust(trust))

    def _token(self) -> None:
        component = write_component(self.root / "model")
        with open_ledger(self.world.issuer, self.clock) as ledger:
            told = _Told(ledger, component, self.clock, self.story)
            terms = Terms(kind=TokenKind.FULL, use=USE, deployer=DEPLOYER, limits=LIMITS)
            told.complete()
            issue(ledger, component, core_rubric(), terms, signer=ISSUER_KEY, at=self.clock.at)
        _cosign(self.root, "issuer", self.clock)
        issuer = self.world.issuer
        renew_receipts(issuer, issuer.history(self.clock.at), self.clock.at)

    def _store(self) -> None:
        self.clock.at += HOUR
        with open_ledger(self.world.deployer, self.clock) as ledger:
            take_over(ledger, self.root / "issuer" / "log", self.clock.at, lambda _at, _of: None)
            prepare_store(ledger, self.world.token, self.root / "store", use=USE, workers=2)
        self.world.cosigned("deployer")

    # --- what is recorded -------------------------------------------------------------------

    def _before(self, log: "_Writing") -> None:
        log.decision("earlier")
        log.write("refused", Record(
            kind=Kind.REFUSAL, id=new_id(), time=self.clock.at, code="token.other-use",
            use="another", deployer=DEPLOYER, release=log.token.claims.release,
            token=log.token.grant_id,
        ))  # fmt: skip
        log.decision("released")

    def _chosen(self, log: "_Writing") -> None:
        log.decision("chosen", state=State.PROPOSED, output={"write": True, "score": "0.82"})
        log.later(
            "outcome", Kind.OUTCOME, "chosen", role="outreach officer", result="changed",
            output=(JSON, b'{"write":false}'), reasons=(TEXT, b"Has cover since March."),
            actor=(TEXT, b"officer 12"),
        )  # fmt: skip
        log.decision("stream", state=State.OPENED)
        log.later("stream-end", Kind.CLOSED, "stream", result="complete",
                  output=(TEXT, b"Dear resident, ..."))  # fmt: skip
        log.later(
            "contest", Kind.CONTEST, "chosen", role="applicant",
            grounds=(TEXT, b"My cover ended in April."), actor=(TEXT, b"A. Resident"),
        )  # fmt: skip
        log.later("contest-result", Kind.CONTEST_RESULT, "chosen", role="head of outreach",
                  result="upheld", reasons=(TEXT, b"It did."))  # fmt: skip
        log.decision("broken", break_glass=BROKEN)
        log.later("review", Kind.REVIEW, "broken", role="head of outreach", result="justified",
                  reasons=(TEXT, b"A flood; everybody was written to."))  # fmt: skip

    def _after(self, log: "_Writing") -> None:
        log.decision("undecided", state=State.PROPOSED)
        log.decision("unfinished", state=State.OPENED)
        log.decision("unreviewed", break_glass=BROKEN)
        log.write("access", Record(
            kind=Kind.ACCESS, id=new_id(), time=self.clock.at, role="auditor",
            of=self.pointers["chosen"],
        ), reasons=(TEXT, b"Yearly audit."))  # fmt: skip


class _Told(Telling):
    """The story with a use under which a guard can be shown at work."""

    def declared(self) -> "Telling":
        declare_use(
            self.ledger,
            replace(
                use(), jurisdictions=("US-CA",), data_classes=("survey",), permitted=(PURPOSE,),
                prohibited=("deciding on benefits",), oversight="human-reviews",
                break_glass="The head of outreach may, and records why.",
                minimum_binding="declared",
            ),
            CITY,
        )  # fmt: skip
        return self.assessed()


class _Writing:
    """Writes records by the engine's own recorder, as a guard does."""

    def __init__(self, playing: _Playing, log: Recorder) -> None:
        self.playing, self.log = playing, log
        parts = read_parts(playing.root / "store" / "token")
        trust = playing.world.deployer.trust(playing.clock.at)
        self.token: SafetyToken = open_token(parts.token, issuer_keys(trust))
        self.trust_version = trust.version
        self.status = (playing.root / "store" / "token" / STATUS).read_bytes()

    def decision(
        self, name: str, *, state: State = State.RELEASED, break_glass: str | None = None,
        output: object = None,
    ) -> None:  # fmt: skip
        """Write a decision with all that a guard commits to."""
        claims, digest = self.token.claims, sha256(self.status).hexdigest()
        kept = self.playing.root / "store" / "status" / f"{digest}.jwt"
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(self.status)
        code = self.playing.codes[name] = new_code()
        given = json.dumps({"age": 41, "name": name}, sort_keys=True).encode()
        result = json.dumps(output or {"write": True}, sort_keys=True).encode()
        record = Record(
            kind=Kind.DECISION, id=new_id(), time=self.playing.clock.at,
            token=self.token.grant_id, release=claims.release, use=claims.use,
            deployer=claims.deployer, jurisdiction="US-CA", data_class="survey",
            binding=Binding.FILES_VERIFIED, oversight=claims.oversight, state=state,
            status=digest, trust=self.trust_version, break_glass=break_glass,
        )  # fmt: skip
        values = {
            "input": (JSON, given), "output": (JSON, result), "case": (TEXT, CASE.encode()),
            "trace": (TEXT, b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            "code": (TEXT, code.encode()),
        }  # fmt: skip
        if state is State.OPENED:
            del values["output"]
        self.write(name, record, **values)

    def later(
        self, name: str, kind: Kind, of: str, *, role: str | None = None,
        result: str | None = None, **values: tuple[str, bytes],
    ) -> None:  # fmt: skip
        """Write a record that points to an earlier one."""
        record = Record(
            kind=kind, id=new_id(), time=self.playing.clock.at, role=role, result=result,
            of=self.playing.pointers[of],
        )  # fmt: skip
        self.write(name, record, **values)

    def write(self, name: str, record: Record, **values: tuple[str, bytes]) -> None:
        """Write a record with its values."""
        content = Content.of(values)
        draft = Draft.of(replace(record, commit=content.commitments()), content)
        (self.playing.pointers[name],) = self.log.append([draft])


def _cosign(root: Path, name: str, clock: SetClock) -> None:
    """Let both witnesses cosign the newest checkpoint of a home's log."""
    home, lines = Home.open(root / name), []
    for one in WITNESSES:
        seer = Home.open(root / one.split(".")[0])
        reader = open_trusted(home.log_directory, seer.trust(clock.at))
        lines.append(witness(seer, reader, clock.at).to_line().decode())
    accept(home, "".join(lines), clock)
