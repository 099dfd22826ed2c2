"""The label of a token's folder: eight lines, and whether anybody has checked them."""

from dataclasses import dataclass
from pathlib import Path

from sunlit.base.errors import MalformedError
from sunlit.claims.lifecycle import TokenGrant
from sunlit.log.entry import Entry
from sunlit.runtime.folder import ENTRY, read_parts
from sunlit.runtime.steps import Verification
from sunlit.statement.dsse import Envelope
from sunlit.statement.intoto import Statement
from sunlit.views.label import LabelLine, label_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Eight lines. `verification` is None where no trust file was given: nobody checked."""

    lines: tuple[LabelLine, ...]
    verification: Verification | None = None

    def to_json(self) -> dict[str, object]:
        """Return the label for `--json`."""
        return {
            "lines": [line.to_json() for line in self.lines],
            "verification": self.verification.to_json() if self.verification else None,
        }


def label_of(where: Path, verification: Verification | None = None) -> Label:
    """Return the label of a token's folder, from the verified token where there is one.

    Raises:
        MalformedError: `label.no-grant`, and whatever the entry is malformed with.
        UnavailableError: `token.unreadable`.
    """
    if verification is not None and verification.token is not None:
        token = verification.token
        return Label(lines=label_lines(token.claims, token.grant_id), verification=verification)
    grant, grant_id = _unverified(where)
    return Label(lines=label_lines(grant, grant_id), verification=verification)


def _unverified(where: Path) -> tuple[TokenGrant, str]:
    entry = read_parts(where).entry
    if entry is None:
        raise MalformedError(
            "label.no-grant", f"there is no {ENTRY} beside the token, so there is nothing to show",
            mend="give --trust FILE: then the token itself is read",
        )  # fmt: skip
    envelope = Envelope.from_json(Entry.parse(entry).envelope)
    grant = TokenGrant.from_predicate(Statement.parse(envelope.payload).predicate)
    return grant, envelope.statement_id
