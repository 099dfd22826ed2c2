"""The [audit.*] tables: options of commands, and nothing that could run, write or call."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.formats.sunlit_toml import read_toml
from sunlit.formats.sunlit_toml_audit import FILES, OPTIONS, PLACES, AuditEntry

BIAS = b"""
[audit.bias]
predictions = "data/p.parquet"
prediction = "letter"
favourable = ["1", 2]
attribute = {SEX = "sex", AGEP = "age"}
floor = 12
"""


def test_a_table_becomes_the_words_of_its_command() -> None:
    """A list repeats an option, a table gives it as NAME=VALUE; the order is the file's."""
    (entry,) = read_toml(BIAS).audits
    assert entry.arguments("m/") == (
        "bias", "m/data/p.parquet", "--prediction", "letter", "--favourable", "1", "--favourable",
        "2", "--attribute", "SEX=sex", "--attribute", "AGEP=age", "--floor", "12",
    )  # fmt: skip
    assert entry.files == ("data/p.parquet",)


def test_files_among_the_options_are_paths_too() -> None:
    """A transcript lies beside the component; several tables of a kind are several audits."""
    found = read_toml(
        b'[[audit.redteam]]\nreplay = "a.jsonl"\n[[audit.redteam]]\nreplay = "b.jsonl"\n'
        b'[audit.robustness]\ndata = "d.csv"\nreads-text = true\nmodel = "m.txt"\n'
    ).audits  # fmt: skip
    assert [one.arguments("m/") for one in found] == [
        ("redteam", "--replay", "m/a.jsonl"),
        ("redteam", "--replay", "m/b.jsonl"),
        ("robustness", "m/d.csv", "--reads-text", "--model", "m/m.txt"),
    ]
    assert found[2].files == ("d.csv", "m.txt")
    off = read_toml(b'[audit.robustness]\ndata = "d.csv"\nreads-text = false\n').audits
    assert off[0].arguments() == ("robustness", "d.csv")


@pytest.mark.parametrize(
    "key", ["home", "key", "reports", "out", "component", "callable", "endpoint", "json", "open"]
)
def test_what_could_run_write_or_call_is_no_key(key: str) -> None:
    """It has no effect, and shows as unknown."""
    for command in PLACES:
        places = "\n".join(f'{name} = "x"' for name in PLACES[command])
        found = read_toml(f'[audit.{command}]\n{places}\n{key} = "x"\n'.encode())
        assert found.unknown == (f"audit.{command}.{key}",)
        assert f"--{key}" not in found.audits[0].arguments()


def test_an_unknown_audit_shows() -> None:
    """As a mistyped key does."""
    found = read_toml(b"[audit.magic]\nx = 1\n")
    assert (found.audits, found.unknown) == ((), ("audit.magic",))


@pytest.mark.parametrize(
    "text",
    [
        "audit = 1",
        "[audit]\nbias = 1",
        '[audit.bias]\nprediction = "x"',
        '[audit.bias]\npredictions = ""',
        '[audit.bias]\npredictions = "postgresql://host/db"',
        '[audit.bias]\npredictions = "/etc/passwd"',
        '[audit.bias]\npredictions = "--open"',
        "[audit.redteam]\nreplay = 1",
        '[audit.bias]\npredictions = "p"\nprediction = "--key"',
        '[audit.bias]\npredictions = "p"\nfavourable = [[1]]',
        '[audit.bias]\npredictions = "p"\nattribute = {a = true}',
    ],
)  # fmt: skip
def test_a_malformed_table_is_said(text: str) -> None:
    """Paths only, from the folder; no address, no option in the clothes of a value."""
    with pytest.raises(MalformedError) as caught:
        read_toml(text.encode())
    assert caught.value.code == "toml.malformed"


@given(
    st.dictionaries(
        st.sampled_from(sorted(OPTIONS["bias"])),
        st.one_of(st.text("ab-=é", max_size=6), st.integers(), st.booleans(), st.lists(st.text())),
    )
)
def test_no_value_becomes_an_option(options: dict[str, object]) -> None:
    """Whatever a file says: words that begin with dashes are the options that are listed."""
    from sunlit.formats.sunlit_toml_audit import read_audits

    try:
        (entry,) = read_audits({"bias": {"predictions": "p", **options}}, [])
    except MalformedError:
        return
    words = entry.arguments()
    dashed = [word for word in words if word.startswith("-")]
    assert {word.removeprefix("--") for word in dashed} <= OPTIONS["bias"] - FILES


def test_an_entry_without_options_is_its_command() -> None:
    """Nothing is added."""
    assert AuditEntry(command="redteam", places=(), options=()).arguments() == ("redteam",)
