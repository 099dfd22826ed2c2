"""An anchor says a checkpoint and counts, open or by an opening; nothing else opens it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base import canonical
from sunlit.base.errors import SunlitError
from sunlit.claims.decision import Anchor, Counts
from sunlit.decision.anchored import COUNTED, Anchored, closed_form, counted, read_anchor
from sunlit.decision.record import Kind
from sunlit.log.checkpoint import Checkpoint, sign_checkpoint
from sunlit.log.merkle import EMPTY_ROOT
from sunlit.statement.withheld import commitment
from tests.capabilities.decision.told import DEPLOYER, ORIGIN, Told, log_signer

KEY = log_signer().verifier
SALT = b"s" * 32
OPEN = Told().anchored(3)
NAMES = dict.fromkeys(("checkpoint", "size", "counts"))


def closed(of: Anchor = OPEN) -> tuple[Anchor, bytes]:
    """Return the closed form of an open anchor, and its opening."""
    committed, opening = closed_form(read_anchor(of, KEY), SALT)
    return replace(of, **NAMES, commitment=committed), opening  # type: ignore[arg-type]


def refused(anchor: Anchor, opening: bytes | None = None) -> str:
    """Return the code of why an anchor is not read."""
    with pytest.raises(SunlitError) as caught:
        read_anchor(anchor, KEY, opening)
    return caught.value.code


def test_an_opening_opens_its_anchor_to_what_the_open_one_says() -> None:
    """And only its own: without one, or with another's, nothing is said."""
    anchor, opening = closed()

    assert read_anchor(anchor, KEY, opening) == read_anchor(OPEN, KEY)
    assert refused(anchor) == "anchor.closed"
    assert refused(anchor, closed(Told().anchored(4))[1]) == "statement.opening"


@pytest.mark.parametrize(
    "opening",
    [b"{}", b'{"v":2}', b'{"v":1,"salt":"00"}', b'{"content":{},"salt":"00","v":1}'],
)
def test_what_is_no_opening_is_refused(opening: bytes) -> None:
    """By name, before anything is compared."""
    assert refused(closed()[0], opening) == "anchor.malformed"


def opened_with(content: object) -> tuple[Anchor, bytes]:
    """Return a closed anchor that commits to whatever is given, with its opening."""
    text = canonical.encode(content)
    opening = canonical.encode({"v": 1, "salt": SALT.hex(), "content": text.decode()})
    return replace(OPEN, **NAMES, commitment=commitment(SALT, text)), opening  # type: ignore[arg-type]


def test_what_a_closed_anchor_commits_to_is_checked_like_an_open_one() -> None:
    """Its form, its signature, and that counts and size are the checkpoint's."""
    good: dict[str, object] = {"checkpoint": OPEN.checkpoint, "counts": {"decisions": 3}, "size": 3}
    anchor, opening = opened_with(good)
    assert read_anchor(anchor, KEY, opening).counts == Counts(decisions=3)

    shapes: tuple[dict[str, object], ...] = ({"size": "3"}, {"counts": 3}, {"checkpoint": None})
    for bad in shapes:
        assert refused(*opened_with({**good, **bad})) == "anchor.malformed"
    figures: tuple[dict[str, object], ...] = (
        {"size": 4}, {"counts": {"decisions": 2}}, {"counts": {"decisions": 4, "closed": -1}},
    )  # fmt: skip
    for bad in figures:
        assert refused(*opened_with({**good, **bad})) == "anchor.differs"


def test_an_open_anchor_is_read_only_as_it_was_signed() -> None:
    """Malformed, of another size than its checkpoint, or signed by another key."""
    assert refused(replace(OPEN, counts=None)) == "anchor.malformed"
    assert refused(replace(OPEN, size=4, counts=Counts(decisions=4))) == "anchor.differs"
    with pytest.raises(SunlitError) as caught:
        read_anchor(OPEN, log_signer(seed="second").verifier)
    assert caught.value.code == "note.no-known-signature"


def test_each_kind_of_record_is_counted_in_a_field_of_its_own() -> None:
    """So that counts sum to the size whatever was recorded."""
    assert set(COUNTED) == set(Kind)
    assert sorted(COUNTED.values()) == sorted(Counts.__dataclass_fields__)


@given(st.lists(st.sampled_from(list(Kind)), max_size=30), st.integers(0, 30))
def test_counting_in_parts_gives_what_counting_at_once_gives(kinds: list[Kind], cut: int) -> None:
    """An anchor counts on from the one before."""
    at_once = counted(kinds, Counts())
    first = counted(kinds[:cut], Counts())

    assert counted(kinds[cut:], first) == at_once
    assert at_once.total == len(kinds)
    assert at_once.is_from(first)


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**40))
def test_closing_and_opening_are_inverse(salt: bytes, size: int) -> None:
    """Whatever the salt and the size."""
    top = EMPTY_ROOT if size == 0 else salt
    note = sign_checkpoint(Checkpoint(ORIGIN, size, top), log_signer()).to_bytes()
    said = Anchored(
        note=note, checkpoint=Checkpoint(ORIGIN, size, top), counts=Counts(reviews=size)
    )

    committed, opening = closed_form(said, salt)
    anchor = Anchor(
        origin=ORIGIN, deployer=DEPLOYER, anchored_on=OPEN.anchored_on, commitment=committed
    )

    assert read_anchor(anchor, KEY, opening) == said
