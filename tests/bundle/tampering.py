"""Ways to tamper with a bundle whose manifest is then made to fit: name -> (check, act)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from sunlit.base import canonical
from sunlit.bundle import layout
from sunlit.capabilities.decision.standing import log_subject
from sunlit.claims.assurance import Attestation
from sunlit.claims.base import read_claim
from sunlit.claims.decision import Anchor, Counts, LogRegistration
from sunlit.claims.lifecycle import TokenGrant
from sunlit.decision.record import Binding, Record, State
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.entry import Entry
from sunlit.log.merkle import leaf_hash
from sunlit.log.proof import TlogProof
from sunlit.registry.status import LASTS
from sunlit.runtime.statuslist import INVALID, build, sign_list
from sunlit.runtime.token import sign_token
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement, Subject
from sunlit.testing.authority import named_key
from tests.bundle.cases import (
    Parts,
    Table,
    copied_world,
    decision_key,
    flipped,
    receipt,
    stripped,
)
from tests.registry.telling import CITY, ISSUER_KEY
from tests.rubric.story import LABS

Act = Callable[[Parts], None]
STRANGER: Final = named_key("nobody that anybody knows")
AFTER, BEFORE, REGISTRATION = layout.AFTER, layout.BEFORE, layout.REGISTRATION
OUTCOME: Final = f"{layout.LATER}01"


def flip(path: str) -> Act:
    """Change one bit in the middle of a file."""

    def act(parts: Parts) -> None:
        parts.files[path] = flipped(parts.files[path])

    return act


def strip(name: str) -> Act:
    """Take the witnesses from a receipt."""

    def act(parts: Parts) -> None:
        parts.files[name + layout.PROOF] = stripped(parts.files[name + layout.PROOF])

    return act


def claim_at(parts: Parts, name: str) -> Any:  # noqa: ANN401 - whichever claim stands there
    """Return the claim of an entry."""
    envelope = Envelope.from_json(Entry.parse(parts.files[name + layout.ENTRY]).envelope)
    said = Statement.parse(envelope.payload)
    return read_claim(said.predicate_type, said.predicate)


# --- 1 ----------------------------------------------------------------------------------------


def other_format(parts: Parts) -> None:
    parts.manifest["format"] = "sunlit-bundle/2"


def more_in_the_manifest(parts: Parts) -> None:
    parts.manifest["note"] = "All is well."


def negative_index(parts: Parts) -> None:
    parts.manifest["decision"]["index"] = -1


# --- 3 ----------------------------------------------------------------------------------------


def registered(*, by: Any = CITY, late: bool = False, **changes: Any) -> Act:  # noqa: ANN401 - fields of the claim
    """Register the log again, with the world's log and witnesses in league."""

    def act(parts: Parts) -> None:
        claim: LogRegistration = replace(claim_at(parts, REGISTRATION), **changes)
        record = Record.parse(parts.files[layout.RECORD])
        at = record.time + timedelta(hours=1) if late else None
        parts.logged(REGISTRATION, claim, by, log_subject(claim.origin), at=at)

    return act


def anchor_for_registration(parts: Parts) -> None:
    parts.without(REGISTRATION)
    for suffix in (layout.ENTRY, layout.PROOF):
        parts.files[REGISTRATION + suffix] = parts.files[AFTER + suffix]


def registered_with_other_key(parts: Parts) -> None:
    other = replace(decision_key().verifier, key=STRANGER.public.spki[-32:])
    registered(vkey=other.vkey)(parts)


def registered_elsewhere(parts: Parts) -> None:
    entry = parts.files[REGISTRATION + layout.ENTRY]
    foreign = replace(copied_world().deployer, origin="log.elsewhere.example")
    note = receipt(entry, foreign, witnesses=())
    parts.files[REGISTRATION + layout.PROOF] = note


# --- 4 ----------------------------------------------------------------------------------------


def other_record(parts: Parts) -> None:
    parts.files[layout.RECORD] = Parts.of("released").files[layout.RECORD]


