"""Masks: what they find, what they leave, and that nothing else of a document changes."""

import json
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.proxy.masking import MAX_BYTES, expect_known, mask_body
from sunlit.proxy.masks import MASKS

FOUND = {
    "email": [
        "jan@example.org", "a.b+c@sub.example.co.uk", "o'neil@x.ie", "ж@пример.рф",
        "連絡先はjan@example.org",
    ],
    "phone-e164": ["+31612345678", "+44 20 7946 0958", "+1 (202) 555-0143"],
    "iban": ["GB82 WEST 1234 5698 7654 32", "NL91ABNA0417164300", "de89370400440532013000"],
    "uk-nino": ["AB123456C", "ab 12 34 56 c", "AB123456"],
    "nhs-number": ["943 476 5919", "9434765919", "943-476-5919"],
    "card": ["4111 1111 1111 1111", "378282246310005", "4111-1111-1111-1111"],
}  # fmt: skip
LEFT = {
    "email": ["jan at example.org", "@handle", "a@b", "@@", "x@.org"],
    "phone-e164": ["0612345678", "+1234", "1+23456789", "+12345678901234567"],
    "iban": ["GB82 WEST 1234 5698 7654 33", "GB82", "NL91ABNA041716430"],
    "uk-nino": ["BG123456C", "QQ123456C", "AB12345", "XAB123456C"],
    "nhs-number": ["9434765918", "0000000000", "19434765919"],
    "card": ["4111 1111 1111 1112", "411111111111", "41111111111111111111111"],
}  # fmt: skip


def masked_text(text: str, *names: str) -> tuple[str, Mapping[str, int]]:
    """Mask one text, as the only string of a request."""
    masked = mask_body(json.dumps(text).encode(), names)
    return json.loads(masked.body), masked.counts


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, all_ in FOUND.items() for t in all_])
def test_a_mask_finds(name: str, text: str) -> None:
    """All of it, in the middle of a sentence."""
    assert masked_text(f"See {text}, please.", name)[0] == f"See [{name}], please."


@pytest.mark.parametrize(("name", "text"), [(n, t) for n, all_ in LEFT.items() for t in all_])
def test_a_mask_leaves(name: str, text: str) -> None:
    """A number whose checksum fails is another number."""
    assert masked_text(text, name)[0] == text


def test_two_numbers_beside_each_other_are_both_found() -> None:
    """A run of digits may hold more than one number, and something else too."""
    text = "4111 1111 1111 1111 12 943 476 5919"

    assert masked_text(text, "card", "nhs-number")[0] == "[card] 12 [nhs-number]"


def test_an_iban_before_a_word_is_found() -> None:
    """The word after it is no part of it."""
    assert masked_text("GB82 WEST 1234 5698 7654 32 and more", "iban")[0] == "[iban] and more"


def test_overlapping_finds_hide_everything_that_either_found() -> None:
    """No tail of the longer one is left."""
    masked, counts = masked_text("+4111111111111111@example.org", "email", "phone-e164")

    assert masked == "[email]"
    assert counts["email"] == 1


def test_only_strings_in_which_something_was_found_are_written_anew() -> None:
    """Spaces, order, numbers, escapes and duplicate names stay as they were."""
    body = b'{ "a" : 1.0e2,\t"a": "\\u00e9", "n": 9434765919, "t": "x \\"jan@example.org\\" \\n" }'

    masked = mask_body(body, ["email", "nhs-number"])

    assert masked.body == body.replace(b"jan@example.org", b"[email]")
    assert masked.counts == {"email": 1, "nhs-number": 0}
    assert masked.names == ("email",)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(["ascii", "utf-8"]),
)
def test_a_document_without_finds_is_byte_for_byte_the_same(value: object, kind: str) -> None:
    """Whatever its strings are, a mask that finds nothing changes nothing."""
    try:
        body = json.dumps(value, ensure_ascii=kind == "ascii").encode()
    except UnicodeEncodeError:
        return
    masked = mask_body(body, sorted(MASKS))
    if not any(masked.counts.values()):
        assert masked.body == body
    json.loads(masked.body)


@given(st.text(), st.text())
def test_an_address_between_any_two_texts_is_hidden(before: str, after: str) -> None:
    """Whatever stands around it."""
    body = json.dumps({"t": f"{before} jan@example.org {after}"}).encode()

    assert "jan@example.org" not in json.loads(mask_body(body, ["email"]).body)["t"]


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(b"\xff", None), (b"not json", None), (b"{}", "gzip"), (b'"' + b"x" * MAX_BYTES + b'"', None),
     (b"[" * 100_000, None)],
    ids=["bytes", "text", "coded", "large", "deep"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(body: bytes, encoding: str | None) -> None:
    """What cannot be masked does not go on."""
    with pytest.raises(MalformedError) as refused:
        mask_body(body, ["email"], encoding=encoding)

    assert refused.value.code == "proxy.mask-unreadable"


def test_a_mask_that_is_not_known_is_refused() -> None:
    """Fail closed."""
    assert expect_known(["iban", "email", "iban"]) == ("email", "iban")
    with pytest.raises(VerificationError):
        expect_known(["iris-scan"])


@pytest.mark.parametrize("text", ["1 " * 50_000, "a@" * 50_000, "+1" * 50_000, "a" * 100_000,
                                  "GB82 " * 20_000, "." * 100_000 + "@"])  # fmt: skip
def test_hostile_text_takes_no_long_time(text: str) -> None:
    """No mask is more than linear, give or take its own length."""
    began = time.process_time()
    masked_text(text, *sorted(MASKS))

    assert time.process_time() - began < 3
