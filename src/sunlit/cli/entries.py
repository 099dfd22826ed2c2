"""An entry of a log in plain words first, for `sunlit log show`."""

from sunlit.authority.history import History
from sunlit.base.times import format_time
from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Opaque


def line(said: Admitted, history: History) -> str:
    """Return one line: index, time, kind of claim, who said it."""
    at = format_time(said.admitted_at) if said.admitted_at else "draft"
    return f"{said.index:>5}  {at}  {kind(said):<16} {_who(said, history)}"


def kind(said: Admitted) -> str:
    """Return what kind of claim it is, in words."""
    if isinstance(said.claim, Opaque):
        return "unknown type"
    return said.claim.TYPE.rsplit(":", 2)[-2] if said.claim.TYPE.startswith("urn:") else (
        said.claim.TYPE.rstrip("/").rsplit("/", 2)[-2]
    )  # fmt: skip


def row(said: Admitted, history: History) -> dict[str, object]:
    """Return the entry as plain data."""
    claim = said.claim
    return {
        "index": said.index,
        "admitted": format_time(said.admitted_at) if said.admitted_at else None,
        "statement": said.statement_id,
        "predicateType": claim.predicate_type if isinstance(claim, Opaque) else claim.TYPE,
        "signers": list(said.signers),
        "organisations": sorted(history.directory.organisations(said)),
        "subjects": [subject.to_json() for subject in said.subjects],
        "predicate": claim.to_predicate(),
    }


def details(said: Admitted, history: History) -> list[str]:
    """Return the entry in lines: a sentence, then every field."""
    at = format_time(said.admitted_at) if said.admitted_at else "no time"
    return [
        (
            f"Entry {said.index} of {said.origin}: {_who(said, history)} said this "
            f"({kind(said)}), admitted {at}."
        ),
        f"  statement {said.statement_id}",
        *(f"  about     {s.name or 'a subject'} {dict(s.digest)}" for s in said.subjects),
        *(f"  {name:<20} {value}" for name, value in said.claim.to_predicate().items()),
    ]


def _who(said: Admitted, history: History) -> str:
    names = sorted(history.directory.organisations(said))
    return ", ".join(names) or "signed by a key without authority at this entry"
