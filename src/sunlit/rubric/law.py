"""What law asks and from when, as dated data: `data/law.json`. No legal advice."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from sunlit.rubric.control import Control
from sunlit.rubric.risk_code import data_file

LAW_FILE: Final = "law.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """One duty: `applies_from` is a day, None where it was in force before 2025.

    `verified` says how it was looked up: `read` the source, `web` a page about it, `memory` not.
    """

    id: str
    title: str
    source: str
    applies_from: str | None
    verified: str
    amended_by: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """All provisions by id, and the titles of the schemes that controls map to."""

    version: str
    known_on: str
    provisions: Mapping[str, Provision]
    schemes: Mapping[str, Mapping[str, str]]

    def of(self, control: Control) -> tuple[Provision, ...]:
        """Return the provisions that a control follows from, as far as they are listed."""
        return tuple(self.provisions[id_] for id_ in control.laws if id_ in self.provisions)


@cache
def law() -> Law:
    """Return the law as this version of Sunlit knows it."""
    read = json.loads(data_file(LAW_FILE))
    return Law(
        version=read["version"],
        known_on=read["knownOn"],
        provisions={
            one["id"]: Provision(
                id=one["id"], title=one["title"], source=one["source"],
                applies_from=one["appliesFrom"], verified=one["verified"],
                amended_by=one.get("amendedBy"), note=one.get("note"),
            )
            for one in read["provisions"]
        },
        schemes={one["id"]: one for one in read["schemes"]},
    )  # fmt: skip
