"""Base64: one value, one text in each alphabet."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.statement.encoding import decode_base64, encode_base64, encode_base64url


@given(st.binary())
def test_bytes_survive_both_alphabets(data: bytes) -> None:
    """Decoding undoes encoding, with and without padding."""
    texts = (
        encode_base64(data),
        encode_base64(data).rstrip("="),
        encode_base64url(data),
        base64.urlsafe_b64encode(data).decode(),
    )

    assert [decode_base64(text, "key.malformed", "it") for text in texts] == [data] * 4


@pytest.mark.parametrize(
    "text", ["+-", "YQ=", "YR==", "YQ===", "Y", "Y Q=", "YQ==\n", "é", None, 7, b"YQ=="]
)
def test_any_other_text_is_refused(text: object) -> None:
    """Mixed alphabets, half padding, loose bits, white space and other types are refused."""
    with pytest.raises(MalformedError) as refused:
        decode_base64(text, "key.malformed", "it")

    assert refused.value.code == "key.malformed"


@given(st.text())
def test_a_text_that_decodes_is_the_encoding_of_its_bytes(text: str) -> None:
    """No two texts of one alphabet and padding decode to the same bytes."""
    try:
        data = decode_base64(text, "key.malformed", "it")
    except MalformedError:
        return

    assert text.rstrip("=") in (encode_base64(data).rstrip("="), encode_base64url(data))
