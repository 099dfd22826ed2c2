"""A node speaks to public addresses and to networks that its operator names, whatever names say."""

from ipaddress import ip_address, ip_network

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.adapters.mail import SmtpMailer
from sunlit.adapters.reach import (
    PROXIES,
    SECRETS,
    SETTING,
    JudgedTransport,
    Reach,
    looked_up,
    transport,
)
from sunlit.adapters.webhook import HttpHooks
from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.node.notify import Delivery, Hook, Letter, Smtp
from sunlit.testing.authority import START

INSIDE = Reach((ip_network("10.20.0.0/16"), ip_network("fd12:3456::/48")))
EVERYTHING = Reach((ip_network("0.0.0.0/0"), ip_network("::/0")))


def names(*addresses: str, networks: Reach = INSIDE) -> Reach:
    """Return a reach for which every host has these addresses."""
    return Reach(networks.networks, lambda _: addresses)


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("93.184.216.34", True), ("2606:4700::1111", True),
        ("10.20.3.4", True), ("fd12:3456::9", True), ("::ffff:10.20.3.4", True),
        ("10.21.0.1", False), ("192.168.1.1", False), ("172.16.0.1", False), ("fd00::1", False),
        ("100.64.0.1", False), ("127.0.0.1", False), ("::1", False), ("::ffff:127.0.0.1", False),
        (str(ip_address(0)), False), ("::", False), ("224.0.0.1", False), ("ff02::1", False),
        ("240.0.0.1", False), ("255.255.255.255", False), ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False), ("2002:0a15:1::", False), ("::7f00:1", False),
        ("64:ff9b:1::7f00:1", False), ("fec0::1", False), ("::ffff:0:7f00:1", False),
    ],
)  # fmt: skip
def test_only_public_addresses_and_named_networks_are_reached(address: str, *, may: bool) -> None:
    """However an address is spelled: mapped, in NAT64, in 6to4."""
    assert INSIDE.may(ip_address(address), "hooks.example") is may


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.170.2", "fe80::1", "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::", *map(str, sorted(SECRETS, key=str)),
    ],
)  # fmt: skip
def test_where_clouds_keep_their_secrets_is_never_reached(address: str) -> None:
    """Not even where the operator names every network that there is."""
    assert not EVERYTHING.may(ip_address(address), "hooks.example")
    assert not EVERYTHING.may(ip_address(address), address)


@given(st.ip_addresses(v=4))
def test_an_address_that_is_not_public_takes_a_named_network(address: object) -> None:
    """With no network named, everything that is reached is public."""
    found = ip_address(str(address))

    assert not Reach().may(found, "hooks.example") or found.is_global


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "::1"])
def test_this_machine_is_reached_by_its_own_name_only(host: str) -> None:
    """A mail relay beside the node is usual; a stranger's name that means this machine is not."""
    assert Reach().may(ip_address("127.0.0.1"), host)
    assert not Reach().may(ip_address("127.0.0.1"), f"{host}.evil.example")


def test_networks_come_from_the_environment() -> None:
    """With commas between; anything that is no network is said to be none."""
    found = Reach.from_environment({SETTING: " 10.20.0.0/16 ,fd12:3456::/48,"})

    assert found.networks == INSIDE.networks
    assert Reach.from_environment({}).networks == ()
    for wrong in ("10.20.0.1/16", "intranet", "10.20.0.0/40"):
        with pytest.raises(MalformedError) as caught:
            Reach.from_environment({SETTING: wrong})
        assert caught.value.code == "reach.malformed"


class Rebinding:
    """A name that means another address each time it is looked up."""

    def __init__(self, *answers: str) -> None:
        self.answers = iter(answers)
        self.asked = 0

    def __call__(self, host: str) -> list[str]:
        """Look it up once more."""
        self.asked += 1
        return [next(self.answers)]


def _seen(
    reach: Reach, *, broken: tuple[str, ...] = ()
) -> tuple[httpx.Client, list[httpx.Request]]:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.host in broken:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(200, content=request.content)

    return httpx.Client(transport=JudgedTransport(reach, httpx.MockTransport(answer))), seen


def test_a_connection_goes_to_the_address_that_was_judged() -> None:
    """The name is looked up once; the certificate and the receiver still hear the name."""
    lookup = Rebinding("93.184.216.34", "169.254.169.254")
    client, seen = _seen(Reach(lookup=lookup))

    found = client.post("https://hooks.example:8443/in?x=1", content=b"told")

    assert (found.status_code, found.content) == (200, b"told")
    assert str(seen[0].url) == "https://93.184.216.34:8443/in?x=1"
    assert seen[0].headers["host"] == "hooks.example:8443"
    assert seen[0].extensions["sni_hostname"] == "hooks.example"
    assert lookup.asked == 1


