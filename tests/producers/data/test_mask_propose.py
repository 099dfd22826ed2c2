"""A plan proposed from a scan: careful, complete, and with a reason for each rule."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sunlit.producers.data.mask import Masking, mask
from sunlit.producers.data.mask_propose import propose
from sunlit.producers.data.scan import scan
from sunlit.producers.data.source import open_source
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.plan import Rule
from sunlit.recognise.plan_read import parse_plan
from sunlit.recognise.plan_write import dump_plan
from sunlit.recognise.recognisers import shipped

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def find(kind: str, category: str, **more: object) -> dict[str, Any]:
    return {"kind": kind, "category": category, "by": "values", "rate": 0.98, "label": True, **more}


def column(name: str, *finds: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"name": name, "type": "VARCHAR", "free_text": False, "finds": list(finds), **more}


def detail(*columns: dict[str, Any], **more: object) -> dict[str, Any]:
    """Return what `propose` reads of a scan's report."""
    return {
        "columns": list(columns), "not_looked": [], "text": None,
        "free_text": [one["name"] for one in columns if one["free_text"]],
        "recognisers": {"digest": "a" * 64}, "dataset": {"digest": {"sha256": "b" * 64}}, **more,
    }  # fmt: skip


def test_what_a_column_holds_decides_its_method() -> None:
    """Each kind by its category; every column is named, so that no later one slips through."""
    plan = propose(detail(
        column("mail", find("email", "contact", by="both")),
        column("nhs", find("nhs-number", "health")),
        column("born", find("date-of-birth", "quasi-identifier")),
        column("home", find("address", "location")),
        column("key", find("secret", "secret")),
        column("faith", find("religion", "special-category", by="name")),
        column("sex", find("sex", "quasi-identifier")),
        column("note", find("email", "contact", label=False), free_text=True),
        column("misc", find("phone", "contact", label=False)),
        column("n", find("phone", "contact", label=False), type="BIGINT"),
        column("rest"),
        not_looked=[{"name": "score", "why": "holds no text"}],
    ))  # fmt: skip

    rules = {one.name: one.rule for one in plan.columns}
    assert rules["mail"] == Rule("pseudonym", {"domain": "email"})
    assert rules["nhs"] == Rule("pseudonym", {"domain": "nhs-number", "fold": True})
    assert rules["born"] == Rule("generalise", {"by": "date", "to": "year"})
    assert rules["home"] == Rule("redact", {"label": "address"})
    methods = [rules[name].method for name in ("key", "faith", "sex", "note", "misc", "n", "rest",
                                               "score")]  # fmt: skip
    assert methods == ["drop", "keep", "keep", "text", "text", "keep", "keep", "keep"]
    assert all(one.reason for one in plan.columns)
    assert plan.default is None
    assert plan.text["email"] == rules["mail"]
    assert plan.text_default == Rule("redact")
    assert parse_plan(dump_plan(plan)) == plan


def test_a_table_without_prose_says_nothing_of_prose() -> None:
    """Documents do: what is not coarser is redacted."""
    assert propose(detail(column("a"))).text == {}
    assert "date-of-birth" in propose(detail(text={"finds": []})).text


def test_a_proposed_plan_masks_the_dataset_that_was_scanned(tmp_path: Path) -> None:
    """From scan to claim without a hand in between; the second look finds nothing."""
    place = tmp_path / "in.csv"
    with place.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([
            ["email", "note"],
            *([f"jan{n}@example.org", f"Told jan{n}@example.org that all is well today, and more."]
              for n in range(60)),
        ])  # fmt: skip
    with open_source(str(place)) as source:
        plan = propose(scan(source, recognisers=shipped(), at=AT).detail)
        masking = Masking(plan=plan, recognisers=shipped(), key=MaskKey(b"k" * 32))
        made = mask(source, masking, out=tmp_path / "out.csv", at=AT)

    assert made.detail["made_for_this"] is True
    assert "@" not in (tmp_path / "out.csv").read_text(encoding="utf-8")
    changed = {one["column"]: one["changed"] for one in made.detail["columns"]}
    assert changed == {"email": 60, "note": 60}
