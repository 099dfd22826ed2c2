"""Measure the audits beside fairlearn, nannyml, evidently and Inspect: `make bench-audit`.

    python -m benchmarks.audit [--only bias drift redteam rubric] [--scale quick|full]
                               [--output FILE] [--json]

Each part runs in a process of its own. A full run writes benchmarks/AUDIT.md.
"""

from typing import Final

from benchmarks.suite import Suite

SUITE: Final = Suite(
    page="AUDIT.md",
    title="Audits, measured",
    head="Written by `make bench-audit`; do not edit. Times are of CPU, user and system, of one "
    "run in a process of its own, without imports. What was made for it came from a seed.",
    parts={name: ("audit_speed", name) for name in ("bias", "drift", "redteam", "rubric")},
)

if __name__ == "__main__":
    SUITE.main()
