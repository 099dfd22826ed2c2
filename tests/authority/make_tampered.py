"""Write tests/fixtures/tampered/trust-*: run once; the fixtures are kept to the byte.

    PYTHONPATH=src python tests/authority/make_tampered.py

Each folder: `case.json` (what, expect_code, at), `offered.json` (the file to be refused) and,
where it is offered to somebody who has one in force, `current.json`.
"""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Final

from sunlit.authority.trust_parts import RootKeys, TrustedLog, TrustedOrganisation
from sunlit.authority.trust_signing import add_signatures, sign_trust
from sunlit.authority.trustfile import PAYLOAD_TYPE
from sunlit.base.canonical import decode_object, encode
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.merkle import leaf_hash
from sunlit.log.note import COSIGNATURE_V1, ED25519, NoteSigner, NoteVerifier
from sunlit.statement.dsse import Envelope, sign
from sunlit.testing.authority import LOG, ROOT, World, named_key, signed_trust, trust_of, trusted

FIXTURES: Final = Path(__file__).parent.parent / "fixtures" / "tampered"
AT: Final = "2026-06-01T00:00:00Z"
CURRENT: Final = trust_of()
NEXT: Final = replace(CURRENT, version=2)


def write(name: str, what: str, code: str, offered: bytes, **more: object) -> None:
    """Write one case."""
    folder = FIXTURES / f"trust-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    case = {"what": what, "verify": "authority.trust", "expect_code": code, "at": AT}
    current = more.pop("current", None)
    (folder / "case.json").write_text(json.dumps({**case, **more}, indent=1) + "\n")
    (folder / "offered.json").write_bytes(offered)
    if isinstance(current, bytes):
        (folder / "current.json").write_bytes(current)


def resigned(payload: bytes) -> bytes:
    """Sign a payload that `sign_trust` would refuse to sign."""
    return sign(payload, [named_key("trust/1"), named_key("trust/2")], PAYLOAD_TYPE).to_bytes()


def changed(**fields: object) -> bytes:
    """Return version 1 with fields replaced in its JSON, signed."""
    return resigned(encode({**decode_object(CURRENT.to_payload()), **fields}))


def alone() -> None:
    """Write the cases that are wrong by themselves."""
    whole = Envelope.parse(signed_trust(CURRENT))
    once = whole.signatures[0]
    write(
        "one-signature",
        "one root key signed where two must",
        "trust.threshold",
        signed_trust(CURRENT, 1),
    )
    write(
        "one-key-signs-twice",
        "the same root key's signature stands twice",
        "trust.threshold",
        replace(whole, signatures=(once, once)).to_bytes(),
    )
    write(
        "expired",
        "expired a month before",
        "trust.expired",
        changed(expires="2026-05-01T00:00:00Z"),
    )
    write(
        "payload-changed",
        "an accreditor was slipped in after signing",
        "trust.threshold",
        replace(whole, payload=changed_payload()).to_bytes(),
    )
    root = decode_object(CURRENT.to_payload())["root"]
    assert isinstance(root, dict)
    keys = root["keys"]
    write(
        "root-key-listed-twice",
        "one root key listed twice to reach the threshold alone",
        "trust.duplicate-key",
        changed(root={**root, "keys": [keys[0], keys[0], keys[1]]}),
    )
    write(
        "threshold-zero",
        "a threshold that no signature meets",
        "trust.threshold-range",
        changed(root={**root, "threshold": 0}),
    )
    write(
        "threshold-beyond-keys",
        "more signatures asked for than there are keys",
        "trust.threshold-range",
        changed(root={**root, "threshold": 4}),
    )
    write(
        "next-format",
        "a major version that is not known",
        "trust.unknown-format",
        changed(format="sunlit-trust/2"),
    )
    write("no-expiry", "the expiry is missing", "trust.malformed", without_expiry())
    write(
        "statement-offered",
        "an in-toto envelope in place of a trust file",
        "trust.unknown-format",
        sign(b"{}", [named_key("trust/1")]).to_bytes(),
    )
    write(
        "root-key-also-operator",
        "one key for root and for an organisation",
        "trust.duplicate-key",
        changed(organisations=[{"id": ROOT, "keys": [keys[0]]}]),
    )
    evil = NoteVerifier("evil", COSIGNATURE_V1, named_key("evil").public.spki[-32:])
    write("newline-in-a-url", "a URL that would add a line to the witness policy",
          "trust.malformed",
          changed(logs=[{**log_json(), "url": f"x\nwitness evil {evil.vkey}"}]))  # fmt: skip


