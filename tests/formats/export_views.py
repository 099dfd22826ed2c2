"""What exporters are tried on: a view of which every fact is another word, and real records."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from sunlit.claims.admitted import Admitted
from sunlit.claims.interop import ImportedRecord
from sunlit.formats.losses import Facts, leaves
from sunlit.formats.register_file import FoundRegister
from sunlit.statement.intoto import Subject
from sunlit.views.export_facts import record_facts

AT: Final = datetime(2026, 11, 1, tzinfo=UTC)
TEXTS: Final = (
    "summary", "contact", "intended_use", "target", "oms_root", "files", "bytes", "changelog",
    "rollback", "supplier", "contract", "configuration", "token_issuer", "token_from",
    "token_until", "token_grant", "token_status", "code", "code_scheme", "ceiling", "oversight",
    "fallback", "break_glass", "rubric", "engine",
)  # fmt: skip
LISTS: Final = (
    "model_files", "permitted", "prohibited", "constraints", "jurisdictions", "data_classes",
    "open_findings", "blanks", "maintainer",
)  # fmt: skip
ROWS: Final[Mapping[str, tuple[str, ...]]] = {
    "datasets": ("name", "digest", "licence", "source", "rows", "columns", "sensitive_columns",
                 "used_for"),
    "attestations": ("assessor", "scope", "method", "result", "assessed_on", "valid_until",
                     "limits", "statement"),
    "mitigations": ("practice", "state", "why", "expires"),
    "uses": ("id", "deployer", "description", "area", "owner", "need", "target", "affected",
             "status"),
    "findings": ("control", "title", "outcome", "reason", "expires", "mend"),
    "statements": ("id", "origin", "index", "type", "admitted", "organisations"),
    "logs": ("origin", "size"),
}  # fmt: skip


def whole_view(kind: str = "model") -> Facts:
    """Return a view in which everything is known, each fact by a word that stands only there."""
    facts: dict[str, object] = {name: word(name) for name in TEXTS}
    facts |= {name: (word(name),) for name in LISTS}
    facts |= {
        name: ({column: word(f"{name}.{column}") for column in columns},)
        for name, columns in ROWS.items()
    }
    facts["datasets"] = tuple({**one, "digest": "cd" * 32} for one in facts["datasets"])  # type: ignore[attr-defined]
    facts["statements"] = tuple(
        {**one, "admitted": "2026-10-01T00:00:00Z"}
        for one in facts["statements"]  # type: ignore[attr-defined]
    )
    finding = {column: word(f"findings.{column}") for column in ROWS["findings"]}
    facts["findings"] = (
        {**finding, "outcome": "HOLDS"},
        {"control": "c-2", "title": "t", "outcome": "FAILS", "reason": "r"},
        {"control": "c-3", "title": "t", "outcome": "UNKNOWN", "reason": "r"},
    )
    return facts | {
        "kind": kind, "name": word("name"), "version": word("version"),
        "digest": sha256(kind.encode()).hexdigest(),
        "contact": f"{word('contact')}@x.example",
        "purl": "pkg:generic/x.example/whole", "homepage": "https://code.example/whole",
        "licence": "Apache-2.0", "released_on": "2026-10-01T00:00:00Z", "token_kind": "full",
        "tier": "high", "as_of": "2026-11-01T00:00:00Z",
    }  # fmt: skip


def word(name: str) -> str:
    """Return the word that stands for a fact and for nothing else."""
    return "w" + name.replace(".", "x").replace("_", "y") + "q"


def worded(facts: Facts) -> frozenset[str]:
    """Return the facts that are told apart by their word."""
    return frozenset(leaf for leaf in leaves(facts) if word(leaf) in _told(facts, leaf))


def _told(facts: Facts, leaf: str) -> str:
    name, _, column = leaf.partition(".")
    value = facts[name]
    rows = value if isinstance(value, tuple) else (value,)
    return " ".join(str(one.get(column)) if isinstance(one, Mapping) else str(one) for one in rows)


def record_views(found: FoundRegister) -> tuple[Facts, ...]:
    """Return the view of each record of a register's file."""
    return tuple(
        record_facts(
            Admitted(claim=claim, statement_id="cd" * 32, subjects=(Subject(None, {}),),
                     origin="log.example/1", index=0, admitted_at=AT),
            claim, AT,
        )
        for one in found.records
        for claim in [
            ImportedRecord(
                register=found.register, record=one.record, title=one.title,
                publisher=one.publisher, source=found.source, source_digest="ef" * 32,
                licence=found.licence, retrieved_on=AT, published_on=one.published_on,
                fields=one.fields, blanks=one.blanks, cut=one.cut,
            )
        ]
    )  # fmt: skip
