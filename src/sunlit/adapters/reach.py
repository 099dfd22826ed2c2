"""To which addresses a node speaks: public ones, and the private networks that its operator names.

A name is looked up once, what comes is judged, and the connection goes to the address that was
judged: a name that means another address a moment later ("DNS rebinding") leads nowhere else.
Addresses of the machine's own network link, where clouds hand out their secrets, are never spoken
to, whatever the settings say.
"""

import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

import httpx

from sunlit.base.errors import MalformedError, UnavailableError

SETTING: Final = "SUNLIT_MAY_REACH"
HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
PROXIES: Final = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
# Where clouds that use no link-local address answer with the machine's own secrets.
SECRETS: Final = frozenset(
    ip_address(one) for one in ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254")
)
NAT64: Final = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
# RFC 4291, section 2.4: what is not of these may be public by its kind, and is given to nobody.
UNICAST: Final = (ip_network("0.0.0.0/0"), ip_network("2000::/3"))

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str], Iterable[str]]


def looked_up(host: str) -> list[str]:
    """Return the addresses of a host, in the order in which this system would try them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """Which addresses may be spoken to. `networks` are the private ones that the operator names."""

    networks: tuple[Network, ...] = ()
    lookup: Lookup = field(default=looked_up)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Reach":
        """Read SUNLIT_MAY_REACH: networks with commas between, as `10.20.0.0/16, fd12:3456::/48`.

        Raises:
            MalformedError: `reach.malformed`.
        """
        names = environment.get(SETTING, "").split(",")
        try:
            return cls(tuple(ip_network(one.strip()) for one in names if one.strip()))
        except ValueError as error:
            raise MalformedError(
                "reach.malformed", f"{SETTING} names no networks",
                expected="networks with commas between, such as 10.20.0.0/16",
                mend="write each as its first address and the length of its prefix",
            ) from error  # fmt: skip

    def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host that may be spoken to.

        Raises:
            UnavailableError: `reach.refused`.
            OSError: where the host has none.
        """
        try:
            known = self.lookup(host)
        except UnicodeError as error:  # a label that is empty or too long
            raise OSError("no host has such a name") from error
        found = [one for one in known if self.may(ip_address(one), host)]
        if not found:
            raise UnavailableError(
                "reach.refused", "the settings name a host of a network that is not to be reached",
                expected=f"a public address, or one of a network in {SETTING}",
                mend=f"name the network in {SETTING} if you run this node and meant it",
            )  # fmt: skip
        return tuple(found)

    def may(self, address: Address, host: str) -> bool:
        """Tell whether an address may be spoken to that was found for `host`."""
        plain = _plain(address)
        if plain in SECRETS or plain.is_link_local or plain.is_multicast or plain.is_unspecified:
            return False
        if plain.is_loopback and host.lower() in HERE:
            return True
        if plain.is_global and any(plain in one for one in UNICAST):
            return True
        return any(plain in one for one in self.networks)


def _plain(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one wraps, so that no spelling hides it."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _used_once() -> httpx.BaseTransport:
    # A connection is kept by its address: another host of the same one would be given it, whose
    # certificate nobody checked.
    return httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))


@dataclass(slots=True)
class JudgedTransport(httpx.BaseTransport):
    """Looks a host up, judges its addresses, and speaks to one of those under the host's name."""

    reach: Reach
    inner: httpx.BaseTransport = field(default_factory=_used_once)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first address that answers; see `Reach.addresses`."""
        host = _name(request)
        try:
            found = self.reach.addresses(host)
        except OSError as error:
            raise httpx.ConnectError("no such host", request=request) from error
        for address in found[:-1]:
            try:
                return self.inner.handle_request(_to(address, request))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent yet
        return self.inner.handle_request(_to(found[-1], request))

    def close(self) -> None:
        """Close what is open."""
        self.inner.close()


def transport(environment: Mapping[str, str]) -> httpx.BaseTransport | None:
    """Return what judges addresses; None behind a proxy for outgoing requests, which decides then.

    Raises:
        MalformedError: `reach.malformed`.
    """
    if any(environment.get(name) for name in PROXIES):
        return None
    return JudgedTransport(Reach.from_environment(environment))


def _to(address: str, request: httpx.Request) -> httpx.Request:
    # The Host header stays; so does the name that the certificate is checked for.
    named = {**request.extensions, "sni_hostname": _name(request)}
    return httpx.Request(
        request.method, request.url.copy_with(host=address), headers=request.headers,
        stream=request.stream, extensions=named,
    )  # fmt: skip


def _name(request: httpx.Request) -> str:
    # As the Host header has it. `URL.host` is in its own script, and what looks it up, or checks
    # the certificate, would make another name of that: `fass.de` of `faß.de` (IDNA 2003).
    return request.url.raw_host.decode("ascii")
