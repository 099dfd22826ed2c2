"""What Python's claims are made of, in the words of `src/sunlit/bundle/web/claims.js`.

python -m tests.bundle.shapes    # writes both tables there; then python tools/build_verify.py
"""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Final, Union, get_args, get_origin, get_type_hints

from sunlit.claims.base import claim_types
from sunlit.claims.codec import json_name

CLAIMS_JS: Final = Path(__file__).parents[2] / "src" / "sunlit" / "bundle" / "web" / "claims.js"
PLAIN: Final[Mapping[object, str]] = {
    str: "text", int: "whole", bool: "flag", datetime: "time", Decimal: "decimal",
}  # fmt: skip


def kind_of(hint: object, nested: dict[str, str]) -> str:
    """Return the word for a type; classes inside it are added to `nested`."""
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) is tuple:
        return f"[{kind_of(get_args(hint)[0], nested)}]"
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return "=" + "|".join(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        nested[hint.__name__] = shape_of(hint, nested)
        return hint.__name__
    return "object"


def shape_of(cls: type, nested: dict[str, str]) -> str:
    """Return the fields of a class: `name`, `?` where it may be absent, `~` null, `:kind`."""
    hints, found = get_type_hints(cls), []
    for item in fields(cls):
        if item.name == "extra":
            continue
        hint, null = hints[item.name], ""
        if get_origin(hint) in (Union, UnionType):
            (hint,) = (arg for arg in get_args(hint) if arg is not NoneType)
            null = "~"
        needed = item.default is MISSING and item.default_factory is MISSING
        name = json_name(item.name) + ("" if needed else "?")
        found.append(f"{name}{null}:{kind_of(hint, nested)}")
    return " ".join(found)


def expected() -> tuple[str, str]:
    """Return the two tables of `claims.js`, as they must stand there."""
    nested: dict[str, str] = {}
    claims = {uri: shape_of(cls, nested) for uri, cls in sorted(claim_types().items())}
    return _table(claims), _table(dict(sorted(nested.items())))


def _table(rows: Mapping[str, str]) -> str:
    common = "corrects?~:text supersedes?~:text "
    return "\n".join(
        textwrap.fill(
            f"  {name!r}: `{shape.removeprefix(common)}`,".replace("'", '"'), width=98,
            subsequent_indent="    ", break_long_words=False, break_on_hyphens=False,
        )
        for name, shape in rows.items()
    )  # fmt: skip


def written(script: str) -> str:
    """Return `claims.js` with both tables as they must be."""
    for name, table in zip(("CLAIMS", "NESTED"), expected(), strict=True):
        parts = re.split(
            rf"(?<=const {name} = \{{\n)(.*?)(?=\n\}};)", script, maxsplit=1, flags=re.DOTALL
        )
        script = parts[0] + table + parts[2]
    return script


if __name__ == "__main__":
    CLAIMS_JS.write_text(written(CLAIMS_JS.read_text("utf-8")), "utf-8")
