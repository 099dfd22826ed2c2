"""What a control asks, in sentences that know their pattern: OSCAL's inserts become places.

`at most {{ insert: param, uk-1.max-age-days }} days` is the pattern `at most %(max_age_days)s
days`. What many controls end with is a sentence of its own, so that it is translated once.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from sunlit.base.wording import Text, Value, joined

INSERT: Final = re.compile(r"\{\{\s*insert:\s*param,\s*([A-Za-z0-9._-]+)\s*\}\}")
SIGNED: Final = (
    "The deployer signs it with its document, decided at most %(max_age_days)s days ago "
    "(topic: %(topic)s)."
)
_DECIMAL: Final = re.compile(r"\d+\.\d+")


def patterns(prose: str) -> tuple[str, ...]:
    """Return the patterns of a part: all of it, or what stands before `SIGNED`, and that."""
    whole = INSERT.sub(lambda it: f"%({_place(it[1])})s", prose.replace("%", "%%"))
    before = whole.removesuffix(f" {SIGNED}")
    return (whole,) if before == whole else (before, SIGNED)


def said(parts: Iterable[str], shown: Mapping[str, str]) -> Text:
    """Return parts of a control's prose; `shown` is what each parameter is, by its id."""
    return joined((_said(prose, shown) for prose in parts), "\n\n")


def _said(prose: str, shown: Mapping[str, str]) -> Text:
    values: dict[str, Value] = {}
    for match in INSERT.finditer(prose):
        # One that is not known stays as it is written.
        values[_place(match[1])] = _value(shown.get(match[1], match[0]))
    return joined(Text(pattern, values) for pattern in patterns(prose))


def _place(id_: str) -> str:
    """Return the place for a parameter: its id without the control's, `max_age_days`."""
    return id_.rpartition(".")[2].replace("-", "_")


def _value(shown: str) -> Value:
    return Decimal(shown) if _DECIMAL.fullmatch(shown) else shown
