"""Masking that a token orders: the guard, the command and the browser read one order alike."""

import tempfile
from pathlib import Path
from typing import Final, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.authority.trustfile import TrustFile
from sunlit.base import canonical
from sunlit.base.errors import VerificationError
from sunlit.bundle.governed import check_use
from sunlit.bundle.verify import verify_bundle
from sunlit.decision.record import Binding, Kind, Record, State
from sunlit.guard.limits import read_constraints
from tests.bundle.node import asked
from tests.bundle.pages.worlds import Case
from tests.fixtures.token_world import AT, grant
from tests.security.in_node import needs_node, node_verdict

Asked: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]  # what is ordered, what was masked
CALL: Final = """
import { use } from "./check-use.js";
import { readRecord } from "./record.js";
const bytes = (value) => new TextEncoder().encode(value);
export const call = ([grant, record]) =>
  use({ grant: JSON.parse(grant), record: readRecord(bytes(record)), later: [] });
"""
DIGEST: Final = "0a" * 32
PLAN: Final = f"mask-plan:{DIGEST}"
# An order, and what reads it as one: a name, or None for what is none.
ORDERS: Final[dict[str, str | None]] = {
    "mask:postcode": "postcode", "mask:a-1": "a-1", "mask:mask-plan": "mask-plan", PLAN: PLAN,
    "mask-plan:" + "f" * 64: "mask-plan:" + "f" * 64, f"mask:{DIGEST}": DIGEST,
    "mask:": None, "mask:A": None, "mask:-a": None, "mask:a b": None, "mask:\u00e9": None,
    "mask:a\n": None, f"{PLAN}\n": None, f" {PLAN}": None, f"{PLAN} ": None, f"{PLAN}0": None,
    PLAN[:-1]: None, PLAN.upper(): None, f"mask-plan:{DIGEST.upper()}": None,
    f"mask:{PLAN}": None, "mask-plan:": None, "mask-plan:postcode": None, "rate:5/minute": None,
    f"mask-plan:sha256:{DIGEST}": None, "only people of working age": None,
}  # fmt: skip
SHOWN: Final = (*(one for one in ORDERS.values() if one), *ORDERS, DIGEST, "postcode", "")


def decided(*masked: str) -> Record:
    """Return the record of a decision that the grant allows, with what was masked."""
    return Record(
        kind=Kind.DECISION, id="ab" * 16, time=AT, token="12" * 32, release=grant().release,
        use=grant().use, deployer=grant().deployer, jurisdiction="US-CA", data_class="survey",
        binding=Binding.FILES_VERIFIED, oversight="human-decides", state=State.PROPOSED,
        masked=masked,
    )  # fmt: skip


def in_python(orders: tuple[str, ...], masked: tuple[str, ...]) -> str:
    """Say whether the command lets a decision pass under these orders."""
    try:
        check_use(grant(constraints=orders), decided(*masked), ())
    except VerificationError:
        return "refused"
    return "holds"


def in_browser(cases: list[Asked], folder: Path) -> list[str]:
    """Say for each case whether the page lets the decision pass."""
    rows = [
        (
            canonical.encode(grant(constraints=orders).to_predicate()).decode(),
            decided(*masked).to_bytes().decode(),
        )
        for orders, masked in cases
    ]
    return asked(folder, CALL, rows)


@needs_node
def test_each_order_asks_for_one_name_in_the_guard_the_command_and_the_page(tmp_path: Path) -> None:
    """Nothing masked, each thing masked alone: three readers, one answer."""
    alone: list[tuple[str, ...]] = [(), *((one,) for one in SHOWN)]
    cases: list[Asked] = [((order,), masked) for order in ORDERS for masked in alone]

    found = in_browser(cases, tmp_path)

    for (orders, masked), page in zip(cases, found, strict=True):
        (order,) = orders
        wanted = ORDERS[order]
        expected = "holds" if wanted is None or wanted in masked else "refused"
        assert (page, in_python(orders, masked)) == (expected, expected), (order, masked)
        assert read_constraints([order]).masks == ((wanted,) if wanted else ())


@needs_node
@settings(max_examples=4, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.sampled_from(sorted(ORDERS)), max_size=4).map(tuple),
            st.lists(st.sampled_from(SHOWN), max_size=4).map(tuple),
        ),
        min_size=200, max_size=300,
    )
)  # fmt: skip
def test_several_orders_are_read_alike(
    cases: list[Asked],
) -> None:
    """Whatever stands in one token together, and whatever one record shows."""
    with tempfile.TemporaryDirectory() as folder:
        found = in_browser(cases, Path(folder))

    assert found == [in_python(*case) for case in cases]


@needs_node
@pytest.mark.parametrize(
    ("masked", "outcome"),
    [((PLAN,), "Passed"), ((), "Failed"), ((DIGEST,), "Failed"), (("mask-plan",), "Failed")],
)
def test_a_bundle_under_a_mask_plan_is_judged_alike(masked: tuple[str, ...], outcome: str) -> None:
    """A whole bundle, with a token that orders the plan, in both verifiers."""
    case = Case(token={"constraints": (PLAN,)}, record={"masked": masked})
    data, trust = case.bundle(), case.trust_bytes

    command = verify_bundle(data, TrustFile.read(trust), AT).check("use")
    page = node_verdict(data, trust, AT)["use"]

    assert (str(command.outcome), page[0]) == (outcome, outcome)
    assert outcome == "Passed" or "masking that the record does not show" in page[1]
