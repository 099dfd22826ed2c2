"""`sunlit import`, `sunlit export` and `sunlit log send`, as somebody types them."""

import json
from base64 import b64encode
from pathlib import Path

import pytest

from sunlit.adapters import node_http
from sunlit.adapters.clock import SystemClock
from sunlit.authority.statements import sign_claim
from sunlit.claims.authority import Organisation, Role
from sunlit.registry.home import Home
from sunlit.testing.authority import ROOT, named_key
from sunlit.testing.clock import SetClock
from tests.cli.doors import Door
from tests.formats.export_judges import judged_bytes
from tests.formats.registers import AMSTERDAM, CENTRIC
from tests.registry.homes import admit, give_trust, home_at, trust_for
from tests.rubric.story import PURL
from tests.web.nodes import site_at


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A root organisation's home."""
    found = home_at(tmp_path / "root", ROOT, SetClock(SystemClock().now()), [Role.OPERATOR])
    give_trust(trust_for(found), found)
    return found


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The node of the web's tests: a component with a token, and records."""
    root = tmp_path_factory.mktemp("exported")
    site_at(root).close()
    return root


def test_records_are_imported_listed_and_exported(sunlit: Door, home: Home, tmp_path: Path) -> None:
    """Twice imported is once; each is found by its name; what is lost lies beside."""
    first = sunlit("import", "nl-register", CENTRIC, "--home", home.root)
    again = sunlit("import", "nl-register", CENTRIC, "--home", home.root, "--json")
    names = sunlit("export", "--list", "--home", home.root).out.split()
    out = tmp_path / "record.json"
    told = sunlit("export", "nl-register", names[0], "--home", home.root, "--out", out)

    assert "7 records of nl-register: 7 new" in first.out
    assert json.loads(again.out)["same"] == 7
    assert len(names) == 7
    assert (told.code, judged_bytes("nl-register", out.read_bytes())) == (0, None)
    assert json.loads(out.with_name("record.json.losses.json").read_text())["losses"]


def test_where_a_file_was_got_and_when_is_said(sunlit: Door, home: Home) -> None:
    """In the statement, as it was typed."""
    sunlit("import", "nl-register", AMSTERDAM, "--home", home.root, "--licence", "CC0-1.0",
           "--source", "https://mirror.example", "--retrieved", "2026-04-14T00:00:00Z")  # fmt: skip
    said = json.loads(sunlit("log", "show", "--home", home.root, "--json").out)[0]["predicate"]

    assert said["licence"] == "CC0-1.0"
    assert said["source"] == "https://mirror.example"
    assert said["retrievedOn"] == "2026-04-14T00:00:00Z"


def test_a_file_of_another_register_is_refused_with_its_line(sunlit: Door, home: Home) -> None:
    """Exit code 2, and the log is as it was."""
    found = sunlit("import", "omb", CENTRIC, "--home", home.root)

    assert (found.code, home.reader().size) == (2, 0)
    assert "line 1" in found.err


@pytest.mark.parametrize("form", ["cyclonedx", "mldcat-ap", "atrs", "nl-register", "omb"])
def test_a_component_of_a_node_is_exported(sunlit: Door, node: Path, form: str) -> None:
    """To standard output, nothing else beside it."""
    found = sunlit("export", form, PURL, "--at", node)

    assert found.code == 0
    assert judged_bytes(form, found.out.encode()) is None


@pytest.mark.parametrize("form", ["mldcat-ap", "omb"])
def test_a_catalogue_is_exported(sunlit: Door, node: Path, form: str) -> None:
    """The component and the three records in one document."""
    found = json.loads(sunlit("export", form, "--catalogue", "--at", node, "--json").out)

    assert judged_bytes(form, found["document"].encode()) is None
    assert found["losses"]


def test_an_answer_to_a_request_is_written_with_its_salts_apart(
    sunlit: Door, node: Path, tmp_path: Path
) -> None:
    """The salts are for the owner's eyes only."""
    schedule, out = tmp_path / "s.json", tmp_path / "foi.json"
    rule = {"type": "urn:sunlit:provenance:component:v1", "fields": ["contact"], "ground": "s.40"}
    schedule.write_text(
        json.dumps({"v": 1, "reference": "R", "decidedBy": "Office", "rules": [rule]})
    )
    found = sunlit("export", "foi", PURL, "--redact", schedule, "--out", out, "--at", node)
    salts = out.with_name("foi.json.salts.json")

    assert found.code == 0
    assert json.loads(out.read_text())["counts"]["fieldsLeftOut"] == 1
    assert "1 field of them left out; 0 statements left out whole." in found.out
    assert len(json.loads(salts.read_text())) == 1
    assert salts.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["cyclonedx"], 2),  # neither component nor catalogue
        (["cyclonedx", PURL, "--catalogue"], 2),
        (["cyclonedx", "--catalogue"], 3),  # no format for many
        (["publiccode", PURL], 1),  # nobody said where the code is
        (["atrs", "pkg:generic/nothing"], 3),
        (["foi", PURL], 2),
        (["docx", PURL], 2),
    ],
)
def test_what_cannot_be_exported_is_said(
    sunlit: Door, node: Path, words: list[str], code: int
) -> None:
    """By the exit codes of all commands."""
    assert sunlit("export", *words, "--at", node).code == code


