"""One value after one rule: pseudonyms, coarser values, hashes, hierarchies, and the key."""

import hashlib
import hmac
import os
import re
import stat
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.recognise.masking_coarse import is_coarse, read_date, read_number
from sunlit.recognise.masking_hierarchy import MAX_FILE, Hierarchies, read_hierarchy
from sunlit.recognise.masking_key import MaskKey, load_key, new_key
from sunlit.recognise.masking_pseudonym import LETTERS, Pseudonymiser, normal, pseudonymise
from sunlit.recognise.masking_values import value_maker
from sunlit.recognise.plan import Rule
from sunlit.recognise.plan_methods import Value

KEY = MaskKey(bytes(range(32)))


def masked(text: str, method: str, folder: Path = Path(), /, **options: Value) -> str | None:
    """Return one value after one rule."""
    rule = Rule(method, options)
    return value_maker(rule, "d", key=KEY, hierarchies=Hierarchies(folder))(text)


def test_a_pseudonym_is_the_hmac_that_the_specification_says() -> None:
    """Computed here with the standard library from the page's words alone."""
    secret = hmac.digest(KEY.secret, b"sunlit-mask/1\0pseudonym\0email", "sha256")
    digest = hmac.digest(secret, b"jan@example.org", "sha256").hex()
    expected = "".join("bcdfghjklmnpqrst"[int(one, 16)] for one in digest[:20])

    assert masked("jan@example.org", "pseudonym", domain="email") == expected
    assert masked(" jan@example.org\n", "pseudonym", domain="email") == expected
    assert masked("jan@example.org", "pseudonym", domain="email", prefix="id") == f"id-{expected}"
    assert masked("jan@example.org", "pseudonym", domain="email", length=8) == expected[:8]
    assert masked("jan@example.org", "pseudonym", domain="person") != expected
    assert KEY.id == hmac.digest(KEY.secret, b"sunlit-mask/1\0id\0", "sha256").hex()[:16]


@given(st.text())
def test_one_value_in_any_unicode_form_has_one_pseudonym(text: str) -> None:
    """NFC first: a decomposed name joins with a composed one."""
    maker = pseudonymise(Rule("pseudonym"), KEY, "d", 20)
    forms = {maker(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}

    assert len(forms) == 1 or not normal(text, fold=False)


@given(st.text(), st.booleans())
def test_what_is_normal_stays_so(text: str, fold: bool) -> None:  # noqa: FBT001
    """Twice is once, so that a value that was cleaned before joins with one that was not."""
    once = normal(text, fold=fold)

    assert normal(once, fold=fold) == once


def test_writings_of_one_number_meet_only_when_folded() -> None:
    """`01` and `1` are two values all the same; so are a name and its capitals, unless folded."""
    one, other = ("943 476 5919", "943-476-5919")

    assert masked(one, "pseudonym", fold=True) == masked(other, "pseudonym", fold=True)
    assert masked(one, "pseudonym") != masked(other, "pseudonym")
    assert masked("ANN", "pseudonym", fold=True) == masked("ann", "pseudonym", fold=True)
    assert masked("01", "pseudonym", fold=True) != masked("1", "pseudonym", fold=True)
    assert masked("--", "pseudonym", fold=True) != masked("-", "pseudonym", fold=True)


@pytest.mark.parametrize("text", ["", " ", "\t\n"])
@pytest.mark.parametrize("method", ["pseudonym", "hash"])
def test_an_empty_text_is_no_value(text: str, method: str) -> None:
    """A pseudonym of nothing would only say which rows are empty."""
    options: dict[str, Value] = {"salt": "s"} if method == "hash" else {}

    assert masked(text, method, **options) == text
    assert method == "hash" or masked(text, method, format="kept") == text


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), min_size=1))
def test_a_kept_shape_is_kept_and_never_the_value(text: str) -> None:
    """Digits for digits, letters for letters, everything else as it was."""
    value = normal(text, fold=False)
    found = pseudonymise(Rule("pseudonym", {"format": "kept"}), KEY, "d", 20)(text)

    if not value or not any(one.isalnum() for one in text):
        assert found == text
        return
    assert found != text
    assert len(found) == len(text)
    for before, after in zip(text, found, strict=True):
        if before.isnumeric() or before.isdigit():
            assert after in "0123456789"
        elif before.isalpha():
            assert after.isascii()
            assert after.isupper() == before.isupper()
        else:
            assert after == before


def test_a_kept_shape_hangs_on_the_whole_value() -> None:
    """Two values that begin alike share no beginning but by chance: it is no substitution."""
    made = [masked(f"94347659{n:02}", "pseudonym", format="kept") or "" for n in range(100)]

    assert len(set(made)) == 100
    assert len({one[:4] for one in made}) > 90


