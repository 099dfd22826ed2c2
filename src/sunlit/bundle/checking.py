"""The eleven checks of one bundle, in order; `verify` is the door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sunlit.authority.history import History
from sunlit.authority.trustfile import MAX_BYTES, TrustFile
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.base.times import format_time
from sunlit.bundle.anchors import Anchorage, check_anchor, check_between
from sunlit.bundle.archive import Archive, expect_listed
from sunlit.bundle.decided import (
    MAX_RECORD,
    InLog,
    Registrant,
    aftermath,
    check_later,
    check_record,
    check_registration,
    counted_later,
    expect_past,
    later_names,
    other_log,
    read_record,
)
from sunlit.bundle.findings import Judge, check_findings, read_matter
from sunlit.bundle.governed import check_token, check_use, read_token
from sunlit.bundle.layout import (
    AFTER,
    BEFORE,
    ENTRY,
    MANIFEST,
    MAX_OPENING,
    OPENING,
    OPENING_SUFFIX,
    RECORD,
    RECORD_SUFFIX,
    REGISTRATION,
    TRUST,
    unchecked,
)
from sunlit.bundle.logged import Logged, history_of, read_logged
from sunlit.bundle.manifest import Manifest
from sunlit.bundle.opening import read_opening
from sunlit.bundle.outcome import NAMES, Check, Outcome
from sunlit.bundle.statements import Statements, check_statements, expect_counted, read_statements
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.content import Content
from sunlit.decision.record import Pointer, Record
from sunlit.log.note import NoteVerifier

RESTS_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "registration": ("trust",),
    "record": ("registration",),
    "anchors": ("record",),
    "opening": ("record",),
    "token": ("trust", "record"),
    "human": ("record",),
    "use": ("token",),
    "statements": ("trust",),
    "findings": ("token", "statements"),
}


@dataclass(slots=True)
class Checking:
    """One bundle being checked, and what has been found by now; `done` has each check."""

    archive: Archive
    manifest: Manifest
    trust: TrustFile
    at: datetime
    judge: Judge | None
    done: dict[str, Check] = field(default_factory=dict)
    statements: Statements = field(default_factory=Statements)
    others: dict[str, Logged] = field(default_factory=dict)
    history: History = field(default_factory=History)
    record: Record | None = None
    key: NoteVerifier | None = None
    found: InLog | None = None
    grant: TokenGrant | None = None
    opening: Content | None = None
    later: list[InLog] = field(default_factory=list)
    later_openings: dict[str, Content] = field(default_factory=dict)
    before: Anchorage | None = None
    after: Anchorage | None = None

    def run(self) -> tuple[Check, ...]:
        """Go through the checks; return them by number."""
        checks: Mapping[str, Callable[[], str]] = {
            "files": self._files,
            "trust": self._trust,
            "registration": self._registration,
            "record": self._record,
            "anchors": self._anchors,
            "opening": self._opening,
            "token": self._token,
            "human": self._human,  # before `use`, which tells of reviews
            "use": self._use,
            "statements": self._statements,
            "findings": self._findings,
        }
        for name, check in checks.items():
            self.done[name] = self._check(name, check)
        return tuple(self.done[name] for name in NAMES)

    def _check(self, name: str, check: Callable[[], str]) -> Check:
        for other in RESTS_ON.get(name, ()):
            before = self.done[other]
            if before.outcome is not Outcome.PASSED:
                return Check.not_done(
                    name, f"Not looked at, because check {before.number} did not pass."
                )
        try:
            return Check.passed(name, check())
        except UnavailableError as error:
            return Check.unavailable(name, error)
        except SunlitError as error:
            return Check.failed(name, error)

    def _files(self) -> str:
        # 1. Every file is the one that the manifest lists; none is missing, none was added.
        expect_listed(self.archive, self.manifest.files, MANIFEST)
        return (
            "Every file is the one that the manifest lists; none is missing, none was added."
            f"{unchecked(self.archive.sizes)}"
        )

    def _trust(self) -> str:
        # 2. The reader's own trust file is in force now.
        self.trust.expect_current(self.at)
        self._gather()
        entries = (*self.statements.logged, *self.others.values())
        expect_past(max((one.admitted_at for one in entries), default=self.at), self.at)
        return (
            f"Version {self.trust.version} of your trust file is in force until "
            f"{format_time(self.trust.expires)}.{self._other_trust()}"
        )

    def _other_trust(self) -> str:
        """Compare the trust file that is shown with the reader's; it is never used."""
        try:
            theirs = TrustFile.read(self.archive.read(TRUST, limit=2 * MAX_BYTES))
        except SunlitError:
            return " The bundle shows no trust file that can be read."
        if theirs.to_payload() == self.trust.to_payload():
            return ""
        return f" The one that the bundle shows, version {theirs.version}, differs from yours."

    def _gather(self) -> None:
        """Fold every entry whose receipt holds: who may say what, by your trust file alone."""
        self.statements = read_statements(self.archive, self.trust.policy)
        names = [REGISTRATION, BEFORE, AFTER]
        for name in later_names(self.archive):
            other = other_log(self.archive, name)
            names += [other] if other is not None else []
        for name in names:
            try:
                self.others[name] = read_logged(self.archive, name, self.trust.policy)
            except SunlitError:
                continue  # the check that needs it reads it again, and says what is wrong
        self.history = history_of((*self.statements.logged, *self.others.values()), self.trust)

    def _logged(self, name: str) -> Logged:
        return self.others.get(name) or read_logged(self.archive, name, self.trust.policy)

    def _registration(self) -> str:
        # 3. The deployer registered this decision log, no later than the record.
        try:
            record = Record.parse(self.archive.read(RECORD, limit=MAX_RECORD))
            asked = Registrant(deployer=str(record.deployer), use=record.use, by=record.time)
        except SunlitError:
            asked = None  # that is for check 4 to say
        logged = self._logged(REGISTRATION)
        self.key = check_registration(logged, self.history, self.manifest.decision.log, asked)
        return (
            f"The deployer registered this decision log on {format_time(logged.admitted_at)}, "
            f"in the log {logged.checkpoint.origin}."
        )

    def _record(self) -> str:
        # 4. The record stands at its index, under a checkpoint signed by the registered key.
        assert self.key is not None  # noqa: S101 - set by check 3
        self.record = read_record(self.archive, self.manifest)
        self.found = check_record(self.archive, self.manifest, self.record, self.key)
        expect_past(self.record.time, self.at)
        return (
            f"The record is number {self.found.pointer.index} of {self.found.checkpoint.size} "
            f"in the decision log {self.found.pointer.log}."
        )

    def _anchors(self) -> str:
        # 5. The log only grew from the anchor before to the anchor after.
        assert self.found is not None  # noqa: S101 - set by check 4
        self.before, self.after = self._anchor(BEFORE), self._anchor(AFTER)
        check_between(self.found, self.before, self.after)
        if self.after is None:
            raise UnavailableError(
                "bundle.no-anchor",
                "no anchor covers the record yet: only the deployer's word says it is unchanged",
                mend="ask for the bundle again once the deployer has anchored its log",
            )
        since = format_time(self.after.at)
        start = (
            " No anchor before it is here: when until then it was written, only the deployer's "
            "clock says."
            if self.before is None
            else f" The anchor before it is of {format_time(self.before.at)}."
        )
        return f"The record is unchanged since {since}, when it was anchored.{start}"

    def _anchor(self, name: str) -> Anchorage | None:
        if name + ENTRY not in self.archive:
            return None
        assert self.found is not None  # noqa: S101 - set by check 4
        assert self.key is not None  # noqa: S101 - set by check 3
        return check_anchor(self.archive, self._logged(name), self.history, self.found, self.key)

    def _opening(self) -> str:
        # 6. Every value shown is the one that was committed to.
        assert self.record is not None  # noqa: S101 - set by check 4
        if OPENING in self.archive:
            self.opening = self._opened(OPENING, self.record)
        for name in later_names(self.archive):
            if name + OPENING_SUFFIX in self.archive:
                record = Record.parse(self.archive.read(name + RECORD_SUFFIX, limit=MAX_RECORD))
                self.later_openings[name] = self._opened(name + OPENING_SUFFIX, record)
        contents = [*filter(None, [self.opening]), *self.later_openings.values()]
        if not contents:
            raise UnavailableError(
                "bundle.closed", "no value is opened here: erased, or kept closed",
                mend="ask the deployer to open it: "
                "`sunlit bundle DECISION --open input,output --store DIR --home HOME -o ZIP`",
            )  # fmt: skip
        count = sum(len(one.fields) for one in contents)
        own = "" if self.opening else " None of them is the decision's own."
        return f"All {count} values shown are those that the records committed to.{own}"

    def _opened(self, path: str, record: Record) -> Content:
        content = read_opening(self.archive.read(path, limit=MAX_OPENING))
        content.check(record.commit)
        return content

    def _token(self) -> str:
        # 7. The token is the issuer's, logged, and in force at the record's time.
        assert self.record is not None  # noqa: S101 - set by check 4
        self.grant, words = check_token(read_token(self.archive), self.trust, self.record)
        return words

    def _human(self) -> str:
        # 9. Later records stand in the decision log and point to this one.
        assert self.found is not None  # noqa: S101 - set by check 4
        known: dict[Pointer, InLog] = {self.found.pointer: self.found}
        for name in later_names(self.archive):
            one = check_later(self.archive, name, known, self._key_for(name))
            known[one.pointer] = one
            self.later.append(one)
        records = [one.record for one in self.later]
        expect_counted(self.manifest.sections, counted_later(records))
        return aftermath(self.found.record, records)

    def _key_for(self, name: str) -> NoteVerifier:
        """Return the key of the decision log that a later record stands in."""
        assert self.key is not None  # noqa: S101 - set by check 3
        other = other_log(self.archive, name)
        if other is None:
            return self.key
        assert self.record is not None  # noqa: S101 - set by check 4
        asked = Registrant(deployer=str(self.record.deployer), use=self.record.use)
        return check_registration(self._logged(other), self.history, None, asked)

    def _use(self) -> str:
        # 8. What the record says is what the token allows.
        assert self.record is not None  # noqa: S101 - set by check 4
        assert self.grant is not None  # noqa: S101 - set by check 7
        return check_use(self.grant, self.record, tuple(one.record for one in self.later))

    def _statements(self) -> str:
        # 10. Each statement is by who may say it, and stands in a witnessed log.
        others = tuple(self.others.values())
        return check_statements(self.statements, others, self.trust, self.manifest.sections)

    def _findings(self) -> str:
        # 11. Evaluated again, the findings are the ones shown.
        assert self.record is not None  # noqa: S101 - set by check 4
        assert self.grant is not None  # noqa: S101 - set by check 7
        if self.judge is None:
            raise UnavailableError("bundle.no-rules", "nobody gave the rules of the rubric")
        at = self.record.time
        matter = read_matter(self.archive, self.grant, at)
        history = history_of(self.statements.logged, self.trust, until=at)
        computed = self.judge(history, matter)
        expect_counted(self.manifest.sections, {"findings": len(computed.findings)})
        return check_findings(self.archive, computed)