def other_record_named(parts: Parts) -> None:
    other = Parts.of("released")
    parts.files[layout.RECORD] = other.files[layout.RECORD]
    parts.manifest["decision"] |= {key: other.manifest["decision"][key] for key in ("id", "leaf")}


def edited_record(parts: Parts) -> None:
    record = Record.parse(parts.files[layout.RECORD])
    leaf = replace(record, jurisdiction="US-NV").to_bytes()
    parts.files[layout.RECORD] = leaf
    parts.manifest["decision"]["leaf"] = leaf_hash(leaf).hex()


def other_index(parts: Parts) -> None:
    found = TlogProof.parse(parts.files[layout.RECORD_PROOF])
    moved = TlogProof(found.index + 1, found.hashes, found.checkpoint)
    parts.files[layout.RECORD_PROOF] = moved.to_bytes()
    parts.manifest["decision"]["index"] = found.index + 1


def manifest_lies_about_index(parts: Parts) -> None:
    parts.manifest["decision"]["index"] += 1


def proof_of_other_log(parts: Parts) -> None:
    parts.files[layout.RECORD_PROOF] = Parts.of("elsewhere").files[layout.RECORD_PROOF]


def signed_by_other_key(parts: Parts) -> None:
    key = replace(decision_key(), sign_bytes=STRANGER.sign)
    leaf = leaf_hash(parts.files[layout.RECORD])
    text = Checkpoint(parts.manifest["decision"]["log"], 1, leaf)
    note = sign_checkpoint(text, key)
    parts.files[layout.RECORD_PROOF] = TlogProof(0, (), note.to_bytes()).to_bytes()
    parts.manifest["decision"]["index"] = 0


def a_refusal(parts: Parts) -> None:
    record = Record.parse(parts.files[layout.RECORD])
    leaf = canonical.encode(
        {**canonical.decode_object(record.to_bytes()), "kind": "refusal", "code": "token.expired"}
    )
    parts.files[layout.RECORD] = leaf
    parts.manifest["decision"]["leaf"] = leaf_hash(leaf).hex()


# --- 5 ----------------------------------------------------------------------------------------


def anchors_swapped(parts: Parts) -> None:
    parts.move(AFTER, "other")
    parts.move(BEFORE, AFTER)
    parts.move("other", BEFORE)


def consistency_cut(parts: Parts) -> None:
    path = AFTER + layout.CONSISTENCY
    document = parts.json(path)
    parts.put(path, document | {"hashes": document["hashes"][:-1]})


def consistency_between_other_sizes(parts: Parts) -> None:
    path = BEFORE + layout.CONSISTENCY
    parts.put(path, parts.json(path) | {"oldSize": 2})


def consistency_of_words(parts: Parts) -> None:
    path = AFTER + layout.CONSISTENCY
    document = parts.json(path)
    parts.put(path, document | {"hashes": ["no hash"] * len(document["hashes"])})


def anchored(*, by: Any = CITY, **changes: Any) -> Act:  # noqa: ANN401 - fields of the claim
    """Anchor the log anew, with the world's log and witnesses in league."""

    def act(parts: Parts) -> None:
        claim: Anchor = replace(claim_at(parts, AFTER), **changes)
        at = Entry.parse(parts.files[AFTER + layout.ENTRY]).admitted_at
        parts.logged(AFTER, claim, by, log_subject(claim.origin), at=at)

    return act


def other_history_anchored(parts: Parts) -> None:
    size = claim_at(parts, AFTER).size
    root = leaf_hash(b"another history")
    note = sign_checkpoint(Checkpoint(decision_key().verifier.name, size, root), decision_key())
    anchored(checkpoint=note.to_bytes().decode())(parts)


def record_dated_after_its_anchor(parts: Parts) -> None:
    act = anchored(anchored_on=claim_at(parts, BEFORE).anchored_on)
    act(parts)
    claim = claim_at(parts, AFTER)
    at = Record.parse(parts.files[layout.RECORD]).time - timedelta(minutes=30)
    parts.logged(AFTER, claim, CITY, log_subject(claim.origin), at=at)


