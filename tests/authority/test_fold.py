"""Who may say what: each rule of the fold, from nobody's word to a root's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sunlit.authority.directory import Directory
from sunlit.authority.fold import fold
from sunlit.authority.speech import entitled
from sunlit.authority.statements import sign_claim, subject_of
from sunlit.authority.trust_parts import TrustedWitness
from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import Withdrawal
from sunlit.claims.authority import (
    Accreditation,
    Conflict,
    Key,
    LogClosed,
    Organisation,
    Revocation,
    Role,
)
from sunlit.claims.base import Opaque
from sunlit.log.note import COSIGNATURE_V1, NoteVerifier
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import (
    ACCREDITOR,
    BOARD,
    EXPIRES,
    LOG,
    ROOT,
    START,
    World,
    named_key,
    trust_of,
)  # fmt: skip

NEW = named_key("new")
WRONG = [Subject("wrong", {"sha256": "0" * 64})]


@pytest.fixture
def world() -> World:
    """A ministry over an agency, and a lab beside them."""
    world = World()
    world.organisation("ministry.example")
    world.organisation("agency.example", Role.MAINTAINER, parents=("ministry.example",))
    world.organisation("lab.example", Role.ASSESSOR)
    return world


def _operator(name: str) -> PrivateKey:
    return named_key(f"{name}/{Role.OPERATOR}")


def _key(organisation: str, *roles: Role, **more: object) -> Key:
    return Key(organisation=organisation, key=NEW.public.to_json(), roles=roles, **more)  # type: ignore[arg-type]


# --- organisations ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speaker", "parents", "known"),
    [
        pytest.param(ROOT, (), True, id="root"),
        pytest.param("ministry.example", ("ministry.example",), True, id="parent"),
        pytest.param("agency.example", ("ministry.example",), False, id="somebody-else"),
        pytest.param("ministry.example", (), False, id="not-its-parent"),
        pytest.param(ROOT, ("office.example",), False, id="its-own-parent"),
        pytest.param("stranger.example", ("stranger.example",), False, id="unregistered"),
    ],
)
def test_an_organisation_is_said_by_a_root_or_a_rooted_parent(
    world: World,
    speaker: str,
    parents: tuple[str, ...],
    known: bool,  # noqa: FBT001
) -> None:
    """Nobody registers themselves."""
    key = named_key(f"{ROOT}/operator") if speaker == ROOT else _operator(speaker)

    world.say(Organisation(id="office.example", name="Office", parents=parents), key)

    assert world.directory.knows("office.example") is known


def test_a_statement_about_another_subject_is_not_acted_on(world: World) -> None:
    """What a statement is about is its subject; the predicate may not say something else."""
    world.say(Organisation(id="office.example", name="O"), world.root.operator, subjects=WRONG)

    assert not world.directory.knows("office.example")


def test_only_a_root_moves_an_organisation(world: World) -> None:
    """A parent that could drop itself would make its child independent of it."""
    alone = Organisation(id="agency.example", name="A", parents=("ministry.example", "lab.example"))

    world.say(alone, _operator("ministry.example"))
    before = world.directory.parents("agency.example")
    world.say(alone, world.root.operator)

    assert before == {"agency.example", "ministry.example"}
    assert "lab.example" in world.directory.parents("agency.example")


def test_a_root_is_not_described_from_below(world: World) -> None:
    """A root organisation is what the trust file says."""
    claim = Organisation(id=ROOT, name="x", parents=("agency.example",))

    world.say(claim, _operator("agency.example"))

    assert world.directory.organisation(ROOT) is None
    assert world.directory.knows(ROOT)


# --- keys ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speaker", "counts"),
    [
        (ROOT, True),
        ("ministry.example", True),
        ("agency.example", True),
        ("lab.example", False),
    ],
)
def test_a_key_is_registered_by_root_parent_or_own_operator(
    world: World,
    speaker: str,
    counts: bool,  # noqa: FBT001
) -> None:
    """Another organisation's operator has no say."""
    key = world.root.operator if speaker == ROOT else _operator(speaker)

    world.say(_key("agency.example", Role.MAINTAINER), key, NEW)

    assert (world.directory.organisation_of(NEW.public.key_id) == "agency.example") is counts


