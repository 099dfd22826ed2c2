"""Who is told that there is something to do: addresses and hooks of each organisation.

They stand in `sunlit-notify.json` beside the node's settings, because whoever runs the node
answers for where it sends anything. What is sent is that there is a task, and a link to it:
no name, no component, nothing of a statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, UnavailableError, VerificationError
from sunlit.node.outbox import Job, Outbox

NOTIFY_FILE: Final = "sunlit-notify.json"
# What is told of accounts, by what the audit calls it.
ACCOUNT: Final = {
    "joined": "Somebody joined your organisation here with an invitation code.",
    "passkey-made": "A passkey was added to an account.",
    "key-brought": "A signing key was added to an account.",
    "key-ended": "A passkey or signing key of an account was ended, or named as lost.",
    "roles-changed": "What somebody may do was changed: their roles, or their seat on a board.",
    "ended": "Somebody's access was ended.",
}
TLS: Final = frozenset({"starttls", "tls", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """The server that takes mail. `password_file` holds the password, where it wants one."""

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    user: str | None = None
    password_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """An https address that is told; `secret_file` holds the secret that signs (`whsec_...`)."""

    organisation: str
    url: str
    secret_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """How a node tells people. Without a file, nobody is told anything."""

    root: Path
    smtp: Smtp | None = None
    mail: Mapping[str, tuple[str, ...]] | None = None
    hooks: tuple[Hook, ...] = ()

    @classmethod
    def open(cls, root: Path) -> "Notify":
        """Read the settings beside a node's.

        Raises:
            MalformedError: `notify.malformed`.
            UnavailableError: `notify.unreadable`.
        """
        try:
            data = (root / NOTIFY_FILE).read_bytes()
        except FileNotFoundError:
            return cls(root=root)
        except OSError as error:
            raise UnavailableError(
                "notify.unreadable", f"{NOTIFY_FILE} could not be read", got=error.strerror,
                mend="let the worker's user read it",
            ) from error  # fmt: skip
        document = canonical.decode_object(data, what=NOTIFY_FILE)
        try:
            return cls(
                root=root, smtp=_smtp(document.get("smtp")), mail=_mail(document.get("mail", {})),
                hooks=tuple(_hook(one) for one in _list(document.get("webhooks", []))),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise _malformed(str(error)) from error

    def hook(self, url: str, organisation: str) -> Hook:
        """Return the hook of an organisation at an address, if it is still configured.

        Raises:
            VerificationError: `notify.not-configured`.
        """
        for hook in self.hooks:
            if (hook.url, hook.organisation) == (url, organisation):
                return hook
        raise _not_configured()

    def expect_address(self, address: str, organisation: str) -> None:
        """Check that mail to an address is still configured.

        Raises:
            VerificationError: `notify.not-configured`.
        """
        if address not in (self.mail or {}).get(organisation, ()):
            raise _not_configured()

    def secret(self, name: str) -> str:
        """Read a secret from its file, relative to the node's directory.

        Raises:
            UnavailableError: `notify.secret`.
        """
        try:
            return (self.root / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UnavailableError(
                "notify.secret", "a file that should hold a secret could not be read",
                expected=name, mend="write the secret there, readable for the worker only",
            ) from error  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail: to an address, with an id that stays the same when it is sent again.

    `notice` is what happened to an account (one of `ACCOUNT`); without it there is a task.
    """

    id: str
    to: str
    link: str
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message for a hook: the same `id` each time it is tried."""

    id: str
    body: bytes
    at: datetime


class Mailer(Protocol):
    """Sends mail."""

    def send(self, letter: Letter) -> None:
        """Send a letter.

        Raises:
            UnavailableError: `mail.*`: try again later.
            VerificationError: `mail.refused`: it never will be taken.
        """
        ...


class Hooks(Protocol):
    """Tells other systems."""

    def send(self, hook: Hook, delivery: Delivery) -> None:
        """Deliver a message.

        Raises:
            UnavailableError: `webhook.*`: try again later.
            VerificationError: `webhook.refused`: it never will be taken.
        """
        ...


def tell(outbox: Outbox, notify: Notify, job: Job, due: datetime) -> None:
    """Hand what somebody is to be told to each channel of the organisation, as jobs of its own.

    `job` says which organisation, and the path of the page on this node.
    """
    organisation, path = str(job.payload["organisation"]), str(job.payload["path"])
    notice = {"notice": str(job.payload["notice"])} if "notice" in job.payload else {}
    for address in (notify.mail or {}).get(organisation, ()):
        payload = {"organisation": organisation, "to": address, "path": path, **notice}
        outbox.later("mail", payload, due, name=f"mail {job.id} {address}")
    for hook in notify.hooks:
        if hook.organisation == organisation:
            payload = {"organisation": organisation, "url": hook.url, "path": path, **notice}
            outbox.later("webhook", payload, due, name=f"webhook {job.id} {hook.url}")


def tell_of_account(outbox: Outbox, organisation: str, notice: str, at: datetime) -> None:
    """Have an organisation told what happened to one of its accounts (`ACCOUNT`); not whose."""
    payload = {"organisation": organisation, "path": "/account/audit", "notice": notice}
    outbox.later("tell", payload, at)


def _smtp(value: object) -> Smtp | None:
    if value is None:
        return None
    fields = _object(value)
    found = Smtp(**{str(name): it for name, it in fields.items()})  # type: ignore[arg-type]
    if found.tls not in TLS or not isinstance(found.port, int):
        raise _malformed("smtp: tls is starttls, tls or none; port is a number")
    return found


def _mail(value: object) -> dict[str, tuple[str, ...]]:
    return {
        str(name): tuple(str(one) for one in _list(addresses))
        for name, addresses in _object(value).items()
    }


def _hook(value: object) -> Hook:
    fields = _object(value)
    hook = Hook(
        organisation=str(fields["organisation"]), url=str(fields["url"]),
        secret_file=str(fields["secret_file"]),
    )  # fmt: skip
    parts = urlsplit(hook.url)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.fragment:
        raise _malformed("a webhook's url is https://HOST/..., without a name or password")
    return hook


def _object(value: object) -> Mapping[object, object]:
    if not isinstance(value, dict):
        raise _malformed("an object stands where something else does")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise _malformed("a list stands where something else does")
    return value


def _not_configured() -> VerificationError:
    return VerificationError(
        "notify.not-configured", "nothing is sent to what is not configured any more",
        mend=f"name it in {NOTIFY_FILE}, if it should be told",
    )  # fmt: skip


def _malformed(why: str) -> MalformedError:
    return MalformedError(
        "notify.malformed", f"{NOTIFY_FILE} is not what it should be", expected=why,
        mend="see docs/operate/worker.md",
    )  # fmt: skip
