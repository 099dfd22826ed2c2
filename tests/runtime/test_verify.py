import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.authority.trust_parts import TrustedKey
from sunlit.base.canonical import encode
from sunlit.base.errors import SunlitError
from sunlit.claims.lifecycle import TokenKind
from sunlit.runtime import folder, jws
from sunlit.runtime.covers import Asked
from sunlit.runtime.folder import read_parts
from sunlit.runtime.steps import StepOutcome, Verification
from sunlit.runtime.token import (
    TOKEN_TYPE,
    differences,
    issuer_keys,
    open_token,
    payload_of,
    sign_token,
)
from sunlit.runtime.verify import TokenParts, verify_token
from sunlit.statement.dsse import sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.manifest import FileEntry, Manifest
from tests.fixtures.make_token_cases import write_token
from tests.fixtures.token_world import (
    AT,
    GRANTED,
    STATUS_URI,
    World,
    grant,
    manifest,
    signed_grant,
)

REAL = World()
GRANT_ID = signed_grant(grant(), REAL.issuer).statement_id


def judged(world: World = REAL, asked: Asked | None = None, **parts: bytes | None) -> Verification:
    """Verify a good token of a world, with some of its files replaced."""
    changed = replace(world.parts(), **parts)  # type: ignore[arg-type]
    return verify_token(changed, world.trust, asked or Asked(at=AT))


def without(part: str) -> TokenParts:
    """Return a good token's files without one."""
    return replace(REAL.parts(), **{part: None})  # type: ignore[arg-type]


def failure(found: Verification) -> tuple[int, str | None]:
    """Return the step that fails first, with its code."""
    step = found.first_failure
    assert step is not None
    return step.number, step.code


def with_payload(payload: object) -> bytes:
    """Return a token of the issuer's with claims of one's own."""
    return jws.sign(encode(payload), REAL.issuer, typ=TOKEN_TYPE).encode()


def test_everything_that_is_asked_is_answered() -> None:
    """All eight steps hold, and the last says what the token covers."""
    asked = Asked(
        at=AT, files=manifest(), use="outreach", deployer="benefits.example.gov",
        jurisdiction="US-CA-LA", data_class="survey", kinds=(TokenKind.FULL,),
    )  # fmt: skip

    found = judged(asked=asked)

    assert [step.outcome for step in found.steps] == [StepOutcome.HOLDS] * 8
    assert found.exit_code == 0
    assert found.first_failure is None


def test_what_nobody_asks_is_not_answered() -> None:
    """Without files and use the token holds by itself, and says that nothing was compared."""
    found = judged()

    assert found.holds
    assert [step.outcome for step in found.steps[6:]] == [StepOutcome.NOT_ASKED] * 2


def test_nothing_is_looked_at_after_a_step_that_fails() -> None:
    """A token that nobody signed is not asked what it says."""
    found = judged(token=World(name="forged").parts().token)

    assert failure(found) == (2, "token.unknown-key")
    assert {step.outcome for step in found.steps[2:]} == {StepOutcome.UNKNOWN}
    assert found.token is None


def test_files_and_use_are_both_looked_at() -> None:
    """Somebody with the wrong files also learns that the use is another."""
    files = Manifest((FileEntry("a", 1, "00" * 32),))

    found = judged(asked=Asked(at=AT, files=files, use="hiring"))

    assert [step.code for step in found.steps[6:]] == ["token.other-files", "token.other-use"]


def test_an_expired_trust_file_judges_nothing() -> None:
    """The first step, before anything of the token is read."""
    found = judged(asked=Asked(at=REAL.trust.expires))

    assert failure(found) == (1, "trust.expired")
    assert found.exit_code == 1


def test_without_a_status_list_nobody_knows() -> None:
    """That is no failure but no yes either: 3, could not find out."""
    found = judged(status=None)

    assert failure(found) == (4, "status.missing")
    assert found.exit_code == 3
    assert not found.holds


