"""Registering a component: read what there is, ask only for the rest, show blanks as blanks.

From a manifest, a publiccode.yml or a model card, or for a service that was bought and has no
files. A draft is kept until a second person of the organisation publishes it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.base.purl import Purl, bare, called
from sunlit.base.times import format_time, parse_time
from sunlit.base.wording import text
from sunlit.claims.lifecycle import Publication, Registration
from sunlit.claims.names import named_digest
from sunlit.claims.provenance import HOSTED, KINDS
from sunlit.formats.card import read_card
from sunlit.formats.publiccode import read_publiccode
from sunlit.formats.sunlit_toml import read_toml
from sunlit.node.drafts import Draft
from sunlit.node.proposal import Proposal
from sunlit.rubric.attested import plain
from sunlit.statement.intoto import Subject

MAX_FILE: Final = 256 * 1024  # bytes
UNKNOWN: Final = ("weights", "provenance")  # of a service that was bought
LIMITS: Final[Mapping[str, int]] = {
    "component": 300, "name": 120, "kind": 32, "description": 1_000, "contact": 200,
    "homepage": 500, "licence": 120, "supplier": 200, "contract": 200, "configuration": 64,
}  # fmt: skip
NEEDED: Final = ("component", "name", "kind")
_URL: Final = re.compile(r"https?://[^\s<>\"']+")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file says: the fields by name; `source` is what it was, `digest` its SHA-256."""

    source: str
    fields: Mapping[str, str] = field(default_factory=dict)
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field as it is published and as it would be."""

    name: str
    before: str | None
    after: str | None

    @property
    def differs(self) -> bool:
        """Tell whether it changes."""
        return self.before != self.after


def read(source: str, data: bytes) -> Found:
    """Read what was pasted or uploaded; nothing in it is believed, only offered to the officer.

    Raises:
        MalformedError: `register.file`, `toml.malformed`, `publiccode.malformed`,
            `card.malformed`.
    """
    reader = _READERS.get(source)
    if reader is None or not data.strip():
        raise MalformedError(
            "register.file", "there is nothing to read",
            expected="a sunlit.toml, a publiccode.yml or a model card",
            mend="paste the text or choose the file, or fill in the page yourself",
        )  # fmt: skip
    if len(data) > MAX_FILE:
        raise MalformedError(
            "register.file", "the file is too large", expected=f"at most {MAX_FILE} bytes",
            mend="choose the manifest or the card, not the component",
        )  # fmt: skip
    told = {name: _clean(name, value) for name, value in reader(data).items() if value}
    return Found(source=source, fields=told, digest=sha256(data).hexdigest())


def _manifest(data: bytes) -> dict[str, str | None]:
    told = read_toml(data)
    return {
        "component": told.purl, "kind": told.kind, "description": told.description,
        "contact": told.contact, "licence": told.licence, "supplier": told.supplier,
        "contract": told.contract, "configuration": told.configuration,
        "name": called(told.purl) if told.purl else None,
    }  # fmt: skip


def _publiccode(data: bytes) -> dict[str, str | None]:
    told = read_publiccode(data)
    return {
        "name": told.name, "kind": "code", "description": told.description,
        "licence": told.licence, "homepage": told.landing or told.url,
    }  # fmt: skip


def _card(data: bytes) -> dict[str, str | None]:
    card = read_card(data)
    title = card.sections[0][1] if card.sections else None
    named = card.metadata.get("model_name")
    return {
        "name": str(named) if isinstance(named, str) else title, "licence": card.licence,
        "kind": "dataset" if card.is_dataset_card else "model",
    }  # fmt: skip


_READERS: Final[Mapping[str, Callable[[bytes], dict[str, str | None]]]] = {
    "manifest": _manifest, "publiccode": _publiccode, "model-card": _card,
}  # fmt: skip


def _clean(name: str, value: str) -> str:
    return plain(value, LIMITS[name])


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, as one line each; blanks are left out."""
    told = {name: plain(form.get(name, ""), 4_000) for name in LIMITS}
    if "component" in told:
        told["component"] = bare(told["component"])
    return {name: value for name, value in told.items() if value}