def test_a_maintainer_registers_no_key(world: World) -> None:
    """That takes an operator."""
    world.say(_key("agency.example", Role.MAINTAINER),
              named_key(f"agency.example/{Role.MAINTAINER}"), NEW)  # fmt: skip

    assert world.directory.key(NEW.public.key_id) is None


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (_key("agency.example"), "without a role"),
        (_key("agency.example", Role.OPERATOR, Role.MAINTAINER), "nothing else"),
        (_key("agency.example", Role.WITNESS, Role.BOARD), "nothing else"),
        (_key("nobody.example", Role.MAINTAINER), "not known"),
        (_key("agency.example", Role.BOARD, valid_from=EXPIRES, valid_until=START), "never be"),
        (replace(_key("agency.example", Role.BOARD), key={"kind": "?"}), "malformed"),
    ],
)  # fmt: skip
def test_a_key_that_could_not_serve_is_not_registered(
    world: World, claim: Key, reason: str
) -> None:
    """Each with its reason."""
    subjects = [subject_of(_key("agency.example"))]
    said = world.say(claim, world.root.operator, NEW, subjects=subjects)
    # An empty list of roles is not written, so it is put in as another writer would.
    ids = dict.fromkeys((*said.signers, NEW.public.key_id))
    said = replace(said, claim=claim, subjects=tuple(subjects), signers=tuple(ids))

    answer = entitled(world.directory, said)

    assert answer is not None
    assert reason in answer.reason
    assert world.directory.key(NEW.public.key_id) is None


def test_a_key_shows_that_its_holder_has_it(world: World) -> None:
    """Else anybody could register another's public key as theirs and block it."""
    world.say(_key("agency.example", Role.MAINTAINER), _operator("agency.example"))

    assert world.directory.key(NEW.public.key_id) is None


def test_a_key_belongs_to_one_organisation(world: World) -> None:
    """One public key never speaks for two."""
    world.say(_key("agency.example", Role.MAINTAINER), _operator("agency.example"), NEW)
    world.say(_key("lab.example", Role.ASSESSOR), _operator("lab.example"), NEW)

    assert world.directory.organisation_of(NEW.public.key_id) == "agency.example"


def test_a_subject_that_is_another_key_is_refused(world: World) -> None:
    """The statement is found by its subject."""
    world.say(_key("agency.example", Role.BOARD), world.root.operator, NEW, subjects=WRONG)

    assert world.directory.key(NEW.public.key_id) is None


def test_keys_of_the_trust_file_s_own_purposes_are_not_registered() -> None:
    """Root and log keys are for nothing else; a witness's key may be registered as that."""
    witness = NoteVerifier("w", COSIGNATURE_V1, NEW.public.spki[-32:]).vkey
    world = World(trust_of(witnesses=(TrustedWitness(name="w", vkey=witness),)))
    world.organisation("agency.example")
    for key in (named_key("trust/1"), named_key(f"log/{LOG}")):
        world.register_key("agency.example", key, Role.MAINTAINER, by=world.root.operator)
    world.register_key("agency.example", NEW, Role.MAINTAINER, by=world.root.operator)
    refused = world.directory.key(NEW.public.key_id)

    world.register_key("agency.example", NEW, Role.WITNESS, by=world.root.operator)

    assert refused is None
    assert world.directory.key(NEW.public.key_id) is not None
    assert world.directory.key(named_key("trust/1").public.key_id) is None
    assert world.directory.key(named_key(f"log/{LOG}").public.key_id) is None


