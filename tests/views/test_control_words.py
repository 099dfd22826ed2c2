"""Where a control comes from and why it is asked, in words."""

import pytest

from sunlit.base.wording import told
from sunlit.rubric.control import Condition
from sunlit.rubric.core import core_rubric
from sunlit.views.control_words import reason, source, sources


@pytest.mark.parametrize(
    ("id_", "words"),
    [
        ("eu-ai-act:art-11", "EU AI Act, article 11"),
        ("eu-ai-act:art-10-2-d", "EU AI Act, article 10(2)(d)"),
        ("uk-gdpr:art-22c", "UK GDPR, article 22c"),
        ("uk-gdpr:art-22a-22d", "UK GDPR, articles 22a to 22d"),
        ("dpa2018:s49", "Data Protection Act 2018 (UK), section 49"),
        ("nist-ai-rmf:MAP-1.1", "NIST AI Risk Management Framework 1.0: MAP-1.1"),
        ("uk-atrs", "Algorithmic Transparency Recording Standard"),
        ("our-own:rule", "our-own: rule"),
    ],
)
def test_a_law_is_named_with_its_article(id_: str, words: str) -> None:
    """A citizen reads the law's name; a scheme that nobody knows keeps its id."""
    assert source(id_) == words


def test_the_same_source_stands_once() -> None:
    """A control names a law that it follows from and answers to."""
    assert len(sources("eu-ai-act:art-11", "eu-ai-act:art-11", "dpa2018:s49")) == 2


def test_every_source_of_the_rubric_has_a_name() -> None:
    """No control of ours shows the id of a law."""
    for control in core_rubric().controls:
        for id_ in (*control.laws, *control.maps):
            assert not source(id_).startswith(id_.partition(":")[0]), id_


def test_why_a_control_applies_is_said_in_words() -> None:
    """A question of ours with its answer; an area by its title; in Dutch as well."""
    people = Condition(fact="decides-about-people", values=frozenset({"yes"}))
    area = Condition(fact="area", values=frozenset({"1"}))

    assert reason(people).endswith("something about a single person? Yes")
    assert reason(area) == "Area of use: biometrics"
    assert told(reason(area), "nl").startswith("Toepassingsgebied: ")
    assert reason(Condition(fact="other", values=frozenset({"a-b"}))) == "other: a b"
