"""From a folder to a token that a stranger checks, and all the reasons for which none is given."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from sunlit.base import canonical
from sunlit.base.errors import SunlitError
from sunlit.claims.authority import Role
from sunlit.claims.lifecycle import Status, TokenKind
from sunlit.registry.blobs import read_blob
from sunlit.registry.label import label_of
from sunlit.registry.mirror import open_trusted
from sunlit.registry.receipts import renew_receipts
from sunlit.registry.status import change_status, find_grant, list_path, publish_lists, status_of
from sunlit.registry.token import Issued, Terms, issue
from sunlit.registry.witness import witness
from sunlit.rubric.core import core_rubric
from sunlit.runtime.covers import Asked
from sunlit.runtime.folder import LABEL, read_parts
from sunlit.runtime.steps import Verification
from sunlit.runtime.verify import verify_token
from sunlit.statement.manifest import read_manifest
from sunlit.testing.authority import ROOT
from tests.registry.homes import give_trust, home_at, trust_for
from tests.registry.telling import CITY, ISSUER_KEY, Telling, telling
from tests.rubric.story import DEPLOYER, LABS, LATER, MAKER, USE, dataset

FULL: Final = Terms(kind=TokenKind.FULL, use=USE, deployer=DEPLOYER)
RESTRICTED: Final = replace(FULL, kind=TokenKind.RESTRICTED)
PILOT: Final = replace(FULL, kind=TokenKind.PILOT, limits=("at most 200 letters",))


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Telling]:
    """An issuer's ledger in which nothing was said yet."""
    with telling(tmp_path) as found:
        yield found


def issued(told: Telling, terms: Terms = FULL) -> Issued:
    """Issue a token."""
    return issue(
        told.ledger, told.component, core_rubric(), terms, signer=ISSUER_KEY, at=told.clock.at
    )


def refused(told: Telling, terms: Terms = FULL) -> SunlitError:
    """Return why no token is given."""
    with pytest.raises(SunlitError) as caught:
        issued(told, terms)
    return caught.value


def checked(told: Telling, done: Issued, **asked: object) -> Verification:
    """Verify a token as a stranger would, with the trust file alone."""
    trust = told.ledger.history.directory.trust
    assert trust is not None
    return verify_token(
        read_parts(done.folder),
        trust,
        Asked(at=told.clock.at, **asked),  # type: ignore[arg-type]
    )


def test_a_full_token_is_issued_and_a_stranger_verifies_it(told: Telling) -> None:
    """Every control holds, the grant is logged, and all eight steps hold offline."""
    done = issued(told.complete())

    found = checked(
        told, done, files=read_manifest(told.component.root), use=USE, deployer=DEPLOYER,
        jurisdiction="US-CA", kinds=(TokenKind.FULL,),
    )  # fmt: skip
    assert [step.outcome for step in found.steps] == ["HOLDS"] * 8
    assert done.grant.code == "5441"
    assert done.grant.tier is not None
    assert set(done.grant.assessors) == {LABS[0], LABS[1]}
    assert done.grant.maintainer == MAKER
    assert done.grant.open_findings == ()


def test_the_conformity_that_a_grant_names_is_kept(told: Telling) -> None:
    """The findings lie under their digest, with origin and size to compute them again."""
    done = issued(told.complete())

    kept = canonical.decode_object(read_blob(told.ledger.home, done.grant.conformity))

    assert kept["outcome"] == "HOLDS"
    assert kept["logs"] == [{"origin": done.grant.log_origin, "size": done.grant.log_size}]
    assert done.said.index == done.grant.log_size


def test_a_token_ends_with_what_it_relies_on(told: Telling) -> None:
    """A year was asked for; the risk code and the attestations end sooner."""
    done = issued(told.complete(), replace(FULL, days=1000))

    assert done.grant.valid_until == LATER
    assert done.shortened_by is not None
    assert issued(told, replace(FULL, days=2)).shortened_by is None


def test_a_full_token_is_refused_while_a_control_is_open(told: Telling) -> None:
    """One attestation is missing; the refusal names the control and how to mend it."""
    told.registered().made().declared()
    told.attested(0)
    told.voted(1)
    told.voted(2)
    told.published()
    told.mitigated()

    error = refused(told)

    assert error.code == "issue.not-conform"
    assert "independent" in str(error).lower()
    assert error.mend is not None


