"""Compile once what processes of Sunlit import, ours and what it stands on.

python -m tools.warm

uv installs libraries uncompiled, and a demo's commands write no bytecode, so that none gets into
the model's folder: each of some two hundred would compile all that it imports. Importing every
module once, here, leaves it compiled where the next process finds it.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator

import sunlit


def names() -> Iterator[str]:
    """Yield every module of the package but those that are programs or need alembic's hand."""
    for found in pkgutil.walk_packages(sunlit.__path__, "sunlit."):
        if not found.name.endswith(".__main__") and ".migrations." not in found.name:
            yield found.name


def main() -> int:
    """Import each; one whose extra is not installed here is passed over."""
    sys.dont_write_bytecode = False
    for name in names():
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    return 0


if __name__ == "__main__":
    sys.exit(main())
