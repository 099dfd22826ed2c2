"""A node over HTTP: the static files of its logs, and handing in a statement.

Only https, or http to this machine; no redirect is followed, every answer is bounded. Nothing
that comes back is believed before it was checked: files by the checkpoint, a receipt by the log's
key.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sunlit.base.errors import MalformedError, UnavailableError, VerificationError

if TYPE_CHECKING:
    import httpx

ENVELOPE: Final = "application/vnd.dsse.envelope.v1+json"
BUNDLE: Final = "application/vnd.in-toto.bundle"
TIMEOUT: Final = 20.0
MAX_FILE: Final = 16_777_984  # bytes of any file of a log
MAX_ANSWER: Final = 1024 * 1024
ADMITTED: Final = (200, 201)
KEPT: Final = 202
BUSY: Final = (429, 503)
MISSING: Final = (404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a node answered: the entry and its proof, or where to ask for them later."""

    entry: bytes | None = None
    proof: bytes | None = None
    index: int | None = None
    log: str | None = None
    later: str | None = None


def expect_safe(url: str) -> str:
    """Return a node's address without a slash at its end.

    Raises:
        MalformedError: `remote.address`.
    """
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))
    if not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise MalformedError(
            "remote.address", "this is no address to talk to",
            expected="https://HOST/..., or http:// to this machine, without user or query",
            mend="give the address that the node shows",
        )  # fmt: skip
    return url.rstrip("/")


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


@dataclass(slots=True)
class HttpFiles:
    """A log's files under an address, as C2SP tlog-tiles lays them out."""

    url: str
    transport: "httpx.BaseTransport | None" = None
    _client: "httpx.Client | None" = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Check the address.

        Raises:
            MalformedError: `remote.address`.
        """
        self.url = expect_safe(self.url)

    def get(self, path: str) -> bytes | None:
        """Return a file's bytes, None where there is none.

        Raises:
            UnavailableError: `remote.unreachable`, `remote.no-client`.
        """
        self._client = self._client or _client(self.transport)
        status, data = _asked(self._client, "GET", f"{self.url}/{path}", limit=MAX_FILE)
        if status in MISSING:
            return None
        if status != ADMITTED[0]:
            raise _unreachable(f"status {status}")
        return data


def send(node: str, envelope: bytes, transport: "httpx.BaseTransport | None" = None) -> Receipt:
    """Hand in a signed statement at a node; see `send_all`."""
    return send_all(node, [envelope], transport)[-1]


def send_all(
    node: str, envelopes: Sequence[bytes], transport: "httpx.BaseTransport | None" = None
) -> tuple[Receipt, ...]:
    """Hand in signed statements that enter together, in this order, or not at all.

    Each envelope is one line of JSON. Returns a receipt for each, or one for all of them that
    says where to ask later.

    Raises:
        MalformedError: `remote.address`, `remote.answer`.
        VerificationError: `remote.refused`.
        UnavailableError: `remote.unreachable`, `remote.busy`, `remote.no-client`.
    """
    url = f"{expect_safe(node)}/api/v1/statements"
    kind = ENVELOPE if len(envelopes) == 1 else BUNDLE
    with _client(transport) as client:
        status, data = _asked(
            client, "POST", url, body=b"\n".join(envelopes), kind=kind,
            limit=MAX_ANSWER * len(envelopes),
        )  # fmt: skip
    if status in BUSY:
        raise UnavailableError(
            "remote.busy", "the node cannot take it now", got=f"status {status}",
            mend="send it again in a while: it enters the log once at most",
        )  # fmt: skip
    answer = _object(data)
    if status not in (*ADMITTED, KEPT):
        raise VerificationError(
            "remote.refused", f"the node does not take it: {_text(answer, 'what') or status}",
            got=_text(answer, "code") or f"status {status}", mend=_text(answer, "mend") or None,
        )  # fmt: skip
    return _receipts(answer, len(envelopes))


def _receipts(answer: dict[str, object], count: int) -> tuple[Receipt, ...]:
    last, before = answer.get("receipt"), answer.get("receipts", [])
    if last is None:
        return (Receipt(later=f"/api/v1/submissions/{_text(answer, 'submission')}"),)
    if not isinstance(before, list) or len(before) != count - 1:
        raise _no_receipt()
    return tuple(_receipt(one) for one in (*before, last))


def _receipt(found: object) -> Receipt:
    if not isinstance(found, dict):
        raise _no_receipt()
    try:
        entry = base64.b64decode(_text(found, "entry"), validate=True)
        proof = base64.b64decode(_text(found, "proof"), validate=True)
        index = int(_text(found, "index"))
    except ValueError as error:
        raise _no_receipt() from error
    return Receipt(entry=entry, proof=proof, index=index, log=_text(found, "log"))


def _object(data: bytes) -> dict[str, object]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _no_receipt() from error
    if not isinstance(found, dict):
        raise _no_receipt()
    return found


def _text(answer: dict[str, object], name: str) -> str:
    """Return a part of an answer as one short line: it is repeated on screens."""
    text = str(answer.get(name) if answer.get(name) is not None else "")
    long = name in ("entry", "proof")
    return text if long else "".join(one for one in text[:300] if one.isprintable())


def _no_receipt() -> MalformedError:
    return MalformedError(
        "remote.answer", "the node's answer is no receipt", expected="JSON as /api/v1 gives it",
        mend="check that the address is a Sunlit node's",
    )  # fmt: skip


def _client(transport: "httpx.BaseTransport | None") -> "httpx.Client":
    try:
        import httpx  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UnavailableError(
            "remote.no-client", "nothing here speaks HTTP", expected="httpx",
            mend="pip install 'sunlit[server]'",
        ) from error  # fmt: skip
    return httpx.Client(
        transport=transport, timeout=TIMEOUT, follow_redirects=False, trust_env=False
    )


def _asked(
    client: "httpx.Client", method: str, url: str, *, body: bytes | None = None,
    kind: str = ENVELOPE, limit: int = MAX_ANSWER,
) -> tuple[int, bytes]:  # fmt: skip
    import httpx  # noqa: PLC0415 - an extra

    from sunlit.adapters.bounded import asked  # noqa: PLC0415 - the same

    headers = {"content-type": kind} if body else {}
    try:
        found = asked(client, method, url, most=limit, content=body, headers=headers)
    except httpx.HTTPError as error:
        raise _unreachable(type(error).__name__) from error
    return found.status_code, found.content


def _unreachable(got: str) -> UnavailableError:
    return UnavailableError(
        "remote.unreachable", "the node does not answer as it should", got=got,
        mend="check the address, then try again in a while",
    )  # fmt: skip
