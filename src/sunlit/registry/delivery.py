"""Where new statements go: into files, and into the home's log where it has one in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sunlit.base.errors import VerificationError
from sunlit.base.times import Clock
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home, write_whole
from sunlit.statement.dsse import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One statement: its id, its file, its place in the log, or why the log refused it."""

    statement_id: str
    file: Path | None = None
    index: int | None = None
    refused: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return plain data for `--json`."""
        return {
            "statement": self.statement_id,
            "file": str(self.file) if self.file else None,
            "index": self.index,
            "refused": self.refused,
        }


def deliver(
    envelopes: Sequence[Envelope],
    *,
    home: Home | None,
    out: Path | None,
    clock: Clock,
    lenient: bool = False,
) -> tuple[Delivered, ...]:
    """Log the statements if the home has a trust file; write files to `out`, or as a fallback.

    With `lenient`, what the log refuses is written to a file for somebody else to sign.

    Raises:
        VerificationError: `admit.*` unless lenient.
        UnavailableError: `home.cannot-write`, `log.*`.
    """
    done = [Delivered(statement_id=envelope.statement_id) for envelope in envelopes]
    if home is not None and home.trust_path.exists():
        done = _logged(home, envelopes, clock, lenient=lenient)
    fallback = home.root / "statements" if home is not None else Path()
    return tuple(
        one if one.index is not None and out is None else _written(one, envelope, out or fallback)
        for one, envelope in zip(done, envelopes, strict=True)
    )


def _logged(
    home: Home, envelopes: Sequence[Envelope], clock: Clock, *, lenient: bool
) -> list[Delivered]:
    done: list[Delivered] = []
    with open_ledger(home, clock) as ledger:
        for envelope in envelopes:
            try:
                index, refused = ledger.admit(envelope).index, None
            except VerificationError as error:
                if not lenient:
                    raise
                index, refused = None, error.what
            done.append(Delivered(statement_id=envelope.statement_id, index=index, refused=refused))
    return done


def _written(one: Delivered, envelope: Envelope, folder: Path) -> Delivered:
    path = folder / f"{one.statement_id[:16]}.dsse.json"
    write_whole(path, envelope.to_bytes() + b"\n")
    return Delivered(statement_id=one.statement_id, file=path, index=one.index, refused=one.refused)
