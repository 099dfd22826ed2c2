"""What a node's worker does with each kind of job, and which jobs fall due every day."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sunlit.adapters.mail import SmtpMailer
from sunlit.adapters.reach import JudgedTransport, Reach
from sunlit.adapters.sql.outbox import SqlOutbox
from sunlit.adapters.webhook import HttpHooks
from sunlit.base import canonical
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.base.times import format_time
from sunlit.bootstrap.later import later_handlers
from sunlit.bootstrap.logs import open_known
from sunlit.bootstrap.site import Site
from sunlit.log.fsck import fsck_directory
from sunlit.log.note import NoteVerifier
from sunlit.node.known import Known
from sunlit.node.notify import Delivery, Hooks, Letter, Mailer, Notify, tell
from sunlit.node.outbox import Handler, Job
from sunlit.node.remind import reminders
from sunlit.registry.receipts import renew_receipts

DAILY: Final = ("remind", "check-log", "renew-receipts", "forget")
KEEP: Final = timedelta(days=30)  # what was settled or done is remembered for so long


@dataclass(slots=True)
class Handlers:
    """The handlers of one node. Each may be called twice for the same job."""

    site: Site
    outbox: SqlOutbox
    notify: Notify
    known: Known
    hooks: Hooks
    mailer: Mailer | None = None

    def all(self) -> Mapping[str, Handler]:
        """Return the handlers by kind."""
        return {
            "remind": self.remind, "check-log": self.check_log, "forget": self.forget,
            "renew-receipts": self.renew, "tell": self.tell, "mail": self.mail,
            "webhook": self.webhook, **later_handlers(self.site),
        }  # fmt: skip

    def plan(self, at: datetime) -> int:
        """Put today's jobs into the outbox, once; return how many are new."""
        day = f"{at:%Y-%m-%d}"
        return sum(
            self.outbox.later(kind, {"organisation": name}, at, name=f"{kind} {name} {day}")
            for name in sorted(self.site.node.homes)
            for kind in DAILY
        )

    def remind(self, job: Job) -> None:
        """Remind an organisation of what ends in 30, 7 and 1 days."""
        at = self.site.clock.now()
        for one in reminders(self.known.cases(at), _organisation(job), at):
            self._later(one.organisation, one.path, one.name)

    def check_log(self, job: Job) -> None:
        """Recompute a log; what is wrong with it is the operator's to look at.

        Raises:
            VerificationError: `work.log-differs`.
        """
        home = self.site.home(_organisation(job))
        report = fsck_directory(home.log_directory, NoteVerifier.parse(home.log_vkey))
        if report.problems and not _was_written_to(home.reader().size, report.size):
            self._later(self.site.node.operator, "/log", f"fsck {job.id}")
            raise VerificationError(
                "work.log-differs", f"the log {home.origin} is not what its checkpoint says",
                got=report.problems[0].code, mend=f"sunlit log fsck --home {home.root}",
            )  # fmt: skip

    def renew(self, job: Job) -> None:
        """Lay receipts with witnesses' cosignatures beside tokens."""
        home, at = self.site.home(_organisation(job)), self.site.clock.now()
        history = self.known.log(home).named(("grants", home.organisation, None))
        renew_receipts(home, history, at)

    def forget(self, job: Job) -> None:
        """Forget submissions and jobs that were done long ago."""
        del job
        before = self.site.clock.now() - KEEP
        self.site.submissions.forget(before)
        self.outbox.forget(before)

    def tell(self, job: Job) -> None:
        """Hand something that there is to do to each channel of an organisation."""
        tell(self.outbox, self.notify, job, self.site.clock.now())

    def mail(self, job: Job) -> None:
        """Send one mail, to an address that is still configured.

        Raises:
            UnavailableError: `notify.no-smtp`, and as `Mailer.send`.
            VerificationError: `notify.not-configured`, `mail.refused`.
        """
        address = str(job.payload["to"])
        self.notify.expect_address(address, _organisation(job))
        if self.mailer is None:
            raise UnavailableError(
                "notify.no-smtp", "no mail server is configured",
                mend="name one in sunlit-notify.json: see docs/operate/worker.md",
            )  # fmt: skip
        notice = str(job.payload.get("notice", ""))
        self.mailer.send(Letter(id=job.id, to=address, link=self._link(job), notice=notice))

    def webhook(self, job: Job) -> None:
        """Deliver to one hook that is still configured.

        Raises:
            UnavailableError: as `Hooks.send`.
            VerificationError: `notify.not-configured`, `webhook.refused`.
        """
        hook = self.notify.hook(str(job.payload["url"]), _organisation(job))
        at = self.site.clock.now()
        body = canonical.encode({
            "type": "account.changed" if "notice" in job.payload else "task.due",
            "timestamp": format_time(job.due),
            "data": {"organisation": hook.organisation, "link": self._link(job)},
        })  # fmt: skip
        self.hooks.send(hook, Delivery(id=job.id, body=body, at=at))

    def _later(self, organisation: str, path: str, name: str) -> None:
        payload = {"organisation": organisation, "path": path}
        self.outbox.later("tell", payload, self.site.clock.now(), name=name)

    def _link(self, job: Job) -> str:
        return self.site.node.url + str(job.payload["path"])


def handlers_of(site: Site, outbox: SqlOutbox) -> Handlers:
    """Return the handlers of a node, as its settings are now.

    Raises:
        MalformedError: `notify.malformed`, `reach.malformed`.
        UnavailableError: `notify.unreadable`.
    """
    notify = Notify.open(site.node.root)
    smtp, reach = notify.smtp, Reach.from_environment(os.environ)
    return Handlers(
        site=site, outbox=outbox, notify=notify,
        hooks=HttpHooks(notify.secret, JudgedTransport(reach)),
        known=open_known(site),
        mailer=None if smtp is None else SmtpMailer(smtp, site.node.name, notify.secret, reach),
    )  # fmt: skip


def _organisation(job: Job) -> str:
    return str(job.payload["organisation"])


def _was_written_to(now: int, then: int) -> bool:
    """Tell whether the log grew while it was looked at: then it is looked at again tomorrow."""
    return now != then