def log_json() -> dict[str, object]:
    """Return the world's log as the trust file lists it."""
    return {"origin": LOG, "vkey": CURRENT.logs[0].vkey}


def changed_payload() -> bytes:
    """Return version 1 with a further accreditor."""
    return replace(CURRENT, accreditors=("friend.example",)).to_payload()


def without_expiry() -> bytes:
    """Return version 1 without its expiry."""
    document = decode_object(CURRENT.to_payload())
    del document["expires"]
    return resigned(encode(document))


def successors() -> None:
    """Write the cases that do not follow the file in force."""
    current = signed_trust(CURRENT)
    thieves = RootKeys(threshold=1, keys=(trusted("thief/1"),))
    taken = replace(NEXT, root=thieves)
    write(
        "rolled-back",
        "version 1 offered to somebody who has version 2",
        "trust.rollback",
        current,
        current=signed_trust(NEXT),
    )
    write(
        "same-version",
        "another version 1, by the same keys",
        "trust.rollback",
        signed_trust(replace(CURRENT, accreditors=())),
        current=current,
    )
    write(
        "gap",
        "version 3 offered to somebody who has version 1",
        "trust.version-gap",
        signed_trust(replace(CURRENT, version=3)),
        current=current,
    )
    write(
        "keys-replaced-without-leave",
        "new root keys that the old ones did not sign for",
        "trust.predecessor-threshold",
        sign_trust(taken, [named_key("thief/1")]),
        current=current,
    )
    write(
        "keys-replaced-by-one-of-two",
        "one old root key is not a threshold",
        "trust.predecessor-threshold",
        add_signatures(sign_trust(taken, [named_key("thief/1")]), [named_key("trust/3")]),
        current=current,
    )
    write(
        "old-keys-only",
        "signed by the predecessor's keys and not by its own",
        "trust.threshold",
        signed_trust(taken),
        current=current,
    )
    write("next-has-expired", "the successor has expired", "trust.expired",
          resigned(encode({**decode_object(NEXT.to_payload()),
                           "expires": "2026-05-01T00:00:00Z"})), current=current)  # fmt: skip


def forgery() -> None:
    """Write a world of its own: keys, root, log and trust file all agree with each other."""
    log_key = named_key("forged/log")
    raw = log_key.public.spki[-32:]
    signer = NoteSigner(NoteVerifier(LOG, ED25519, raw), log_key.sign)
    forged = replace(
        NEXT,
        root=RootKeys(threshold=1, keys=(trusted("forged/root"),)),
        logs=(TrustedLog(origin=LOG, vkey=signer.verifier.vkey, organisation=ROOT),),
        organisations=(TrustedOrganisation(id=ROOT, keys=(trusted("forged/operator"),)),),
    )
    world = World(forged, root_key=named_key("forged/operator"))
    world.organisation("agency.example")
    entry = world.entries[LOG][0]
    checkpoint = sign_checkpoint(Checkpoint(LOG, 1, leaf_hash(entry)), signer).to_bytes()
    write("forged-world", "own keys, log, root and trust file, all consistent",
          "trust.predecessor-threshold", sign_trust(forged, [named_key("forged/root")]),
          current=signed_trust(CURRENT), checkpoint_code="note.no-known-signature",
          checkpoint=base64.b64encode(checkpoint).decode(),
          entries=[base64.b64encode(one).decode() for one in world.entries[LOG]])  # fmt: skip


if __name__ == "__main__":
    alone()
    successors()
    forgery()
