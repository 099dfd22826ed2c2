"""What the commands print for programs at the end of the story is what the schemas say."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry, Resource

from tests.e2e.played import COUNCIL, ROOT, USE, Town

pytestmark = pytest.mark.timeout(1800)  # the first test of a run plays the demo

FOLDER: Final = ROOT / "spec" / "schemas"


def schema(name: str) -> Any:  # noqa: ANN401 - a JSON Schema
    """Read a published schema."""
    return json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))


ASSURE: Final = schema("assure")
VERIFY: Final = schema("verify")
KNOWN: Final[Registry[Any]] = Registry().with_resource(
    ASSURE["$id"], Resource.from_contents(ASSURE)
)


def validate(document: object, by: Any) -> None:  # noqa: ANN401 - a JSON Schema
    """Hold a document to a schema."""
    Draft202012Validator(by, registry=KNOWN).validate(document)


def test_when_every_control_holds_assure_ends_with_0(town: Town) -> None:
    """Nothing is left to mend, and the answer says until when."""
    found = town.json("assure", town.model, *USE, "--deployer", COUNCIL, at="council")

    validate(found, ASSURE)
    assert {one["outcome"] for one in found["findings"]} == {"HOLDS"}
    assert found["expires"]
    assert [log["origin"] for log in found["logs"]] == ["riverside.example/log/1"]


def test_when_something_is_unknown_and_nothing_fails_assure_ends_with_3(town: Town) -> None:
    """The same model, with no use named."""
    found = town.json("assure", town.model, at="council", expect=3)

    validate(found, ASSURE)
    assert {one["outcome"] for one in found["findings"]} == {"HOLDS", "UNKNOWN"}


def test_when_something_fails_assure_ends_with_1(town: Town) -> None:
    """A card section emptied: the finding names it."""
    card = town.model / "README.md"
    card.write_text("# A model\n\n## Intended use\n", encoding="utf-8")

    found = town.json("assure", town.model, at="council", expect=1)

    validate(found, ASSURE)
    assert "prov-5" in {one["control"] for one in found["findings"] if one["outcome"] == "FAILS"}


def test_a_verification_is_eight_steps_of_a_schema(town: Town) -> None:
    """Whether it holds, fails at the files, or could not begin."""
    words = ("token", "verify", town.token, "--trust")

    good = town.json(*words, town.trust, "--component", town.model, *USE)
    (town.model / "model.txt").write_bytes(b"tree")
    bad = town.json(*words, town.trust, "--component", town.model, *USE, expect=1)
    none = town.json(*words, "nothing.json", expect=3)

    for found in (good, bad, none):
        validate(found, VERIFY)
    assert [step["number"] for step in good["steps"]] == list(range(1, 9))
    assert {step["outcome"] for step in good["steps"]} == {"HOLDS"}
    assert [step["name"] for step in bad["steps"] if step["outcome"] == "FAILS"] == ["release"]


def test_a_label_is_eight_lines_of_a_schema(town: Town) -> None:
    """Checked or not."""
    checked = town.json("label", town.token, "--trust", town.trust)
    loose = town.json("label", town.token)

    validate(checked, VERIFY)
    validate(loose, VERIFY)
    assert checked["lines"] == loose["lines"]
    assert loose["verification"] is None


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_every_schema_is_one_and_says_what_it_is_of(path: Path) -> None:
    """By the meta-schema of 2020-12."""
    found = json.loads(path.read_text(encoding="utf-8"))

    Draft202012Validator.check_schema(found)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["title"]


def test_a_demo_is_not_played_over_something_else(town: Town, tmp_path: Path) -> None:
    """A directory that holds anything of yours is left alone; `--again` needs a play of ours."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("dear", encoding="utf-8")

    for again in ([], ["--again"]):
        ended = town("demo", "--in", mine, *again, expect=3)
        assert "cli.demo-directory" in ended.err
    assert (mine / "thesis.txt").read_text(encoding="utf-8") == "dear"


def test_the_transcript_has_everything_that_the_story_said(town: Town) -> None:
    """Each scene, the code, the refusal at the end; and nothing private."""
    told = (town.root / "transcript.txt").read_text(encoding="utf-8")

    for number in range(1, 17):
        assert f"[{number}/" in told
    for words in ("FAILS    The model card is complete", "Code 5442", "The token holds.",
                  "changed: model.txt", "token.other-use"):  # fmt: skip
        assert words in told
    assert "PRIVATE KEY" not in told