def test_a_restricted_token_names_what_is_open(told: Telling) -> None:
    """Open findings are allowed and stand in the token; the label says so."""
    told.registered().made().declared()
    told.attested(0)
    told.voted(1, ceiling=4)
    told.voted(2, ceiling=4)
    told.published()
    told.mitigated()

    done = issued(told, RESTRICTED)

    assert done.grant.open_findings == ("assu-4",)
    assert checked(told, done).holds
    assert "open when given: assu-4" in (done.folder / LABEL).read_text(encoding="utf-8")


def test_a_restricted_token_is_refused_when_a_control_fails(told: Telling) -> None:
    """The gap is above the ceiling that the board accepts."""
    told.registered().made().declared()
    told.voted(1, ceiling=1)
    told.voted(2, ceiling=1)
    told.published()

    assert refused(told, RESTRICTED).code == "issue.not-conform"


def test_a_pilot_is_short_and_limited(told: Telling) -> None:
    """At most 90 days and at least one limit, whatever holds."""
    told.complete()

    assert refused(told, replace(PILOT, days=91)).code == "issue.pilot-too-long"
    assert refused(told, replace(PILOT, limits=())).code == "issue.unlimited"
    done = issued(told, PILOT)
    assert done.grant.valid_until - done.grant.valid_from == timedelta(days=30)
    assert done.grant.constraints == ("at most 200 letters",)


def test_no_token_without_a_risk_code(told: Telling) -> None:
    """Even a pilot says how risky it is."""
    told.registered().made().declared()

    assert refused(told, PILOT).code == "issue.no-code"


def test_no_token_without_a_use_that_the_deployer_signed(told: Telling) -> None:
    """Oversight and fallback are the deployer's words."""
    told.registered().made()

    assert refused(told, PILOT).code == "issue.no-use"


def test_only_a_trusted_issuer_issues(told: Telling) -> None:
    """Another key of the same home is refused before anything is logged."""
    told.complete()
    before = told.ledger.log.size

    with pytest.raises(SunlitError) as caught:
        issue(told.ledger, told.component, core_rubric(), FULL, signer=CITY, at=told.clock.at)

    assert caught.value.code == "issue.not-issuer"
    assert told.ledger.log.size == before


def test_no_index_is_used_twice(told: Telling) -> None:
    """Not even when the first token was revoked."""
    first = issued(told.complete())
    revoke(told, first)

    second = issued(told)

    assert (first.grant.status_index, second.grant.status_index) == (0, 1)
    assert first.folder != second.folder
    assert checked(told, second).holds


def revoke(told: Telling, done: Issued, status: Status = Status.INVALID) -> None:
    """Change a token's status."""
    change_status(
        told.ledger, done.said.statement_id[:12], status, "test", signer=ISSUER_KEY,
        at=told.clock.at,
    )  # fmt: skip


def test_a_suspended_token_comes_back_and_a_revoked_one_does_not(told: Telling) -> None:
    """The list beside the token and the public one say the same at every point."""
    done = issued(told.complete())
    codes: list[str | None] = []

    for status in (Status.SUSPENDED, Status.VALID, Status.INVALID):
        revoke(told, done, status)
        failure = checked(told, done).first_failure
        codes.append(failure.code if failure else None)

    assert codes == ["status.suspended", None, "status.revoked"]
    public = list_path(told.ledger.home, done.grant.status_list).read_bytes()
    assert public == read_parts(done.folder).status
    with pytest.raises(SunlitError) as caught:
        revoke(told, done, Status.VALID)
    assert caught.value.code == "admit.refused"
    assert status_of(told.ledger.history.statements, done.said.statement_id) is Status.INVALID


def test_a_list_expires_and_is_signed_anew(told: Telling) -> None:
    """After a week nobody may rely on it; refreshing gives another week."""
    done = issued(told.complete())
    told.clock.at += timedelta(days=8)

    failure = checked(told, done).first_failure
    publish_lists(told.ledger, ISSUER_KEY, told.clock.at)

    assert failure is not None
    assert failure.code == "status.expired"
    assert checked(told, done).holds


