"""What is vendored and what is translated: nothing of GOV.UK's brand, nothing out of step."""

import io
import re
import tarfile
from base64 import b64encode
from hashlib import sha256, sha512

import pytest

from sunlit.base.wording import catalogue
from sunlit.capabilities.incident.standing import KINDS
from sunlit.testing.authority import START
from sunlit.views.register_page import SHORT
from sunlit.web.language import said_date, said_number, said_time
from tools import locale, vendor_govuk

HOLDER = re.compile(r"%\((\w+)\)s|%\((\w+)\)d|%%|\{(\w+)\}")


def _tarball(css: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as package:
        for name, text in (
            ("govuk-frontend.min.css", css),
            ("govuk-frontend.min.js", "x;\n//# sourceMappingURL=x.map\n"),
        ):
            info = tarfile.TarInfo(f"package/dist/govuk/{name}")
            info.size = len(text)
            package.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


THEIRS = (
    '@charset "UTF-8";:root{--govuk-brand-colour:#1d70b8}@font-face{font-family:GDS Transport;'
    "src:url(/assets/fonts/x.woff2)}.a{font-family:GDS Transport,arial,sans-serif}"
    ".b{background:url(/assets/images/govuk-crest.svg)}/*# sourceMappingURL=x.css.map */"
)  # fmt: skip


def test_the_vendored_files_are_what_the_script_made() -> None:
    """Nobody edited them, and nothing that only GOV.UK may use is in them."""
    for name, digest in vendor_govuk.DIGESTS.items():
        data = (vendor_govuk.PLACE / name).read_bytes()
        assert sha256(data).hexdigest() == digest
    css = (vendor_govuk.PLACE / "govuk.css").read_text("utf-8")
    assert [word for word in vendor_govuk.FORBIDDEN if word in css] == []
    assert (vendor_govuk.PLACE / "LICENSE").read_text("utf-8") == vendor_govuk.LICENCE
    assert (vendor_govuk.PLACE / "README.md").read_text("utf-8") == vendor_govuk.NOTE


def test_the_brand_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Font, crest, colour and maps go; our stack and colour stand in their place."""
    tarball = _tarball(THEIRS)
    digest = b64encode(sha512(tarball).digest()).decode()
    monkeypatch.setattr(vendor_govuk, "INTEGRITY", digest)

    found = vendor_govuk.made(tarball)

    css = found["govuk.css"].decode()
    assert vendor_govuk.STACK in css
    assert vendor_govuk.BRAND in css
    assert "@font-face" not in css
    assert b"sourceMapping" not in found["govuk.js"]


def test_another_tarball_or_brand_that_is_left_is_refused() -> None:
    """The registry's digest decides; a new place for the font or the blue is noticed."""
    with pytest.raises(vendor_govuk.VendorError, match=r"not 6\.3\.0"):
        vendor_govuk.made(_tarball(THEIRS))
    with pytest.raises(vendor_govuk.VendorError, match="GDS Transport"):
        vendor_govuk.unbranded(".a{font-family:'GDS Transport'}")


def test_catalogues_are_of_the_sentences_that_there_are() -> None:
    """Each sentence of the website is in each catalogue; what is compiled is what is written."""
    assert locale.problems() == [], "python -m tools.locale update"


def test_marked_constants_and_counted_sentences_are_in_the_catalogues() -> None:
    """What is translated only where it is shown is found as well."""
    known = locale.said()

    assert KINDS["unfair"] in known
    assert SHORT["M3"] in known
    assert "Without it" in known
    assert "%(count)d reported problem is open." in known
    assert "{who} recorded how {about} was made." in known


@pytest.mark.parametrize("language", locale.LANGUAGES)
def test_translations_keep_what_is_filled_in(language: str) -> None:
    """A name or number that the English sentence has is in the translation too."""
    for message in locale.read(language):
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        english = message.id if isinstance(message.id, tuple | list) else [message.id]
        wanted = {found for text in english for found in HOLDER.findall(text)}
        for text in texts:
            assert not text or set(HOLDER.findall(text)) <= wanted, message.id
        if not isinstance(message.id, tuple | list) and message.string and message.id:
            assert set(HOLDER.findall(str(message.string))) == wanted, message.id


@pytest.mark.parametrize("language", locale.LANGUAGES)
def test_the_frame_of_every_page_is_translated(language: str) -> None:
    """Navigation, footer, errors and the pages about the site."""
    waiting = set(locale.untranslated(language))

    for sentence in ("Skip to main content", "Components", "Privacy notice", "Page not found",
                     "Sorry, something went wrong", "Verify without us"):  # fmt: skip
        assert sentence not in waiting
        assert catalogue(language).gettext(sentence) != sentence


def test_dates_and_numbers_are_of_the_language() -> None:
    """Words for months, marks in numbers; nothing for nothing."""
    assert said_date(START, "en") == "1 January 2026"
    assert said_date(START, "nl") == "1 januari 2026"
    assert said_date(START, "cy") == "1 Ionawr 2026"
    assert said_time(START, "en") == "1 January 2026, 00:00 UTC"
    assert said_number(1234.5, "en") == "1,234.5"
    assert said_number(1234.5, "nl") == "1.234,5"
    assert said_date(None) == said_time(None) == said_number(None) == ""