def record_dated_before_its_anchor(parts: Parts) -> None:
    claim: Anchor = claim_at(parts, BEFORE)
    late = Record.parse(parts.files[layout.RECORD]).time + timedelta(minutes=30)
    parts.logged(
        BEFORE, replace(claim, anchored_on=late), CITY, log_subject(claim.origin), at=late
    )  # fmt: skip


# --- 6 ----------------------------------------------------------------------------------------


def opened(path: str = layout.OPENING, **changes: object) -> Act:
    """Open the first field otherwise."""

    def act(parts: Parts) -> None:
        document = parts.json(path)
        document["fields"][0] |= changes
        parts.put(path, document)

    return act


def opened_twice(parts: Parts) -> None:
    document = parts.json(layout.OPENING)
    document["fields"].append(document["fields"][0])
    parts.put(layout.OPENING, document)


def opening_of_another(parts: Parts) -> None:
    parts.files[layout.OPENING] = Parts.of("released").files[layout.OPENING]


def values_exchanged(parts: Parts) -> None:
    document = parts.json(layout.OPENING)
    one, other = document["fields"][:2]
    one["value"], other["value"] = other["value"], one["value"]
    parts.put(layout.OPENING, document)


# --- 7 ----------------------------------------------------------------------------------------


def token_of_other_use(parts: Parts) -> None:
    """Let the issuer give another token, and lay that one there."""
    grant: TokenGrant = replace(claim_at(parts, "token/grant"), use="another")
    subject = Subject(grant.component, {"sha256": grant.release})
    issuer = copied_world().issuer
    grant_id = parts.logged("token/grant", grant, ISSUER_KEY, subject, home=issuer)
    parts.files[layout.TOKEN] = sign_token(grant, grant_id, ISSUER_KEY).encode()


def token_by_stranger(parts: Parts) -> None:
    record = Record.parse(parts.files[layout.RECORD])
    grant = claim_at(parts, "token/grant")
    parts.files[layout.TOKEN] = sign_token(grant, str(record.token), STRANGER).encode()


def status_list(*, later: timedelta = timedelta(0), revoked: bool = False) -> bytes:
    """Return another status list by the issuer."""
    grant: TokenGrant = claim_at(Parts.of(), "token/grant")
    at = Record.parse(Parts.of().files[layout.RECORD]).time + later
    found = build({grant.status_index: INVALID} if revoked else {}, size=1024)
    text = sign_list(found, ISSUER_KEY, uri=grant.status_list, at=at, lasts=LASTS, ttl=3600)
    return text.encode()


def other_status_list(parts: Parts) -> None:
    parts.files[layout.STATUS] = status_list(later=-timedelta(hours=1))


def newer_status_list(parts: Parts) -> None:
    parts.files[layout.STATUS] = status_list(later=timedelta(days=1))


def decided_while_revoked(parts: Parts) -> None:
    from hashlib import sha256

    parts.files[layout.STATUS] = status_list(revoked=True)
    parts.decided(status=sha256(parts.files[layout.STATUS]).hexdigest())


def decided_when_expired(parts: Parts) -> None:
    parts.decided(time=claim_at(parts, "token/grant").valid_until)


def decided_under_another_token(parts: Parts) -> None:
    parts.decided(token="ab" * 32)


# --- 8 ----------------------------------------------------------------------------------------


def decided(**changes: object) -> Act:
    """Let the deployer write another record."""

    def act(parts: Parts) -> None:
        parts.decided(**changes)

    return act


# --- 9 ----------------------------------------------------------------------------------------


def other_outcome(parts: Parts) -> None:
    path = OUTCOME + layout.RECORD_SUFFIX
    record = Record.parse(parts.files[path])
    parts.files[path] = replace(record, result="confirmed").to_bytes()


def somebody_elses_review(parts: Parts) -> None:
    other = Parts.of("broken")
    for suffix in (layout.RECORD_SUFFIX, layout.PROOF, layout.OPENING_SUFFIX):
        parts.files[f"{layout.LATER}01{suffix}"] = other.files[f"{layout.LATER}01{suffix}"]