@pytest.mark.parametrize("part", ["entry", "receipt"])
def test_without_grant_or_receipt_nobody_knows(part: str) -> None:
    """A token alone proves that somebody signed it, not that it was published."""
    found = verify_token(without(part), REAL.trust, Asked(at=AT))

    assert failure(found) == (5, "token.no-receipt")
    assert found.exit_code == 3


def test_a_stated_staleness_lets_an_old_list_count() -> None:
    """Offline for two hours longer than the list lasts."""
    status = REAL.status(at=AT - timedelta(days=7, hours=1))

    assert failure(judged(status=status)) == (4, "status.expired")
    assert judged(asked=Asked(at=AT, staleness=timedelta(hours=2)), status=status).holds


def test_a_list_that_the_trust_file_does_not_name_is_refused() -> None:
    """Where the trust file names lists, only they count."""
    strict = World(status_lists=("https://safety.example.gov/status/2",))

    assert failure(judged(strict)) == (4, "status.unknown-list")
    assert judged(World(status_lists=(STATUS_URI,))).holds


def test_a_key_that_was_rotated_out_still_vouches_for_the_past() -> None:
    """What it signed before its end counts; the status list needs a key of today."""
    rotated = World(issuer_until=AT + timedelta(seconds=1))

    assert judged(rotated).holds


def test_a_key_that_was_rotated_out_signs_no_new_list() -> None:
    """The list of today was signed after the key's end."""
    rotated = World(issuer_until=GRANTED + timedelta(hours=1))

    assert failure(judged(rotated)) == (4, "token.key-not-in-force")


def test_a_key_that_was_rotated_out_signs_no_new_token() -> None:
    """Neither by the token's own time ..."""
    ended = World(issuer_until=GRANTED)

    assert failure(judged(ended)) == (3, "token.key-not-in-force")


def test_a_token_cannot_be_dated_back() -> None:
    """... nor by the log's, which no issuer can choose."""
    said = grant(granted_on=GRANTED - timedelta(days=30), valid_from=GRANTED - timedelta(days=30))
    ended = replace(REAL, issuer_until=GRANTED - timedelta(days=1))
    new = ended.key("issuer's next key")
    issuer = ended.trust.token_issuers[0]
    keys = (*issuer.keys, TrustedKey(key=new.public.to_json()))
    trust = replace(ended.trust, token_issuers=(replace(issuer, keys=keys),))
    status = ended.status(at=GRANTED - timedelta(days=2), signer=new)

    found = verify_token(replace(ended.parts(said), status=status), trust, Asked(at=GRANTED))

    assert failure(found) == (5, "token.key-not-in-force")


def test_a_logged_statement_that_is_no_grant_is_refused() -> None:
    """A statement of another type cannot stand in for a grant."""
    statement = Statement((Subject(None, {"sha256": "00" * 32}),), "urn:example:other", {})
    envelope = sign(statement.to_payload(), [REAL.issuer])
    entry = REAL.entry(envelope)
    token = sign_token(grant(), envelope.statement_id, REAL.issuer).encode()

    found = judged(token=token, entry=entry, receipt=REAL.receipt([entry], 0))

    assert failure(found) == (5, "token.other-grant")


def test_a_grant_about_another_subject_is_refused() -> None:
    """The statement's subject binds, whatever its predicate repeats."""
    said = grant()
    statement = Statement((Subject(None, {"sha256": "00" * 32}),), said.TYPE, said.to_predicate())
    envelope = sign(statement.to_payload(), [REAL.issuer])
    entry = REAL.entry(envelope)
    token = sign_token(said, envelope.statement_id, REAL.issuer).encode()

    found = judged(token=token, entry=entry, receipt=REAL.receipt([entry], 0))

    assert failure(found) == (5, "token.other-grant")


