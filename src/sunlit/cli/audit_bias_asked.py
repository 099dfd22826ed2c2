"""Reads what `sunlit audit bias` is given: columns, groups, references."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import click

from sunlit.producers.audit.bias.claim import Asked
from sunlit.producers.audit.bias.claim_figures import How
from sunlit.producers.audit.bias.columns import Columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sunlit.claims.provenance import Resource

RULES: Final = ("most-selected", "least-selected", "largest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a command was given, read."""

    columns: Columns
    characteristics: Mapping[str, str]
    how: How
    engine: Literal["duckdb", "spark"]
    more: Mapping[str, Any] = field(default_factory=dict)

    def asked(self, data: Resource, at: datetime) -> Asked:
        """Return what the audit shall say of this data at this time."""
        return Asked(
            data=data, at=at, how=self.how, characteristics=self.characteristics, **self.more
        )


def read_given(
    *, attributes: tuple[str, ...], bands: tuple[str, ...], references: tuple[str, ...],
    not_analysed: tuple[str, ...], engine: Literal["duckdb", "spark"], adverse: tuple[str, ...],
    favourable: tuple[str, ...], **given: Any,  # noqa: ANN401
) -> Given:  # fmt: skip
    """Return the options as an audit takes them."""
    if adverse and favourable:
        raise click.UsageError("--favourable or --adverse: not both")
    if not attributes:
        raise click.UsageError("--attribute COLUMN=CHARACTERISTIC: name at least one")
    characteristics = _pairs("--attribute", attributes)
    columns = Columns(
        attributes=tuple(characteristics), favourable=favourable or adverse,
        bands={name: _bounds(text) for name, text in _pairs("--band", bands).items()},
        threshold=_threshold(given.pop("threshold")),
        **{name: given.pop(name) for name in ("prediction", "outcome", "score", "rule")},
        **{name: given.pop(name) for name in ("positive", "unknown")},
    )  # fmt: skip
    how = _how(references, given.pop("min_share"), adverse=bool(adverse), drawing={
        name: given.pop(name) for name in ("replicates", "seed")
    })  # fmt: skip
    more = {
        **given,
        "adverse": bool(adverse),
        "not_analysed": _pairs("--not-analysed", not_analysed),
    }
    return Given(
        columns=columns, characteristics=characteristics, how=how, engine=engine, more=more
    )


def _pairs(option: str, texts: Iterable[str]) -> dict[str, str]:
    found = dict[str, str]()
    for text in texts:
        name, separator, value = text.partition("=")
        if not (name and separator and value):
            raise click.UsageError(f"{option}: NAME=VALUE, not {text!r}")
        if name in found:
            raise click.UsageError(f"{option}: {name!r} stands twice")
        found[name] = value
    return found


def _bounds(text: str) -> tuple[Decimal, ...]:
    return tuple(_number("--band", one) for one in text.split(","))


def _threshold(text: str | None) -> Decimal | Literal["median"] | None:
    if text is None:
        return None
    if text == "median":
        return "median"
    return _number("--threshold", text)


def _number(option: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise click.UsageError(f"{option}: a number, not {text!r}")
    return number


def _how(references: Iterable[str], share: str, *, adverse: bool, drawing: dict[str, Any]) -> How:
    """Return the rule of references: who is treated best, where nothing else is asked for."""
    rules = [one for one in references if "=" not in one]
    named = _pairs("--reference", (one for one in references if "=" in one))
    if len(rules) > 1 or any(one not in RULES for one in rules):
        raise click.UsageError(f"--reference: one of {', '.join(RULES)}, or COLUMN=GROUP")
    best = "least-selected" if adverse else "most-selected"
    rule = cast("Literal['most-selected', 'least-selected', 'largest']", (rules or [best])[0])
    return How(rule=rule, named=named, min_share=_number("--min-share", share), **drawing)