def test_letters_spell_nothing_that_a_number_could() -> None:
    """Consonants only: no digit, no vowel, sixteen of them."""
    assert len(set(LETTERS)) == 16
    assert not set(LETTERS) & set("aeiou0123456789")
    assert Pseudonymiser(KEY, "d").digest("\ud800")  # half a character, which JSON may hold


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("27", {"by": "bands", "width": 10}, "20 to under 30"),
        ("-1", {"by": "bands", "width": 10}, "-10 to under 0"),
        (" 2.5 ", {"by": "bands", "width": "0.5", "start": "0.25"}, "2.25 to under 2.75"),
        ("3e1", {"by": "bands", "width": 10}, "30 to under 40"),
        ("x", {"by": "bands", "width": 10}, None), ("9" * 30, {"by": "bands", "width": 1}, None),
        ("1e999", {"by": "bands", "width": 1}, None), ("9" * 99, {"by": "bands", "width": 1}, None),
        ("17", {"by": "edges", "edges": (18, 65)}, "under 18"),
        ("18", {"by": "edges", "edges": (18, 65)}, "18 to under 65"),
        ("65", {"by": "edges", "edges": (18, 65)}, "65 or more"),
        ("old", {"by": "edges", "edges": (18, 65)}, None),
        ("1980-05-17", {"by": "date", "to": "month"}, "1980-05"),
        ("1980-05-17T10:00Z", {"by": "date", "to": "quarter"}, "1980-Q2"),
        ("17/05/1980", {"by": "date", "to": "year"}, "1980"),
        ("17 May 1980", {"by": "date", "to": "decade"}, "1980s"),
        ("05/17/1980", {"by": "date", "to": "month", "format": "%m/%d/%Y"}, "1980-05"),
        ("1980-05-17", {"by": "date", "to": "month", "format": "%m/%d/%Y"}, None),
        ("1980-99-17", {"by": "date", "to": "month"}, None),
        ("soon", {"by": "date", "to": "year"}, None),
        ("sw1a 1aa", {"by": "postcode", "to": "sector"}, "SW1A 1"),
        ("M1 1AE", {"by": "postcode", "to": "outward"}, "M1"),
        ("EC1A1BB", {"by": "postcode", "to": "area"}, "EC"),
        ("12345", {"by": "postcode", "to": "area"}, None),
        ("203.0.113.9", {"by": "network"}, "203.0.113.0/24"),
        ("203.0.113.9", {"by": "network", "bits": 16}, "203.0.0.0/16"),
        ("fe80::1%eth0", {"by": "network", "bits6": 32}, "fe80::/32"),
        ("host", {"by": "network"}, None),
        ("Amsterdam", {"by": "prefix", "length": 2}, "Am*"),
        ("Am", {"by": "prefix", "length": 2}, "*"),
    ],
    ids=range(30),
)  # fmt: skip
def test_a_value_is_made_coarser(
    text: str, options: dict[str, Value], expected: str | None
) -> None:
    """Or is None where it cannot be read: never let through."""
    assert masked(text, "generalise", **options) == expected


@pytest.mark.parametrize(
    ("text", "method", "options", "expected"),
    [
        ("95", "clip", {"high": 90}, "90"), ("5", "clip", {"low": 18}, "18"),
        ("050.0", "clip", {"low": 18, "high": 90}, "050.0"), ("x", "clip", {"low": 18}, None),
        ("27", "round", {"to": 5}, "25"), ("2.5", "round", {"to": 1}, "2"),
        ("0.13", "round", {"to": "0.05"}, "0.15"), ("x", "round", {"to": 5}, None),
        ("1e30", "round", {"to": 5}, None),
        ("x", "redact", {"label": "name"}, "[name]"), ("x", "redact", {}, "[d]"),
        ("A b", "hash", {"salt": "s", "length": 8, "fold": True},
         hashlib.sha256(b"s\0ab").hexdigest()[:8]),
    ],
    ids=range(12),
)  # fmt: skip
def test_a_value_is_changed(
    text: str, method: str, options: dict[str, Value], expected: str | None
) -> None:
    """What lies within bounds stays as it was written."""
    assert masked(text, method, **options) == expected


@given(st.text())
def test_no_text_breaks_what_reads_numbers_and_dates(text: str) -> None:
    """Any text is a number, a date, or neither."""
    number, day = read_number(text), read_date(text, None)

    assert number is None or number.is_finite()
    assert day is None or 1 <= day.year <= 9999


CSV = b"Bachelors,Higher,Any\nHS-grad,School,Any\n"


def test_a_hierarchy_names_each_level(tmp_path: Path) -> None:
    """CSV with commas or semicolons, or TOML; a value that is not in it is taken out."""
    files = {
        "a.csv": CSV, "b.csv": b"\xef\xbb\xbf" + CSV.replace(b",", b";"),
        "c.toml": b'Bachelors = ["Higher", "Any"]\nHS-grad = ["School", "Any"]\n',
    }  # fmt: skip
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        options: dict[str, Value] = {"by": "hierarchy", "file": name, "sha256": digest}

        found = [masked(one, "generalise", tmp_path, **options, level=1)
                 for one in ("Bachelors", " HS-grad ", "PhD")]  # fmt: skip
        assert found == ["Higher", "School", None]
        assert masked("Bachelors", "generalise", tmp_path, **options, level=2) == "Any"
        with pytest.raises(MalformedError):
            masked("Bachelors", "generalise", tmp_path, **options, level=3)


