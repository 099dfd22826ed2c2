"""Review boards: what was asked, who voted how, and how the code moved."""

from starlette.testclient import TestClient

from sunlit.bootstrap.site import Site
from sunlit.claims.risk import Vote
from sunlit.node.known import use_key
from sunlit.testing.authority import BOARD
from tests.rubric.story import DEPLOYER, USE

KEY = use_key(DEPLOYER, USE)


def release_of(site: Site) -> str:
    """Return the release that the board voted on."""
    said = site.homes[0].history(site.clock.now()).statements
    return next(one.claim.release for one in said if isinstance(one.claim, Vote))


def test_the_boards_of_the_trust_file_are_listed(shared_client: TestClient) -> None:
    """Each with how many of its members have to agree."""
    found = shared_client.get("/boards")

    assert f'href="/boards/{BOARD}"' in found.text
    assert "2 of 3 members have to agree" in found.text


def test_a_board_shows_what_it_was_asked(shared_client: TestClient, shared_site: Site) -> None:
    """The use, its code now, the release; a board that nobody names has no page."""
    found = shared_client.get(f"/boards/{BOARD}")

    assert f"/boards/{BOARD}/{release_of(shared_site)}/{KEY}" in found.text
    assert "5441" in found.text
    assert shared_client.get("/boards/nobody.example").status_code == 404


def test_a_matter_shows_the_code_digit_by_digit_and_every_vote(
    shared_client: TestClient, shared_site: Site
) -> None:
    """Votes, who stood aside, sessions, and how the code moved."""
    found = shared_client.get(f"/boards/{BOARD}/{release_of(shared_site)}/{KEY}")

    assert found.status_code == 200
    for words in ("Risk code 5441", "digit by digit", "mitigation gap", "Member 1", "Nobody.",
                  "How the code moved", "voted: impact"):  # fmt: skip
        assert words in found.text


def test_what_a_board_was_never_asked_has_no_page(
    shared_client: TestClient, shared_site: Site
) -> None:
    """Another release, another use, another board: nothing is made up."""
    release = release_of(shared_site)

    assert shared_client.get(f"/boards/{BOARD}/{'0' * 64}/{KEY}").status_code == 404
    assert shared_client.get(f"/boards/{BOARD}/{release}/nothing").status_code == 404
    assert shared_client.get(f"/boards/nobody.example/{release}/{KEY}").status_code == 404