def test_of_a_key_in_the_trust_file_only_the_trust_file_speaks() -> None:
    """A statement can neither widen its roles nor lengthen its life."""
    world = World()
    world.organisation(BOARD)
    member = named_key(f"{BOARD}/1")

    said = world.register_key(BOARD, member, Role.MAINTAINER, by=_operator(BOARD))

    record = world.directory.key(member.public.key_id)
    assert said.statement_id in world.directory.acted_on
    assert record is not None
    assert record.roles == {Role.BOARD}


def test_roles_change_from_the_entry_on(world: World) -> None:
    """What a key said before, it said in its role of then."""
    agency = world.member("agency.example", Role.MAINTAINER)
    key = agency.key(Role.MAINTAINER)
    early = world.say(_conflict(), key)

    world.register_key("agency.example", key, Role.ASSESSOR, by=agency.operator)
    late = world.say(_conflict("again"), key)

    assert world.directory.may(early, Role.MAINTAINER, at=world.now)
    assert not world.directory.may(late, Role.MAINTAINER, at=world.now)
    assert world.directory.may(late, Role.ASSESSOR, at=world.now)


def _conflict(ground: str = "") -> Conflict:
    return Conflict(organisation="agency.example", component="pkg:x/y", ground=ground)


# --- accreditations, conflicts, withdrawals, closed logs ------------------------------------------


def test_only_an_accreditor_of_the_trust_file_accredits(world: World) -> None:
    """With its own accreditor key; and never itself."""
    world.accreditor()
    world.accredit("lab.example", "fairness")
    world.accredit(ACCREDITOR, "fairness")
    other = world.organisation("other.example", Role.ACCREDITOR)

    world.say(replace(_accreditation(), accreditor="other.example"), other.key(Role.ACCREDITOR))
    world.say(_accreditation(), _operator(ACCREDITOR))
    world.say(_accreditation(), named_key(f"{ACCREDITOR}/{Role.ACCREDITOR}"), subjects=WRONG)

    assert [it.claim.scopes for it in world.directory.accreditations] == [("fairness",)]


def test_nobody_accredits_without_a_trust_file(world: World) -> None:
    """Nor closes a log, nor anything else."""
    nobody = Directory.empty()
    for claim in (
        Accreditation(
            accreditor="a", assessor="b", scopes=("c",), valid_from=START, valid_until=START
        ),
        LogClosed(origin=LOG),
        _key("agency.example", Role.MAINTAINER),
    ):
        said = world.say(claim, world.root.operator, NEW)
        answer = entitled(nobody, said)
        assert answer is not None
        assert not answer.by
        assert fold(nobody, said) is nobody


def test_a_conflict_is_declared_by_the_organisation_or_a_root(world: World) -> None:
    """A rival cannot declare one for it."""
    claim = Conflict(organisation="lab.example", with_organisation="agency.example")
    world.say(claim, _operator("agency.example"))
    world.say(replace(claim, ground="x"), _operator("lab.example"), subjects=WRONG)
    world.say(replace(claim, ground="own"), named_key(f"lab.example/{Role.ASSESSOR}"))
    world.say(replace(claim, ground="root"), world.root.operator)

    assert [it.claim.ground for it in world.directory.conflicts] == ["own", "root"]


def test_what_an_organisation_said_it_may_take_back(world: World) -> None:
    """By withdrawal or by a later word; another's word it may not."""
    world.accreditor()
    first = world.accredit("lab.example", "fairness")
    second = world.accredit("lab.example", "security")
    key = named_key(f"{ACCREDITOR}/{Role.ACCREDITOR}")
    withdrawn = Withdrawal(statement=first.statement_id, reason="closed")
    narrowed = replace(_accreditation(), supersedes=second.statement_id)

    world.say(withdrawn, _operator("lab.example"), subjects=WRONG)
    stranger = world.directory.is_replaced(first.statement_id)
    world.say(withdrawn, key, subjects=[Subject(None, {"sha256": "1" * 64})])
    world.say(narrowed, key)

    assert not stranger
    assert world.directory.is_replaced(first.statement_id)
    assert world.directory.is_replaced(second.statement_id)
    assert not world.directory.is_replaced("0" * 64)


