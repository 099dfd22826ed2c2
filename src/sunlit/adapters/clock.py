"""The machine's clock: the only place that reads it."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the machine's time, aware, UTC, cut to whole seconds."""

    def now(self) -> datetime:
        """Return the present time."""
        return datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the one place
