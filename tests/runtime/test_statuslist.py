import hashlib
import zlib
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.canonical import encode
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.runtime import jws
from sunlit.runtime.statuslist import (
    LIST_TYPE,
    MAX_INFLATED,
    StatusList,
    build,
    read_list,
    sign_list,
)
from sunlit.statement.keys import PrivateKey

URI: Final = "https://issuer.example/status/1"
AT: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY: Final = timedelta(days=1)


def key(seed: int) -> PrivateKey:
    """Return a test key."""
    return PrivateKey(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


ISSUER: Final = key(1)

# draft-ietf-oauth-status-list, appendix "Test vectors for Status List encoding": lists of 2^20
# entries, all VALID but these. See tests/runtime/README.md for source and licence.
LONG: Final[dict[int, dict[int, int]]] = {
    1: dict.fromkeys(
        (0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345), 1
    ),
    2: {
        0: 1, 1993: 2, 25460: 1, 159495: 3, 495669: 1, 554353: 1, 645645: 2, 723232: 1,
        854545: 1, 934534: 2, 1000345: 3,
    },
    4: {
        0: 1, 1993: 2, 35460: 3, 459495: 4, 595669: 5, 754353: 6, 845645: 7, 923232: 8,
        924445: 9, 934534: 10, 1004534: 11, 1000345: 12, 1030203: 13, 1030204: 14, 1030205: 15,
    },
}  # fmt: skip
# The 256 indices of the 8-bit vector are what the draft's own generator draws, in its order.
_DRAWN: Final = Random(42)  # noqa: S311 - a published vector, no secret
LONG[8] = {_DRAWN.randint(0, 2**20 - 1): status for status in range(256)}
# SHA-256 of the `lst` that the draft prints, line breaks taken out.
PRINTED: Final = {
    1: "d7ebb7448242f0a1282371912bb56fda964b66641834ec647b5616034ca27db0",
    2: "9e2e2a87737421bfa0fdb54e07af3acf2b6b5c19cb6ed406f3280518409d571f",
    4: "3d3fb55a61b56bf27a9f5f6cfe985d29da62103c792367fbf6bcecb6a89ab241",
    8: "9833be6af3ea05d0fb281732eb3e0ede3815f3435c55d0808047bbe53d7eb1f1",
}


@pytest.mark.parametrize(
    ("bits", "data", "compressed", "text"),
    [
        (1, "b9a3", "78dadbb918000217015d", "eNrbuRgAAhcBXQ"),
        (2, "c944f9", "78da3be9f2130003df0207", "eNo76fITAAPfAgc"),
    ],
)
def test_the_short_vectors_of_the_draft(bits: int, data: str, compressed: str, text: str) -> None:
    """Sections 4.1 and 4.2: bytes, compressed bytes and JSON."""
    found = StatusList(bits, bytes.fromhex(data))

    assert jws.decode_part(text.encode(), "x").hex() == compressed
    assert StatusList.from_json({"bits": bits, "lst": text}) == found
    assert found.to_json() == {"bits": bits, "lst": text}


def test_the_short_vector_reads_as_the_draft_says() -> None:
    """Section 4.1: twelve statuses of two bits each."""
    found = StatusList(2, bytes.fromhex("c944f9"))

    assert [found.status(n) for n in range(12)] == [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_the_long_vectors_of_the_draft(bits: int) -> None:
    """2^20 entries: what we build is, text for text, what the draft prints."""
    built = build(LONG[bits], size=2**20, bits=bits)
    printed = str(built.to_json()["lst"])

    assert hashlib.sha256(printed.encode()).hexdigest() == PRINTED[bits]
    found = StatusList.from_json({"bits": bits, "lst": printed})
    assert found.size == 2**20
    assert {n: found.status(n) for n in LONG[bits]} == LONG[bits]
    assert sum(found.data) == sum(built.data)


@given(st.sampled_from([1, 2, 4, 8]), st.data())
def test_building_and_reading_are_inverse(bits: int, data: st.DataObject) -> None:
    """Every status comes back at its index, and all others are VALID."""
    size = data.draw(st.integers(min_value=1, max_value=100))
    statuses = data.draw(st.dictionaries(st.integers(0, size - 1), st.integers(0, (1 << bits) - 1)))

    found = StatusList.from_json(build(statuses, size=size, bits=bits).to_json())

    assert [found.status(n) for n in range(size)] == [statuses.get(n, 0) for n in range(size)]


@pytest.mark.parametrize("index", [-1, 12, 2**40])
def test_an_index_out_of_bounds_is_refused(index: int) -> None:
    """The list makes no statement about such a token (section 8.3, step 6)."""
    with pytest.raises(VerificationError) as caught:
        StatusList(2, bytes(3)).status(index)

    assert caught.value.code == "status.out-of-bounds"


@pytest.mark.parametrize(
    ("statuses", "size", "bits"),
    [({0: 4}, 4, 2), ({4: 0}, 4, 2), ({-1: 0}, 4, 2), ({0: -1}, 4, 2), ({}, 4, 3), ({}, -1, 2)],
)
def test_a_list_that_cannot_be_is_not_built(statuses: dict[int, int], size: int, bits: int) -> None:
    """Statuses that need more bits, indices outside, shapes that the draft does not know."""
    with pytest.raises(MalformedError):
        build(statuses, size=size, bits=bits)


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"bits": 3, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": True, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": 1, "lst": 7},
        {"bits": 1, "lst": "é"},
        {"bits": 1, "lst": "eNrbuRgAAhcBXQ="},
        {"bits": 1, "lst": "AAAA"},
        {"bits": 1, "lst": "eNrbuRgAAhcB"},
        {"bits": 1, "lst": jws.encode_part(zlib.compress(b"x") + b"more")},
    ],
)
def test_a_malformed_list_is_refused(value: object) -> None:
    """Wrong bits, no base64url, no zlib data, data that is cut off or goes on."""
    with pytest.raises(MalformedError) as caught:
        StatusList.from_json(value)

    assert caught.value.code == "status.malformed"


