"""Bad input, as a person gives it: each has a code, an exit code, and says how to mend it."""

import ast
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from sunlit.adapters.clock import SystemClock
from sunlit.authority.statements import sign_claim
from sunlit.claims.authority import Organisation, Role
from sunlit.registry.home import Home
from sunlit.statement import folder
from sunlit.statement.dsse import Envelope, sign
from sunlit.statement.intoto import Statement, Subject
from sunlit.statement.keys import PrivateKey
from sunlit.testing.authority import ROOT, named_key
from sunlit.testing.clock import SetClock
from tests.cli.doors import Door, Ended
from tests.registry.homes import give_trust, home_at, trust_for

REPOSITORY: Final = Path(__file__).parents[2]
PAGE: Final = REPOSITORY / "docs" / "operate" / "bad-input.md"
ERRORS: Final = REPOSITORY / "docs" / "reference" / "errors.md"
OPERATOR: Final = named_key(f"{ROOT}/operator")
TOML: Final = 'schema = 1\n[component]\npurl = "pkg:generic/agency.example/model"\n'


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A root organisation's home with an empty log."""
    made = home_at(tmp_path / "root", ROOT, SetClock(SystemClock().now()), [Role.OPERATOR])
    give_trust(trust_for(made), made)
    return made


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small component that says what it is."""
    made = tmp_path / "model"
    made.mkdir()
    (made / "model.txt").write_text("tree\n", encoding="utf-8")
    (made / "sunlit.toml").write_text(TOML, encoding="utf-8")
    return made


def error(ended: Ended) -> dict[str, str]:
    """Return the error that was printed."""
    found = json.loads(ended.out)["error"]
    assert isinstance(found, dict)
    return found


def notes(ended: Ended) -> dict[str, dict[str, Any]]:
    """Return code -> note of an assessment."""
    return {one["code"]: one for one in json.loads(ended.out)["notes"]}


# --- sunlit.toml ----------------------------------------------------------------------------


def test_without_sunlit_toml_guesses_are_marked_as_such(sunlit: Door, model: Path) -> None:
    """The folder is assured all the same, and the note names the command that writes one."""
    (model / "sunlit.toml").unlink()

    ended = sunlit("assure", model, "--json")

    note = notes(ended)["producer.no-toml"]
    assert ended.code == 1
    assert note["blocks"] is False
    assert note["mend"] == f"sunlit init {model}"


@pytest.mark.parametrize(
    "text",
    ["[component", "schema = 2\n", 'schema = 1\n[component]\nkind = "oracle"\n', "\0"],
    ids=["no TOML", "another schema", "no such kind", "no text"],
)
def test_a_malformed_sunlit_toml_is_not_used_and_the_rest_is_looked_at(
    sunlit: Door, model: Path, text: str
) -> None:
    """One typing mistake hides no unsafe file."""
    (model / "sunlit.toml").write_text(text, encoding="utf-8")

    ended = sunlit("assure", model, "--json")

    assert ended.code == 1
    assert notes(ended)["producer.bad-toml"]["blocks"] is True
    assert json.loads(ended.out)["files"] == 2


def test_an_unknown_key_of_sunlit_toml_is_kept_and_named(sunlit: Door, model: Path) -> None:
    """A typing mistake shows; nothing breaks."""
    (model / "sunlit.toml").write_text(TOML + 'licens = "MIT"\n', encoding="utf-8")

    note = notes(sunlit("assure", model, "--json"))["producer.unknown-key"]

    assert "licens" in note["reason"]
    assert note["blocks"] is False


# --- files ----------------------------------------------------------------------------------


def test_a_file_that_vanishes_before_it_is_read_is_named(
    sunlit: Door, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3: nobody can say what the release was."""
    names = [f"part-{n}.bin" for n in range(3)]
    for name in names:
        (model / name).write_bytes(b"x")
    vanish_when_listed(monkeypatch, model / names[1])

    ended = sunlit("assure", model, "--json")

    assert ended.code == 3
    assert error(ended)["code"] == "manifest.unreadable"
    assert names[1] in error(ended)["what"]
    assert error(ended)["mend"]