def outcome_twice(parts: Parts) -> None:
    for suffix in (layout.RECORD_SUFFIX, layout.PROOF):
        parts.files[f"{layout.LATER}04{suffix}"] = parts.files[OUTCOME + suffix]
    parts.manifest["sections"]["human"] += 1


def contest_left_out(parts: Parts) -> None:
    parts.without(f"{layout.LATER}02")
    parts.without(f"{layout.LATER}03")


def outcome_under_other_checkpoint(parts: Parts) -> None:
    leaf = leaf_hash(parts.files[OUTCOME + layout.RECORD_SUFFIX])
    note = sign_checkpoint(Checkpoint(decision_key().verifier.name, 1, leaf), decision_key())
    parts.files[OUTCOME + layout.PROOF] = TlogProof(0, (), note.to_bytes()).to_bytes()


def outcome_in_a_log_that_nobody_registered(parts: Parts) -> None:
    key = decision_key(1)
    leaf = leaf_hash(parts.files[OUTCOME + layout.RECORD_SUFFIX])
    note = sign_checkpoint(Checkpoint(key.verifier.name, 1, leaf), key)
    parts.files[OUTCOME + layout.PROOF] = TlogProof(0, (), note.to_bytes()).to_bytes()


# --- 10 ---------------------------------------------------------------------------------------


def first(parts: Parts, kind: type) -> tuple[str, Any]:
    """Return the file and the row of the first statement of a kind."""
    for row in parts.json(layout.INDEX)["statements"]:
        if isinstance(claim_at(parts, layout.STATEMENTS + row["file"]), kind):
            return str(row["file"]), row
    raise AssertionError(kind)


def unlisted(parts: Parts) -> None:
    document = parts.json(layout.INDEX)
    document["statements"].pop()
    parts.put(layout.INDEX, document)


def row(**changes: object) -> Act:
    """Let the index say something else of the first attestation."""

    def act(parts: Parts) -> None:
        document, (name, _) = parts.json(layout.INDEX), first(parts, Attestation)
        for one in document["statements"]:
            if one["file"] == name:
                one.update(changes)
        parts.put(layout.INDEX, document)

    return act


def attested(key: str) -> Act:
    """Put an attestation by another key in place of the first."""

    def act(parts: Parts) -> None:
        name, _ = first(parts, Attestation)
        claim = claim_at(parts, layout.STATEMENTS + name)
        subject = Subject(None, {"sha256": parts.json(layout.FINDINGS)["release"]})
        at = Entry.parse(parts.files[layout.STATEMENTS + name + layout.ENTRY]).admitted_at
        id_ = parts.logged(layout.STATEMENTS + name, claim, named_key(key), subject, at=at)
        row(statement=id_, index=199)(parts)

    return act


def strip_a_statement(parts: Parts) -> None:
    name, _ = first(parts, Attestation)
    strip(layout.STATEMENTS + name)(parts)


def no_envelope(parts: Parts) -> None:
    name, _ = first(parts, Attestation)
    row(index=199)(parts)
    path = layout.STATEMENTS + name
    at = Entry.parse(parts.files[path + layout.ENTRY]).admitted_at
    entry = Entry.of(at, {"says": "all is well"}).to_bytes()
    parts.files[path + layout.ENTRY] = entry
    parts.files[path + layout.PROOF] = receipt(entry, copied_world().deployer)


def two_histories(parts: Parts) -> None:
    size = TlogProof.parse(parts.files[REGISTRATION + layout.PROOF]).checkpoint.split(b"\n")[1]
    name, found = first(parts, Attestation)
    entry = parts.files[layout.STATEMENTS + name + layout.ENTRY]
    parts.files[layout.STATEMENTS + name + layout.PROOF] = receipt(
        entry, copied_world().deployer, index=found["index"], size=int(size)
    )


def section_miscounted(parts: Parts) -> None:
    parts.manifest["sections"]["risk"] -= 1


# --- 11 ---------------------------------------------------------------------------------------


def found(control: int = 0, **changes: object) -> Act:
    """Let the findings shown say something else."""

    def act(parts: Parts) -> None:
        document = parts.json(layout.FINDINGS)
        document["findings"][control] |= changes
        parts.put(layout.FINDINGS, document)

    return act