def _accreditation() -> Accreditation:
    return Accreditation(
        accreditor=ACCREDITOR, assessor="lab.example", scopes=("x",), valid_from=START,
        valid_until=EXPIRES,
    )  # fmt: skip


def test_a_root_s_conflict_is_not_taken_back_from_below(world: World) -> None:
    """Else it could be wiped away by whom it concerns."""
    claim = Conflict(organisation="lab.example", with_organisation="agency.example")
    said = world.say(claim, world.root.operator)

    world.say(replace(claim, supersedes=said.statement_id, until=START), _operator("lab.example"))

    assert not world.directory.is_replaced(said.statement_id)


def test_a_log_is_closed_by_its_organisation_or_a_root(world: World) -> None:
    """And names its successor."""
    claim = LogClosed(origin=LOG, successor="log.example/2")

    world.say(claim, _operator("lab.example"))
    before = world.directory.closed
    world.say(claim, world.root.operator)

    assert before == {}
    assert world.directory.closed == {LOG: "log.example/2"}


# --- the fold itself ------------------------------------------------------------------------------


def test_a_statement_counts_once(world: World) -> None:
    """An old registration that is logged again brings no old roles back."""
    agency = world.member("agency.example")
    old = sign_claim(_key("agency.example", Role.ASSESSOR), [agency.operator, NEW]).to_bytes()
    world.enter(old)
    world.register_key("agency.example", NEW, Role.BOARD, by=agency.operator)

    world.enter(old)

    record = world.directory.key(NEW.public.key_id)
    assert record is not None
    assert record.roles == {Role.BOARD}


def test_a_draft_changes_nothing(world: World) -> None:
    """It has no place in a log."""
    said = world.say(Organisation(id="o.example", name="o"), world.root.operator)
    draft = replace(said, origin=None, index=None, admitted_at=None)

    assert fold(Directory.rooted(world.trust), draft) == Directory.rooted(world.trust)


def test_other_claims_are_passed_over(world: World) -> None:
    """The fold acts on authority only."""
    said = replace(world.history.statements[0], claim=Opaque(), statement_id="1" * 64)

    assert entitled(world.directory, said) is None
    assert fold(world.directory, said) is world.directory


def test_a_claim_of_another_family_names_its_own_subject() -> None:
    """`sign_claim` knows the subject of authority claims only."""
    with pytest.raises(MalformedError) as caught:
        sign_claim(Withdrawal(statement="0" * 64, reason=""), [NEW])

    assert caught.value.code == "authority.no-subject"


def test_a_revocation_names_a_known_key_and_the_right_subject(world: World) -> None:
    """Else it revokes nothing."""
    key = named_key(f"lab.example/{Role.ASSESSOR}")
    unknown = Revocation(key_id=NEW.public.key_id, reason="x")
    misdirected = Revocation(key_id=key.public.key_id, reason="x")

    world.say(unknown, world.root.operator)
    world.say(misdirected, world.root.operator, subjects=WRONG)
    world.revoke(key, by=_operator("agency.example"))

    assert world.directory.revocations == ()


def test_folding_can_stop_and_resume(world: World) -> None:
    """The directory after n entries and the rest give what all give at once."""
    world.revoke(_operator("lab.example"), by=world.root.operator, since=START)
    whole = Directory.rooted(world.trust)
    seen = [whole]
    for said in world.history.statements:
        whole = fold(whole, said)
        seen.append(whole)

    for cut, start in enumerate(seen):
        again = start
        for said in world.history.statements[cut:]:
            again = fold(again, said)
        assert again == whole
    assert whole == world.directory
    assert world.now - START == timedelta(minutes=len(world.history.statements))
