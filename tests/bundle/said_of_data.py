"""One claim about training data of each kind, with every field there."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from sunlit.claims.base import Claim
from sunlit.claims.privacy import (
    Decision,
    Figure,
    Found,
    Mask,
    MaskedColumn,
    Minimisation,
    Reidentification,
    Review,
    ReviewRequest,
    Scan,
    Synthesis,
)
from sunlit.claims.provenance import Resource
from tests.rubric.story import LABS, PURL

AT: Final = datetime.fromisoformat("2026-01-02T00:00:00+00:00")
LATER: Final = datetime.fromisoformat("2027-01-02T00:00:00+00:00")
RAW: Final = Resource(name="people.parquet", digest={"sha256": "01" * 32})
PLAN: Final = Resource(name="plan.toml", digest={"sha256": "02" * 32})
MODEL: Final = Resource(name="model.txt", digest={"sha256": "bb" * 32})
REPORT: Final = Resource(name="report.json", digest={"sha256": "03" * 32})
RISK: Final = Figure(
    name="prosecutor-maximum", value=Decimal("0.1"), low=Decimal("0.08"), high=Decimal("0.12"),
    threshold=Decimal("0.2"), source="a source", met=True,
)  # fmt: skip
NOT_HAD: Final = Figure(name="l-diversity", attribute="DIS", note="too few rows")
EMAILS: Final = Found(
    column="contact", kind="email", category="contact", by="values", rows=100, hits=97,
    rate=Decimal("0.97"), low=Decimal("0.91"), high=Decimal("0.99"), confidence=Decimal("0.9"),
)  # fmt: skip
NAMES: Final = Found(
    kind="person", category="person", by="values", rows=10, hits=1, rate=Decimal("0.1"),
    low=Decimal("0.01"), high=Decimal("0.4"), confidence=Decimal("0.6"),
)  # fmt: skip
CLAIMS: Final[dict[str, Claim]] = {
    "scan": Scan(
        tool="sunlit 1", recognisers="11" * 32, names_model="en_core_web_sm 3.8", files=2,
        rows=100, columns=("contact", "notes"), found=(EMAILS, NAMES), not_listed=3,
        free_text=("notes",), sensitive=True, grounds=("direct identifiers: column 'contact'",),
        residual=Decimal("0.01"), residual_high=Decimal("0.03"), unread=("scan.pdf",),
        report=REPORT, scanned_on=AT,
    ),
    "measurement": Reidentification(
        tool="sunlit 1", profile="controlled-training", rows=100, classes=40,
        quasi_identifiers=("age", "place"), chosen="declared", left_out=("job",),
        sensitive_attributes=("DIS",), population=1000, figures=(RISK, NOT_HAD),
        risk=Decimal("0.12"), threshold=Decimal("0.2"), seed=2018, report=REPORT, measured_on=AT,
    ),
    "mask": Mask(
        tool="sunlit 1", source=RAW, plan=PLAN, recognisers="11" * 32,
        columns=(MaskedColumn(column="contact", method="drop", changed=100),
                 MaskedColumn(method="tag", changed=4)),
        rows_in=100, rows_out=98, key_id="04" * 8, masked_on=AT,
    ),
    "minimisation": Minimisation(
        tool="sunlit 1", source=RAW, purpose="letters", used=("age",), used_by="model",
        model=MODEL, dropped=("name",), kept=("place: to test fairness",), minimised_on=AT,
    ),
    "request": ReviewRequest(
        component=PURL, purpose="training", reasons=("direct identifiers",), went_on=True,
        opened_on=AT,
    ),
    "review": Review(
        reviewer=LABS[0], decision=Decision.ACCEPT, purpose="training", component=PURL,
        statements=("05" * 32,), conditions=("stays in-house",), reasons="Coarse enough",
        no_conflict_declared=True, reviewed_on=AT, valid_until=LATER,
    ),
    "synthesis": Synthesis(
        tool="sunlit 1", source=RAW, method="aim", library="dpmm 0.1.9", epsilon=Decimal(1),
        delta=Decimal("0.000000001"), seed=1, rows=100, utility=(RISK,), privacy=(NOT_HAD,),
        report=REPORT, synthesised_on=AT,
    ),
}  # fmt: skip
