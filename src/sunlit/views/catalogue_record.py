"""A record of another register as it was found: what it says, and what it leaves out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sunlit.authority.directory import Directory
from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord

_SPELT: Final = {  # what registers shorten in the names of their fields
    "hi": "high impact:", "pia": "privacy impact assessment", "pii": "personal information",
    "ato": "authority to operate", "url": "address", "id": "number",
}  # fmt: skip


def field_name(name: str) -> str:
    """Return a register's name of a field as it is read aloud: `hi_testing` is in two words."""
    spelt = (_SPELT.get(one.casefold(), one) for one in name.replace("_", " ").split())
    words = " ".join(spelt)
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Field:
    """One field under the register's own name; `text` is None for a blank, `cut` if shortened."""

    name: str
    text: str | None
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record, where it was found, and who took it over. Nobody signed what it says."""

    register: str
    record: str
    title: str
    publisher: str
    source: str
    source_digest: str
    licence: str
    retrieved_on: datetime
    published_on: str | None
    fields: tuple[Field, ...]
    taken_by: tuple[str, ...]
    statement: str
    admitted_at: datetime | None

    @property
    def blanks(self) -> int:
        """How many fields nobody filled in."""
        return sum(one.text is None for one in self.fields)


def record_view(
    known: Iterable[Admitted], directory: Directory, register: str, record: str
) -> RecordView | None:
    """Return a record as it was taken over last by somebody in force; None where nobody did."""
    found = [
        (said, claim, who)
        for said in known
        if isinstance(claim := said.claim, ImportedRecord)
        and (claim.register, claim.record) == (register, record)
        and (who := directory.organisations(said))
    ]
    return _view(*found[-1]) if found else None


def _view(said: Admitted, claim: ImportedRecord, who: frozenset[str]) -> RecordView:
    cut = frozenset(claim.cut)
    filled = [Field(name, text or None, name in cut) for name, text in claim.fields.items()]
    return RecordView(
        register=claim.register, record=claim.record, title=claim.title,
        publisher=claim.publisher, source=claim.source, source_digest=claim.source_digest,
        licence=claim.licence, retrieved_on=claim.retrieved_on, published_on=claim.published_on,
        fields=(*filled, *(Field(name, None) for name in claim.blanks)),
        taken_by=tuple(sorted(who)), statement=said.statement_id, admitted_at=said.admitted_at,
    )  # fmt: skip