def test_a_home_or_a_node_is_named(sunlit: Door, node: Path) -> None:
    """Not both, and not neither."""
    assert sunlit("export", "--list").code == 2
    assert sunlit("export", "--list", "--at", node, "--home", node).code == 2


def test_as_of_a_time_before_nothing_is_known(sunlit: Door, node: Path) -> None:
    """What was said later is not told."""
    found = sunlit("export", "--list", "--at", node, "--at-date", "2025-12-31T00:00:00Z")

    assert (found.code, found.out.strip()) == (0, "")


def test_a_statement_is_sent_and_its_receipt_kept(
    sunlit: Door, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the statement, for `sunlit log verify`; of another statement it is refused."""
    envelope = sign_claim(Organisation(id="a.example", name="A"), [named_key(f"{ROOT}/operator")])
    receipt = admit(home, envelope, SystemClock())
    told = {"receipt": {"entry": b64encode(receipt.entry).decode(), "index": receipt.index,
                        "proof": b64encode(receipt.proof.to_bytes()).decode(),
                        "log": home.origin}}  # fmt: skip
    monkeypatch.setattr(node_http, "_asked", lambda *_, **__: (201, json.dumps(told).encode()))
    mine, other = tmp_path / "a.dsse.json", tmp_path / "b.dsse.json"
    mine.write_bytes(envelope.to_bytes())
    other.write_bytes(
        sign_claim(
            Organisation(id="b.example", name="B"), [named_key(f"{ROOT}/operator")]
        ).to_bytes()
    )
    sent = sunlit("log", "send", mine, "--to", "https://node.example")
    kept = sunlit("log", "verify", mine.with_suffix(".entry.json"),
                  mine.with_suffix(".tlog-proof"), "--trust", home.trust_path)  # fmt: skip
    wrong = sunlit("log", "send", other, "--to", "https://node.example")

    assert (sent.code, kept.code, wrong.code) == (0, 0, 1)
    assert "remote.other-entry" in wrong.err


def test_several_are_sent_together_and_each_keeps_its_receipt(
    sunlit: Door, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One call, one line each, in the order in which they were named."""
    key = named_key(f"{ROOT}/operator")
    envelopes = [sign_claim(Organisation(id=f"{it}.example", name=it), [key]) for it in "ab"]
    receipts = [admit(home, envelope, SystemClock()) for envelope in envelopes]
    told = [
        {"entry": b64encode(one.entry).decode(), "index": one.index, "log": home.origin,
         "proof": b64encode(one.proof.to_bytes()).decode()}
        for one in receipts
    ]  # fmt: skip
    asked: list[dict[str, object]] = []

    def answer(*_: object, **more: object) -> tuple[int, bytes]:
        asked.append(more)
        return 201, json.dumps({"receipt": told[1], "receipts": told[:1]}).encode()

    monkeypatch.setattr(node_http, "_asked", answer)
    files = [tmp_path / f"{it}.dsse.json" for it in "ab"]
    for file, envelope in zip(files, envelopes, strict=True):
        file.write_bytes(envelope.to_bytes())
    found = sunlit("log", "send", *files, "--to", "https://node.example", "--json")
    lost = sunlit("log", "send", *files, files[0], "--to", "https://node.example")

    assert found.code == 0
    assert [one["index"] for one in json.loads(found.out)["receipts"]] == [
        one.index for one in receipts
    ]
    assert all(file.with_suffix(".tlog-proof").is_file() for file in files)
    assert asked[0]["kind"] == "application/vnd.in-toto.bundle"
    assert asked[0]["body"] == b"\n".join(one.to_bytes() for one in envelopes)
    assert (lost.code, "remote.answer" in lost.err) == (2, True)
    same = tmp_path / "a.dsse.txt"  # its receipt would be written over that of the first
    same.write_bytes(envelopes[1].to_bytes())
    asked.clear()
    assert sunlit("log", "send", files[0], same, "--to", "https://node.example").code == 2
    assert not asked


def test_a_statement_that_waits_is_told_where_to_ask(
    sunlit: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept by the node; its receipt comes later."""
    file = tmp_path / "a.dsse.json"
    file.write_bytes(
        sign_claim(Organisation(id="a.example", name="A"), [named_key("x")]).to_bytes()
    )
    answer = json.dumps({"submission": "ab", "receipt": None}).encode()
    monkeypatch.setattr(node_http, "_asked", lambda *_, **__: (202, answer))
    found = sunlit("log", "send", file, "--to", "https://node.example")

    assert found.code == 0
    assert "https://node.example/api/v1/submissions/ab" in found.out


def test_a_log_that_is_nowhere_is_not_imported(sunlit: Door, home: Home) -> None:
    """Neither a directory nor an address."""
    assert sunlit("log", "import", "nowhere", "--home", home.root).code == 2
    assert sunlit("log", "import", "http://x.example/logs/a", "--home", home.root).code == 2
