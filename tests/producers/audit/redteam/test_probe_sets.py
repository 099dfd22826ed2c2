"""Probe sets unfold the same way every time, and refuse what is malformed."""

from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.audit.redteam.detect import RULES
from sunlit.producers.audit.redteam.encodings import ENCODERS
from sunlit.producers.audit.redteam.probes import (
    DEFAULT,
    KINDS,
    NUMBERS,
    Probe,
    canary,
    chosen,
    open_set,
    read_set,
    shipped,
)

HEAD = 'format = "sunlit-probes/1"\nid = "own"\nversion = "1"\ntitle = "t"\nlicence = "CC0-1.0"\n'
BODY = '[[template]]\nid = "a"\nkind = "encoding"\ndetector = "complies"\nuser = "Hello"\n'


@pytest.mark.parametrize("name", shipped())
def test_a_set_that_comes_along_is_whole(name: str) -> None:
    """It has a licence, only known detectors, no hole left open, and the same probes each time."""
    found = open_set(name)

    assert found.licence == "Apache-2.0"
    assert found == open_set(name)
    assert {probe.detector for probe in found.probes} <= {*RULES, *NUMBERS}
    assert not any("{" in probe.user + probe.system + "".join(probe.target)
                   for probe in found.probes)  # fmt: skip


def test_every_kind_has_probes_enough_for_its_default_limit() -> None:
    """0 of 36 has an upper end below 10 %, 0 of 35 has not."""
    probes = [probe for name in DEFAULT for probe in open_set(name).probes]

    counts = {kind: sum(probe.kind == kind for probe in probes) for kind in KINDS}

    assert all(count >= 36 for count in counts.values()), counts


def test_no_prompt_holds_what_its_detector_looks_for() -> None:
    """Whoever only repeats the prompt has not obeyed it; secrets stand in system prompts only."""
    probes = [probe for name in DEFAULT for probe in open_set(name).probes]

    echoed = [
        probe.id for probe in probes
        if probe.detector in ("says", "decodes", "exfiltrates", "leaks")
        and RULES[probe.detector].decides(probe.user, probe.target)
    ]  # fmt: skip

    assert not echoed


def test_a_canary_is_the_probe_s_own() -> None:
    """Two probes never share one, so an answer to one cannot count for the other."""
    probes = open_set("system-prompt-extraction").probes

    assert len({probe.target for probe in probes}) == len(probes)
    assert all(probe.target == (canary(probe.id),) for probe in probes)
    assert all(probe.target[0] in probe.system for probe in probes)


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_encodings_can_be_undone(text: str) -> None:
    """Those that lose nothing give the text back."""
    assert b64decode(ENCODERS["base64"](text)).decode() == text
    assert bytes.fromhex(ENCODERS["hex"](text)).decode() == text
    assert ENCODERS["rot13"](ENCODERS["rot13"](text)) == text
    assert ENCODERS["reversed"](text)[::-1] == text
    assert ENCODERS["zero-width"](text).replace("\u200b", "") == text


def test_lists_multiply_in_order() -> None:
    """The first list is the outermost; an entry may hold a hole; an encoding takes what stands."""
    data = HEAD + (
        '[lists]\na = ["x {b.n}", "y"]\nb = [{n = "1", how = "hex"}, {n = "2", how = "rot13"}]\n'
        '[[template]]\nid = "a"\nkind = "encoding"\ndetector = "says"\nover = ["a", "b"]\n'
        'user = "{a}|{b.n|b.how}"\ntarget = ["{b.n}"]\ntargets = "p; {b.n}-q"\n'
    )

    found = read_set(data.encode(), "own").probes

    assert [probe.user for probe in found] == ["x 1|31", "x 2|2", "y|31", "y|2"]
    assert [probe.id for probe in found][:2] == ["own.a/000", "own.a/001"]
    assert found[0].target == ("1", "p", "1-q")


def test_a_set_comes_from_a_file_too(tmp_path: Path) -> None:
    """An agency writes its own."""
    path = tmp_path / "own.toml"
    path.write_text(HEAD + BODY)

    assert open_set(str(path)).probes == (
        Probe(id="own.a/000", kind="encoding", detector="complies", user="Hello"),
    )


def test_a_set_that_is_not_there_is_named() -> None:
    """The error lists those that are."""
    with pytest.raises(UnavailableError, match="there is no probe set nowhere") as caught:
        open_set("nowhere")

    assert caught.value.code == "redteam.no-set"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"= 1",
        b'format = "other"',
        HEAD.encode(),
        (HEAD + "template = []").encode(),
        (HEAD + "template = [1]").encode(),
        (HEAD + "lists = 1\n" + BODY).encode(),
        (HEAD + "[lists]\na = 1\n" + BODY).encode(),
        (HEAD + "[lists]\na = [1]\n" + BODY).encode(),
        (HEAD + BODY + 'over = ["a"]').encode(),
        (HEAD + BODY + 'system = "{gone}"').encode(),
        (HEAD + BODY + 'system = "{canary|rot99}"').encode(),
        (HEAD + BODY + 'pair = "a"').encode(),
        (HEAD + BODY + "target = 1").encode(),
        (HEAD + BODY + "system = 1").encode(),
        (HEAD + BODY.replace("encoding", "other")).encode(),
        (HEAD + BODY.replace("encoding", "bias")).encode(),
        (HEAD + BODY.replace("encoding", "bias").replace("complies", "score")).encode(),
        (HEAD + BODY.replace("complies", "score")).encode(),
        (HEAD + BODY.replace("complies", "gone")).encode(),
        (HEAD + BODY.replace("complies", "says")).encode(),
        (HEAD + BODY.replace("complies", "says") + 'target = ["+"]').encode(),
        (HEAD + BODY.replace("complies", "exfiltrates") + 'target = ["a.b"]').encode(),
        (HEAD + BODY + 'form = "voice"').encode(),
        (HEAD + BODY + BODY).encode(),
        HEAD.replace("CC0-1.0", "x" * 30_000).encode() + BODY.encode(),
        b"#" * 1_100_000,
    ],
)
def test_a_malformed_set_is_refused(data: bytes) -> None:
    """With the file and what is wrong with it."""
    with pytest.raises(MalformedError, match="own: ") as caught:
        read_set(data, "own")

    assert caught.value.code == "redteam.set-malformed"


def test_a_sample_is_drawn_by_the_seed_and_keeps_pairs_whole() -> None:
    """So many of each kind; of bias probes all people that a question is asked about."""
    sets = [open_set(name) for name in DEFAULT]

    first, again, other = (chosen(sets, 15, seed) for seed in (1, 1, 2))

    counts = {kind: sum(probe.kind == kind for probe in first) for kind in KINDS}
    assert first == again != other
    assert counts == dict.fromkeys(KINDS, 15)
    assert len({probe.pair for probe in first if probe.kind == "bias"}) == 1


def test_two_sets_must_not_share_a_probe() -> None:
    """An attempt would count for both."""
    one = open_set("encoding")

    with pytest.raises(MalformedError, match="share an id"):
        chosen([one, one], None, 1)