def test_a_name_in_its_own_script_is_looked_up_as_the_receiver_hears_it() -> None:
    """Not as an older standard writes it, by which it would be another host."""
    asked: list[str] = []

    def lookup(host: str) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"]

    client, seen = _seen(Reach(lookup=lookup))
    client.get("https://fa\N{LATIN SMALL LETTER SHARP S}.example/")

    assert asked == [seen[0].headers["host"]] == ["xn--fa-hia.example"]
    assert seen[0].extensions["sni_hostname"] == "xn--fa-hia.example"


def test_what_is_no_name_at_all_is_a_host_that_is_not_there() -> None:
    """It is tried again, as one that is down; nothing unforeseen ends the worker."""

    def lookup(host: str) -> list[str]:
        return [host.encode("idna").decode()]  # as `socket.getaddrinfo` begins

    client, _ = _seen(Reach(lookup=lookup))

    for host in ("hooks..example", f"{'a' * 64}.example"):
        with pytest.raises(httpx.ConnectError):
            client.get(f"https://{host}/")


def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    """Nothing is sent; the operator is told which setting would allow it."""
    client, seen = _seen(Reach(lookup=Rebinding("192.168.1.1")))

    with pytest.raises(UnavailableError, match="not to be reached") as caught:
        client.get("https://hooks.example/")

    assert caught.value.code == "reach.refused"
    assert SETTING in str(caught.value.mend)
    assert "192.168" not in f"{caught.value} {caught.value.mend}"
    assert seen == []


def test_of_several_addresses_the_first_that_answers_is_taken() -> None:
    """What may not be reached is passed over; what does not answer is too."""
    reach = names("169.254.169.254", "2606:4700::1", "93.184.216.34", "93.184.216.35")
    client, seen = _seen(reach, broken=("2606:4700::1",))

    client.get("https://hooks.example/")

    assert [one.url.host for one in seen] == ["2606:4700::1", "93.184.216.34"]


def test_a_name_that_is_none_is_no_answer() -> None:
    """As any host that does not answer: it is tried again."""

    def nowhere(host: str) -> list[str]:
        raise OSError(host)

    client, _ = _seen(Reach(lookup=nowhere))

    with pytest.raises(httpx.ConnectError):
        client.get("https://hooks.example/")


def test_a_webhook_into_the_network_is_refused_and_tried_again() -> None:
    """So that it goes out once the operator has named the network."""
    hooks = HttpHooks(
        lambda _: f"whsec_{'A' * 40}",
        JudgedTransport(names("10.99.0.1"), httpx.MockTransport(lambda _: httpx.Response(200))),
    )
    hook = Hook(organisation="a.example", url="https://hooks.example/in", secret_file="hook")

    with pytest.raises(UnavailableError) as caught:
        hooks.send(hook, Delivery(id="d", body=b"{}", at=START))

    assert caught.value.code == "reach.refused"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_mail_goes_to_the_address_that_was_judged(
    monkeypatch: pytest.MonkeyPatch, tls: str
) -> None:
    """Or to the next of them; an address inside that nobody named is not dialled."""
    dialled: list[tuple[str, int]] = []

    def dial(address: tuple[str, int], *_: object) -> None:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.create_connection", dial)
    smtp = Smtp(host="mail.example", port=465, sender="n@n.example", tls=tls)
    letter = Letter(id="x", to="a@b.example", link="https://n.example/work")

    for reach, code in [
        (Reach(lookup=Rebinding("93.184.216.34", "10.0.0.1")), "mail.failed"),
        (names("10.20.0.9", "10.99.0.2", "10.20.0.8"), "mail.failed"),
        (names("10.99.0.1"), "reach.refused"),
    ]:
        with pytest.raises(UnavailableError) as caught:
            SmtpMailer(smtp, "N", lambda _: "", reach).send(letter)
        assert caught.value.code == code

    assert dialled == [("93.184.216.34", 465), ("10.20.0.9", 465), ("10.20.0.8", 465)]


def test_behind_a_proxy_the_proxy_decides() -> None:
    """A node that has no way out of its own looks no name up."""
    for name in PROXIES:
        assert transport({name: "http://proxy.example:3128"}) is None
    assert isinstance(transport({}), JudgedTransport)


def test_a_connection_is_used_once() -> None:
    """It is known by its address: another host of that one would meet a certificate not its own."""
    pool = JudgedTransport(Reach()).inner._pool  # type: ignore[attr-defined]

    assert pool._max_keepalive_connections == 0


@pytest.mark.enable_socket
def test_this_machine_has_its_own_address() -> None:
    """The system's own look-up, which the others replace."""
    assert set(looked_up("localhost")) <= {"127.0.0.1", "::1"}
