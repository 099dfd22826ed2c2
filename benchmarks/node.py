"""Measure the node beside MLflow's registry server: `make bench-node`.

    python -m benchmarks.node [--only registry search pages projection] [--scale quick|full]
                              [--output FILE] [--json]

Each part runs in a process of its own. A full run writes benchmarks/NODE.md.
"""

from typing import Final

from benchmarks.suite import Suite

SUITE: Final = Suite(
    page="NODE.md",
    title="The node, measured",
    head="Written by `make bench-node`; do not edit. Servers run as they are deployed, in "
    "processes of their own; who asks them is another process on the same machine and takes its "
    "share of it. PostgreSQL syncs every commit, with the same settings for both sides.",
    parts={name: ("node_speed", name) for name in ("registry", "search", "pages", "projection")},
)

if __name__ == "__main__":
    SUITE.main()
