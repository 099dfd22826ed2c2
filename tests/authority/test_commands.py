"""`sunlit trust`, `key` and `org`, from nothing to a recovered organisation."""

import json
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sunlit.base.errors import MalformedError
from sunlit.cli.key import command as key_command
from tests.cli.doors import Door, Ended

UNTIL = "2999-01-01T00:00:00Z"
PRIVATE = "PRIVATE KEY"


@pytest.fixture
def sunlit(capsys: pytest.CaptureFixture[str]) -> Door:
    """The command line, called in this process."""
    return Door(capsys)


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _ok(ended: Ended) -> Ended:
    assert ended.code == 0, ended.err
    assert PRIVATE not in ended.out + ended.err
    return ended


def _json(ended: Ended) -> dict[str, object]:
    document = json.loads(_ok(ended).out)
    assert isinstance(document, dict)
    return document


_BUILT: list[Path] = []  # made once a process; each test gets a copy


@pytest.fixture
def world(
    at: Path,
    sunlit: Door,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A ministry that registers, an agency, and a trust file in force in both."""
    if not _BUILT:
        built = tmp_path_factory.mktemp("world")
        monkeypatch.chdir(built)
        _build(sunlit)
        _BUILT.append(built)
        monkeypatch.chdir(at)
    shutil.copytree(_BUILT[0], at, dirs_exist_ok=True)
    return at


def _build(sunlit: Door) -> None:
    _ok(sunlit("key", "new", "--out", "a.pem"))
    _ok(sunlit("key", "new", "--out", "b.pem"))
    _ok(
        sunlit("key", "new", "--out", "m.pem", "--role", "board", "--organisation", "board.example")
    )
    for name in ("ministry", "agency"):
        _ok(sunlit("org", "new", f"{name}.example", "--name", name.title(), "--home", name))
        made = _ok(sunlit("org", "request", "--home", name))
        Path(f"{name}.request.json").write_text(made.out, encoding="utf-8")
    draft = sunlit(
        "trust", "new", "--root-key", "a.pem.pub.json", "--root-key", "b.pem.pub.json",
        "--expires", UNTIL, "--root-organisation", "ministry.request.json",
        "--log", "ministry.request.json", "--log", "agency.request.json",
        "--witness", "agency.request.json", "--witnesses-needed", "1",
        "--accreditor", "ministry.example", "--board", "board.example=1:m.pem.pub.json",
        "--token-issuer", "ministry.request.json", "-o", "draft.json",
    )  # fmt: skip
    _ok(draft)
    _ok(sunlit("trust", "sign", "draft.json", "--key", "a.pem", "-o", "trust.json"))
    _ok(sunlit("trust", "sign", "trust.json", "--key", "file:b.pem", "-o", "trust.json"))
    for name in ("ministry", "agency"):
        _ok(sunlit("trust", "update", "trust.json", "--home", name))
        _ok(sunlit("org", "admit", f"{name}.request.json", "--home", "ministry", "--out", "out"))
    # The agency logs what the ministry signed for it.
    _ok(sunlit("log", "import", "ministry/log", "--home", "agency"))


def _only(rows: object) -> dict[str, Any]:
    assert isinstance(rows, list)
    (row,) = rows
    assert isinstance(row, dict)
    return row


def _key_id(sunlit: Door, name: str, home: str = "agency") -> str:
    return str(_json(sunlit("key", "show", name, "--home", home, "--json"))["keyId"])


def _in_force(sunlit: Door, home: str = "agency") -> dict[str, bool]:
    rows = _json(sunlit("key", "list", "--home", home, "--all", "--json"))["keys"]
    assert isinstance(rows, list)
    return {row["keyId"]: row["inForce"] for row in rows}


def test_private_keys_are_for_their_owner_only(world: Path) -> None:
    """0600 in a directory that nobody else enters; nothing private among what is published."""
    for path in [world / "a.pem", *(world / "agency/private/keys").iterdir()]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in ("agency/private", "agency/private/keys"):
        assert stat.S_IMODE((world / folder).stat().st_mode) == 0o700
    public = [*world.glob("*.json"), *(world / "out").iterdir(), world / "agency/sunlit-home.json"]
    assert not [path for path in public if PRIVATE in path.read_text(encoding="utf-8")]


def test_each_purpose_has_its_own_key(world: Path, sunlit: Door) -> None:
    """Log, operator, witness and token keys differ."""
    ids = {_key_id(sunlit, name) for name in ("log", "operator", "witness", "token-issuer")}

    assert len(ids) == 4


def test_people_bring_their_own_keys(world: Path, sunlit: Door) -> None:
    """Made where they sit, registered by the operator, used until they leave."""
    made = sunlit("key", "new", "--out", "eve.pem", "--role", "maintainer",
                  "--organisation", "agency.example", "--json")  # fmt: skip
    key_id = str(_json(made)["keyId"])
    _ok(sunlit("key", "register", "eve.pem.dsse.json", "--home", "agency"))
    assert _in_force(sunlit)[key_id]

    _ok(sunlit("key", "revoke", key_id, "--reason", "left", "--home", "agency"))

    assert not _in_force(sunlit)[key_id]


@pytest.mark.parametrize(("name", "in_trust"), [("operator", False), ("witness", True)])
def test_a_key_gives_way_to_a_new_one(
    world: Path,
    sunlit: Door,
    name: str,
    in_trust: bool,  # noqa: FBT001
) -> None:
    """The new one is in force, the old one no more; some count only in the next trust file."""
    done = _json(sunlit("key", "rotate", name, "--home", "agency", "--json"))

    known = _in_force(sunlit)
    assert known[str(done["new"])]
    assert not known[str(done["old"])]
    assert done["trustFileMustNameIt"] is in_trust
    assert _key_id(sunlit, name) == done["new"]


def test_a_log_keeps_its_key(world: Path, sunlit: Door) -> None:
    """It gets a successor instead."""
    ended = sunlit("key", "rotate", "log", "--home", "agency", "--json")

    assert ended.code == 2
    assert json.loads(ended.out)["error"]["code"] == "key.log-key-stays"


def test_a_lost_operator_key_is_replaced_by_the_root(world: Path, sunlit: Door) -> None:
    """The organisation makes a new one; whoever registered it vouches again."""
    lost = _key_id(sunlit, "operator")
    made = sunlit("key", "new", "--out", "new.pem", "--role", "operator", "--organisation",
                  "agency.example", "--json")  # fmt: skip
    new = str(_json(made)["keyId"])

    _ok(sunlit("key", "recover", "new.pem.dsse.json", "--lost", lost, "--home", "ministry"))
    _ok(sunlit("log", "import", "ministry/log", "--home", "agency"))

    known = _in_force(sunlit)
    assert known[new]
    assert not known[lost]
    refused = sunlit("key", "revoke", new, "--reason", "no", "--home", "agency", "--json")
    assert json.loads(refused.out)["error"]["code"] == "admit.refused"


def test_a_home_s_key_is_registered_at_once(world: Path, sunlit: Door) -> None:
    """And a name is given once."""
    made = _json(sunlit("key", "new", "tester", "--role", "assessor", "--home", "agency", "--json"))

    assert _in_force(sunlit)[str(made["keyId"])]
    again = sunlit("key", "new", "tester", "--role", "assessor", "--home", "agency", "--json")
    assert json.loads(again.out)["error"]["code"] == "key.name-taken"


def test_before_a_trust_file_statements_go_to_files(at: Path, sunlit: Door) -> None:
    """So that a home can be made before anybody trusts it."""
    _ok(sunlit("org", "new", "lab.example", "--home", "lab", "--role", "assessor"))

    made = _json(sunlit("key", "new", "two", "--role", "assessor", "--home", "lab", "--json"))

    statement = _only(made["statements"])
    assert statement["index"] is None
    assert Path(statement["file"]).exists()


def test_what_the_log_refuses_is_kept_for_somebody_else_to_sign(world: Path, sunlit: Door) -> None:
    """A second operator key that nobody has vouched for yet."""
    made = _json(sunlit("key", "new", "op2", "--role", "operator", "--home", "agency", "--json"))

    statement = _only(made["statements"])
    assert statement["refused"]
    _ok(sunlit("key", "register", statement["file"], "--home", "agency"))
    assert _in_force(sunlit)[str(made["keyId"])]


def test_a_home_is_never_replaced(world: Path, sunlit: Door) -> None:
    """A second history under one name would be a fork."""
    ended = sunlit("org", "new", "agency.example", "--home", "agency", "--json")

    assert ended.code == 3
    assert json.loads(ended.out)["error"]["code"] == "org.home-exists"


def test_accrediting_and_declaring(world: Path, sunlit: Door) -> None:
    """An accreditor with its key; anybody for themselves."""
    _ok(sunlit("key", "new", "acc", "--role", "accreditor", "--home", "ministry"))
    scope = ("--scope", "fairness", "--until", UNTIL)

    _ok(sunlit("org", "accredit", "lab.example", *scope, "--home", "ministry"))
    _ok(sunlit("org", "conflict", "--with", "agency.example", "--ground", "shared staff",
               "--home", "ministry"))  # fmt: skip
    nothing = sunlit("org", "conflict", "--ground", "?", "--home", "ministry")

    assert nothing.code == 2


def test_the_next_trust_file_follows_and_the_old_one_does_not_return(
    world: Path, sunlit: Door
) -> None:
    """Signed by the keys in force; versions only grow."""
    _ok(sunlit("trust", "new", "--from", "trust.json", "--expires", UNTIL, "--jurisdiction", "GB",
               "--witnesses-needed", "0", "-o", "d.json"))  # fmt: skip
    keys = ("--key", "file:a.pem", "--key", "file:b.pem")
    _ok(sunlit("trust", "sign", "d.json", *keys, "-o", "t2.json"))

    _ok(sunlit("trust", "verify", "t2.json", "--against", "trust.json"))
    shown = _json(sunlit("trust", "update", "t2.json", "--home", "agency", "--json"))
    again = _json(sunlit("trust", "update", "t2.json", "--home", "agency", "--json"))
    back = sunlit("trust", "update", "trust.json", "--home", "agency", "--json")

    assert shown["version"] == again["version"] == 2
    assert shown["jurisdictions"] == ["GB"]
    assert json.loads(back.out)["error"]["code"] == "trust.rollback"


def test_a_trust_file_is_shown_signed_or_not(world: Path, sunlit: Door) -> None:
    """Showing is not believing."""
    draft = _json(sunlit("trust", "show", "draft.json", "--json"))
    signed = _ok(sunlit("trust", "show", "trust.json"))

    assert draft["quorum"] == "witnesses"
    assert "ministry.example" in signed.out
    assert _ok(sunlit("trust", "verify", "trust.json")).out.startswith("Version 1 is whole")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("trust", "show", "missing.json"), "trust.unreadable"),
        (("trust", "new", "--expires", UNTIL, "-o", "x.json"), "trust.threshold-range"),
        (("trust", "new", "--from", "trust.json", "--expires", UNTIL, "--witnesses-needed", "2",
          "-o", "x.json"), "trust.threshold-range"),
        (("trust", "verify", "trust.json", "--at", "2999-06-01T00:00:00Z"), "trust.expired"),
        (("org", "admit", "draft.json", "--home", "ministry"), "org.malformed-request"),
        (("key", "register", "draft.json", "--home", "agency"), "statement.malformed-envelope"),
        (("key", "list", "--home", "nowhere"), "home.missing"),
    ],
)  # fmt: skip
def test_bad_input_has_its_code(
    world: Path, sunlit: Door, words: tuple[str, ...], code: str
) -> None:
    """What is wrong is said with a documented code."""
    assert json.loads(sunlit(*words, "--json").out)["error"]["code"] == code


@pytest.mark.parametrize(
    "words",
    [
        ("key", "new", "--home", "agency"),
        ("key", "new", "--out", "x.pem", "--role", "board"),
        ("key", "revoke", "00", "--reason", "x", "--home", "nowhere"),
        ("key", "revoke", "00", "--reason", "x", "--key", "a.pem", "--key", "b.pem"),
        ("trust", "new", "--expires", UNTIL, "--root-key", "a.pem.pub.json", "--board", "x",
         "-o", "x.json"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said(world: Path, sunlit: Door, words: tuple[str, ...]) -> None:
    """With exit code 2 and how to use it."""
    ended = sunlit(*words)

    assert ended.code == 2
    assert ended.err


def _tampered(change: dict[str, object]) -> Path:
    document = json.loads(Path("agency.request.json").read_text(encoding="utf-8"))
    path = Path("tampered.json")
    path.write_text(json.dumps({**document, **change}), encoding="utf-8")
    return path


def test_requests_are_checked(world: Path, sunlit: Door) -> None:
    """Every key in it signed; it is about one organisation; nothing else is in it."""
    asked = json.loads(Path("agency.request.json").read_text(encoding="utf-8"))["envelopes"]
    other = json.loads(Path("ministry.request.json").read_text(encoding="utf-8"))["envelopes"]
    unsigned = {**asked[1], "signatures": asked[0]["signatures"]}
    left = _ok(sunlit("key", "revoke", _key_id(sunlit, "witness"), "--reason", "x", "--home",
                      "agency", "--out", "gone"))  # fmt: skip
    assert left.out
    (gone,) = Path("gone").iterdir()
    cases: list[tuple[dict[str, object], str]] = [
        ({"envelopes": [asked[0], unsigned]}, "org.unsigned-request"),
        ({"envelopes": [asked[0], other[1]]}, "org.malformed-request"),
        ({"envelopes": asked[1:]}, "org.malformed-request"),
        ({"envelopes": [json.loads(gone.read_bytes())]}, "org.malformed-request"),
        ({"log": {}}, "org.malformed-request"),
    ]
    for change, code in cases:
        ended = sunlit("org", "admit", _tampered(change), "--home", "ministry", "--json")
        assert json.loads(ended.out)["error"]["code"] == code
    not_a_key = sunlit("key", "register", gone, "--home", "agency", "--json")
    assert json.loads(not_a_key.out)["error"]["code"] == "key.not-a-registration"
    Path("u.json").write_text(json.dumps(unsigned), encoding="utf-8")
    unsigned_key = sunlit("key", "register", "u.json", "--home", "agency", "--json")
    assert json.loads(unsigned_key.out)["error"]["code"] == "key.unsigned-registration"


def test_a_key_may_have_a_passphrase(at: Path) -> None:
    """Asked for twice when it is made, once when it is used; never printed."""
    words = ["new", "--out", "a.pem", "--encrypt"]

    made = CliRunner().invoke(key_command, words, input="secret\nsecret\n")
    shown = CliRunner().invoke(key_command, ["show", "file:a.pem"], input="secret\n")
    wrong = CliRunner().invoke(key_command, ["show", "file:a.pem"], input="guess\n")

    assert made.exit_code == shown.exit_code == 0
    assert "ENCRYPTED" in Path("a.pem").read_text(encoding="utf-8")
    assert "secret" not in made.output + shown.output
    assert isinstance(wrong.exception, MalformedError)
    assert wrong.exception.code == "key.passphrase"


@pytest.mark.parametrize("group", ["key", "org", "trust"])
def test_help_has_examples(sunlit: Door, group: str) -> None:
    """The group's help shows whole commands."""
    assert f"sunlit {group} " in _ok(sunlit(group, "--help")).out
