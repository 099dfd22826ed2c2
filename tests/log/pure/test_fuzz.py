"""Any bytes into any parser raise only our own errors: their class is part of the promise."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import SunlitError
from sunlit.log.checkpoint import Checkpoint, open_checkpoint
from sunlit.log.codes import CODES
from sunlit.log.cosignature import cosign, verify_cosignature
from sunlit.log.entry import Entry
from sunlit.log.note import Note, NoteVerifier
from sunlit.log.policy import Policy
from sunlit.log.proof import TlogProof, verify_receipt
from sunlit.log.reader import LogReader
from sunlit.log.tiles import decode_bundle, split_tile
from tests.log.pure.making import AT, MemoryFiles, MlDsaWitness, log_of, signer, witness

WITNESS, PQ, KEY = witness("w.example", 11), MlDsaWitness("p.example", 13), signer().verifier
LOG = log_of(300)
TEXT = LOG.head.to_text()
COSIGNED = LOG.publish(cosign(TEXT, WITNESS, AT), PQ.cosign(TEXT, 7)).to_bytes()
POLICY_TEXT = (
    f"log {KEY.vkey}\nwitness w {WITNESS.verifier.vkey}\nwitness p {PQ.verifier.vkey}\n"
    "group g all w p\nquorum g\n"
).encode()
POLICY = Policy.parse(POLICY_TEXT)
RECEIPT = LOG.reader().receipt(7).to_bytes()
ENTRY = Entry.of(AT, {"payload": "eA==", "signatures": []}).to_bytes()
BUNDLE = LOG.files["tile/entries/001.p/44"]

PARSERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "note": (Note.parse, COSIGNED),
    "vkey": (lambda data: NoteVerifier.parse(data.decode("utf-8", "surrogateescape")),
             KEY.vkey.encode()),
    "checkpoint": (Checkpoint.parse, TEXT),
    "signed checkpoint": (lambda data: open_checkpoint(data, KEY), COSIGNED),
    "cosignature": (lambda data: verify_cosignature(TEXT, WITNESS.verifier, data),
                    cosign(TEXT, WITNESS, AT).payload),
    "ML-DSA cosignature": (lambda data: verify_cosignature(TEXT, PQ.verifier, data),
                           PQ.cosign(TEXT, 7).payload),
    "cosigned text": (lambda data: verify_cosignature(data, WITNESS.verifier, bytes(72)), TEXT),
    "policy": (Policy.parse, POLICY_TEXT),
    "checkpoint under a policy": (POLICY.verify, COSIGNED),
    "proof": (TlogProof.parse, RECEIPT),
    "receipt": (lambda data: verify_receipt(b"entry 7", data, POLICY), RECEIPT),
    "entry": (Entry.parse, ENTRY),
    "envelope": (lambda data: Entry.of(AT, data).to_bytes(), b'{"payload":"eA=="}'),
    "bundle": (decode_bundle, BUNDLE),
    "tile": (lambda data: split_tile(data, 3), bytes(96)),
}  # fmt: skip


def nearly(good: bytes) -> st.SearchStrategy[bytes]:
    """Draw bytes that are nearly right: cut, doubled, spliced, or with a few bytes changed."""
    places = st.integers(0, len(good))
    scraps = st.binary(max_size=6) | st.sampled_from(
        [b"\n", b"\n\n", b"\r\n", b"\x00", b"\xff", b"-1", b"0", b"9" * 5_000, b"=", b"+", b" ",
         "\u2014 ".encode(), "\u0661".encode(), b"\xed\xa0\x80", b"[" * 5_000, b'{"a":1e999}'],
    )  # fmt: skip
    spliced = st.builds(
        lambda start, end, scrap: good[:start] + scrap + good[end:], places, places, scraps
    )
    return st.one_of(st.binary(max_size=200), spliced, places.map(lambda at: good[:at]))


@pytest.mark.parametrize("name", PARSERS)
def test_the_unchanged_bytes_are_accepted(name: str) -> None:
    """Else the changed ones would show nothing."""
    parse, good = PARSERS[name]
    if name == "cosigned text":
        with pytest.raises(SunlitError):
            parse(good)
    else:
        assert parse(good)


@pytest.mark.parametrize("name", PARSERS)
@given(data=st.data())
def test_a_parser_raises_only_documented_errors(name: str, data: st.DataObject) -> None:
    """SunlitError with a code of log's list (or of base's), whatever the bytes."""
    parse, good = PARSERS[name]
    changed = data.draw(nearly(good))
    refusals: list[SunlitError] = []
    try:
        parse(changed)
    except SunlitError as refused:
        refusals.append(refused)

    for refusal in refusals:
        assert refusal.code in CODES or refusal.code.split(".")[0] in {"json", "time"}
        assert refusal.what


@given(st.data())
def test_a_hostile_log_raises_only_our_errors(data: st.DataObject) -> None:
    """Any file replaced by anything: reading all of the log ends in our error or in the truth."""
    path = data.draw(st.sampled_from(sorted(LOG.files)))
    changed = data.draw(nearly(LOG.files[path]))
    with suppress(SunlitError):
        reader = LogReader.open(MemoryFiles({**LOG.files, path: changed}), KEY)
        assert list(reader.entries()) == LOG.entries
        assert reader.checkpoint == LOG.head
