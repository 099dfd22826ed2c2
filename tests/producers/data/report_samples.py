"""Documents of each kind for the tests of reports, as the modules that make them document them."""

from copy import deepcopy
from typing import Any, Final

SHA: Final = "ab" * 32
DIGEST: Final = {"sha256": SHA}


def find(kind: str = "email", rate: float = 0.5, by: str = "values") -> dict[str, Any]:
    return {
        "kind": kind, "title": f"Title of {kind}", "category": "contact", "by": by, "hits": 50,
        "rows": 100, "rate": rate, "low": max(rate - 0.1, 0), "high": min(rate + 0.1, 1),
        "confidence": 0.9, "label": True, "shapes": ["aaa@aaa.aa"],
    }  # fmt: skip


def column(name: str, *finds: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name, "type": "VARCHAR", "values": 100, "nulls": 0, "looked": 100,
        "free_text": False, "words": 1.0, "label": None, "category": None, "by": None,
        "confidence": None, "notes": [], "finds": list(finds),
    }  # fmt: skip


SCAN: Final[dict[str, Any]] = {
    "format": "sunlit-data-scan/1", "tool": "sunlit 0", "scanned_on": "2026-11-22T12:00:00Z",
    "headline": "people.csv, 100 rows: 1 of 2 columns hold personal data; a review is needed.",
    "sensitive": True, "grounds": ["contact data: columns 'mail'"],
    "dataset": {"name": "people.csv", "digest": DIGEST, "shape": "table", "files": 1, "bytes": 9,
                "unread": []},
    "rows": 100, "recognisers": {"digest": "cd" * 32, "count": 59}, "names": None,
    "columns": [column("mail", find(), find("health", 0.0, "name")), column("n")],
    "text": None, "not_looked": [], "free_text": ["note"], "quasi_identifiers": ["n"],
    "special_category": [], "criminal_offence": [],
    "residual": {
        "estimate": 0.02, "high": 0.05, "looked": 100, "unit": "values", "names": "Not looked.",
        "kinds": [{"kind": "email", "hits": 50, "recall": 0.98, "low": 0.9, "high": 1.0,
                   "missed": 1.02}],
        "method": "Finds and recall.",
    },
    "interval": "Wilson", "limits": ["What is not recognised is not reported."],
}  # fmt: skip

CHANGE: Final = {
    "words": "age: round to multiples of 5", "column": "age", "method": "round",
    "options": {"to": 5}, "before": 0.9, "after": 0.3, "average_after": 0.3,
    "information_lost": 0.4,
}  # fmt: skip
RISK: Final[dict[str, Any]] = {
    "format": "sunlit-data-risk/1", "tool": "sunlit 0", "engine": "duckdb", "seed": 2018,
    "measured_on": "2026-11-22T12:00:00Z", "dataset": {"name": "people.csv", "digest": DIGEST},
    "headline": "The average risk is 90 %.", "how_chosen": "They were searched for.",
    "how_computed": ["Classes are counted."], "cannot_tell": ["How people are spread."],
    "profile": {"name": "controlled-training", "title": "Training", "tau": "0.2",
                "governs": "prosecutor-average",
                "limits": [{"figure": "prosecutor-average", "at_most": "0.2",
                            "source": "A guide"}]},
    "governing": {"figure": "prosecutor-average", "risk": "0.9", "threshold": "0.2", "met": False},
    "rows": 1510, "classes": 1101, "k": 1, "quasi_identifiers": ["age", "sex"],
    "chosen": "declared", "left_out": [],
    "columns": [
        {"name": "age", "type": "int32", "kind": "candidate", "distinct_in_sample": 70,
         "nulls_in_sample": 0, "role": "quasi-identifier",
         "without": {"average": 0.5, "uniqueness": 0.4, "at_risk": 0.6, "k": 1}},
        {"name": "sex", "type": "int32", "kind": "candidate", "distinct_in_sample": 2,
         "nulls_in_sample": 0, "role": "quasi-identifier",
         "without": {"average": 0.8, "uniqueness": 0.7, "at_risk": 0.9, "k": 1}},
        {"name": "id", "kind": "identifier"},
    ],
    "histogram": [{"from": 1, "to": 1, "classes": 1000, "rows": 1000},
                  {"from": 5, "to": 5, "classes": 100, "rows": 500},
                  {"from": 1000001, "to": 1600000, "classes": 1, "rows": 10}],
    "figures": [
        {"name": "k", "value": "1"},
        {"name": "prosecutor-average", "value": "0.9", "threshold": "0.2", "source": "A guide",
         "met": False},
        {"name": "population-uniqueness", "value": "0.01", "low": "0.005", "high": "0.02",
         "threshold": "0.05", "met": True, "note": "by pitman"},
        {"name": "entropy-l", "attribute": "income", "value": "1.5"},
        {"name": "journalist-highest", "value": "1", "high": "1"},
    ],
    "population": {"size": 300000, "fraction": 0.005, "why": "few are in the file",
                   "chosen": {"model": "pitman", "value": 0.01, "low": 0.005, "high": 0.02,
                              "failure": None},
                   "models": [{"model": "pitman", "value": 0.01, "low": 0.005, "high": 0.02,
                               "failure": None},
                              {"model": "snb", "value": None, "low": None, "high": None,
                               "failure": "did not converge"}]},
    "objective": "prosecutor-average", "changes": [CHANGE], "steps": [CHANGE],
    "steps_by": ["age", "sex"], "steps_meet": False,
}  # fmt: skip

