"""What is said of training data stands in a bundle: who may say it, where it is shown."""

from dataclasses import dataclass
from typing import Final

import pytest

from sunlit.bundle import layout
from sunlit.statement.intoto import Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import named_key
from tests.bundle.cases import OTHERS, Parts, checked, copied_world, now
from tests.bundle.said_of_data import CLAIMS
from tests.rubric.story import DATA, DEPLOYER, LABS, MAKER
from tests.security.in_node import needs_node, node_verdict

MAINTAINER: Final = named_key(f"{MAKER}/maintainer")
LAB: Final = named_key(f"{LABS[0]}/assessor")


@dataclass(frozen=True)
class Said:
    """How a bundle is changed: which claim, by whose key, shown in which section."""

    claim: str
    key: PrivateKey
    section: str = "provenance"

    def bundle(self) -> bytes:
        """Return a bundle that holds it, listed and counted."""
        parts = Parts.of()
        index = parts.json(layout.INDEX)
        file = f"{len(index['statements']) + 1:05}"
        name = f"{layout.STATEMENTS}{file}"
        said = parts.logged(
            name, CLAIMS[self.claim], self.key, Subject("train.csv", {"sha256": DATA})
        )
        parts.put(layout.INDEX, index | {"statements": [*index["statements"], {
            "file": file, "log": copied_world().deployer.origin, "index": OTHERS - 1,
            "statement": said, "section": self.section,
        }]})  # fmt: skip
        parts.manifest["sections"][self.section] += 1
        return parts.pack()


def both(said: Said) -> tuple[str, str]:
    """Return what the command and the page say of the statements."""
    data = said.bundle()
    command = checked(data).check("statements")
    page = node_verdict(data, copied_world().trust.read_bytes(), now())["statements"]
    return str(command.outcome), page[0]


@needs_node
@pytest.mark.parametrize("name", CLAIMS)
def test_each_claim_about_data_passes_in_both(name: str) -> None:
    """Signed by who says it, with every field there, shown among what it is made from."""
    assert both(Said(name, LAB if name == "review" else MAINTAINER)) == ("Passed", "Passed")


@needs_node
@pytest.mark.parametrize(
    "key", [MAINTAINER, named_key(f"{LABS[1]}/assessor"), named_key(f"{DEPLOYER}/operator")]
)
def test_a_review_speaks_for_its_reviewer_only(key: PrivateKey) -> None:
    """Whoever was reviewed, or another laboratory, cannot put an acceptance into its mouth."""
    assert both(Said("review", key)) == ("Failed", "Failed")


@needs_node
@pytest.mark.parametrize("name", ["scan", "review"])
def test_what_is_said_of_data_is_shown_in_its_own_section(name: str) -> None:
    """A review among the independent tests of the component would look like one of them."""
    key = LAB if name == "review" else MAINTAINER

    assert both(Said(name, key, "assurance")) == ("Failed", "Failed")


@needs_node
def test_nobody_whom_the_trust_file_leads_to_is_nobody() -> None:
    """A key that no organisation has signs nothing."""
    assert both(Said("scan", named_key("nobody.example/maintainer"))) == ("Failed", "Failed")


def test_each_claim_about_data_is_among_these() -> None:
    """A claim that is new gets its case here."""
    from sunlit.capabilities.privacy import CAPABILITY

    assert {type(claim) for claim in CLAIMS.values()} == CAPABILITY.claims
