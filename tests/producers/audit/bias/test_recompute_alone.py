"""Whoever holds the counts recomputes the audit with a script that knows nothing of Sunlit."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sunlit.base.canonical import encode
from sunlit.claims.provenance import Resource
from sunlit.producers.audit.bias.claim import Asked, Audit, audit
from sunlit.producers.audit.bias.claim_figures import How
from sunlit.producers.audit.bias.cube import Cube
from sunlit.producers.audit.bias.document import to_json
from sunlit.producers.audit.bias.metrics import Rates, compare, marginal_rates, rounded
from tests.producers.audit.bias.cubes import SOURCES, counted, people

SCRIPT = Path(__file__).parents[4] / "tools" / "recompute_bias.py"
AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Cube:
    return counted(people("census"), SOURCES["census"], tmp_path_factory.mktemp("census"))


@pytest.fixture(scope="module")
def audited(full: Cube) -> Audit:
    digest = Resource(name="people", digest={"sha256": "0" * 64})
    characteristics = {name: name for name in full.names}
    how = How(min_share=Decimal("0.02"))
    asked = Asked(data=digest, at=AT, characteristics=characteristics, how=how)
    return audit(full, asked, b"0" * 32)


def alone(path: Path, *replicates: str) -> tuple[int, dict[str, Any]]:
    """Run the script without site packages, so that it cannot import any of ours."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(path), *replicates]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, found


def ours(held: Rates) -> dict[str, str]:
    """Return what our own figures are, by the script's names; a rate is said also if undefined."""
    found = {
        f"{group.values} | {name} | value": rate.value
        for group in held.groups
        for name, rate in group.rates.items()
    }
    comparison = compare(held)
    parts: list[tuple[object, str, Mapping[str, Fraction | None]]] = []
    for one in comparison.groups:
        parts += [(one.values, "difference", one.differences), (one.values, "ratio", one.ratios)]
    gaps = comparison.gaps.items()
    parts.append(("gap", "difference", {name: one.difference for name, one in gaps}))
    parts.append(("gap", "ratio", {name: one.ratio for name, one in gaps}))
    for key, figure, values in parts:
        known = {name: value for name, value in values.items() if value is not None}
        found |= {f"{key} | {name} | {figure}": value for name, value in known.items()}
    return {name: str(rounded(value)) for name, value in found.items()}


def test_the_full_cube_is_enough_for_every_figure(full: Cube, tmp_path: Path) -> None:
    """All rates, ratios, differences and gaps of all 15 tables, none more and none less."""
    path = tmp_path / "cube.json"
    path.write_bytes(to_json(full))
    code, found = alone(path)

    expected = {" x ".join(names): ours(held) for names, held in marginal_rates(full).items()}
    assert code == 0
    assert found["figures"].keys() == expected.keys()
    for names, figures in expected.items():
        theirs = found["figures"][names]
        shown = {n: "None" if v is None else f"{v:.6f}" for n, (v, *_) in theirs.items()}
        assert shown == figures


def test_the_public_cells_are_enough_for_the_claim(audited: Audit, tmp_path: Path) -> None:
    """Figures to the sixth place, and intervals as far as chance allows, drawn otherwise."""
    path = tmp_path / "claim.json"
    predicate = json.loads(encode(audited.claim.to_predicate()))
    predicate["cube"] = [one for one in predicate["cube"] if len(one["group"]) < 2]
    path.write_bytes(encode({"predicate": predicate}))
    code, found = alone(path, "500")

    assert (code, found["differ"]) == (0, [])
    assert len(audited.claim.figures) > 20
    assert "sex" in found["figures"]


def test_the_report_says_what_its_counts_say(audited: Audit, tmp_path: Path) -> None:
    """Every figure of every public table."""
    path = tmp_path / "report.json"
    path.write_bytes(encode(audited.detail))

    assert alone(path)[0] == 0


@pytest.mark.long
def test_the_reports_intervals_are_those_of_its_counts(audited: Audit, tmp_path: Path) -> None:
    """All of them, with a thousand replicates."""
    path = tmp_path / "report.json"
    path.write_bytes(encode(audited.detail))

    code, found = alone(path, "1000")
    assert (code, found["differ"]) == (0, [])


@pytest.mark.parametrize("changed", ["value", "low", "high", "count"])
def test_what_does_not_follow_from_the_counts_is_found(
    audited: Audit, tmp_path: Path, changed: str
) -> None:
    """One figure, one bound or one count that somebody has touched up."""
    predicate = json.loads(encode(audited.claim.to_predicate()))
    cells = [one for one in predicate["cube"] if one["group"].keys() == {"disability"}]
    predicate["cube"] = cells
    gap = next(one for one in predicate["figures"] if one["group"].startswith("disability"))
    if changed == "count":
        cells[0]["selected"] -= 30
    else:
        gap[changed] = f"{Decimal(gap[changed]) + Decimal('0.2'):f}"
    path = tmp_path / "claim.json"
    path.write_bytes(encode(predicate))
    code, found = alone(path, "200")

    assert code == 1
    assert any("disability" in one for one in found["differ"])
