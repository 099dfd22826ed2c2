"""The documented error codes of `cli`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "cli.selftest": "The self-test found that this installation accepts what it should refuse.",
}
