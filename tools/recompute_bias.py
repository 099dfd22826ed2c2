"""Recompute a bias audit from its counts alone. Imports nothing but Python's own library.

    python tools/recompute_bias.py FILE [REPLICATES]

FILE is a full cube (`sunlit-cube/1`, guarded or not), a report (`sunlit-bias-audit/1`), or a
`bias-audit` statement or its predicate. Prints every figure as JSON, with REPLICATES also its
interval, drawn in a way of its own. What FILE itself says is held against that: figures to the
sixth place, bounds to what chance allows. Exit code 1: something differs. See spec/bias-cube.md.
"""

import itertools
import json
import random
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

Row = list[int]  # tn, fn, not selected and unknown, fp, tp, selected and unknown
Table = dict[tuple[str, ...], Row]
RATES: dict[str, Callable[[Row], tuple[int, int]]] = {
    "selection": lambda c: (sum(c[3:]), sum(c)),
    "tpr": lambda c: (c[4], c[4] + c[1]),
    "fpr": lambda c: (c[3], c[3] + c[0]),
    "fnr": lambda c: (c[1], c[4] + c[1]),
    "precision": lambda c: (c[4], c[4] + c[3]),
    "accuracy": lambda c: (c[4] + c[0], c[0] + c[1] + c[3] + c[4]),
    "base_rate": lambda c: (c[1] + c[4], c[0] + c[1] + c[3] + c[4]),
}


def row_of(cell: dict[str, int]) -> Row:
    """Return the six counts of a published cell; without outcomes all are unknown."""
    fp, tp, tn, fn = (cell.get(name) or 0 for name in ("fp", "tp", "tn", "fn"))
    rest = cell["rows"] - cell["selected"]
    return [tn, fn, rest - tn - fn, fp, tp, cell["selected"] - fp - tp]


def tables_of(held: dict[str, Any]) -> dict[tuple[str, ...], Table]:
    """Return names of attributes -> values -> counts, whichever document it is."""
    found: dict[tuple[str, ...], Table] = {}
    for one in held.get("tables", ()):
        found[tuple(one["names"])] = {
            tuple(g["values"]): row_of(g["counts"]) for g in one["groups"]
        }
    for cell in held.get("cube", ()):
        if cell["group"]:
            found.setdefault(tuple(cell["group"]), {})[tuple(cell["group"].values())] = row_of(cell)
    if held.get("format") == "sunlit-cube/1":
        several = held["attributes"]
        for size in range(1, len(several) + 1):
            for axes in itertools.combinations(range(len(several)), size):
                table = found.setdefault(tuple(several[at]["name"] for at in axes), {})
                for place, counts in held["cells"]:
                    row = counts if len(counts) == 6 else [0, 0, counts[0], 0, 0, counts[1]]
                    group = tuple(several[at]["values"][place[at]] for at in axes)
                    table[group] = [a + b for a, b in zip(table.get(group, [0] * 6), row)]  # noqa: B905
    return found


def figures(table: Table, how: dict[str, Any], divide: Callable[[Any, Any], Any]) -> dict[str, Any]:
    """Return `group | rate | figure` -> number or None. `how` names rule, reference and groups."""
    rates = {
        group: {name: divide(*of(row)) if of(row)[1] else None for name, of in RATES.items()}
        for group, row in table.items()
    }
    found = {f"{g} | {name} | value": v for g, one in rates.items() for name, v in one.items()}
    inside = [one for one in sorted(how["inside"]) if sum(table[one])]
    order: dict[str, Callable[[tuple[str, ...]], Any]] = {
        "most-selected": lambda g: (rates[g]["selection"], sum(table[g])),
        "least-selected": lambda g: (-(rates[g]["selection"] or 0), sum(table[g])),
        "largest": lambda g: sum(table[g]),
        "named": lambda g: g == how["reference"],
    }
    base = rates[max(inside, key=order[how["rule"]])] if inside else {}
    for group, name in itertools.product(inside, RATES):
        value, against = rates[group][name], base[name]
        if value is not None and against is not None:
            found[f"{group} | {name} | difference"] = value - against
            if against:
                found[f"{group} | {name} | ratio"] = divide(value, against)
    for name in RATES:
        values = [one for group in inside if (one := rates[group][name]) is not None]
        if len(values) > 1:
            found[f"gap | {name} | difference"] = max(values) - min(values)
            if max(values):
                found[f"gap | {name} | ratio"] = divide(min(values), max(values))
    return found


def binomial(people: int, share: float) -> int:
    """Draw exactly, by splitting at an order statistic (Devroye 1986, X.4.3)."""
    count = 0
    while people > 20:
        upper = people // 2 + 1
        cut = random.betavariate(upper, people + 1 - upper)
        if cut <= share:
            count, people, share = count + upper, people - upper, (share - cut) / (1 - cut)
        else:
            people, share = upper - 1, share / cut
    return count + sum(random.random() < share for _ in range(people))  # noqa: S311