def findings(**changes: object) -> Act:
    """Let the frame of the findings say something else."""

    def act(parts: Parts) -> None:
        parts.put(layout.FINDINGS, parts.json(layout.FINDINGS) | changes)

    return act


def attestation_left_out(parts: Parts) -> None:
    name, _ = first(parts, Attestation)
    parts.without(layout.STATEMENTS + name)
    document = parts.json(layout.INDEX)
    document["statements"] = [one for one in document["statements"] if one["file"] != name]
    parts.put(layout.INDEX, document)
    parts.manifest["sections"]["assurance"] -= 1


def easy_rubric(parts: Parts) -> None:
    document = parts.json(layout.RUBRIC)
    document["catalog"]["groups"] = document["catalog"]["groups"][:1]
    parts.put(layout.RUBRIC, document)


def finding_left_out(parts: Parts) -> None:
    document = parts.json(layout.FINDINGS)
    document["findings"].pop()
    parts.put(layout.FINDINGS, document)


def findings_of_other_engine(parts: Parts) -> None:
    findings(engine="sunlit/9.9 sha256:00")(parts)
    found(outcome="UNKNOWN")(parts)


def other_files(parts: Parts) -> None:
    parts.files[layout.FILE_LIST] = canonical.encode([])


TABLE: Final[Table] = {
    "a later format": ("files", other_format),
    "more in the manifest than the format has": ("files", more_in_the_manifest),
    "a negative index": ("files", negative_index),
    "a log registered by nobody who is known": ("registration", registered(by=STRANGER)),
    "a log registered by another organisation": (
        "registration", registered(by=named_key(f"{LABS[0]}/operator")),
    ),
    "a log registered for another deployer": ("registration", registered(deployer=LABS[0])),
    "another log registered": ("registration", registered(origin="elsewhere/log")),
    "a log registered for another use": ("registration", registered(use="another")),
    "a log registered after the record": ("registration", registered(late=True)),
    "a registration that no witness saw": ("registration", strip(REGISTRATION)),
    "a registration in a log that nobody trusts": ("registration", registered_elsewhere),
    "an anchor in place of the registration": ("registration", anchor_for_registration),
    "a log registered with another key": ("record", registered_with_other_key),
    "a bit of the record": ("record", flip(layout.RECORD)),
    "another record": ("record", other_record),
    "another record, and the manifest names it": ("record", other_record_named),
    "an edited record, and the manifest names it": ("record", edited_record),
    "another index": ("record", other_index),
    "a manifest with another index": ("record", manifest_lies_about_index),
    "the proof of another log": ("record", proof_of_other_log),
    "a checkpoint by another key": ("record", signed_by_other_key),
    "a record of another kind": ("record", a_refusal),
    "a bit of the record's proof": ("record", flip(layout.RECORD_PROOF)),
    "anchors in each other's place": ("anchors", anchors_swapped),
    "a consistency proof cut short": ("anchors", consistency_cut),
    "a consistency proof between other sizes": ("anchors", consistency_between_other_sizes),
    "a consistency proof of words": ("anchors", consistency_of_words),
    "an anchor that no witness saw": ("anchors", strip(AFTER)),
    "an anchor by another organisation": (
        "anchors", anchored(by=named_key(f"{LABS[0]}/operator")),
    ),
    "an anchor by nobody who is known": ("anchors", anchored(by=STRANGER)),
    "an anchor of another history": ("anchors", other_history_anchored),
    "an anchor of another log": ("anchors", anchored(origin="elsewhere/log")),
    "an anchor that counts otherwise": ("anchors", anchored(counts=Counts(decisions=1))),
    "a bit of the anchor before": ("anchors", flip(BEFORE + layout.ENTRY)),
    "a record dated after its anchor": ("anchors", record_dated_after_its_anchor),
    "a record dated before the anchor before it": ("anchors", record_dated_before_its_anchor),
    "another value": ("opening", opened(value="bm8=")),
    "another salt": ("opening", opened(salt="00" * 32)),
    "another media type": ("opening", opened(type="text/html")),
    "another name": ("opening", opened(name="verdict")),
    "a value that is no base64": ("opening", opened(value="%%%")),
    "a value opened twice": ("opening", opened_twice),
    "values exchanged": ("opening", values_exchanged),
    "the opening of another decision": ("opening", opening_of_another),
    "another value of the outcome": (
        "opening", opened(OUTCOME + layout.OPENING_SUFFIX, value="bm8="),
    ),
    "a bit of the token": ("token", flip(layout.TOKEN)),
    "a bit of the grant": ("token", flip(layout.GRANT)),
    "a grant that no witness saw": ("token", strip("token/grant")),
    "the token of another use": ("token", token_of_other_use),
    "a token by nobody who is known": ("token", token_by_stranger),
    "another status list": ("token", other_status_list),
    "a newer status list": ("token", newer_status_list),
    "a bit of the status list": ("token", flip(layout.STATUS)),
    "a decision while the token was revoked": ("token", decided_while_revoked),
    "a decision after the token had expired": ("token", decided_when_expired),
    "a decision under another token": ("token", decided_under_another_token),
    "another release": ("use", decided(release="ab" * 32)),
    "another place": ("use", decided(jurisdiction="US-NV")),
    "no place": ("use", decided(jurisdiction=None)),
    "another class of data": ("use", decided(data_class="health")),
    "a weaker binding": ("use", decided(binding=Binding.ENDPOINT_ONLY)),
    "no oversight": ("use", decided(oversight="none")),
    "released though a human decides": (
        "use", decided(oversight="human-decides", state=State.RELEASED),
    ),
    "overridden where nobody may": ("use", decided(break_glass="status.revoked")),
    "another outcome": ("human", other_outcome),
    "the review of another decision": ("human", somebody_elses_review),
    "the outcome twice": ("human", outcome_twice),
    "a contest left out": ("human", contest_left_out),
    "an outcome under another checkpoint": ("human", outcome_under_other_checkpoint),
    "an outcome in a log that nobody registered": (
        "human", outcome_in_a_log_that_nobody_registered,
    ),
    "a bit of the contest's proof": ("human", flip(f"{layout.LATER}02{layout.PROOF}")),
    "a statement that the index leaves out": ("statements", unlisted),
    "a statement at another index": ("statements", row(index=0)),
    "a statement of another log": ("statements", row(log="elsewhere/log")),
    "a statement with another id": ("statements", row(statement="ab" * 32)),
    "a statement in another section": ("statements", row(section="exemptions")),
    "a statement in a section that does not exist": ("statements", row(section="praise")),
    "an index that is none": ("statements", lambda parts: parts.put(layout.INDEX, {"v": 2})),
    "a statement by nobody who is known": ("statements", attested("nobody")),
    "a statement by another laboratory": ("statements", attested(f"{LABS[2]}/assessor")),
    "a statement that no witness saw": ("statements", strip_a_statement),
    "an entry that is no envelope": ("statements", no_envelope),
    "two histories of one log": ("statements", two_histories),
    "a section that is miscounted": ("statements", section_miscounted),
    "a bit of a statement": ("statements", flip("statements/00020.entry.json")),
    "a finding turned round": ("findings", found(outcome="FAILS")),
    "a finding with another reason": ("findings", found(reason="All is well.")),
    "a finding that lasts longer": ("findings", found(expires="2040-01-01T00:00:00Z")),
    "a finding left out": ("findings", finding_left_out),
    "a finding turned round, by another version": ("findings", findings_of_other_engine),
    "findings of another time": ("findings", findings(at="2026-01-01T00:00:00Z")),
    "findings of another use, by another version": (
        "findings", findings(use="another", engine="sunlit/9.9"),
    ),
    "findings that are none": ("findings", findings(engine="sunlit/9.9", findings=[{}])),
    "an attestation left out": ("findings", attestation_left_out),
    "an easier rubric": ("findings", easy_rubric),
    "the file list of another release": ("findings", other_files),
}  # fmt: skip