def test_a_receipt_waits_for_its_witnesses(told: Telling) -> None:
    """Issued before anybody cosigned; renewed once enough did, and never made worse."""
    home = told.ledger.home
    root = home_at(home.root.parent / "witness", ROOT, told.clock, [Role.WITNESS])
    give_trust(replace(trust_for(home, witnesses=[root]), quorum=ROOT), home, root)
    done = issued(told.complete())
    history = told.ledger.history

    before = renew_receipts(home, history, told.clock.at)
    reader = open_trusted(home.log_directory, root.trust(told.clock.at))
    told.ledger.log.add_cosignatures(reader.size, [witness(root, reader, told.clock.at)])
    after = renew_receipts(home, history, told.clock.at)
    told.maker(dataset(), "12" * 32)
    later = renew_receipts(home, history, told.clock.at)

    assert not done.witnessed
    assert before.waiting == after.witnessed == later.witnessed == (done.folder,)
    found = verify_token(
        read_parts(done.folder), home.trust(told.clock.at), Asked(at=told.clock.at)
    )
    assert found.holds


def test_a_token_that_was_thrown_away_is_still_on_the_list(told: Telling) -> None:
    """The log knows the token, not the folder."""
    done = issued(told.complete())
    for path in done.folder.iterdir():
        path.unlink()
    done.folder.rmdir()

    revoke(told, done)

    assert list_path(told.ledger.home, done.grant.status_list).exists()
    assert renew_receipts(told.ledger.home, told.ledger.history, told.clock.at).waiting == ()


@pytest.mark.parametrize("which", ["", "0000000000", "abc"])
def test_a_token_that_was_never_issued_has_no_status(told: Telling, which: str) -> None:
    """Nor does a name too short to be meant."""
    with pytest.raises(SunlitError) as caught:
        find_grant(told.ledger, which)

    assert caught.value.code == "issue.no-such-token"


def test_the_list_is_where_the_trust_file_says(told: Telling) -> None:
    """A list of this issuer in the trust file is used; a stated one goes before it."""
    told.complete()

    done = issued(told, replace(FULL, status_list="https://issuer.example/status/9"))

    assert done.grant.status_list == "https://issuer.example/status/9"
    name = list_path(told.ledger.home, done.grant.status_list).name
    assert re.fullmatch(r"issuer\.example-status-9-[0-9a-f]{16}\.jwt", name)
    assert issued(told).grant.status_list == done.grant.status_list


def test_lists_of_two_uris_never_share_a_file(told: Telling) -> None:
    """Also where their names differ only in what a file name leaves out, or far behind."""
    uris = ("https://a/1-2", "https://a/1/2", "https://a/" + "x" * 400, "https://a/" + "x" * 401)

    paths = {list_path(told.ledger.home, uri) for uri in uris}

    assert len(paths) == len(uris)
    assert max(len(path.name) for path in paths) < 100


def test_a_list_with_a_long_uri_is_refused_before_anything_is_logged(told: Telling) -> None:
    """512 characters go; one more does not, and no grant stands in the log for it."""
    told.complete()
    longest = "https://issuer.example/".ljust(512, "x")

    before = told.ledger.log.size
    with pytest.raises(SunlitError) as caught:
        issued(told, replace(FULL, status_list=longest + "x"))
    after = told.ledger.log.size
    done = issued(told, replace(FULL, status_list=longest))

    assert caught.value.code == "issue.list-uri"
    assert after == before
    assert list_path(told.ledger.home, done.grant.status_list).exists()


def test_an_expired_code_leaves_nothing_for_a_token(told: Telling) -> None:
    """The board's code ended: there is no code any more."""
    told.complete()
    told.clock.at = LATER + timedelta(days=1)

    assert refused(told, RESTRICTED).code in {"issue.no-code", "issue.not-conform"}


def test_the_label_is_eight_lines_with_and_without_a_check(told: Telling) -> None:
    """The verified token and the grant beside it say the same."""
    done = issued(told.complete())

    verified = label_of(done.folder, checked(told, done))
    unverified = label_of(done.folder)

    assert len(verified.lines) == 8
    assert verified.lines == unverified.lines
    assert "".join(f"{line.title}: {line.text}\n" for line in verified.lines) == (
        done.folder / LABEL
    ).read_text(encoding="utf-8")
    assert json.loads(json.dumps(verified.to_json()))["verification"]["holds"] is True
    assert unverified.to_json()["verification"] is None


def test_a_label_needs_the_grant(told: Telling) -> None:
    """A lone token file that nobody checked is not shown as if it were true."""
    done = issued(told.complete())

    with pytest.raises(SunlitError) as caught:
        label_of(done.folder / "token.jwt")

    assert caught.value.code == "label.no-grant"


def test_what_was_issued_is_plain_data(told: Telling) -> None:
    """`--json` prints the grant's claims and where everything lies."""
    document = issued(told.complete()).to_json()

    assert json.loads(json.dumps(document))["claims"]["release"] == told.component.release
