import json
from pathlib import Path
from typing import Final

import pytest

from sunlit.authority.trustfile import TrustFile
from sunlit.base.times import parse_time
from sunlit.claims.lifecycle import TokenKind
from sunlit.runtime.covers import Asked
from sunlit.runtime.folder import read_parts
from sunlit.runtime.steps import StepOutcome, Verification
from sunlit.runtime.verify import verify_token
from sunlit.statement.manifest import read_manifest
from tests.fixtures.make_token_cases import cases, write_case, write_good

FIXTURES: Final = Path(__file__).parent.parent / "fixtures"
GOOD: Final = FIXTURES / "token"
TAMPERED: Final = sorted(
    path
    for area in ("token", "status", "receipt")
    for path in (FIXTURES / "tampered").glob(f"{area}-*")
    if (path / "forged.token").is_dir()  # tests/log keeps bare receipts of the same name
)


def judged(case: Path, token: Path, trust: Path = GOOD / "trust.json") -> Verification:
    """Verify a token's folder as its case.json asks, against the real trust file."""
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))
    asked = dict(told.get("asked", {}))
    kinds = (TokenKind(asked.pop("kind")),) if "kind" in asked else ()
    component = case / "component"
    return verify_token(
        read_parts(token),
        TrustFile.read(trust.read_bytes()),
        Asked(
            at=parse_time(told["at"]),
            files=read_manifest(component if component.exists() else GOOD / "component"),
            kinds=kinds,
            **asked,
        ),
    )


def test_there_are_enough_forgeries() -> None:
    """The issue asks for forty in all; these are the token's share."""
    assert len(TAMPERED) >= 30


@pytest.mark.parametrize("case", TAMPERED, ids=lambda path: path.name)
def test_a_forgery_is_refused_with_its_code(case: Path) -> None:
    """By the step that case.json names, with the documented code, and nothing after it holds."""
    told = json.loads((case / "case.json").read_text(encoding="utf-8"))

    found = judged(case, case / "forged.token")

    failure = found.first_failure
    assert failure is not None
    assert (failure.number, failure.code) == (told["step"], told["code"])
    assert found.exit_code in {1, 3}
    assert not found.holds


def test_the_good_token_holds() -> None:
    """The very token that the forgeries were made of; it must verify for ever."""
    found = judged(GOOD, GOOD / "good.token")

    assert found.holds
    assert found.exit_code == 0
    assert [step.outcome for step in found.steps] == [StepOutcome.HOLDS] * 7 + [
        StepOutcome.NOT_ASKED
    ]


def test_the_forged_world_fits_together() -> None:
    """Against the forger's own trust file it all holds: only the trust file tells."""
    case = FIXTURES / "tampered" / "token-forged-world"

    found = judged(case, case / "forged.token", case / "trust-of-the-forger.json")

    assert found.holds


def test_a_changed_model_is_named() -> None:
    """The release's manifest lies beside the token, so the answer says which file differs."""
    case = FIXTURES / "tampered" / "token-model-changed"

    failure = judged(case, case / "forged.token").first_failure

    assert failure is not None
    assert "(changed: model.txt)" in failure.words


def test_the_fixtures_are_what_their_generator_writes(tmp_path: Path) -> None:
    """Byte for byte: nobody can slip a fixture in that no code explains."""
    write_good(tmp_path / "token")
    for case in cases():
        write_case(case, tmp_path / "tampered")

    written = {path.relative_to(tmp_path): path for path in tmp_path.rglob("*") if path.is_file()}
    kept = [path for folder in (GOOD, *TAMPERED) for path in folder.rglob("*") if path.is_file()]

    assert {path.relative_to(FIXTURES) for path in kept} == set(written)
    assert all(
        (FIXTURES / name).read_bytes() == path.read_bytes() for name, path in written.items()
    )