def problems(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the fields, by name, as it is said on the page."""
    found: dict[str, str] = {
        name: text("This is too long") for name, most in LIMITS.items()
        if len(fields.get(name, "")) > most
    }  # fmt: skip
    missing = {
        "component": text("Enter the component's package URL"), "name": text("Enter a name"),
        "kind": text("Choose what it is"),
    }  # fmt: skip
    found |= {name: missing[name] for name in NEEDED if not fields.get(name)}
    checks: tuple[tuple[str, Callable[[str], object], str], ...] = (
        ("component", Purl.is_spelt, text("A package URL looks like pkg:generic/your.domain/name")),
        ("homepage", _URL.fullmatch, text("An address begins with https://")),
        ("configuration", _DIGEST.fullmatch, text("A digest has 64 digits from 0-9 and a-f")),
    )
    for name, fits, message in checks:
        if fields.get(name) and not fits(fields[name]):
            found.setdefault(name, message)
    if fields.get("kind") and fields["kind"] not in KINDS:
        found["kind"] = text("Choose one of the kinds")
    return found


def optional(kind: str | None) -> tuple[str, ...]:
    """Return what is asked of a kind of component and may stay blank."""
    shared = ("description", "contact", "homepage", "licence")
    return (*shared, "supplier", "contract", "configuration") if kind == HOSTED else shared


def content(found: Found, fields: Mapping[str, str], at: datetime) -> dict[str, object]:
    """Return what a draft keeps: the fields, where which were read, since when blanks are."""
    return {
        "fields": dict(fields), "source": found.source, "digest": found.digest,
        "askedOn": format_time(at), "found": sorted(found.fields),
    }  # fmt: skip


def fields_of(draft: Draft) -> dict[str, str]:
    """Return a draft's fields."""
    told = draft.content.get("fields")
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def found_in(draft: Draft) -> tuple[str, ...]:
    """Return the names of the fields that the file of a draft said; none where there is no file."""
    told = draft.content.get("found")
    if draft.content.get("source") == "form" or not isinstance(told, list):
        return ()
    return tuple(map(str, told))


def suggested(organisation: str, name: str) -> str:
    """Return a package URL to begin with: most who fill one in have never seen any."""
    plain_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return f"pkg:generic/{organisation}/{re.sub('[^a-z0-9]+', '-', plain_).strip('-')}"


def registration(draft: Draft) -> Registration:
    """Return the claim that a draft becomes; what is blank is named with since when.

    Raises:
        MalformedError: `register.incomplete`.
    """
    told = fields_of(draft)
    if problems(told):
        raise MalformedError(
            "register.incomplete", "the registration is not complete",
            mend="go back and mend what is marked",
        )  # fmt: skip
    kind = told["kind"]
    blanks = tuple(name for name in optional(kind) if not told.get(name))
    asked = (*blanks, *(UNKNOWN if kind == HOSTED else ()))
    since, digest = str(draft.content.get("askedOn") or ""), draft.content.get("digest")
    extra = {name: told[name] for name in optional(kind) if told.get(name)}
    return Registration(
        organisation=draft.organisation, component=told["component"], kind=kind,
        name=told["name"], source=str(draft.content.get("source") or "form"),
        source_digest=str(digest) if digest else None, asked=asked,
        asked_on=parse_time(since) if asked else None,
        **({"description": ""} | extra),  # type: ignore[arg-type]
    )  # fmt: skip


def changes(new: Registration, old: Registration | None) -> tuple[Change, ...]:
    """Return each field as published and as it would be: what a checker looks at."""
    names = ("component", *(name for name in LIMITS if name != "component"), "asked")
    return tuple(Change(name, _shown(old, name), _shown(new, name)) for name in names)


def _shown(claim: Registration | None, name: str) -> str | None:
    value = getattr(claim, name) if claim is not None else None
    if isinstance(value, tuple):
        return ", ".join(value) or None
    return str(value) if value else None


def subject(component: str) -> Subject:
    """Return what a registration and its publication are about."""
    return Subject(component, {"sha256": named_digest("component", component)})


def to_submit(draft: Draft, old: str | None = None) -> Proposal:
    """Return what the writer signs; `old` is the registration that it replaces.

    Raises:
        MalformedError: `register.incomplete`.
    """
    claim = replace(registration(draft), supersedes=old)
    return Proposal(
        claim=claim, subjects=(subject(claim.component),), back=f"/work/components/{draft.id}",
        title=text("Hand on the registration of %(name)s", name=claim.name),
        consequence=text(
            "Another person of your organisation checks it. Until they publish it, nobody else "
            "sees it."
        ),
        then="workbench.submitted",
        context={"draft": draft.id, "version": str(draft.version)},
    )  # fmt: skip


def to_decide(draft: Draft, decision: str, reason: str | None = None) -> Proposal:
    """Return what the checker signs: to publish, or to take back with a reason.

    Raises:
        MalformedError: `register.incomplete`.
    """
    told = fields_of(draft)
    claim = Publication(
        organisation=draft.organisation, statement=draft.statement or "", decision=decision,
        reason=reason,
    )  # fmt: skip
    public = decision == "publish"
    return Proposal(
        claim=claim, subjects=(subject(told["component"]),),
        back=f"/work/components/{draft.id}",
        title=text("Publish the registration of %(name)s", name=told["name"]) if public
        else text("Withdraw the registration of %(name)s", name=told["name"]),
        consequence=text(
            "It enters the public log together with what the writer signed, and the catalogue "
            "shows it."
        ) if public else text(
            "The catalogue no longer shows it. The log keeps what was said, and your reason."
        ),
        then="workbench.published" if public else "workbench.withdrawn",
        context={
            "draft": draft.id, "version": str(draft.version), "reason": reason or "",
        },
    )  # fmt: skip