def test_every_differing_claim_is_named() -> None:
    """At the top, inside, and what only one of the two has."""
    payload = payload_of(grant(), GRANT_ID)
    inner = dict(payload["sunlit"])  # type: ignore[call-overload]
    changed = {**payload, "aud": "x", "sunlit": {**inner, "ceiling": 9, "extra": 1}}

    token = open_token(with_payload(changed), issuer_keys(REAL.trust))

    assert differences(token, grant()) == ("aud", "sunlit.ceiling", "sunlit.extra")
    assert failure(judged(token=with_payload(changed))) == (6, "token.claims-differ")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": None},
        {"grant": 7},
        {"exp": "soon"},
        {"exp": True},
        {"nbf": -1},
        {"iat": 10**12},
        {"sunlit": []},
        {"status": None},
        {"status": {"status_list": {"uri": "u"}}},
        {"status": {"status_list": {"uri": 7, "idx": 0}}},
        {"status": {"status_list": {"uri": "u", "idx": -1}}},
        {"status": {"status_list": {"uri": "u", "idx": True}}},
    ],
)
def test_malformed_claims_are_refused(change: dict[str, object]) -> None:
    """Rightly signed, and still not a safety token."""
    token = with_payload({**payload_of(grant(), GRANT_ID), **change})

    assert failure(judged(token=token)) == (2, "token.malformed")


def test_a_claim_that_stands_twice_is_refused() -> None:
    """Two readers could each believe another one."""
    payload = payload_of(grant(), GRANT_ID)
    inner = dict(payload["sunlit"])  # type: ignore[call-overload]

    token = with_payload({**payload, "sunlit": {**inner, "validUntil": "2099-01-01T00:00:00Z"}})

    assert failure(judged(token=token)) == (2, "token.malformed")


def test_a_grant_without_a_field_is_refused() -> None:
    """The token lacks what every grant has."""
    payload = payload_of(grant(), GRANT_ID)
    inner = dict(payload["sunlit"])  # type: ignore[call-overload]
    del inner["fallback"]

    assert failure(judged(token=with_payload({**payload, "sunlit": inner}))) == (
        2, "token.malformed",
    )  # fmt: skip


def test_a_payload_that_is_no_json_is_refused() -> None:
    """The signature holds and the content does not."""
    token = jws.sign(b"[1]", REAL.issuer, typ=TOKEN_TYPE).encode()

    assert failure(judged(token=token)) == (2, "token.malformed")


@pytest.mark.parametrize("kept", [None, b"[]", b"{"])
def test_without_the_manifest_only_the_digests_are_told(kept: bytes | None) -> None:
    """The manifest beside the token helps to say what differs; nothing rests on it."""
    files = Manifest((FileEntry("a", 1, "00" * 32),))

    found = judged(asked=Asked(at=AT, files=files), manifest=kept)

    step = found.first_failure
    assert step is not None
    assert step.code == "token.other-files"
    assert "(" not in step.words


@pytest.mark.parametrize(("name", "told"), [("a/__pycache__/b.pyc", True), ("a.py", False)])
def test_files_that_python_wrote_by_itself_have_a_mend(name: str, *, told: bool) -> None:
    """Running the model's own code in its folder makes it another release."""
    files = Manifest((FileEntry(name, 1, "00" * 32),))

    step = judged(asked=Asked(at=AT, files=files)).first_failure

    assert step is not None
    assert ("PYTHONDONTWRITEBYTECODE=1" in (step.mend or "")) is told


def test_many_differences_are_counted() -> None:
    """Five are named, the rest is a number."""
    files = Manifest(tuple(FileEntry(f"a{n}", 1, "00" * 32) for n in range(9)))

    step = judged(asked=Asked(at=AT, files=files)).first_failure

    assert step is not None
    assert "and 6 more" in step.words


def test_a_blank_covers_nothing() -> None:
    """A token without jurisdictions and data classes is for none that is asked."""
    said = grant(jurisdictions=(), data_classes=())
    parts = REAL.parts(said)

    place = verify_token(parts, REAL.trust, Asked(at=AT, jurisdiction="US-CA"))
    data = verify_token(parts, REAL.trust, Asked(at=AT, data_class="survey"))

    assert failure(place) == (8, "token.other-jurisdiction")
    assert failure(data) == (8, "token.other-data")
    assert "not provided" in place.steps[7].words