def test_a_bomb_is_not_inflated() -> None:
    """Sixteen kilobytes that become sixteen megabytes are stopped at the limit."""
    bomb = zlib.compress(bytes(4 * MAX_INFLATED), 9)

    with pytest.raises(MalformedError) as caught:
        StatusList.from_json({"bits": 1, "lst": jws.encode_part(bomb)})

    assert caught.value.code == "status.too-large"


def signed(**changes: object) -> bytes:
    """Return a status list token with some claims replaced; None removes one."""
    claims: dict[str, object] = {
        "sub": URI,
        "iat": int(AT.timestamp()),
        "exp": int((AT + DAY).timestamp()),
        "ttl": 3600,
        "status_list": build({3: 2}, size=8).to_json(),
    }
    claims |= changes
    payload = encode({name: value for name, value in claims.items() if value is not None})
    return jws.sign(payload, ISSUER, typ=LIST_TYPE).encode()


def code_of(text: bytes, at: datetime = AT, staleness: timedelta = timedelta(0)) -> str:
    """Return the code with which a list is refused."""
    with pytest.raises(SunlitError) as caught:
        read_list(text, [ISSUER.public], uri=URI, at=at, staleness=staleness)
    return caught.value.code


def test_a_list_that_was_signed_is_read() -> None:
    """Uri, times, time to live, key and statuses come back."""
    text = sign_list(build({3: 2}, size=8), ISSUER, uri=URI, at=AT, lasts=DAY, ttl=60).encode()

    found = read_list(text, [key(2).public, ISSUER.public], uri=URI, at=AT)

    assert (found.uri, found.issued_at, found.expires_at, found.ttl) == (URI, AT, AT + DAY, 60)
    assert found.statuses.status(3) == 2
    assert found.key_id == ISSUER.public.key_id


def test_a_list_without_ttl_is_read() -> None:
    """`ttl` is recommended, not required."""
    assert read_list(signed(ttl=None), [ISSUER.public], uri=URI, at=AT).ttl is None


def test_an_expired_list_says_nothing() -> None:
    """From its `exp` on, to the second."""
    assert code_of(signed(), AT + DAY) == "status.expired"
    assert (
        read_list(
            signed(), [ISSUER.public], uri=URI, at=AT + DAY - timedelta(seconds=1)
        ).statuses.size
        == 8
    )


def test_a_stated_staleness_bridges_a_gap_and_then_fails_closed() -> None:
    """Offline, a policy may allow hours; after them nothing counts."""
    late = AT + DAY + timedelta(hours=2)

    found = read_list(signed(), [ISSUER.public], uri=URI, at=late, staleness=timedelta(hours=3))

    assert found.expires_at < late
    assert code_of(signed(), late, timedelta(hours=2)) == "status.expired"


def test_a_list_from_the_future_is_refused() -> None:
    """Somebody's clock is wrong, or somebody made it up."""
    assert code_of(signed(), AT - timedelta(seconds=1)) == "status.not-yet-valid"


def test_another_list_of_the_issuer_is_refused() -> None:
    """`sub` must equal the token's `uri`."""
    assert code_of(signed(sub="https://issuer.example/status/2")) == "status.wrong-list"


def test_a_list_by_another_key_is_refused() -> None:
    """Only the issuer speaks about its tokens."""
    other = sign_list(build({}, size=8), key(2), uri=URI, at=AT, lasts=DAY, ttl=60)

    assert code_of(other.encode()) == "status.signature"


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": None},
        {"sub": 7},
        {"iat": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": 10**12},
        {"iat": -1},
        {"ttl": 0},
        {"ttl": "60"},
        {"status_list": None},
    ],
)
def test_a_list_with_malformed_claims_is_refused(changes: dict[str, object]) -> None:
    """`exp` is only recommended by the draft; our profile asks for it, to fail closed."""
    assert code_of(signed(**changes)) == "status.malformed"


def test_a_list_that_is_no_token_or_no_object_is_refused() -> None:
    """Whatever is wrong comes out as one documented code."""
    assert code_of(b"nonsense") == "status.malformed"
    assert code_of(jws.sign(b"[]", ISSUER, typ=LIST_TYPE).encode()) == "status.malformed"
