"""Mail over SMTP: that there is a task, and a link. Nothing else is in it."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final

from sunlit.adapters.reach import Reach
from sunlit.base.errors import UnavailableError, VerificationError
from sunlit.node.notify import ACCOUNT, Letter, Smtp

TIMEOUT: Final = 20.0
FINAL: Final = 500  # RFC 5321: from here on the server will not take it another time either
SUBJECT: Final = "You have a task"
TEXT: Final = """\
You have a task on {node}.

Open it: {link}

Nothing about it is in this mail. You get it because your organisation gave this address.
"""
ACCOUNT_SUBJECT: Final = "An account of your organisation changed"
ACCOUNT_TEXT: Final = """\
{what} This was on {node}.

See who did what: {link}

If nobody of your organisation did this:
1. Sign in and end the access of that account, under "People of your organisation".
2. Have your operator revoke its keys in the log.
3. Tell whoever runs this node, and your identity provider.

It does not say here who it was. You get this mail because your organisation gave this address.
"""


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """`Mailer` over one SMTP server. `secret` reads the password from its file's name."""

    settings: Smtp
    node: str
    secret: Callable[[str], str]
    reach: Reach = field(default_factory=Reach)

    def send(self, letter: Letter) -> None:
        """Send a letter; see `Mailer.send`."""
        try:
            with closing(self._connected()) as server:
                server.send_message(self.message(letter))
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()  # however it says goodbye, it has the mail
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            if all(code >= FINAL for code in codes):
                raise _refused() from error
            raise _again(str(codes[0])) from error
        except smtplib.SMTPResponseException as error:
            raise _again(str(error.smtp_code)) from error
        except (OSError, smtplib.SMTPException) as error:  # an address that is none, too
            raise _again(type(error).__name__) from error

    def message(self, letter: Letter) -> EmailMessage:
        """Return the mail; its Message-ID stays the same when it is sent again."""
        message = EmailMessage()
        message["From"] = self.settings.sender
        message["To"] = letter.to
        message["Subject"] = ACCOUNT_SUBJECT if letter.notice else SUBJECT
        domain = parseaddr(self.settings.sender)[1].rpartition("@")[2]
        message["Message-ID"] = f"<{letter.id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
        message.set_content(self._text(letter))
        return message

    def _text(self, letter: Letter) -> str:
        if not letter.notice:
            return TEXT.format(node=self.node, link=letter.link)
        what = ACCOUNT.get(letter.notice, "Something changed at an account.")
        return ACCOUNT_TEXT.format(what=what, node=self.node, link=letter.link)

    def _connected(self) -> smtplib.SMTP:
        found, context = self.settings, ssl.create_default_context()
        judged = self.reach.addresses(found.host)
        if found.tls == "tls":
            server: smtplib.SMTP = _TlsTo(judged, found, context)
        else:
            server = _To(judged, found)
        try:
            if found.tls == "starttls":
                server.starttls(context=context)
            if found.user is not None:
                server.login(found.user, self.secret(found.password_file or ""))
        except BaseException:
            server.close()
            raise
        return server


class _To(smtplib.SMTP):
    """SMTP with one of the addresses that were judged, under the server's own name."""

    def __init__(self, judged: Sequence[str], server: Smtp) -> None:
        self.judged = judged
        super().__init__(server.host, server.port, timeout=TIMEOUT)

    def _get_socket(self, _host: str, port: int, timeout: float) -> socket.socket:
        return _connection(self.judged, port, timeout)


class _TlsTo(smtplib.SMTP_SSL):
    """The same with TLS from the start; its certificate is checked for the server's name."""

    def __init__(
        self, judged: Sequence[str], server: Smtp, context: ssl.SSLContext
    ) -> None:  # fmt: skip
        self.judged, self.name = judged, server.host
        super().__init__(server.host, server.port, timeout=TIMEOUT, context=context)

    def _get_socket(self, _host: str, port: int, timeout: float) -> socket.socket:
        plain = _connection(self.judged, port, timeout)
        return self.context.wrap_socket(plain, server_hostname=self.name)


def _connection(judged: Sequence[str], port: int, timeout: float) -> socket.socket:
    """Return a connection to the first address that answers."""
    for address in judged[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout)
    return socket.create_connection((judged[-1], port), timeout)


def _refused() -> VerificationError:
    return VerificationError(
        "mail.refused", "the mail server takes nothing for this address",
        mend="correct the address in the settings",
    )  # fmt: skip


def _again(got: str) -> UnavailableError:
    return UnavailableError(
        "mail.failed", "a mail was not taken", got=got,
        mend="look at the mail server; it is tried again",
    )  # fmt: skip