def drawn(table: Table) -> Table:
    """Return as many people, drawn with replacement: cell after cell, of those who are left."""
    people = left = sum(map(sum, table.values()))
    again: Table = {}
    for group, row in table.items():
        again[group] = []
        for count in row:
            got = binomial(people, count / left) if 0 < count < left else people * (count > 0)
            again[group].append(got)
            people, left = people - got, left - count
    return again


def bounds(table: Table, how: dict[str, Any], replicates: int) -> dict[str, list[float]]:
    """Return the interval of each figure at 95 %, and around each bound how far it may be off.

    The two bounds, then what either may lie between by chance: four standard errors, counted in
    places of the ordered replicates, for `replicates` here and 1,000 there; and a tenth of the
    interval more, since the outermost places say little.
    """
    values: dict[str, list[float]] = {}
    for _ in range(replicates):
        for name, value in figures(drawn(table), how, lambda a, b: a / b).items():
            values.setdefault(name, []).extend([] if value is None else [value])
    off = 4 * (0.025 * 0.975 * (1 / replicates + 1 / 1000)) ** 0.5
    shares = (0.025, 0.975, 0.025 - off, 0.025 + off, 0.975 - off, 0.975 + off)
    found = dict[str, list[float]]()
    for name, value in figures(table, how, Fraction).items():
        order = sorted(values.get(name, ()))
        if value is None or not order:
            continue
        at = [order[round(min(1, max(0, one)) * (len(order) - 1))] for one in shares]
        if name.startswith("gap"):  # the basic interval: reflected, and never without the figure
            at = [2 * value - at[one] for one in (1, 0, 5, 4, 3, 2)]
            for one in range(6):
                low = one in {0, 2, 3}
                at[one] = min(value, max(0, at[one])) if low else max(value, min(1, at[one]))
        more = float(at[1] - at[0]) / 10 + 2e-6
        ends = zip((0, 0, -more, more, -more, more), at, strict=True)
        found[name] = [float(one) + add for add, one in ends]
    return found


def said(held: dict[str, Any], names: tuple[str, ...]) -> Iterator[tuple[str, Any, Any, Any]]:
    """Yield name, value, low and high of each figure that the document states of one table."""
    parts = list[tuple[str, str, dict[str, Any], str, str]]()
    for table in (one for one in held.get("tables", ()) if tuple(one["names"]) == names):
        for name, gap in table["gaps"].items():
            parts += [(f"gap | {name}", "difference", gap, "difference", "")]
            parts += [(f"gap | {name}", "ratio", gap, "ratio", "ratio_")]
        for group, name in itertools.product(table["groups"], RATES):
            key, rate = f"{tuple(group['values'])} | {name}", group.get(name, {})
            parts += [(key, "value", rate, "value", "")]
            parts += [(key, one, rate, one, f"{one}_") for one in ("ratio", "difference")]
    for one in held.get("figures", ()):
        if (one["group"].split(": ")[0],) == names:
            ratio = one["name"] == "impact ratio"
            name = "selection" if ratio else one["name"].removeprefix("gap in ")
            parts += [(f"gap | {name}", "ratio" if ratio else "difference", one, "value", "")]
    for key, figure, of, stated, start in parts:
        if of.get(stated) is not None:
            yield f"{key} | {figure}", of[stated], of.get(f"{start}low"), of.get(f"{start}high")


def how_of(held: dict[str, Any], names: tuple[str, ...], table: Table) -> dict[str, Any]:
    """Return rule and reference of a table, and the groups that are compared."""
    way = held.get("intervals", {})
    stated = {tuple(one["names"]): one for one in held.get("tables", ())}.get(names, {})
    least = Fraction(way.get("minShare", 0)) * sum(map(sum, table.values()))
    inside = [g for g, row in table.items() if "(unknown)" not in g and sum(row) >= least]
    rule = stated.get("reference_rule", way.get("rule", "most-selected"))
    return {"rule": rule, "reference": tuple(stated.get("reference") or ()), "inside": inside}


def main(path: str, replicates: int = 0) -> int:
    """Print what follows from the counts; return 1 where the document says otherwise."""
    held = json.loads(Path(path).read_text(encoding="utf-8"))
    held = held.get("predicate", held)
    held = held["cube"] if held.get("format") == "sunlit-guarded-cube/1" else held
    random.seed(2018)
    shown, differ = dict[str, Any](), list[str]()
    for names, table in tables_of(held).items():
        how = how_of(held, names, table)
        found = figures(table, how, Fraction)
        limits = bounds(table, how, replicates) if replicates else {}
        shown[" x ".join(names)] = {
            name: [None if value is None else round(float(value), 6), *limits.get(name, ())[:2]]
            for name, value in found.items()
        }
        for name, value, *ends in said(held, names):
            ours = found.get(name)
            far = ours is None or abs(ours - Fraction(value)) > Fraction(6, 10**7)
            if name in limits and None not in ends:
                for end, at in zip(ends, (2, 4), strict=True):
                    least, most = limits[name][at : at + 2]
                    far = far or not least <= float(end) <= most
            differ += [f"{' x '.join(names)}: {name}"] if far else []
    print(json.dumps({"figures": shown, "differ": differ}, indent=1, ensure_ascii=False))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:3])))
