"""Mail and webhooks say that there is a task and where: to what is configured, and no more."""

import base64
import hmac
import json
import smtplib
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from sunlit.adapters.mail import SmtpMailer
from sunlit.adapters.webhook import HttpHooks, signed
from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.node.notify import Delivery, Hook, Letter, Notify, Smtp
from sunlit.testing.authority import START

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
HOOK = Hook(organisation="a.example", url="https://hooks.example/in", secret_file="hook")
DELIVERY = Delivery(id="d1", body=b'{"type":"task.due"}', at=START)
LETTER = Letter(id="ab12", to="team@a.example", link="https://node.example/work")


def hooks(*answers: httpx.Response | Exception) -> tuple[HttpHooks, list[httpx.Request]]:
    """Return hooks whose receiver gives these answers, and what it was sent."""
    seen: list[httpx.Request] = []
    left = list(answers)

    def receive(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return HttpHooks(lambda _: SECRET, httpx.MockTransport(receive)), seen


def test_a_webhook_is_signed_over_id_time_and_body() -> None:
    """As Standard Webhooks says, so that receivers check it with a library."""
    sender, seen = hooks(httpx.Response(204))

    sender.send(HOOK, DELIVERY)

    (request,) = seen
    stamp = request.headers["webhook-timestamp"]
    content = b"d1." + stamp.encode() + b"." + DELIVERY.body
    expected = base64.b64encode(hmac.digest(KEY, content, "sha256")).decode()
    assert (request.method, str(request.url), request.content) == ("POST", HOOK.url, DELIVERY.body)
    assert request.headers["webhook-id"] == "d1"
    assert int(stamp) == int(START.timestamp())
    assert request.headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), "webhook.failed"),
        (httpx.Response(500), "webhook.failed"),
        (httpx.ConnectError("refused"), "webhook.failed"),
        (httpx.Response(410), "webhook.refused"),
    ],
)
def test_a_webhook_that_was_not_taken(answer: httpx.Response | Exception, code: str) -> None:
    """No redirect is followed; who says that it is gone is not asked again."""
    sender, seen = hooks(answer)

    with pytest.raises(SunlitError) as caught:
        sender.send(HOOK, DELIVERY)

    assert caught.value.code == code
    assert isinstance(caught.value, VerificationError) is (code == "webhook.refused")
    assert len(seen) == 1


@pytest.mark.parametrize("secret", ["", "whsec_AAAA", "whsec_\N{SNOWMAN}", "not base64 at all"])
def test_a_poor_secret_signs_nothing(secret: str) -> None:
    """A short or malformed secret is for the operator to mend."""
    with pytest.raises(UnavailableError) as caught:
        signed(secret, "d1", "0", b"")

    assert caught.value.code == "webhook.secret"


class Server(socketserver.TCPServer):
    """A mail server on loopback that answers `RCPT` as it is told."""

    allow_reuse_address = True
    recipient = "250 ok"
    received: bytes = b""


