"""A maintainer asks for a review, a reviewer of another house answers, and both see the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.claims.authority import Role
from sunlit.claims.privacy import Review, ReviewRequest
from sunlit.registry.blobs import read_blob
from sunlit.registry.data_keep import keep, with_report
from sunlit.registry.review import ask, decide, digest_named, dossier, earlier, open_requests
from sunlit.statement.intoto import Subject
from tests.capabilities.privacy.datasets_told import SENSITIVE, review
from tests.registry.telling import Telling, telling
from tests.rubric.story import DATA, LABS, PURL, measured

NAMED = Subject("census.csv", {"sha256": DATA})


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Telling]:
    """A world in which the third laboratory reviews data, and a scan is kept."""
    with telling(tmp_path) as made:
        made.story.world.accredit(LABS[2], "privacy")
        made.registered()
        reports = {"scan.json": b"{}"}
        keep(made.component.root, [(with_report(SENSITIVE, reports), (NAMED,))], reports)
        yield made


def asked(world: Telling) -> None:
    """Let the maintainer ask."""
    ask(world.ledger, world.component.root, DATA, world.story.maintainer, at=world.clock.at)


def answered(world: Telling, lab: int = 2, **changes: object) -> None:
    """Let a laboratory review what the log holds."""
    found = dossier(world.ledger.history, DATA, world.clock.at)
    claim = review(*found.statements, reviewer=LABS[lab], reviewed_on=world.clock.at,
                   component=PURL)  # fmt: skip
    claim = replace(claim, supersedes=earlier(found, LABS[lab], "training", PURL))
    decide(
        world.ledger, found, replace(claim, **changes),  # type: ignore[arg-type]
        world.story.labs[lab].key(Role.ASSESSOR),
    )  # fmt: skip


def open_(world: Telling) -> list[str]:
    """Return the digests whose review is open."""
    return [one.digest for one in open_requests(world.ledger.history, world.clock.at)]


def test_asking_signs_what_was_found_and_a_request(world: Telling) -> None:
    """The report goes along, so a reviewer can read it; asking again says nothing new."""
    asked(world)
    size = world.ledger.log.size
    asked(world)

    found = dossier(world.ledger.history, DATA, world.clock.at)
    assert world.ledger.log.size == size
    assert found.name == "census.csv"
    assert [request.component for _, request in found.open] == [PURL]
    assert [request.reasons for _, request in found.open] == [("person: name",)]
    assert open_(world) == [DATA]
    scan = found.scans[0][1]
    assert scan.report is not None
    assert read_blob(world.ledger.home, str(scan.report.digest["sha256"])) == b"{}"


def test_a_request_without_grounds_says_who_asks(world: Telling) -> None:
    """A reason there must be."""
    keep(world.component.root, [(replace(SENSITIVE, grounds=()), (NAMED,))], {})
    asked(world)

    found = dossier(world.ledger.history, DATA, world.clock.at)
    assert found.open[0][1].reasons == ("the maintainer asks for it",)


def test_nothing_is_asked_without_a_scan(world: Telling) -> None:
    """A reviewer has to see something."""
    with pytest.raises(VerificationError) as caught:
        ask(world.ledger, world.component.root, "12" * 32, world.story.maintainer,
            at=world.clock.at)  # fmt: skip

    assert caught.value.code == "review.nothing-kept"


def test_an_answer_closes_the_request_until_it_ends(world: Telling) -> None:
    """Then it is open again."""
    keep(world.component.root, [(measured(), (NAMED,))], {})
    asked(world)
    answered(world)

    found = dossier(world.ledger.history, DATA, world.clock.at)
    assert len(found.statements) == 2
    assert open_(world) == []
    world.clock.at += timedelta(days=200)
    assert open_(world) == [DATA]


def test_the_answer_for_another_component_leaves_it_open(world: Telling) -> None:
    """One for any component closes it."""
    asked(world)
    answered(world, component="pkg:generic/other")
    assert open_(world) == [DATA]

    answered(world, component=None)
    assert open_(world) == []


def test_a_reviewers_latest_word_replaces_the_one_before(world: Telling) -> None:
    """Both stay in the log; one stands."""
    asked(world)
    answered(world)
    answered(world, reasons="Seen again.")

    found = dossier(world.ledger.history, DATA, world.clock.at)
    assert [one.reasons for _, one in found.reviews] == ["Seen again."]
    held = [it for it in world.ledger.history.statements if isinstance(it.claim, Review)]
    assert len(held) == 2


def test_who_is_not_accredited_does_not_answer(world: Telling) -> None:
    """The log does not take it."""
    asked(world)
    with pytest.raises(VerificationError) as caught:
        answered(world, lab=0)

    assert caught.value.code == "admit.refused"


def test_a_review_of_nothing_is_refused(world: Telling) -> None:
    """The maintainer has to ask first."""
    with pytest.raises(VerificationError) as caught:
        answered(world)

    assert caught.value.code == "review.nothing-to-name"


def test_a_dataset_is_named_by_path_digest_or_digits(world: Telling, tmp_path: Path) -> None:
    """Too few digits name nothing, and digits of two are refused."""
    asked(world)
    history = world.ledger.history
    (tmp_path / "a.csv").write_bytes(b"a,b\n")

    assert digest_named(DATA, history) == DATA
    assert digest_named("sha256:" + DATA[:12].upper(), history) == DATA
    assert len(digest_named(str(tmp_path / "a.csv"), history)) == 64
    for text in (DATA[:7], "nothing", "12" * 32):
        with pytest.raises(VerificationError) as caught:
            digest_named(text, history)
        assert caught.value.code == "review.unknown-dataset"
    near = DATA[:10] + "0" * 54
    world.maker(SENSITIVE, near)
    with pytest.raises(MalformedError) as twice:
        digest_named(DATA[:9], world.ledger.history)
    assert twice.value.code == "review.ambiguous"


def test_a_dataset_without_a_name_is_called_by_its_digits(world: Telling) -> None:
    """A subject need not have one."""
    at = world.clock.at
    world.maker(ReviewRequest(purpose="training", reasons=("x",), opened_on=at), "12" * 32)

    assert dossier(world.ledger.history, "12" * 32, at).name == "121212121212"
