"""Would a use be allowed now? The eight steps of the token, then what a guard asks besides.

9. What the token orders of a guard: purpose, oversight, binding, coded constraints, time, status.
   Rates and volumes are not counted here.
10. A registered decision log is idle, so that a decision could be recorded.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sunlit.authority.trustfile import TrustFile
from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.decision.store import DecisionStore
from sunlit.guard.declared import Declared
from sunlit.guard.judge import expect_allowed, expect_now
from sunlit.guard.standing import stand
from sunlit.registry.guard_logs import fault_of, is_busy
from sunlit.registry.guard_store import TOKEN_FOLDER, store_trust
from sunlit.runtime.covers import Asked
from sunlit.runtime.folder import read_parts
from sunlit.runtime.steps import Step, StepOutcome, Verification
from sunlit.runtime.verify import TokenParts, verify_token
from sunlit.statement.manifest import Manifest

ORDERS, RECORDS = 9, 10


def check_use(
    store: DecisionStore,
    declared: Declared,
    at: datetime,
    *,
    files: Manifest | None = None,
    staleness: timedelta = timedelta(0),
) -> Verification:
    """Go through the ten steps for a use; this never raises what Sunlit can name of a token.

    Raises:
        UnavailableError: `token.unreadable`, `guard-store.no-trust`, `store.unreadable`.
        SunlitError: as `TrustFile.read`.
    """
    parts, trust = read_parts(store.root / TOKEN_FOLDER), store_trust(store.root)
    found = verify_token(parts, trust, Asked(
        at=at, files=files, use=declared.use, deployer=declared.deployer,
        jurisdiction=declared.jurisdiction, data_class=declared.data_class, staleness=staleness,
    ))  # fmt: skip
    more = (_orders(parts, trust, declared, at, staleness), _records(store))
    return replace(found, steps=(*found.steps, *more))


def _orders(
    parts: TokenParts, trust: TrustFile, declared: Declared, at: datetime, staleness: timedelta
) -> Step:
    try:
        standing = stand(parts, trust, at, staleness)
        expect_allowed(standing, declared, at)
        for error in expect_now(standing, at):
            raise error
    except SunlitError as error:
        return Step.of_error(ORDERS, "orders", error)
    counted = " Rates and volumes are not counted here." if standing.constraints.are_counted else ""
    return Step(
        number=ORDERS, name="orders", outcome=StepOutcome.HOLDS,
        words=f"A guard would let it be used as declared.{counted}",
    )  # fmt: skip


def _records(store: DecisionStore) -> Step:
    ready = [one for one in store.logs() if one.registration is not None and not is_busy(one)]
    faults = [fault_of(one) for one in ready]
    idle = [one for one, fault in zip(ready, faults, strict=True) if fault is None]
    fault = next((one for one in faults if one is not None), None)
    if not idle and fault is not None:
        return Step.of_error(RECORDS, "records", fault)
    if not idle:
        return Step.of_error(RECORDS, "records", UnavailableError(
            "recorder.no-log", "no registered decision log is idle",
            mend="add one: sunlit guard init DIR --token FOLDER --use USE --workers N --home HOME",
        ))  # fmt: skip
    return Step(
        number=RECORDS, name="records", outcome=StepOutcome.HOLDS,
        words=f"Decisions could be recorded: {len(idle)} decision logs are idle.",
    )  # fmt: skip