MASK: Final[dict[str, Any]] = {
    "format": "sunlit-data-mask/1", "input": {"name": "people.csv", "digest": DIGEST},
    "output": {"name": "masked.csv", "digest": DIGEST}, "plan": "ef" * 32, "made_for_this": True,
    "recognisers": "cd" * 32, "key_id": "key-1", "masked_on": "2026-11-22T12:00:00Z",
    "rows_in": 100, "rows_out": 98, "classes_too_small": 2,
    "columns": [
        {"column": "mail", "method": "redact", "reason": "contact", "kinds": ["email"],
         "type_before": "string", "type_after": None, "changed": 98, "share": "1.0000",
         "unreadable": 0, "finds": {}},
        {"column": "note", "method": "text", "reason": "", "kinds": [], "type_before": "string",
         "type_after": "string", "changed": 3, "share": "0.03", "unreadable": 0,
         "finds": {"phone": 3}},
        {"column": "age", "method": "generalise", "reason": "", "kinds": [],
         "type_before": "int64", "type_after": "string", "changed": 0, "share": None,
         "unreadable": 0, "finds": {}},
    ],
    "collisions": [{"domain": "ids", "values": 50, "collisions": 1, "meet_values": 0}],
    "second_look": {"kinds": ["email"], "survivors": 0,
                    "kept": [{"column": "n", "kind": "uk-postcode", "rows": 4}]},
}  # fmt: skip

MINIMISE: Final[dict[str, Any]] = {
    "format": "sunlit-data-minimise/1", "tool": "sunlit 0", "minimised_on": "2026-11-22T12:00:00Z",
    "purpose": "plan outreach", "source": {"name": "people.csv", "digest": DIGEST, "rows": 100,
                                           "columns": 3},
    "used_by": "model", "kind": "LightGBM", "ignored": [],
    "file": {"name": "model.txt", "sha256": SHA},
    "columns": [
        {"column": "age", "type": "INTEGER", "state": "used", "reason": None, "kinds": []},
        {"column": "got", "type": "INTEGER", "state": "kept", "reason": "the target", "kinds": []},
        {"column": "faith", "type": "VARCHAR", "state": "dropped", "reason": None,
         "kinds": [{"kind": "religion", "category": "special-category"}]},
    ],
    "output": {"name": "needed.csv", "sha256": SHA, "rows": 100}, "text": "1 can be dropped.",
}  # fmt: skip


def _three(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.1}


SYNTH: Final[dict[str, Any]] = {
    "format": "sunlit-data-synth/1", "tool": "sunlit 0", "made_on": "2026-11-22T12:00:00Z",
    "source": {"name": "people.csv", "digest": DIGEST, "rows": 100, "columns": 3},
    "output": {"name": "made.csv", "sha256": SHA, "rows": 100},
    "method": {"name": "mst", "chosen": "asked", "why": "it was asked for", "library": "dpmm",
               "guarantee": "(1, 1e-06)-differential privacy.", "epsilon": 1.0, "delta": 1e-06,
               "asked": {"epsilon": 1.0, "delta": 1e-06}, "spent": {}, "seed": 2018},
    "domains": [{"column": "age", "ground": "declared"}], "left_out": [], "sampled": None,
    "control": {"given": False, "name": None, "rows": 20, "train_rows": 80},
    "utility": {
        "marginals": [{"column": "age", "made": 0.02, "control": 0.03, "baseline": 0.01}],
        "pairs": {"looked_at": 3, "of": 3, "mean": {"made": 0.1, "control": 0.1, "baseline": 0.2},
                  "worst": [{"columns": ["age", "sex"], "made": 0.3, "control": 0.1,
                             "baseline": 0.4}]},
        "model": {"target": "got", "measure": "auc", "real": 0.8, "made": 0.7, "note": None},
    },
    "privacy": {
        "copies": {"made": {"rows": 100, **_three(0.2)}, "control": {"rows": 20, **_three(0.1)},
                   "baseline": {"rows": 100, **_three(0.1)}},
        "attacks": [
            {"attack": "inference", "column": "got", "attacks": 500, "made": _three(0.5),
             "baseline": _three(0.1), "excess": _three(0.4), "note": None},
            {"attack": "linkability", "column": None, "attacks": 500, "made": _three(0.0),
             "baseline": _three(0.0), "excess": None, "note": "it could not be run"},
        ],
        "note": None,
    },
    "verdict": {"rose": True, "text": "Gives people away."},
    "how": ["Rows were set aside."], "cannot_tell": ["That no person can be found."],
}  # fmt: skip

ALL: Final = {
    "scan": SCAN, "risk": RISK, "mask": MASK, "minimise": MINIMISE, "synth": SYNTH,
}  # fmt: skip


def copied(kind: str) -> dict[str, Any]:
    """Return a document that a test may change."""
    return deepcopy(ALL[kind])
