"""Moving a log's lock store from its file into PostgreSQL, once and for good."""

from dataclasses import replace

from sunlit.adapters.sql.lock import PostgresLock
from sunlit.base.errors import MalformedError
from sunlit.base.times import Clock
from sunlit.log.lock import SQLiteLock
from sunlit.log.writer import WriterLock
from sunlit.registry.home import Home

MOVED: str = ".moved"  # what the old file is called afterwards: nobody opens it by mistake


def move_lock(home: Home, url: str, clock: Clock) -> Home:
    """Move the lock store of a home's log into the database at `url` (without a password).

    Raises:
        MalformedError: `log.lock-moved`, `log.lock-exists`.
        UnavailableError: `log.writer-busy`, `log.lock-failed`, and as opening the log raises.
    """
    if home.lock is not None:
        raise MalformedError(
            "log.lock-moved", "this log's lock store is in a database already",
            mend="leave it there: there must never be two",
        )  # fmt: skip
    home.open_log(clock).close()  # what was staged is in the files now
    writer = WriterLock(home.lock_path)
    store = SQLiteLock(home.lock_path)
    try:
        head = store.head()
        PostgresLock.create(
            url, origin=home.origin, checkpoint=head.checkpoint, admitted_at=head.admitted_at,
            seen=store.seen(),
        ).close()  # fmt: skip
        moved = replace(home, lock=url)
        moved.save()
        home.lock_path.rename(home.lock_path.with_name(home.lock_path.name + MOVED))
    finally:
        store.close()
        writer.close()
    return moved
