"""CLI start-up: the CPU time of `sunlit --help` over that of a bare interpreter.

Both are whole processes, measured by the kernel (wait4), interleaved. What they share, such as
reading the environment's .pth files, cancels out.

    python -m benchmarks.startup [--rounds 21] [--json]
"""

import argparse
import statistics
import sys
from importlib.metadata import version
from typing import Final

from benchmarks.parts import OURS, Part, Row, Target, rotated
from benchmarks.process import timed
from benchmarks.render import show

BOUND_MS: Final = 150
BARE: Final = "python -c pass"
COMMANDS: Final = {
    BARE: (sys.executable, "-c", "pass"),
    "help": (sys.executable, "-m", "sunlit", "--help"),
    "version": (sys.executable, "-m", "sunlit", "--version"),
    "assure --help": (sys.executable, "-m", "sunlit", "assure", "--help"),
    "token --help": (sys.executable, "-m", "sunlit", "token", "--help"),
}


def sample(rounds: int) -> dict[str, list[float]]:
    """Run interleaved rounds and return CPU milliseconds of each command."""
    for command in COMMANDS.values():
        timed(command)  # writes the bytecode and warms the page cache
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds):
        for name in rotated(list(COMMANDS), number):
            found[name].append(timed(COMMANDS[name]).cpu * 1e3)
    return found


def row(name: str, found: dict[str, list[float]]) -> Row:
    """Return a command's row; only `sunlit --help` has a target."""
    pairs = zip(found[name], found[BARE], strict=True)
    over = statistics.median(mine - bare for mine, bare in pairs)
    target = Target(
        name="startup",
        text=f"at most {BOUND_MS} ms over the bare interpreter",
        measured=over,
        bound=BOUND_MS,
        at_least=False,
    )
    return Row(
        what=f"`sunlit {'--' if ' ' not in name else ''}{name}`",
        unit="ms of CPU",
        samples={OURS: found[name], BARE: found[BARE]},
        ratio=f"{over:.0f} ms over {BARE}",
        target=target if name == "help" else None,
    )


def measure(rounds: int) -> Part:
    """Measure all commands."""
    found = sample(rounds)
    return Part(
        name="startup",
        title="Starting the command line",
        text=f"{rounds} interleaved rounds; CPU time of the whole process, from the kernel.",
        rows=[row(name, found) for name in COMMANDS if name != BARE],
        versions={"click": version("click")},
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    show(measure(asked.rounds), as_json=asked.json)


if __name__ == "__main__":
    main()