class Talk(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one mail takes."""

    server: Server

    def handle(self) -> None:
        """Answer each line."""
        self.say("220 here")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say("354 go on")
                self.take()
            self.say(self.server.recipient if verb == b"RCPT" else "250 ok")
            if verb == b"QUIT":
                return

    def take(self) -> None:
        """Read a mail up to the dot."""
        while (line := self.rfile.readline()) != b".\r\n":
            self.server.received += line

    def say(self, line: str) -> None:
        """Answer."""
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def mail_server(recipient: str = "250 ok") -> Iterator[tuple[Server, SmtpMailer]]:
    """Give a mail server, and a mailer that speaks to it."""
    with Server(("127.0.0.1", 0), Talk) as server:
        server.recipient = recipient
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings = Smtp(
            host="127.0.0.1", port=server.server_address[1], sender="Node <node@node.example>",
            tls="none",
        )  # fmt: skip
        try:
            yield server, SmtpMailer(settings, "AI register", lambda _: "")
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.enable_socket
def test_a_mail_holds_a_link_and_nothing_else() -> None:
    """Its id stays the same when it is sent again."""
    with mail_server() as (server, mailer):
        mailer.send(LETTER)

    text = server.received.decode()
    assert "Subject: You have a task" in text
    assert "To: team@a.example" in text
    assert "Message-ID: <ab12@node.example>" in text
    assert "Open it: https://node.example/work" in text


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("recipient", "code"),
    [("550 nobody", "mail.refused"), ("451 later", "mail.failed")],
)
def test_an_address_that_is_not_taken(recipient: str, code: str) -> None:
    """For ever, or for now: the server says which."""
    with mail_server(recipient) as (_, mailer), pytest.raises(SunlitError) as caught:
        mailer.send(LETTER)

    assert caught.value.code == code


@pytest.mark.enable_socket
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_that_should_be_encrypted_is_not_sent_in_clear(tls: str) -> None:
    """A server that does not encrypt gets nothing."""
    with mail_server() as (server, mailer):
        settings = Smtp(host="127.0.0.1", port=mailer.settings.port, sender="a@b", tls=tls)
        with pytest.raises(UnavailableError) as caught:
            SmtpMailer(settings, "N", lambda _: "").send(LETTER)

    assert caught.value.code == "mail.failed"
    assert server.received == b""


@pytest.mark.enable_socket
def test_a_login_that_fails_is_tried_again() -> None:
    """The password may be mended; the server that knows no login says so."""
    with mail_server() as (_, mailer):
        settings = Smtp(
            host="127.0.0.1", port=mailer.settings.port, sender="a@b", tls="none", user="u",
            password_file="p",
        )  # fmt: skip
        with pytest.raises(UnavailableError) as caught:
            SmtpMailer(settings, "N", lambda _: "secret").send(LETTER)

    assert isinstance(caught.value.__cause__, smtplib.SMTPException)


WHOLE: dict[str, Any] = {
    "smtp": {"host": "mail.example", "port": 587, "sender": "node@node.example"},
    "mail": {"a.example": ["team@a.example"]},
    "webhooks": [
        {"organisation": "a.example", "url": "https://hooks.example/in", "secret_file": "hook"}
    ],
}


def test_settings_say_who_is_told(tmp_path: Path) -> None:
    """Only what stands in them; secrets lie in files of their own."""
    (tmp_path / "sunlit-notify.json").write_text(json.dumps(WHOLE))
    (tmp_path / "hook").write_text(f"{SECRET}\n")

    found = Notify.open(tmp_path)

    assert found.hook("https://hooks.example/in", "a.example") == HOOK
    assert found.secret("hook") == SECRET
    assert found.smtp is not None
    assert found.smtp.tls == "starttls"
    found.expect_address("team@a.example", "a.example")
    for wrong in (
        ("https://hooks.example/in", "b.example"),
        ("https://other.example", "a.example"),
    ):
        with pytest.raises(VerificationError):
            found.hook(*wrong)
    with pytest.raises(VerificationError):
        found.expect_address("team@a.example", "b.example")
    with pytest.raises(UnavailableError) as caught:
        found.secret("missing")
    assert caught.value.code == "notify.secret"


def test_without_settings_nobody_is_told(tmp_path: Path) -> None:
    """A node needs no mail."""
    found = Notify.open(tmp_path)

    assert (found.smtp, found.mail, found.hooks) == (None, None, ())


@pytest.mark.parametrize(
    "change",
    [
        {"webhooks": [{**WHOLE["webhooks"][0], "url": "http://hooks.example/in"}]},
        {"webhooks": [{**WHOLE["webhooks"][0], "url": "https://u:p@hooks.example/in"}]},
        {"webhooks": [{"url": "https://hooks.example/in"}]},
        {"webhooks": {}},
        {"mail": ["team@a.example"]},
        {"smtp": {"host": "mail.example"}},
        {"smtp": {**WHOLE["smtp"], "tls": "perhaps"}},
        {"smtp": {**WHOLE["smtp"], "port": "587"}},
        {"smtp": []},
    ],
)
def test_malformed_settings_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    """Nothing is sent in clear, or to an address that carries a password."""
    (tmp_path / "sunlit-notify.json").write_text(json.dumps(WHOLE | change))

    with pytest.raises(MalformedError) as caught:
        Notify.open(tmp_path)

    assert caught.value.code == "notify.malformed"


def test_settings_that_cannot_be_read_are_said_to_be_so(tmp_path: Path) -> None:
    """A directory stands where the file should."""
    (tmp_path / "sunlit-notify.json").mkdir()

    with pytest.raises(UnavailableError) as caught:
        Notify.open(tmp_path)

    assert caught.value.code == "notify.unreadable"