def vanish_when_listed(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Take a file away between the listing of its folder and its reading."""
    walk: Callable[..., Any] = folder.walk

    def and_then(*arguments: Any, **more: Any) -> Any:  # noqa: ANN401 - as the real one
        found = walk(*arguments, **more)
        path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr("sunlit.statement.source.walk", and_then)


@pytest.mark.parametrize(("loop", "code", "exit_code"), [
    ("inside", "manifest.symlink", 2),
    ("itself", "manifest.unreadable", 3),
])  # fmt: skip
def test_a_loop_of_symbolic_links_ends(
    sunlit: Door, model: Path, loop: str, code: str, exit_code: int
) -> None:
    """No link is ever followed; the folder itself may be one, but no loop."""
    if loop == "inside":
        (model / "again").symlink_to(model)
        path = model
    else:
        path = model / "round"
        path.symlink_to(path)

    ended = sunlit("assure", path, "--json")

    assert ended.code == exit_code
    assert error(ended)["code"] == code
    assert error(ended)["mend"]


# --- envelopes ------------------------------------------------------------------------------


def envelope(name: str, key: PrivateKey = OPERATOR) -> Envelope:
    """Return a statement that the home's log would take."""
    return sign_claim(Organisation(id=f"{name}.example", name=name), [key])


def added(sunlit: Door, home: Home, data: bytes) -> Ended:
    """Try to add an envelope's bytes to the log; it has to be as long as before if refused."""
    path = home.root.parent / "one.dsse.json"
    path.write_bytes(data)
    before = home.reader().size
    ended = sunlit("log", "add", path, "--home", home.root, "--json")
    assert home.reader().size == before + (ended.code == 0)
    return ended


@pytest.mark.parametrize("keep", [0, 1, 40, -1], ids=["empty", "one byte", "begun", "nearly all"])
def test_a_truncated_envelope_is_malformed(sunlit: Door, home: Home, keep: int) -> None:
    """Wherever it breaks off."""
    ended = added(sunlit, home, envelope("agency").to_bytes()[:keep])

    assert ended.code == 2
    assert error(ended)["code"] == "json.not-json"
    assert error(ended)["mend"]


def test_a_swapped_envelope_is_refused(sunlit: Door, home: Home) -> None:
    """One statement's words under another one's signature."""
    words, signature = envelope("agency").to_json(), envelope("other").to_json()

    ended = added(
        sunlit, home, json.dumps({**words, "signatures": signature["signatures"]}).encode()
    )

    assert ended.code == 1
    assert error(ended)["code"] == "admit.unknown-signer"
    assert error(ended)["mend"]


def test_an_envelope_that_is_none_is_malformed(sunlit: Door, home: Home) -> None:
    """JSON, and something else."""
    ended = added(sunlit, home, b'{"payload":"e30=","payloadType":"text/plain"}')

    assert ended.code == 2
    assert error(ended)["code"] == "statement.malformed-envelope"
    assert error(ended)["mend"]


def test_a_predicate_of_an_unknown_type_is_logged_and_never_acted_on(
    sunlit: Door, home: Home, model: Path
) -> None:
    """It stands in the log as opaque; what the same folder is found to be stays as it was."""
    asked = ("assure", model, "--home", home.root, "--json")
    release = json.loads(sunlit(*asked).out)["release"]
    before = json.loads(sunlit(*asked).out)["findings"]
    statement = Statement(
        (Subject("model", {"sha256": release}),), "https://example.org/blessing/v9",
        {"verdict": "PASSED", "nested": {"future": [1, None, "ü"]}},
    )  # fmt: skip

    ended = added(sunlit, home, sign(statement.to_payload(), [OPERATOR]).to_bytes())
    shown = json.loads(sunlit("log", "show", 0, "--home", home.root, "--json").out)

    assert ended.code == 0
    assert shown["predicateType"] == "https://example.org/blessing/v9"
    assert shown["predicate"] == statement.predicate
    assert json.loads(sunlit(*asked).out)["findings"] == before


def test_a_statement_that_is_too_large_is_told_where_to_go(sunlit: Door, home: Home) -> None:
    """Over 65,535 bytes: the report belongs in a blob."""
    statement = Statement(
        (Subject("x", {"sha256": "aa" * 32}),), "https://example.org/long/v1", {"x": "y" * 70_000}
    )

    ended = added(sunlit, home, sign(statement.to_payload(), [OPERATOR]).to_bytes())

    assert ended.code == 2
    assert error(ended)["code"] == "log.entry-too-large"
    assert "blob" in error(ended)["mend"]


# --- the page -------------------------------------------------------------------------------


def rows() -> list[list[str]]:
    """Return the cells of the page's table."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1:]]


def test_the_page_has_a_row_for_everything_that_can_be_bad() -> None:
    """As the plan of this release lists it."""
    inputs = " ".join(row[0].lower() for row in rows())

    for what in (
        "no `sunlit.toml`", "malformed `sunlit.toml`", "unknown field", "unreadable", "vanishes",
        "10 gb", "symbolic links", "truncated", "swapped", "unknown type", "another release",
        "expired status list", "full disk", "killed", "two writers",
    ):  # fmt: skip
        assert what in inputs, what


def test_every_row_names_tests_that_exist() -> None:
    """By file and name."""
    for row in rows():
        named = re.findall(r"(tests/[\w/]+\.py)::(test_\w+)", row[-1])
        assert named, row[0]
        for path, name in named:
            tree = ast.parse((REPOSITORY / path).read_bytes())
            defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
            assert name in defined, f"{path}::{name}"


def test_every_code_is_documented_with_its_exit_code() -> None:
    """In the list of all codes; a note of `assure` ends as its findings do."""
    known = dict(re.findall(r"^\| `([a-z.0-9-]+)` \|.*\| \w+ \((\d)\) \|$",
                            ERRORS.read_text(encoding="utf-8"), re.MULTILINE))  # fmt: skip
    for row in rows():
        for code in re.findall(r"`([a-z]+\.[a-z-]+)`", row[2]):
            assert code in known, code
            assert known[code] in row[3] or "note" in row[3], (code, row[3])
