"""The proxy that `deploy/` gives: a real nginx with that file, in front of a real node."""

import re
import secrets
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sunlit.adapters.clock import SystemClock
from sunlit.web.app import create_app
from tests.web.nodes import site_at
from tests.web.trial import listen, serving

pytestmark = [
    pytest.mark.enable_socket,
    pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx: apt-get install nginx"),
]
CONF: Final = Path(__file__).parents[2] / "deploy" / "nginx.conf"
HOST: Final = "node.example"  # the name that stands in the file


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int, Path]]:
    """Start node and nginx; give the ports of http and https, and where nginx keeps its log."""
    root = tmp_path_factory.mktemp("nginx")
    site = site_at(root / "node", url=f"https://{HOST}")
    plain, secure = _free(20_000), _free(25_000)
    _certificate(root)
    behind = listen()
    text = CONF.read_text("utf-8")
    for old, new in (
        ("/etc/nginx/tls/", f"{root}/"), ("/run/nginx.pid", f"{root}/pid"),
        ("/var/log/nginx/", f"{root}/"), ("web:8080", f"127.0.0.1:{behind.getsockname()[1]}"),
        ("listen 80", f"listen 127.0.0.1:{plain}"), ("listen 443", f"listen 127.0.0.1:{secure}"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    (root / "nginx.conf").write_text(text, "utf-8")
    call = ["nginx", "-p", str(root), "-e", str(root / "error.log"), "-c", str(root / "nginx.conf")]
    with serving(create_app(site), behind):
        subprocess.run(call, check=True, capture_output=True)  # goes behind once it listens
        yield plain, secure, root
        subprocess.run([*call, "-s", "stop"], check=True, capture_output=True)
    site.close()


def _free(least: int) -> int:
    """Return a free port below those that the system gives to whoever asks for any."""
    while True:
        port = least + secrets.randbelow(5_000)
        with suppress(OSError), socket.socket() as found:
            found.bind(("127.0.0.1", port))
            return port


def _certificate(root: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (root / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (root / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Message
    body: bytes


class _Named(HTTPSConnection):
    """A connection to loopback that speaks to the certificate's name."""

    def __init__(self, port: int, root: Path) -> None:
        self._known = ssl.create_default_context(cafile=str(root / "fullchain.pem"))
        super().__init__("127.0.0.1", port, timeout=30, context=self._known)

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self._known.wrap_socket(plain, server_hostname=HOST)


def ask(
    ports: tuple[int, int, Path], path: str, method: str = "GET", body: bytes | None = None,
    **headers: str,
) -> Answer:  # fmt: skip
    """Ask over https."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(_Named(ports[1], ports[2])) as connection:
        connection.request(method, path, body, {"Host": HOST, **named})
        with connection.getresponse() as found:
            return Answer(found.status, found.headers, found.read())


def test_a_page_comes_through_by_https_with_the_nodes_own_headers(
    ports: tuple[int, int, Path],
) -> None:
    """The node knows that it is reached by https, and its headers are neither lost nor doubled."""
    answer = ask(ports, "/components")

    assert answer.status == 200
    assert b"<h1" in answer.body
    assert len(answer.headers.get_all("Content-Security-Policy", [])) == 1
    assert answer.headers.get_all("Strict-Transport-Security")
    assert answer.headers["Server"] == "nginx"


def test_cookies_are_for_https_and_this_host(ports: tuple[int, int, Path]) -> None:
    """The node knows from the proxy that the form came by https."""
    answer = ask(
        ports, "/sign-in/invitation", "POST", b"code=abc", Origin=f"https://{HOST}",
        Content_Type="application/x-www-form-urlencoded",
    )  # fmt: skip

    (cookie,) = answer.headers.get_all("Set-Cookie", [])
    assert answer.status == 200
    assert cookie.startswith("__Host-")
    assert "; secure" in cookie.lower()


def test_what_is_asked_again_is_not_sent_again(ports: tuple[int, int, Path]) -> None:
    """Tags of compressed pages survive the proxy."""
    first = ask(ports, "/components", Accept_Encoding="gzip")

    again = ask(ports, "/components", Accept_Encoding="gzip", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_the_metrics_are_for_the_inside(ports: tuple[int, int, Path]) -> None:
    """Whoever comes through the proxy is told that there is nothing."""
    assert ask(ports, "/metrics").status == 404


def test_http_leads_to_the_nodes_name_and_no_other(ports: tuple[int, int, Path]) -> None:
    """Asked for by another name, nginx hangs up."""
    with closing(HTTPConnection("127.0.0.1", ports[0], timeout=30)) as connection:
        connection.request("GET", "/components", headers={"Host": HOST})
        with connection.getresponse() as answer:
            assert answer.status == 301
            assert answer.headers["Location"] == f"https://{HOST}/components"

    with socket.create_connection(("127.0.0.1", ports[0]), 30) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: other.example\r\n\r\n")
        assert raw.recv(100) == b""


def test_browsers_are_offered_http_2(ports: tuple[int, int, Path]) -> None:
    """By ALPN, in every version of nginx that distributions carry."""
    context = ssl.create_default_context(cafile=str(ports[2] / "fullchain.pem"))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", ports[1]), 30) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        assert secure.selected_alpn_protocol() == "h2"


def test_a_body_beyond_the_limit_never_reaches_the_node(ports: tuple[int, int, Path]) -> None:
    """Two megabytes are the file's limit."""
    declared = {"Content_Length": str(3 << 20), "Content_Type": "application/json"}

    assert ask(ports, "/api/v1/statements", "POST", None, **declared).status == 413


def test_the_log_says_what_was_asked_and_not_by_whom(ports: tuple[int, int, Path]) -> None:
    """No address and no query, also when somebody forges where he comes from."""
    log = ports[2] / "access.log"
    named = {"Host": HOST, "X-Forwarded-For": "203.0.113.77"}
    with closing(_Named(ports[1], ports[2])) as connection:
        for path in ("/figures?q=unmistakable", "/log"):  # one is logged before the next is read
            connection.request("GET", path, headers=named)
            with connection.getresponse() as answer:
                answer.read()

    assert " GET /figures 200 " in log.read_text("utf-8")
    assert not re.search(r"unmistakable|203\.0\.113|127\.0\.0\.1", log.read_text("utf-8"))
