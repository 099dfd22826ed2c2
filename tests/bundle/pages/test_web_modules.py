"""The verifier's parts, one by one, against what Python says of the same bytes."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sunlit.base import canonical
from sunlit.base.errors import SunlitError
from sunlit.bundle.pages.assemble import assembled
from sunlit.bundle.pages.environment import scripts
from sunlit.log.merkle import consistency, inclusion, leaf_hash, node_hash, root
from sunlit.statement.keys import ECDSA_P256, ED25519, PublicKey, generate
from sunlit.testing.webauthn import FakePasskey
from tests.fixtures.token_world import key

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROBE: Final = """// Lets a test call the modules' functions.
import * as base from "./base.js";
import * as json from "./json.js";
import * as keys from "./keys.js";
import * as merkle from "./merkle.js";
import * as note from "./note.js";

const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const text = (found) => btoa(String.fromCharCode(...found));
const tree = ([size, root]) => ({ size, root: bytes(root) });

const CALLS = {
  again: (data) => text(json.canonical(json.readJson(bytes(data), "It"))),
  base64: (data) => text(base.anyBase64(data, "It")),
  seconds: (data) => base.seconds(data, "It"),
  inclusion: (leaf, index, top, path) =>
    merkle.expectInclusion(bytes(leaf), index, tree(top), path.map(bytes)),
  consistency: (old, fresh, path) =>
    merkle.expectConsistency(tree(old), tree(fresh), path.map(bytes)),
  signed: async (key, message, signature) =>
    keys.verifies(await keys.readKey(JSON.parse(key)), bytes(message), bytes(signature)),
  note: (data) => note.readNote(bytes(data)).signatures.length,
};

globalThis.probe = async (name, parts) => {
  try {
    return { value: (await CALLS[name](...parts)) ?? "done" };
  } catch (error) {
    return { refused: error instanceof base.Failed, words: error.message };
  }
};
"""


class Modules:
    """The modules in a tab."""

    def __init__(self, page: "Page") -> None:
        self._page = page

    def call(self, name: str, *parts: object) -> dict[str, Any]:
        """Call one; the answer has `value`, or `refused`."""
        found: dict[str, Any] = self._page.evaluate("([n, p]) => probe(n, p)", [name, list(parts)])
        return found


@pytest.fixture(scope="module")
def modules(browser: "Browser", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Modules]:
    """Open a page that holds the modules and nothing else."""
    path: Path = tmp_path_factory.mktemp("probe") / "probe.html"
    script = assembled({**scripts(), "probe": PROBE}, "probe")
    path.write_text(f"<!doctype html><meta charset=utf-8><script>{script}</script>", "utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    yield Modules(page)
    page.close()


def b64(data: bytes) -> str:
    """Return bytes as the probe takes them."""
    return base64.b64encode(data).decode()


TEXTS: Final = st.text(st.characters(codec="utf-8"), max_size=12)
DOCUMENTS: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(document=DOCUMENTS)
def test_canonical_json_is_the_same_bytes(modules: Modules, document: object) -> None:
    """Whatever order and escapes a text came in, both write RFC 8785."""
    loose = json.dumps(document, indent=1).encode()

    assert modules.call("again", b64(loose)) == {"value": b64(canonical.encode(document))}


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}', b'{"a":1,"\\u0061":2}', b"[1,]", b"[1 2]", b"{a:1}", b"NaN", b"[NaN]",
        b"01", b"+1", b"1.", b'"\\ud800"', b'"\\udc00\\ud800"', b'"\x01"', b"", b"1 1",
        b"\xef\xbb\xbf{}", b"\xff", b"[" * 70 + b"]" * 70, b"1.5", b"9007199254740993",
        b'{"a":1}x', b'"a', b"tru", b"'a'",
    ],
)  # fmt: skip
def test_what_is_no_canonical_document_is_refused_by_both(modules: Modules, data: bytes) -> None:
    """Two readers that differ on one text could be shown two things in one file."""
    with pytest.raises(SunlitError):
        canonical.encode(canonical.decode(data))

    assert modules.call("again", b64(data)).get("refused") is True


def test_a_key_that_means_something_to_javascript_means_nothing(modules: Modules) -> None:
    """`__proto__` is a name like any other."""
    data = b'{"__proto__":{"a":1},"constructor":2,"toString":3}'

    assert modules.call("again", b64(data)) == {"value": b64(data)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("YWI=", b"ab"), ("YWI", b"ab"), ("-_8", b"\xfb\xff"), ("+/8=", b"\xfb\xff"), ("", b""),
        ("YWJ=", None), ("Y W I=", None), ("YWI==", None), ("+_8=", None), ("YWI\n", None),
    ],
)  # fmt: skip
def test_base64_is_read_in_its_one_form(modules: Modules, text: str, value: bytes | None) -> None:
    """Either alphabet, never mixed, and no bits that nobody reads."""
    found = modules.call("base64", text)

    assert found.get("value") == (None if value is None else b64(value))


@pytest.mark.parametrize(
    "text", ["2026-02-30T00:00:00Z", "2026-01-01 00:00:00Z", "2026-1-1T0:0:0Z", "", "yesterday",
             "2026-01-01T24:00:00Z", "2026-01-01T00:00:00+00:00"],
)  # fmt: skip
def test_what_is_no_time_is_refused(modules: Modules, text: str) -> None:
    """JavaScript would make a day of nearly anything."""
    assert modules.call("seconds", text).get("refused") is True
    assert modules.call("seconds", "2026-03-02T12:00:00Z") == {"value": 1772452800}


class Uniform:
    """The stored hashes of a log in which every entry is the same: any size, at no cost."""

    def __init__(self) -> None:
        self._levels = [leaf_hash(b"the same")]

    def read(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        while len(self._levels) <= level:
            self._levels.append(node_hash(self._levels[-1], self._levels[-1]))
        return self._levels[level]


SIZES: Final = st.integers(1, 2**53 - 1) | st.integers(1, 40)


@settings(max_examples=60)
@given(size=SIZES, data=st.data())
def test_inclusion_is_judged_alike_far_beyond_two_billion(
    modules: Modules, size: int, data: st.DataObject
) -> None:
    """JavaScript's bit operators stop at 2^31; logs do not."""
    reader = Uniform()
    index = data.draw(st.integers(0, size - 1))
    top = [size, b64(root(size, reader))]
    path = [b64(one) for one in inclusion(index, size, reader)]
    leaf = b64(leaf_hash(b"the same"))

    assert modules.call("inclusion", leaf, index, top, path) == {"value": "done"}
    assert modules.call("inclusion", leaf, index, top, [*path, leaf]).get("refused") is True
    assert modules.call("inclusion", b64(bytes(32)), index, top, path).get("refused") is True
    assert modules.call("inclusion", leaf, size, top, path).get("refused") is True