def test_a_neighbour_with_the_same_beginning_is_another_place() -> None:
    """US-CAX does not lie in US-CA."""
    assert failure(judged(asked=Asked(at=AT, jurisdiction="US-CAX")))[0] == 8


def test_without_witnesses_nothing_is_said_of_them() -> None:
    """A trust file with the quorum none says so: the words do not claim more."""
    trust = replace(REAL.trust, quorum="none", groups=(), witnesses=())

    found = verify_token(REAL.parts(), trust, Asked(at=AT))

    assert found.holds
    assert "witness" not in found.steps[4].words
    assert "witness" in judged().steps[4].words


def test_the_result_is_plain_data() -> None:
    """For `--json`: every step with outcome, words and code."""
    document = json.loads(json.dumps(judged(status=None).to_json()))

    assert document["holds"] is False
    assert document["release"] == manifest().digest
    assert document["statusListIssued"] is None
    assert [step["number"] for step in document["steps"]] == list(range(1, 9))
    assert document["steps"][3]["code"] == "status.missing"
    assert judged().to_json()["statusListIssued"] == "2026-03-02T11:00:00Z"
    assert judged(token=b"x").to_json()["grant"] is None


def test_a_folder_is_read_as_it_was_written(tmp_path: Path) -> None:
    """A newline that an editor put behind a token does no harm."""
    write_token(tmp_path / "a.token", REAL.parts())
    with (tmp_path / "a.token" / folder.TOKEN).open("ab") as file:
        file.write(b"\n")

    assert read_parts(tmp_path / "a.token") == REAL.parts()


def test_a_lone_token_is_read_without_its_companions(tmp_path: Path) -> None:
    """A token may come by mail; what is missing is said later."""
    (tmp_path / "token.jwt").write_bytes(REAL.parts().token)

    found = read_parts(tmp_path / "token.jwt")

    assert found.token == REAL.parts().token
    assert (found.entry, found.receipt, found.status, found.manifest) == (None, None, None, None)


@pytest.mark.parametrize("name", ["", "missing"])
def test_no_token_is_told_as_such(tmp_path: Path, name: str) -> None:
    """An empty folder, or no folder at all."""
    with pytest.raises(SunlitError) as caught:
        read_parts(tmp_path / name)

    assert caught.value.code == "token.unreadable"


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    """What one sender can make a verifier do is bounded."""
    (tmp_path / folder.TOKEN).write_bytes(b"a" * 65_537)

    with pytest.raises(SunlitError) as caught:
        read_parts(tmp_path)

    assert caught.value.code == "token.too-large"


def test_a_file_that_cannot_be_read_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error is ours, not the system's."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / folder.TOKEN).write_bytes(b"x")
    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(SunlitError) as caught:
        read_parts(tmp_path)

    assert caught.value.code == "token.unreadable"


@given(
    st.sampled_from(["token", "entry", "receipt", "status"]),
    st.integers(min_value=0, max_value=100_000),
    st.integers(min_value=1, max_value=255),
)
def test_no_changed_byte_passes_and_none_breaks_the_verifier(
    part: str, place: int, change: int
) -> None:
    """Every byte of what counts is covered; whatever is wrong comes out as a documented code."""
    data = bytearray(getattr(REAL.parts(), part))
    data[place % len(data)] ^= change

    found = judged(**{part: bytes(data)})  # type: ignore[arg-type]

    step = found.first_failure
    assert step is not None
    assert step.code is not None


@given(st.sampled_from(["token", "entry", "receipt", "status"]), st.binary(max_size=300))
def test_whatever_is_given_the_verifier_answers(part: str, data: bytes) -> None:
    """Noise in place of a file is refused, never an exception."""
    found = judged(**{part: data})  # type: ignore[arg-type]

    assert not found.holds
