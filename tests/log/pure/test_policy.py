"""Policies: which logs are believed, and how many witnesses make a quorum."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, VerificationError
from sunlit.log.cosignature import cosign
from sunlit.log.note import Note, NoteVerifier, sign
from sunlit.log.policy import Policy
from tests.log.pure.making import AT, MlDsaWitness, log_of, signer, witness

LOG = signer().verifier.vkey
HEAD = log_of(5).head
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
WITNESSES = {name: witness(f"{name}.example", seed) for seed, name in enumerate(NAMES, 20)}
KEYS = {name: one.verifier.vkey for name, one in WITNESSES.items()}
PQ = MlDsaWitness("pq.example", 30)

# The example of tlog-policy, with keys.
EXAMPLE = f"""\
log {LOG}

witness X1 {KEYS["X1"]}
witness X2 {KEYS["X2"]}
witness X3 {KEYS["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {KEYS["Y1"]}
witness Y2 {KEYS["Y2"]}
witness Y3 {KEYS["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def note_by(*names: str) -> bytes:
    """Return the signed checkpoint, cosigned by these witnesses."""
    log = log_of(5)
    return log.publish(*(cosign(HEAD.to_text(), WITNESSES[name], AT) for name in names)).to_bytes()


def refusal(text: str) -> str:
    """Return the code with which a policy is refused."""
    with pytest.raises(MalformedError) as refused:
        Policy.parse(text.encode("utf-8", "surrogateescape"))
    return refused.value.code


@given(st.sets(st.sampled_from(sorted(WITNESSES))))
def test_the_example_holds_for_exactly_its_quorums(names: set[str]) -> None:
    """Two of X and one of Y; every subset of the six witnesses."""
    policy, note = Policy.parse(EXAMPLE.encode()), note_by(*sorted(names))
    enough = len(names & {"X1", "X2", "X3"}) >= 2 and bool(names & {"Y1", "Y2", "Y3"})
    if enough:
        found = policy.verify(note)
        assert found.checkpoint == HEAD
        assert found.log.key.vkey == LOG
        assert {one.verifier.vkey for one in found.cosignatures} == {KEYS[name] for name in names}
    else:
        with pytest.raises(VerificationError) as refused:
            policy.verify(note)
        assert refused.value.code == "log.quorum"


@pytest.mark.parametrize(
    ("lines", "names", "holds"),
    [
        ("quorum none", [], True),
        (f"witness A {KEYS['X1']}\nquorum none", ["X1"], True),
        (f"witness A {KEYS['X1']}\nquorum A", ["X1"], True),
        (f"witness A {KEYS['X1']}\nquorum A", ["X2"], False),
        (
            f"witness A {KEYS['X1']}\nwitness B {KEYS['X2']}\ngroup G all A B\nquorum A",
            ["X1"],
            True,
        ),
        (
            f"witness A {KEYS['X1']}\nwitness B {KEYS['X2']}\ngroup G all A B\nquorum G",
            ["X1"],
            False,
        ),
        (
            f"witness A {KEYS['X1']}\nwitness B {KEYS['X2']}\ngroup G any A B\nquorum G",
            ["X2"],
            True,
        ),
        (f"witness A {KEYS['X1']}\ngroup G 1 A\ngroup H all G\nquorum H", ["X1"], True),
    ],
    ids=["none", "none but known", "one", "another", "not the group", "all", "any", "nested"],
)
def test_a_quorum_is_a_witness_a_group_or_none(
    lines: str, names: list[str], *, holds: bool
) -> None:
    """Each way of defining a quorum."""
    policy = Policy.parse(f"log {LOG}\n{lines}\n".encode())
    if holds:
        assert policy.verify(note_by(*names)).checkpoint == HEAD
    else:
        with pytest.raises(VerificationError):
            policy.verify(note_by(*names))


def test_cosigning_twice_counts_once() -> None:
    """A second line by the same key is no second witness."""
    text = f"log {LOG}\nwitness A {KEYS['X1']}\nwitness B {KEYS['X2']}\ngroup G 2 A B\nquorum G\n"

    with pytest.raises(VerificationError) as refused:
        Policy.parse(text.encode()).verify(note_by("X1", "X1"))

    assert refused.value.code == "log.quorum"


def test_an_ml_dsa_witness_counts_like_any_other() -> None:
    """Type 0x06 stands in a policy beside type 0x04."""
    text = f"log {LOG}\n{WITNESS_A}witness P {PQ.verifier.vkey}\ngroup G 2 A P\nquorum G\n"
    lines = [cosign(HEAD.to_text(), WITNESSES["X1"], AT), PQ.cosign(HEAD.to_text(), 7)]

    found = Policy.parse(text.encode()).verify(log_of(5).publish(*lines).to_bytes())

    assert [one.verifier.name for one in found.cosignatures] == ["X1.example", "pq.example"]


def test_comments_spaces_urls_and_any_octets_are_read() -> None:
    """tlog-policy: tabs, comments, URLs; names are opaque octets."""
    text = (
        f"# a comment\n  # another\n\n\t log\t {LOG}  https://log.example/ \n"
        f"witness \udc80\u212a {KEYS['X1']} https://w.example/\nquorum \udc80\u212a\n"
    )

    policy = Policy.parse(text.encode("utf-8", "surrogateescape"))

    assert (policy.logs[0].url, policy.witnesses[0].url) == (
        "https://log.example/", "https://w.example/",
    )  # fmt: skip
    assert policy.verify(note_by("X1"))
    assert Policy.parse(policy.to_bytes()) == policy


def test_a_policy_comes_back_as_it_was_written() -> None:
    """parse(to_bytes(x)) == x."""
    policy = Policy.parse(EXAMPLE.encode())

    assert Policy.parse(policy.to_bytes()) == policy


def test_at_least_32_of_each_are_read() -> None:
    """tlog-policy recommends that; hostile sizes are refused."""
    seeds = range(40, 104)
    lines = [f"log {signer(f'l{n}.example', n).verifier.vkey}" for n in seeds]
    lines += [f"witness w{n} {witness(f'w{n}.example', n).verifier.vkey}" for n in seeds]
    lines += [f"group g{n} all w{n}" for n in seeds]
    lines += ["group all any " + " ".join(f"g{n}" for n in seeds), "quorum all"]

    policy = Policy.parse(("\n".join(lines) + "\n").encode())

    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (64, 64, 65)
    assert refusal("#\n" * 2_000 + "quorum none\n") == "log.policy-form"
    assert refusal("#" * 1_048_577 + "\n") == "log.policy-form"


WITNESS_A = f"witness A {KEYS['X1']}\n"
WITNESS_B = f"witness B {KEYS['X2']}\n"
SAME_KEY = NoteVerifier("other.example", 4, WITNESSES["X1"].verifier.key).vkey
MALFORMED = {
    "empty": ("", "log.policy-form"),
    "no quorum": (f"log {LOG}\n", "log.policy-form"),
    "two quorums": ("quorum none\nquorum none\n", "log.policy-form"),
    "quorum without a name": ("quorum\n", "log.policy-form"),
    "quorum of two": (f"{WITNESS_A}quorum A A\n", "log.policy-name|log.policy-form"),
    "quorum not defined": ("quorum A\n", "log.policy-name"),
    "quorum defined below": (f"quorum A\n{WITNESS_A}", "log.policy-name"),
    "an unknown line": ("logs x\nquorum none\n", "log.policy-form"),
    "no last newline": ("quorum none", "log.policy-form"),
    "CR line ends": ("quorum none\r\n", "log.policy-form"),
    "a DEL": ("# \x7f\nquorum none\n", "log.policy-form"),
    "a log without key": ("log\nquorum none\n", "log.policy-form"),
    "a log with too much": (f"log {LOG} u v\nquorum none\n", "log.policy-form"),
    "a witness without key": ("witness A\nquorum none\n", "log.policy-form"),
    "a witness with too much": (f"{WITNESS_A[:-1]} u v\nquorum none\n", "log.policy-form"),
    "a witness's key for a log": (f"log {KEYS['X1']}\nquorum none\n", "log.policy-key-type"),
    "a log's key for a witness": (f"witness A {LOG}\nquorum A\n", "log.policy-key-type"),
    "a malformed key": ("log a+b+c\nquorum none\n", "note.base64"),
    "a key that is no UTF-8": ("log \udc80+00000000+AAAA\nquorum none\n", "note.key-name"),
    "a log twice": (f"log {LOG}\nlog {LOG}\nquorum none\n", "log.policy-duplicate"),
    "a witness's key twice": (
        f"{WITNESS_A}witness B {KEYS['X1']}\nquorum none\n",
        "log.policy-duplicate",
    ),
    "a key under another name": (
        f"{WITNESS_A}witness B {SAME_KEY}\nquorum none\n",
        "log.policy-duplicate",
    ),
    "a name twice": (f"{WITNESS_A}witness A {KEYS['X2']}\nquorum none\n", "log.policy-name"),
    "a witness named none": (f"witness none {KEYS['X1']}\nquorum none\n", "log.policy-name"),
    "a group named none": (f"{WITNESS_A}group none any A\nquorum none\n", "log.policy-name"),
    "a group of none": ("group G any none\nquorum G\n", "log.policy-name"),
    "a group without members": ("group G any\nquorum G\n", "log.policy-form"),
    "an empty group of all": ("group G all\nquorum G\n", "log.policy-form"),
    "a group without anything": ("group\nquorum none\n", "log.policy-form"),
    "a member not defined": ("group G any A\nquorum G\n", "log.policy-name"),
    "a member defined below": (f"group G any A\n{WITNESS_A}quorum G\n", "log.policy-name"),
    "its own member": ("group G any G\nquorum G\n", "log.policy-name"),
    "a member twice": (f"{WITNESS_A}group G 2 A A\nquorum G\n", "log.policy-name"),
    "a member of two groups": (
        f"{WITNESS_A}group G any A\ngroup H any A\nquorum G\n",
        "log.policy-name",
    ),
    "threshold 0": (f"{WITNESS_A}group G 0 A\nquorum G\n", "log.policy-form"),
    "threshold 01": (f"{WITNESS_A}group G 01 A\nquorum G\n", "log.policy-form"),
    "threshold -1": (f"{WITNESS_A}group G -1 A\nquorum G\n", "log.policy-form"),
    "threshold over n": (f"{WITNESS_A}{WITNESS_B}group G 3 A B\nquorum G\n", "log.policy-form"),
    "threshold huge": (f"{WITNESS_A}group G {'9' * 5000} A\nquorum G\n", "log.policy-form"),
    "threshold in words": (f"{WITNESS_A}group G most A\nquorum G\n", "log.policy-form"),
    "threshold in another script": (f"{WITNESS_A}group G \u0661 A\nquorum G\n", "log.policy-form"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_policy_is_refused_with_its_code(case: str) -> None:
    """Each rule of the format has its refusal."""
    text, codes = MALFORMED[case]

    assert refusal(text) in codes.split("|")


def test_an_unknown_log_is_refused() -> None:
    """A policy without the log's key believes nothing that it signs."""
    other = signer("other.example", 9).verifier.vkey
    for text in ("quorum none\n", f"log {other}\nquorum none\n"):
        with pytest.raises(VerificationError) as refused:
            Policy.parse(text.encode()).verify(note_by())
        assert refused.value.code == "note.no-known-signature"


def test_a_known_log_cannot_sign_for_another_origin() -> None:
    """Its key is named after the one origin that it may speak for."""
    other = signer("other.example", 9)
    text = f"log {other.verifier.vkey}\nlog {LOG}\nquorum none\n"
    foreign = sign(HEAD.to_text(), [other])

    with pytest.raises(VerificationError) as refused:
        Policy.parse(text.encode()).verify(foreign.to_bytes())

    assert refused.value.code == "log.other-origin"


def test_a_known_witness_whose_line_fails_refuses_the_checkpoint() -> None:
    """Even where the quorum would do without it."""
    note = Note.parse(note_by("X1"))
    bad = type(note.signatures[1])(
        "X2.example", WITNESSES["X2"].verifier.key_id, note.signatures[1].payload
    )
    text = f"log {LOG}\n{WITNESS_A}{WITNESS_B}quorum A\n"

    with pytest.raises(VerificationError) as refused:
        Policy.parse(text.encode()).verify(note.with_signatures([bad]).to_bytes())

    assert refused.value.code == "note.bad-signature"