@settings(max_examples=60)
@given(new=SIZES, data=st.data())
def test_consistency_is_judged_alike_far_beyond_two_billion(
    modules: Modules, new: int, data: st.DataObject
) -> None:
    """That a log only grew is shown for logs of every size."""
    reader = Uniform()
    old = data.draw(st.integers(0, new))
    older, newer = ([size, b64(root(size, reader))] for size in (old, new))
    path = [b64(one) for one in consistency(old, new, reader)]

    assert modules.call("consistency", older, newer, path) == {"value": "done"}
    assert modules.call("consistency", older, newer, [*path, older[1]]).get("refused") is True
    changed = [new, b64(bytes(32))]
    if old:
        assert modules.call("consistency", older, changed, path).get("refused") is True


def signed(modules: Modules, public: PublicKey, message: bytes, signature: bytes) -> object:
    """Return what the page says of a signature."""
    written = json.dumps(public.to_json())
    return modules.call("signed", written, b64(message), b64(signature)).get("value")


@pytest.mark.parametrize("kind", [ED25519, ECDSA_P256])
def test_signatures_of_people_are_verified(modules: Modules, kind: str) -> None:
    """Both kinds of keys in both forms; many times, as DER has many lengths."""
    for number in range(12):
        secret, message = generate(kind), bytes([number])
        signature = secret.sign(message)

        assert signed(modules, secret.public, message, signature) is True
        assert signed(modules, secret.public, b"other", signature) is False
        assert signed(modules, generate(kind).public, message, signature) is False
        assert signed(modules, secret.public, message, signature[:-1]) is False
        assert signed(modules, secret.public, message, signature + b"\0") is False


def test_passkeys_are_verified(modules: Modules) -> None:
    """Members of boards vote with them: the challenge, the party and the person are looked at."""
    device = FakePasskey()
    message = b"what was voted on"
    signature = device.sign(message)

    assert signed(modules, device.public, message, signature) is True
    assert signed(modules, device.public, b"other", signature) is False
    elsewhere = PublicKey(
        device.public.kind, device.public.spki, "other.example", device.public.origins
    )
    assert signed(modules, elsewhere, message, signature) is False
    for flaw in (
        device.assertion(message, flags=1), device.assertion(message, rp_id="other.example"),
        device.assertion(message, type="webauthn.create"), device.assertion(message, origin="x"),
        device.assertion(message, crossOrigin=True), device.assertion(message, extensions=b"x"),
    ):  # fmt: skip
        assert signed(modules, device.public, message, flaw) is False


def test_keys_with_which_anybody_could_sign_are_refused(modules: Modules) -> None:
    """A point of small order verifies what nobody signed."""
    spki = bytes.fromhex("302a300506032b6570032100") + bytes(32)
    weak = {"kind": "ed25519", "public": b64(spki)}
    good = key("good").public.to_json()

    for broken in (weak, {**good, "kind": "rsa"}, {**good, "kind": "ecdsa-p256"}, {**good, "rpId":
                   "x.example", "origins": ["https://x.example"]}):  # fmt: skip
        found = modules.call("signed", json.dumps(broken), b64(b""), b64(bytes(64)))
        assert found.get("refused") is True


@pytest.mark.parametrize(
    "data",
    [
        b"", b"text\n", b"text\n\n", b"text\n\nno signature\n", "a\n\n\u2014 x YWJj\n".encode(),
        "a\r\n\n\u2014 x YWJjZGVm\n".encode(), "a\n\n\u2014 x+y YWJjZGVm\n".encode(),
        "a\n\n\u2014 x YWJjZGVm".encode(), b"\xff\n\n",
    ],
)  # fmt: skip
def test_what_is_no_signed_note_is_refused(modules: Modules, data: bytes) -> None:
    """One way to write a checkpoint, so that nobody can read two things in it."""
    assert modules.call("note", b64(data)).get("refused") is True
    good = "a\n\n\u2014 x YWJjZGVm\n".encode()
    assert modules.call("note", b64(good)) == {"value": 1}
