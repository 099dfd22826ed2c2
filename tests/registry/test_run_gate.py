"""The gate before training: nothing sensitive starts without a review that counts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.claims.authority import Role
from sunlit.claims.privacy import Decision, Review, ReviewRequest
from sunlit.registry.data_keep import about
from sunlit.registry.run import Asked, Input, look_at_inputs, toml_of
from sunlit.registry.run_gate import (
    Asker,
    Standing,
    ask_for_reviews,
    look,
    stop,
    told,
    warnings,
)
from sunlit.registry.saying import say
from sunlit.statement.intoto import Subject
from tests.capabilities.privacy.datasets_told import SENSITIVE, review
from tests.registry.data_tools import FakeDataTools
from tests.registry.telling import Telling, telling
from tests.rubric.story import LABS, MAKER, PURL

MISSING = UnavailableError("producer.needs-data", "nothing here can look", mend="pip install it")


class Gate:
    """A component about to be trained on people.csv, with the issuer's home as its log."""

    def __init__(self, telling_: Telling) -> None:
        self.telling = telling_
        self.folder = telling_.component.root
        (self.folder / "people.csv").write_text("name,age\nAda,40\n", encoding="utf-8")
        self.asked = Asked(
            component=self.folder, command=("true",), inputs=(self.folder / "people.csv",),
            outputs=(self.folder / "model.txt",),
        )  # fmt: skip
        self.tools = FakeDataTools(scan_claim=SENSITIVE)

    @property
    def inputs(self) -> tuple[Input, ...]:
        return look_at_inputs(self.asked)

    @property
    def digest(self) -> str:
        return self.inputs[0].digest["sha256"]

    def asker(self, *, home: bool = True) -> Asker:
        return Asker(
            toml=toml_of(self.folder), at=self.telling.clock.at,
            history=self.telling.ledger.history if home else None,
            organisation=MAKER if home else None,
        )  # fmt: skip

    def look(self, *, home: bool = True) -> tuple[Standing, ...]:
        return look(self.asked, self.inputs, self.tools, self.asker(home=home))

    def said(self, claim: Review, lab: int = 2) -> None:
        subject = Subject("people.csv", {"sha256": self.digest})
        say(self.telling.ledger, claim, subject, self.telling.story.labs[lab].key(Role.ASSESSOR))

    def reviewed(self, **changes: object) -> None:
        """Let the third laboratory see the maintainer's scan, and review."""
        scan = self.telling.maker(SENSITIVE, self.digest)
        claim = review(scan.statement_id, reviewed_on=self.telling.clock.at)
        self.said(replace(claim, **changes))  # type: ignore[arg-type]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """A world in which the third laboratory reviews data."""
    with telling(tmp_path) as made:
        made.story.world.accredit(LABS[2], "privacy")
        made.registered()
        yield Gate(made)


def code(standing: tuple[Standing, ...], *, later: bool = False) -> str | None:
    """Return the code that it stops with; None where it goes on."""
    try:
        stop(standing, review_later=later)
    except (VerificationError, UnavailableError) as error:
        return error.code
    return None


def test_plain_data_goes_on(gate: Gate) -> None:
    """Nothing is asked for, and nothing is said."""
    gate.tools.scan_claim = replace(SENSITIVE, sensitive=False, grounds=())
    standing = gate.look()

    assert code(standing) is None
    assert ask_for_reviews(gate.asked, standing, gate.asker(), went_on=False) == ()
    assert list(told(standing)) == []
    assert standing[0].to_json()["sensitive"] is False


def test_sensitive_data_stops_and_a_review_is_asked_for(gate: Gate) -> None:
    """What was found is kept, so it is not looked at again."""
    standing = gate.look()
    (path,) = ask_for_reviews(gate.asked, standing, gate.asker(), went_on=False)

    assert code(standing) == "run.not-reviewed"
    assert list(told(standing)) == ["people.csv: person: name."]
    claims = [draft.claim for draft in about(gate.folder, gate.digest)]
    request = next(one for one in claims if isinstance(one, ReviewRequest))
    assert request.component == PURL
    assert (request.reasons, request.went_on) == (("person: name",), False)
    assert standing[0].to_json()["grounds"] == ["person: name"]

    before = path.read_bytes()
    gate.telling.clock.at = gate.telling.clock.at.replace(year=2027)
    ask_for_reviews(gate.asked, gate.look(), gate.asker(), went_on=False)
    assert path.read_bytes() == before
    assert gate.tools.looked == ["scan people.csv"]


