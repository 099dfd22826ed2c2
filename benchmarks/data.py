"""Measure the data safeguards beside Presidio and pyCANON: `make bench-data`.

    python -m benchmarks.data [--only accuracy text table risk mask growth] [--scale quick|full]
                              [--public PATH] [--output FILE] [--json]

Each part runs in a process of its own. A full run writes benchmarks/DATA.md and takes some twenty
minutes; a quick one, too small to be believed, only prints. `--public` is presidio-research's set,
or its repository.
"""

from typing import Final

from benchmarks.suite import Suite

SUITE: Final = Suite(
    page="DATA.md",
    title="Data safeguards, measured",
    head="Written by `make bench-data`; do not edit. Speeds are of CPU time, user and system, of "
    "one run in a process of its own, without imports and the loading of models: peers are slow "
    "enough that they are given less, and compared by rate. What was made for it came from a seed.",
    parts={
        "accuracy": ("data_accuracy",),
        "text": ("data_speed", "text"), "table": ("data_speed", "table"),
        "risk": ("data_speed", "risk"), "mask": ("data_speed", "mask"), "growth": ("data_growth",),
    },
    option="--public",
    option_for="accuracy",
)  # fmt: skip

if __name__ == "__main__":
    SUITE.main()
