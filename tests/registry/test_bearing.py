"""Which statements bear on a release: by digest, by use, and by reference."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from sunlit.claims.admitted import Admitted
from sunlit.claims.assurance import CounterEvidence, Reply, Result, TestResult, Withdrawal
from sunlit.claims.base import Claim
from sunlit.claims.lifecycle import Release
from sunlit.claims.privacy import Mask, MaskedColumn
from sunlit.claims.provenance import (
    BuildDefinition,
    Builder,
    Dataset,
    Provenance,
    Resource,
    RunDetails,
)
from sunlit.claims.risk import Use
from sunlit.registry.bearing import Matter, bearing_on
from sunlit.statement.intoto import Subject

RELEASE, FILE, DATA, OLD, OTHER = ("a" * 64, "b" * 64, "c" * 64, "d" * 64, "e" * 64)


MATTER = Matter(release=RELEASE, files=[FILE], component="pkg:generic/x", use="u", deployer="d")


def said(name: str, claim: Claim, digest: str) -> Admitted:
    """Return a statement called `name` about one digest."""
    return Admitted(claim=claim, statement_id=name, subjects=(Subject("x", {"sha256": digest}),))


PASSED = TestResult(result=Result.PASSED)
USE = Use(id="u", deployer="d", component="c", description="x", area=9)


def names(*statements: Admitted) -> list[str]:
    """Return which of the statements bear on the release under the use."""
    return [one.statement_id for one in bearing_on(statements, MATTER)]


def test_statements_about_the_release_and_its_files_bear_on_it() -> None:
    """By digest only: another release's statements stay out, and the order is kept."""
    assert names(said("1", PASSED, OTHER), said("2", PASSED, FILE), said("3", PASSED, RELEASE)) == [
        "2",
        "3",
    ]


def test_the_data_that_it_was_made_from_bears_on_it() -> None:
    """Provenance leads from a file to its inputs, and to what was said of those."""
    provenance = Provenance(
        build_definition=BuildDefinition(
            build_type="t",
            external_parameters={},
            resolved_dependencies=(Resource(digest={"sha256": DATA}), Resource(uri="x")),
        ),
        run_details=RunDetails(builder=Builder(id="b")),
    )

    assert names(said("data", Dataset(name="d"), DATA), said("how", provenance, FILE)) == [
        "data",
        "how",
    ]


def test_the_earlier_release_bears_on_it() -> None:
    """What was attested of the release before may be inherited by a change plan."""
    release = Release(purl="pkg:generic/x", sunlit_rollback=OLD)

    assert names(said("old", PASSED, OLD), said("new", release, RELEASE)) == ["old", "new"]


def test_other_releases_of_the_component_tell_who_keeps_its_name() -> None:
    """Who first spoke for the name counts, though what was tested of that release does not."""
    first = Release(purl="pkg:generic/x@0.9", sunlit_rollback=OTHER)

    assert names(
        said("first", first, OLD), said("tested", PASSED, OLD), said("older", PASSED, OTHER)
    ) == ["first"]


def test_only_the_use_that_is_asked_for_bears_on_it() -> None:
    """Another deployer's use of the same name is another use."""
    other = replace(USE, deployer="somebody")

    assert names(said("mine", USE, OTHER), said("other", other, RELEASE)) == ["mine"]


def test_what_takes_back_a_statement_bears_on_it() -> None:
    """Corrections and withdrawals come along, wherever their own subject points."""
    withdrawal = Withdrawal(statement="1", reason="r")
    correction = replace(PASSED, corrects="1", sunlit_metrics=())

    assert names(
        said("1", PASSED, RELEASE), said("2", withdrawal, OTHER), said("3", correction, OTHER)
    ) == ["1", "2", "3"]


def chain(length: int) -> list[Admitted]:
    """Return releases of a name that nobody asked for, each going back to the one before."""
    digests = [f"{number:064x}" for number in range(length)] + [RELEASE]
    return [
        said(f"{place}", Release(purl="pkg:generic/y", sunlit_rollback=earlier), digest)
        for place, (earlier, digest) in enumerate(pairwise(digests))
    ]


@pytest.mark.parametrize("purl", ["pkg:generic/x", "pkg:generic/y"])
def test_a_long_chain_of_releases_bears_on_the_last(purl: str) -> None:
    """Whatever its length, and also where the releases bear on it by their name already."""
    first = said("tested", PASSED, f"{0:064x}")
    releases = [
        replace(one, claim=replace(one.claim, purl=purl))  # type: ignore[call-arg]
        for one in chain(300)
    ]

    assert len(names(first, *releases)) == 301
    assert len(names(*reversed(releases), first)) == 301


def test_releases_that_go_back_to_each_other_end() -> None:
    """Each is looked at once."""
    there = Release(purl="pkg:generic/x", sunlit_rollback=OLD)
    back = Release(purl="pkg:generic/x", sunlit_rollback=RELEASE)

    assert names(said("1", there, RELEASE), said("2", back, OLD)) == ["1", "2"]


def test_what_a_mask_was_made_from_bears_on_it() -> None:
    """A masked dataset leads to what was said of its source."""
    mask = Mask(
        tool="t", source=Resource(digest={"sha256": OTHER}), plan=Resource(name="plan"),
        recognisers="0" * 64, columns=(MaskedColumn(column="a", method="redact", changed=1),),
        rows_in=1, rows_out=1, masked_on=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert names(said("1", Dataset(name="raw"), OTHER), said("2", mask, RELEASE)) == ["1", "2"]
    nowhere = replace(mask, source=Resource(name="raw"))
    assert names(said("1", Dataset(name="raw"), OTHER), said("2", nowhere, RELEASE)) == ["2"]


def test_what_contests_or_answers_a_statement_bears_on_its_release() -> None:
    """Counter-evidence may name another subject; a reply may name the counter-evidence."""
    found = CounterEvidence(
        statement="1", assessor="lab.example", scope="performance", finding="No.",
        found_on=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    reply = Reply(
        organisation="maker.example", text="Yes.", statements=("2",),
        replied_on=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert names(
        said("1", PASSED, RELEASE), said("2", found, OTHER), said("3", reply, OTHER),
        said("4", replace(reply, statements=("9",)), OTHER),
    ) == ["1", "2", "3"]  # fmt: skip


def test_what_counter_evidence_is_against_bears_on_every_release_with_the_file() -> None:
    """The test was about an earlier release; its file is in this one."""
    found = CounterEvidence(
        statement="1", assessor="lab.example", scope="performance", finding="No.",
        found_on=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert names(said("1", PASSED, OTHER), said("2", found, RELEASE)) == ["1", "2"]
    assert names(said("1", PASSED, OTHER), said("2", PASSED, RELEASE)) == ["2"]
