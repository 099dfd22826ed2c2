"""Tampered bundles: each is refused, by the check that is there for it, and never by a crash."""

import pytest

from sunlit.bundle import layout
from sunlit.bundle.outcome import NAMES, Outcome
from tests.bundle.cases import Parts, checked, failed, flipped, made
from tests.bundle.tampering import TABLE

KINDS = (
    layout.RECORD, layout.RECORD_PROOF, layout.OPENING, f"{layout.LATER}01.record.json",
    f"{layout.LATER}01.opening.json", "log/registration.entry.json", "anchors/after.tlog-proof",
    "anchors/before.consistency.json", layout.TOKEN, layout.STATUS, layout.LABEL,
    "statements/00003.tlog-proof", layout.INDEX, layout.FINDINGS, layout.RUBRIC, layout.TRUST,
)  # fmt: skip


def test_the_bundle_passes_before_it_is_tampered_with() -> None:
    """All eleven checks pass, in their order, on the bundle that all others are made from."""
    found = checked(made().data)

    assert [check.outcome for check in found.checks] == [Outcome.PASSED] * 11
    assert [(check.number, check.name) for check in found.checks] == list(enumerate(NAMES, 1))
    assert found.exit_code == 0


@pytest.mark.parametrize("name", TABLE)
def test_what_was_tampered_with_fails_at_its_own_check(name: str) -> None:
    """The manifest fits, and keys were used where that took keys: the check still finds it."""
    check, tamper = TABLE[name]
    parts = Parts.of()
    tamper(parts)

    found = checked(parts.pack())

    assert found.check(check).outcome is Outcome.FAILED, found.check(check).words
    assert found.check(check).code is not None
    assert found.exit_code == 1


@pytest.mark.parametrize("path", KINDS)
def test_a_changed_file_fails_check_1_whatever_it_is(path: str) -> None:
    """The manifest is the one of before: one bit in any kind of file, and it names the file."""
    parts = Parts.of()
    parts.files[path] = flipped(parts.files[path])

    found = checked(parts.pack(listed=False))

    assert "files" in failed(found)
    assert path in found.check("files").words


@pytest.mark.parametrize("path", KINDS)
def test_a_missing_file_is_noticed_twice(path: str) -> None:
    """Check 1 fails; with a manifest that fits, the check that needs the file does not pass."""
    parts = Parts.of()
    del parts.files[path]

    assert "files" in failed(checked(parts.pack(listed=False)))
    found = checked(parts.pack())
    lost = path in (
        layout.LABEL, layout.TRUST, layout.OPENING, f"{layout.LATER}01.opening.json"
    )  # fmt: skip
    assert found.holds is lost  # these show something, and prove nothing


def test_a_file_that_was_added_fails_check_1() -> None:
    """What no manifest lists does not belong to the evidence."""
    parts = Parts.of()
    parts.files["decision/note.txt"] = b"He confessed."

    assert failed(checked(parts.pack(listed=False))) == {"files"}


def test_what_rests_on_a_check_that_failed_is_not_done() -> None:
    """Nothing is concluded from a record that stands nowhere, and nothing is shown of it."""
    parts = Parts.of()
    parts.files[layout.RECORD] = flipped(parts.files[layout.RECORD])

    found = checked(parts.pack())

    for name in ("anchors", "opening", "token", "use", "human", "findings"):
        assert found.check(name).outcome is Outcome.NOT_DONE
        assert "check 4" in found.check(name).words or "check 7" in found.check(name).words
    assert found.shown is not None
    assert (found.shown.record, found.shown.opening, found.shown.later) == (None, None, ())