def test_other_recognisers_look_again_and_hide_nothing(gate: Gate) -> None:
    """What the first scan found still stops it, until the dataset is scanned by hand."""
    gate.look()
    gate.tools.present = "22" * 32
    gate.tools.scan_claim = replace(
        SENSITIVE, recognisers=gate.tools.present, sensitive=False, found=(), grounds=()
    )

    assert code(gate.look()) == "run.not-reviewed"
    assert code(gate.look()) == "run.not-reviewed"
    assert gate.tools.looked == ["scan people.csv"] * 2


def test_going_on_without_a_review_is_recorded(gate: Gate) -> None:
    """Who asks for a review later says so, for everybody to see."""
    standing = gate.look(home=False)
    ask_for_reviews(gate.asked, standing, gate.asker(home=False), went_on=False)
    ask_for_reviews(gate.asked, standing, gate.asker(home=False), went_on=True)

    assert code(standing, later=True) is None
    requests = [it.claim for it in about(gate.folder, gate.digest)]
    assert [it.went_on for it in requests if isinstance(it, ReviewRequest)] == [True]


def test_a_review_in_the_log_lets_it_through(gate: Gate) -> None:
    """Its conditions are said; without a home nobody knows of it."""
    gate.reviewed()
    standing = gate.look()

    assert code(standing) is None
    assert standing[0].to_json()["reviewedBy"] == LABS[2]
    assert "conditions: only inside the agency" in list(told(standing))[-1]
    assert code(gate.look(home=False)) == "run.not-reviewed"


def test_the_maintainers_own_house_does_not_review(gate: Gate) -> None:
    """Before anybody keeps the name, whoever trains is the maintainer."""
    gate.reviewed()
    asker = replace(gate.asker(), organisation=LABS[2])

    assert code(look(gate.asked, gate.inputs, gate.tools, asker)) == "run.not-reviewed"
    nobody = replace(gate.asker(), organisation=None)
    assert code(look(gate.asked, gate.inputs, gate.tools, nobody)) == "run.not-reviewed"


def test_a_refusal_stops_always(gate: Gate) -> None:
    """Also who would go on without any review; and no other one is asked for."""
    gate.reviewed(decision=Decision.REFUSE, conditions=())
    standing = gate.look()

    assert code(standing, later=True) == "run.refused"
    assert standing[0].to_json()["refusedBy"] == LABS[2]
    assert ask_for_reviews(gate.asked, standing, gate.asker(), went_on=True) == ()


def test_what_cannot_be_looked_at_stops_too(gate: Gate) -> None:
    """It may be sensitive; the error says what to install."""
    gate.tools.error = MISSING
    standing = gate.look()

    assert code(standing) == "run.not-scanned"
    assert code(standing, later=True) is None
    assert standing[0].grounds == ("it could not be looked at (producer.needs-data)",)
    assert standing[0].to_json()["sensitive"] is None
    assert "not scanned" in next(iter(told(standing)))
    with pytest.raises(UnavailableError) as caught:
        stop(standing, review_later=False)
    assert caught.value.mend == "pip install it"
    assert "name" in next(warnings(gate.inputs))


def test_a_file_that_was_not_read_stops_too(gate: Gate) -> None:
    """A picture may show anybody; a sensitive table beside it is said first."""
    gate.tools.scan_claim = replace(SENSITIVE, sensitive=False, unread=("a.png",), grounds=())
    standing = gate.look()
    assert code(standing) == "run.not-scanned"
    assert standing[0].grounds == ("not looked at: a.png",)

    both = replace(standing[0], scan=replace(SENSITIVE, unread=("a.png",)))
    assert code((both,)) == "run.not-reviewed"


def test_a_ground_is_said_where_a_scan_gives_none(gate: Gate) -> None:
    """A scan by another tool may leave them out."""
    gate.tools.scan_claim = replace(SENSITIVE, grounds=())

    assert gate.look()[0].grounds == ("a scan calls it sensitive",)


def test_an_unknown_error_is_said_as_such(gate: Gate) -> None:
    """Nothing is made up."""
    assert Standing(input=gate.inputs[0]).grounds == ("it could not be looked at (unknown)",)