def test_a_hierarchy_that_changed_is_refused(tmp_path: Path) -> None:
    """The plan's digest covers what the file says; a missing file says where it was looked for."""
    options: dict[str, Value] = {"by": "hierarchy", "file": "h.csv", "sha256": "0" * 64, "level": 1}
    with pytest.raises(UnavailableError) as missing:
        masked("a", "generalise", tmp_path, **options)
    (tmp_path / "h.csv").write_bytes(CSV)
    with pytest.raises(VerificationError) as changed:
        masked("a", "generalise", tmp_path, **options)
    large = b"a,b\n" * (MAX_FILE // 4 + 1)
    (tmp_path / "h.csv").write_bytes(large)
    with pytest.raises(MalformedError):
        masked(
            "a", "generalise", tmp_path, **options | {"sha256": hashlib.sha256(large).hexdigest()}
        )

    assert missing.value.code == "mask.hierarchy-unreadable"
    assert changed.value.code == "mask.hierarchy-changed"


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"", "h.csv"), (b"\xff", "h.csv"), (b"a\n", "h.csv"), (b"a,b\na,c\n", "h.csv"),
     (b'a,"' + b"b" * 140_000, "h.csv"), (b"[", "h.toml"), (b"a = 1", "h.toml"),
     (b"a = [1]", "h.toml")],
    ids=range(8),
)  # fmt: skip
def test_a_hierarchy_that_cannot_be_understood_is_refused(data: bytes, name: str) -> None:
    """Empty, no text, no level, two answers for one value."""
    with pytest.raises(MalformedError) as refused:
        read_hierarchy(data, name)

    assert refused.value.code == "mask.hierarchy"


def test_a_new_key_is_random_and_its_owners_alone(tmp_path: Path) -> None:
    """0600, never replaced, and no key is shown by an error or by itself."""
    key = new_key(tmp_path / "a.key")

    assert load_key(f"file:{tmp_path / 'a.key'}") == key
    assert stat.S_IMODE((tmp_path / "a.key").stat().st_mode) == 0o600
    assert new_key(tmp_path / "b.key").id != key.id
    assert key.secret.hex() not in repr(key) + str(key)
    with pytest.raises(UnavailableError) as exists:
        new_key(tmp_path / "a.key")
    with pytest.raises(UnavailableError) as nowhere:
        new_key(tmp_path / "no" / "a.key")
    assert exists.value.code == "mask.key-exists"
    assert nowhere.value.code == "mask.key-unwritable"


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    """Another scheme, no file, others may read it, too short, too long, a pipe."""
    path = tmp_path / "k"
    uri = f"file:{path}"
    found = [_refused("kms:x"), _refused("file:"), _refused(uri)]
    for mode, data in ((0o644, b"x" * 32), (0o600, b"x" * 31), (0o600, b"x" * 5000)):
        path.write_bytes(data)
        path.chmod(mode)
        found.append(_refused(uri))
    path.unlink()
    os.mkfifo(path, 0o600)
    found.append(_refused(uri))

    assert [one.removeprefix("mask.key-") for one in found] == [
        "scheme", "scheme", "unreadable", "mode", "size", "size", "mode",
    ]  # fmt: skip


def _refused(uri: str) -> str:
    with pytest.raises(SunlitError) as refused:
        load_key(uri)
    return refused.value.code


def test_a_keyed_method_without_a_key_is_refused() -> None:
    """Nothing is made up in its place."""
    with pytest.raises(MalformedError) as refused:
        value_maker(Rule("pseudonym"), "d", key=None, hierarchies=Hierarchies(Path()))

    assert refused.value.code == "mask.key-missing"
    assert re.search("--new-key", refused.value.mend or "")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("M20 3AB", {"by": "postcode", "to": "area"}),
        ("M20 3AB", {"by": "postcode", "to": "outward"}),
        ("EC1A 1BB", {"by": "postcode", "to": "sector"}),
        ("192.0.2.17", {"by": "network", "bits": 16}),
        ("2001:db8::1", {"by": "network", "bits": 24}),
        ("2026-11-22", {"by": "date", "to": "month"}),
        ("2026-11-22", {"by": "date", "to": "quarter"}),
        ("2026-11-22", {"by": "date", "to": "year"}),
        ("2026-11-22", {"by": "date", "to": "decade"}),
    ],
)
def test_what_a_rule_gives_is_coarse_and_what_it_took_is_not(
    text: str, options: dict[str, Value]
) -> None:
    """So the second look knows the mask's own work in a column from what was left there."""
    rule = Rule("generalise", options)
    made = masked(text, "generalise", **options)

    assert made is not None
    assert is_coarse(rule, made)
    assert not is_coarse(rule, text)
    assert not is_coarse(rule, f"{made} and 07700 900123")


def test_other_methods_make_nothing_coarse_by_form() -> None:
    """A prefix may be the whole of a short number, so its column is always searched."""
    assert not is_coarse(Rule("generalise", {"by": "prefix", "length": 12}), "07700 900123*")
    assert not is_coarse(Rule("redact"), "M20")
    assert not is_coarse(Rule("generalise", {"by": "network", "bits": 24}), "192.0.2.0/16")
