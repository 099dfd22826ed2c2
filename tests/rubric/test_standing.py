from dataclasses import replace

import pytest

from sunlit.authority.answer import Answer
from sunlit.base.purl import bare
from sunlit.claims.authority import Role
from sunlit.rubric.entry import (
    before,
    enters,
    first_no,
    is_about_one_release,
    keeps_name,
    not_ours,
    sentence,
    speaks,
)
from sunlit.rubric.standing import by_maintainer, first_yes, maintainers, when
from sunlit.testing.authority import START
from tests.rubric import story
from tests.rubric.story import LATER, MAKER, PURL, SOON, Story


@pytest.mark.parametrize(
    "purl",
    ["pkg:pypi/x", "pkg:pypi/x@1.0", "pkg:pypi/x@1.0?a=b", "pkg:pypi/x#sub", "pkg:pypi/x?a=b@c"],
)
def test_a_name_is_compared_without_its_version(purl: str) -> None:
    """The component is one, its releases are many."""
    assert bare(purl) == "pkg:pypi/x"


def test_the_first_maintainer_of_a_name_keeps_it() -> None:
    """Somebody who says later that they maintain it does not."""
    said = Story().made()
    squatter = said.world.organisation("squatter.example", Role.MAINTAINER)
    said.say(story.component(), squatter.key(Role.MAINTAINER))

    assert maintainers(said.evidence()) == {MAKER}
    assert not by_maintainer(said.evidence(), said.said[-1]).allowed


def test_a_name_is_handed_over_by_signing_together() -> None:
    """The keeper names the next one and so lets it in."""
    said = Story().made()
    heir = said.world.organisation("heir.example", Role.MAINTAINER)
    claim = replace(story.component(), version="2", maintainer="heir.example")
    said.say(claim, said.maintainer, heir.key(Role.MAINTAINER))

    assert maintainers(said.evidence()) == {MAKER, "heir.example"}


def test_a_name_is_handed_over_by_a_release_too() -> None:
    """It names its maintainer; who only signs beside the keeper gets nothing."""
    said = Story().made()
    heir = said.world.organisation("heir.example", Role.MAINTAINER)
    beside = said.world.organisation("beside.example", Role.MAINTAINER)
    keys = [one.key(Role.MAINTAINER) for one in (heir, beside)]
    claim = replace(story.released(), release_id="2", sunlit_maintainer="heir.example")
    said.say(claim, said.maintainer, *keys)

    assert maintainers(said.evidence()) == {MAKER, "heir.example"}


@pytest.mark.parametrize(
    "purl",
    ["pkg:pypi/outreach", "pkg:generic/outreach", "pkg:generic/nobody.example/outreach"],
)
def test_a_name_without_a_known_domain_may_begin_with_anybody(purl: str) -> None:
    """Only an organisation that is known here has names kept for it."""
    said = Story()
    said.say(replace(story.component(), purl=purl), said.maintainer)

    assert maintainers(said.evidence(component=purl)) == {MAKER}


def test_a_name_in_a_known_domain_begins_with_its_organisation() -> None:
    """Somebody else who is first does not keep it."""
    said = Story()
    squatter = said.world.organisation("squatter.example", Role.MAINTAINER)
    said.say(story.component(), squatter.key(Role.MAINTAINER))
    assert maintainers(said.evidence()) == frozenset()

    said.say(story.component(), said.maintainer)
    assert maintainers(said.evidence()) == {MAKER}


def test_without_a_name_the_release_says_who_keeps_it() -> None:
    """Admission looks back before it knows the component."""
    said = Story().made()

    assert maintainers(said.evidence(component=None)) == {MAKER}
    assert maintainers(said.evidence(component=None, release="12" * 32)) == frozenset()
    assert maintainers(said.evidence(component="pkg:generic/other")) == frozenset()


def test_the_longest_lasting_yes_counts() -> None:
    """A yes without an end lasts longest; without a yes there is a no."""
    never, soon, later = (Answer.yes("x", expires=end) for end in (None, SOON, LATER))

    assert first_yes([soon, later]).expires == LATER
    assert first_yes([soon, never]).expires is None
    assert not first_yes([Answer.no("x")]).allowed


def test_the_earliest_known_time_is_written() -> None:
    """Blanks are no times."""
    assert when(None, LATER, SOON) == "2026-06-01T00:00:00Z"
    assert when(None) is None


# --- the words of admission -------------------------------------------------------------------


def test_a_draft_does_not_enter() -> None:
    """It has no place in a log."""
    said = Story()

    no = speaks(said.draft(story.component()), said.world.directory, Role.MAINTAINER)

    assert no is not None
    assert no.reason == "A draft stands in no log."


def test_a_key_speaks_in_its_role() -> None:
    """The directory's reason becomes a sentence."""
    said = Story()
    entry = said.say(story.component(), said.maintainer)

    assert speaks(entry, said.world.directory, Role.MAINTAINER) is None
    no = speaks(entry, said.world.directory, Role.ASSESSOR)
    assert no is not None
    assert no.reason == "The key is not registered as assessor."
    assert sentence("it is so.") == "It is so."


def test_a_name_that_is_taken_is_refused() -> None:
    """A log's own history decides."""
    said = Story()
    entry = said.say(story.component(), said.maintainer)
    squatter = said.world.organisation("squatter.example", Role.MAINTAINER)
    other = said.say(story.component(), squatter.key(Role.MAINTAINER))

    assert keeps_name(entry, [], said.world.directory, PURL) is None
    assert keeps_name(entry, [entry], said.world.directory, PURL) is None
    no = keeps_name(other, [entry], said.world.directory, PURL)
    assert no is not None
    assert MAKER in no.reason


@pytest.mark.parametrize(
    "respelt",
    [
        PURL.replace("example", "exampl%65"),
        PURL.replace("example", "Example"),
        PURL.replace("pkg:generic/", "pkg:generic//"),
        "pkg:PyPI/onnx",
        "triage",
    ],
)
def test_a_name_in_another_spelling_is_refused(respelt: str) -> None:
    """It would be a second component beside the keeper's, and stand under the keeper's domain."""
    said = Story()
    squatter = said.world.organisation("squatter.example", Role.MAINTAINER)
    other = said.say(story.component(), squatter.key(Role.MAINTAINER))

    no = keeps_name(other, [], said.world.directory, respelt)

    assert no is not None
    assert "one spelling" in no.reason
    assert no.mend is not None


def test_a_statement_is_about_one_release() -> None:
    """Two subjects would make one word count for both."""
    said = Story()
    entry = said.say(story.component(), said.maintainer)
    two = replace(entry, subjects=entry.subjects * 2)

    assert is_about_one_release(entry) is None
    assert is_about_one_release(two) is not None
    assert first_no(None, is_about_one_release(two)) is not None
    assert first_no(None) is None
    assert enters(entry, "So be it.").rests_on == (entry.statement_id,)
    assert not_ours(entry).reason == "Component is not a claim of this capability."


def test_history_is_seen_as_of_the_entry() -> None:
    """Mirrors and auditors run the same question at the same place."""
    said = Story()
    entry = said.say(story.component(), said.maintainer)

    evidence = before(entry, [], said.world.directory, use=("x", "y"))

    assert (evidence.use, evidence.deployer) == ("x", "y")
    assert evidence.at == entry.admitted_at
    assert evidence.at is not None
    assert evidence.at > START
