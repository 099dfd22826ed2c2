"""How much of live use was trained on made-up data."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim
from sunlit.claims.lifecycle import Status, TokenGrant, TokenStatus
from sunlit.claims.privacy import Mask, Minimisation, Synthesis
from sunlit.claims.provenance import BuildDefinition, Builder, Provenance, Resource, RunDetails
from sunlit.statement.intoto import Subject
from sunlit.views.privacy import SyntheticShare, synthetic_share
from tests.fixtures.token_world import AT, GRANTED, grant

REAL, MADE, MASKED, FEWER = ("a" * 64, "b" * 64, "c" * 64, "d" * 64)
MODEL = "e" * 64


def said(name: str, claim: Claim, *digests: str, signer: str = "maker") -> Admitted:
    """Return a statement in a log, named by a word."""
    subjects = tuple(Subject(f"it-{at}", {"sha256": one}) for at, one in enumerate(digests))
    return Admitted(
        claim=claim, statement_id=sha256(name.encode()).hexdigest(), subjects=subjects,
        signers=(signer,), origin="log.example", index=0, admitted_at=GRANTED,
    )  # fmt: skip


def named(name: str) -> str:
    """Return the id of the statement of that name."""
    return sha256(name.encode()).hexdigest()


def run(name: str, *data: str) -> Admitted:
    """Return a training run on datasets."""
    resources = tuple(
        Resource(name=f"data-{one[:1]}", digest={"sha256": one}, annotations={"role": "data"})
        for one in data
    )
    claim = Provenance(
        build_definition=BuildDefinition(
            build_type="t", external_parameters={}, resolved_dependencies=resources
        ),
        run_details=RunDetails(builder=Builder(id="b")),
    )
    return said(name, claim, MODEL)


def synthesis(
    name: str = "synthesis",
    digest: str = MADE,
    **changes: Any,  # noqa: ANN401
) -> Admitted:
    """Return the statement that a dataset was made up."""
    claim = Synthesis(
        tool="t", source=Resource(digest={"sha256": REAL}), method="mst", library="l",
        epsilon=Decimal(1), rows=10, synthesised_on=GRANTED,
    )  # fmt: skip
    return said(name, replace(claim, **changes), digest)


def granted(name: str, *runs: str, use: str = "outreach", **changes: object) -> Admitted:
    """Return a grant that rests on training runs."""
    rests = tuple(named(one) for one in runs)
    return said(name, grant(use=use, rests_on=rests, **changes), "f" * 64)


def share(*statements: Admitted, **files: dict[str, dict[str, str]]) -> SyntheticShare:
    """Return the figure at a time within the grants'."""
    return synthetic_share(statements, AT, files.get("manifests"))


def test_a_use_of_a_model_from_made_up_data_counts() -> None:
    """One of two; with the datasets and the budget behind it."""
    found = share(
        synthesis(), run("made", MADE), run("real", REAL),
        granted("one", "made"), granted("two", "real", use="letters"),
    )  # fmt: skip

    assert found.share == Decimal("0.5000")
    assert (found.wholly, found.partly, found.unknown) == (1, 0, 0)
    assert [one.synthetic for one in found.uses] == [True, False]
    data = found.uses[0].data
    assert data is not None
    assert (data[0].name, data[0].epsilon) == ("data-b", Decimal(1))


def test_a_model_from_both_is_partly_so() -> None:
    """It counts to the uses that are not."""
    found = share(synthesis(), run("both", MADE, REAL), granted("one", "both"))

    assert (found.wholly, found.partly, found.share) == (0, 1, Decimal("0.0000"))


def test_what_nobody_said_is_blank_and_counts_to_neither() -> None:
    """No run at all, or one that names no data; of no known use there is no share."""
    found = share(run("silent"), granted("one"), granted("two", "silent", use="letters"))

    assert found.unknown == 2
    assert found.share is None
    assert [one.data for one in found.uses] == [None, None]
    assert share().to_json()["share"] is None


def test_masking_and_dropping_columns_leaves_made_up_data_made_up() -> None:
    """Link by link; what came out of real data stays real."""
    mask = Mask(
        tool="t", source=Resource(digest={"sha256": FEWER}), plan=Resource(), recognisers="r",
        columns=(), rows_in=1, rows_out=1, masked_on=GRANTED,
    )  # fmt: skip
    fewer = Minimisation(
        tool="t", source=Resource(digest={"sha256": MADE}), purpose="p", used=("a",),
        used_by="model", dropped=(), minimised_on=GRANTED,
    )  # fmt: skip
    other = replace(mask, source=Resource(digest={"sha256": REAL}))

    found = share(
        said("mask", mask, MASKED), said("fewer", fewer, FEWER), said("other", other, "9" * 64),
        synthesis(), run("made", MASKED), run("real", "9" * 64),
        granted("one", "made"), granted("two", "real", use="letters"),
    )  # fmt: skip

    assert [one.synthetic for one in found.uses] == [True, False]


def test_only_uses_that_run_are_live() -> None:
    """Not before a grant, nor after, nor while it is suspended; the last grant speaks."""
    back = TokenStatus(grant=named("gone"), status=Status.SUSPENDED, reason="r")
    statements = (
        synthesis(), run("made", MADE), run("real", REAL),
        granted("old", "real"), granted("new", "made"),
        granted("gone", "real", use="letters"), said("status", back, "f" * 64),
        granted("later", "real", use="later", valid_from=AT + timedelta(days=1)),
        granted("over", "real", use="over", valid_until=AT),
    )  # fmt: skip

    found = share(*statements)

    assert [one.grant for one in found.uses] == [named("new")]
    assert synthetic_share(statements, GRANTED - timedelta(days=9)).uses == ()


def test_a_use_that_is_valid_again_is_live_again() -> None:
    """The last word on a grant counts."""
    words = [
        said(f"status-{status}", TokenStatus(grant=named("one"), status=status, reason="r"))
        for status in (Status.SUSPENDED, Status.VALID)
    ]

    assert len(share(granted("one"), *words).uses) == 1


def test_drafts_and_what_was_taken_back_do_not_count() -> None:
    """Who signed it himself may take it back; another's word does not."""
    draft = replace(synthesis(), index=None)
    corrected = synthesis("again", REAL, corrects=named("synthesis"))
    others = replace(corrected, signers=("somebody",))
    base = (run("made", MADE), granted("one", "made"))

    assert share(draft, *base).wholly == 0
    assert share(synthesis(), corrected, *base).wholly == 0
    assert share(synthesis(), others, *base).wholly == 1


def test_a_run_is_found_by_its_output_where_files_are_kept() -> None:
    """Though the grant does not name it."""
    one = granted("one")
    claim = one.claim
    assert isinstance(claim, TokenGrant)

    found = share(
        synthesis(), run("made", MADE), one,
        manifests={claim.release: {"model.txt": MODEL}},
    )  # fmt: skip

    assert found.wholly == 1


def test_the_figure_is_plain_data() -> None:
    """For a dashboard: numbers, names, and null for what is not known."""
    found = share(synthesis(epsilon=None), run("made", MADE), granted("one", "made"),
                  granted("two", use="letters"))  # fmt: skip

    document = json.loads(json.dumps(found.to_json()))

    assert (document["live"], document["unknown"], document["share"]) == (2, 1, "1.0000")
    assert document["uses"][0]["data"][0]["epsilon"] is None
    assert document["uses"][1]["data"] is None
