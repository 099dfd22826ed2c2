"""`sunlit data`: find, mask, minimise, measure and make up datasets."""

from typing import ClassVar, Final

import click

from sunlit.cli.lazy import LazyGroup

EPILOG: Final = """\b
Examples:
  sunlit data scan data/train.parquet
  sunlit data mask data/train.csv --plan plan.toml --out data/masked.csv
  sunlit data risk data/masked.csv --profile controlled-training
"""


class DataGroup(LazyGroup):
    """The commands about datasets."""

    table: ClassVar = {
        "find": ("data_find", "Print what in a text or table looks like personal data."),
        "mask": ("data_mask", "Mask a dataset after a plan, and scan the result again."),
        "minimise": ("data_minimise", "Say which columns a purpose does not need; drop them."),
        "recognisers": ("data_recognisers", "List what is recognised; test recognisers."),
        "risk": ("data_risk", "Measure how likely a person is to be re-identified."),
        "scan": ("data_scan", "Say what personal data a dataset seems to hold."),
        "synth": ("data_synth", "Make up a dataset after another; report use and privacy."),
    }


@click.group(cls=DataGroup, epilog=EPILOG)
def command() -> None:
    """Find, mask, minimise, measure and make up datasets before anybody trains on them."""
