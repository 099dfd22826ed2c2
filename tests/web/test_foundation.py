"""What every page stands on: the app, its pages, their languages and headers."""

import gzip
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from starlette.testclient import TestClient

from sunlit.bootstrap.site import Site
from sunlit.node.permission import Role
from sunlit.testing.authority import ISSUER
from sunlit.testing.clock import SetClock
from sunlit.testing.site import URL
from sunlit.web.app import create_app
from sunlit.web.headers import CSP
from sunlit.web.static import theme
from tests.web.people import sign_in

PUBLIC = ("/", "/accessibility", "/privacy", "/verify")


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_answers_and_may_be_kept(shared_client: TestClient, path: str) -> None:
    """It is there, in English, with one heading, and anybody may keep it but asks again."""
    found = shared_client.get(path)

    assert found.status_code == 200
    assert '<html lang="en"' in found.text
    assert found.text.count("<h1") == 1
    assert found.headers["cache-control"] == "public, no-cache"


def test_what_a_visitor_has_is_not_sent_again(client: TestClient, site: Site) -> None:
    """The same tag: 304 and no body. Another minute, language, address or log: another page."""
    tag = client.get("/").headers["etag"]
    known = {"If-None-Match": f'"other", {tag}'}

    again = client.get("/", headers=known)
    assert again.status_code == 304
    assert again.content == b""
    assert client.get("/cy/", headers=known).status_code == 200
    assert client.get("/?x=1", headers=known).status_code == 200
    checkpoint = site.homes[0].log_directory / "checkpoint"
    checkpoint.write_bytes(checkpoint.read_bytes() + b"\n")
    assert client.get("/", headers=known).status_code == 200


def test_a_page_is_of_its_minute(client: TestClient, site: Site) -> None:
    """What a page says may end with time alone, so its tag does not outlive a minute."""
    tag = client.get("/").headers["etag"]
    assert isinstance(site.clock, SetClock)
    site.clock.at += timedelta(minutes=1)

    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_nobody_keeps_a_page_for_somebody_signed_in(client: TestClient, site: Site) -> None:
    """The same address, for somebody: no tag, not to be kept, not compressed, their own links."""
    sign_in(client, site, ISSUER, Role.OFFICER)

    found = client.get("/", headers={"Accept-Encoding": "gzip"})

    assert found.headers["cache-control"] == "no-store"
    assert "etag" not in found.headers
    assert "content-encoding" not in found.headers
    assert 'href="/account"' in found.text


def test_the_address_chooses_the_language(shared_client: TestClient) -> None:
    """A Welsh page says so, links to Welsh pages, and tells that nobody has reviewed it yet."""
    found = shared_client.get("/cy/privacy?a=b")

    assert '<html lang="cy"' in found.text
    assert "Hysbysiad preifatrwydd" in found.text
    assert 'href="/cy/accessibility"' in found.text
    assert 'href="/nl/privacy?a=b" hreflang="nl"' in found.text
    assert 'href="/privacy?a=b" hreflang="en"' in found.text
    assert "aros i siaradwr Cymraeg" in found.text
    assert "native reader" not in shared_client.get("/privacy").text
    assert shared_client.get("/cy").status_code == 200


def test_every_answer_forbids_what_pages_do_not_need(shared_client: TestClient) -> None:
    """Pages, files, errors: nothing from elsewhere, no frames, https only."""
    for path in ("/", "/nowhere", "/healthz", "/favicon.ico"):
        headers = shared_client.get(path).headers
        assert headers["content-security-policy"] == CSP
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"].startswith("max-age=63072000")


def test_no_page_has_an_inline_script_or_style(shared_client: TestClient) -> None:
    """The policy forbids both; so a page that had them would not work."""
    for path in PUBLIC:
        text = shared_client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text)


def test_plain_http_promises_no_https(site: Site) -> None:
    """A node on loopback does not tell browsers to use https for ever."""
    local = replace(site, node=replace(site.node, url="http://localhost"))
    with TestClient(create_app(local), base_url="http://localhost") as client:
        assert "strict-transport-security" not in client.get("/").headers


def test_files_are_kept_for_ever_under_an_address_of_their_content(
    shared_client: TestClient,
) -> None:
    """The style sheet comes compressed or not; an old address leads on; what is none is none."""
    address = re.findall(r'href="(/static/[^"]+sunlit\.css)"', shared_client.get("/").text)[0]

    found = shared_client.get(address)
    assert found.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert found.headers["content-encoding"] == "gzip"
    plain = shared_client.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.text == found.text
    assert shared_client.get("/static/old/sunlit.css").headers["location"] == address
    assert shared_client.get("/static/old/../app.py").status_code == 404
    assert shared_client.get("/favicon.ico").headers["location"].endswith("/favicon.svg")


def test_pages_are_compressed_when_asked(shared_client: TestClient) -> None:
    """A browser that can unpack gets less; HEAD gets the same headers and nothing else."""
    with shared_client.stream("GET", "/", headers={"Accept-Encoding": "gzip"}) as found:
        packed = b"".join(found.iter_raw())
    assert b"<html" in gzip.decompress(packed)
    plain = shared_client.get("/", headers={"Accept-Encoding": "identity"})
    head = shared_client.head("/", headers={"Accept-Encoding": "identity"})
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == str(len(plain.content))


def test_a_node_has_its_own_colours() -> None:
    """A colour is a custom property; what would end the declaration is left out."""
    found = theme({"brand-colour": "#004400", "--sunlit-header-text": "rgb(0, 0, 0)",
                   "x": "red;} body{display:none", "y}": "red"})  # fmt: skip

    assert found == (
        ":root {\n  --sunlit-header-text: rgb(0, 0, 0);\n  --govuk-brand-colour: #004400;\n}\n"
    )
    assert ":root" not in theme({})


def test_a_name_that_is_markup_is_shown_as_text(site: Site) -> None:
    """An operator's words are text, wherever they stand."""
    node = replace(site.node, name="<b>Bold</b>", notices={"privacy-officer": "<i>me</i>"})
    with TestClient(create_app(replace(site, node=node)), base_url=URL) as client:
        found = client.get("/privacy").text

    assert "<b>Bold" not in found
    assert "&lt;i&gt;me&lt;/i&gt;" in found


def test_blanks_are_shown_as_blanks(shared_client: TestClient) -> None:
    """Nobody has said when people tested this site, so the page says that nobody has."""
    text = shared_client.get("/accessibility").text

    row = text[text.index("Last tested by people") :]
    assert "Not provided" in row[:300]
    assert "fully compliant" not in text


def test_the_page_about_checking_names_each_log_and_its_key(
    shared_client: TestClient, shared_site: Site
) -> None:
    """Address and key of each log, and the verifier's digest, which is that of the download."""
    text = shared_client.get("/verify").text
    verifier = shared_client.get("/verify/verify.html")

    for home in shared_site.homes:
        assert home.log_vkey in text.replace("&#43;", "+")
    assert "attachment" in verifier.headers["content-disposition"]
    assert sha256(verifier.content).hexdigest() in text


def test_projections_follow_the_logs(site: Site) -> None:
    """What was projected already is not again; the position stands in the database."""
    assert site.project() == 0
    assert str(site.homes[0].reader().checkpoint.size) in site.positions()
