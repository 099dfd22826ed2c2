"""`sunlit review`: ask, list, show, accept, refuse; and what `sunlit data` keeps and signs."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import click
import pytest

from sunlit.claims.privacy import Figure
from sunlit.claims.provenance import Resource
from sunlit.cli.data_acting import DataOptions, data_options, data_options_as, nearest, said
from sunlit.registry.data_keep import FOLDER, keep
from sunlit.registry.saying import say
from sunlit.statement.by_uri import write_key_file
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import named_key
from sunlit.testing.clock import SetClock
from tests.capabilities.privacy.datasets_told import NAMES, SENSITIVE
from tests.cli.doors import Door, Ended
from tests.registry.telling import telling
from tests.rubric.story import LABS, MAKER, measured

DIGEST = "ab" * 32
DATA = Subject("census.csv", {"sha256": DIGEST})
REPORT = Resource(name="scan.json", digest={"sha256": "cd" * 32})
FIGURES = (
    Figure(name="maximum risk", value=Decimal("0.10")),
    Figure(name="entropy l", attribute="cover"),
)
FOUND = replace(SENSITIVE, found=(NAMES,) * 13, not_listed=2, free_text=("notes",), report=REPORT)
RISK = replace(measured(), figures=FIGURES, left_out=("postcode",), report=REPORT)


@dataclass(frozen=True)
class Town:
    """A home where the maker's scan is kept, and a laboratory is accredited for privacy."""

    sunlit: Door
    root: Path

    def key(self, name: str) -> Path:
        """Return the file of somebody's key."""
        path = self.root / f"{name.replace('/', '-')}.pem"
        if not path.exists():
            write_key_file(path, named_key(name))
        return path

    def __call__(self, *words: object, by: str | None = None) -> Ended:
        """Run a review command at the home, signed by somebody."""
        more: list[object] = ["--home", self.root / "home"]
        more += ["--key", f"file:{self.key(by)}"] if by else []
        return self.sunlit("review", *words, *more)

    def asked(self) -> Ended:
        """Let the maker ask."""
        words = ("ask", DIGEST[:12] if self.known() else DIGEST, "--component", self.model)
        return self(*words, by=f"{MAKER}/maintainer")

    def known(self) -> bool:
        """Tell whether the log knows the dataset."""
        return self("show", DIGEST).code == 0

    @property
    def model(self) -> Path:
        """The component's folder."""
        return self.root / "model"

    def answered(self, *words: object) -> Ended:
        """Let the laboratory answer."""
        return self(*words, "--reasons", "Looked at.", by=f"{LABS[2]}/assessor")


@pytest.fixture
def town(tmp_path: Path, sunlit: Door, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The clock stands still."""
    with telling(tmp_path) as told:
        told.story.world.accredit(LABS[2], "privacy")
        told.registered()
        for claim in (FOUND, RISK):
            keep(told.component.root, [(claim, (DATA,))], {})
            say(told.ledger, claim, DATA, told.story.maintainer)
        clock = SetClock(told.clock.at)
    monkeypatch.setattr("sunlit.adapters.clock.SystemClock.now", lambda _self: clock.at)
    return Town(sunlit, tmp_path)


def test_a_review_is_asked_for_seen_and_given(town: Town) -> None:
    """The reviewer sees reasons and figures, and which statements are named."""
    assert "Asked for an independent review" in town.asked().out
    listed = town("list").out
    assert "because: person: name" in listed
    assert "risk up to 0.1, threshold 0.2 (controlled-training)" in listed
    shown = town("show", DIGEST[:8]).out
    for words in (
        "name: person (person), 100 of 100", "and 3 more", "prose: notes", "left out: postcode",
        "entropy l of cover: not had", "report: sha256:cdcd",
    ):  # fmt: skip
        assert words in shown

    done = town.answered("accept", DIGEST[:8], "--condition", "in-house", "--days", 30)

    assert done.code == 0
    assert "on condition: in-house" in done.out
    assert "It counts only with --no-conflict." in done.out
    assert "reidentification" in done.out
    assert town("list").out == "No review is open.\n"
    assert "accept until" in town("show", DIGEST).out


def test_programs_get_the_same(town: Town) -> None:
    """One JSON document each."""
    town.asked()
    listed = json.loads(town("list", "--json").out)
    shown = json.loads(town("show", DIGEST, "--json").out)
    given = json.loads(town.answered("refuse", DIGEST, "--json").out)

    assert [one["sha256"] for one in listed["open"]] == [DIGEST]
    assert shown["open"] is True
    assert given["predicate"]["decision"] == "refuse"
    assert given["predicate"]["component"].startswith("pkg:generic/")
    assert len(given["predicate"]["statements"]) == 2


def test_a_review_may_be_for_any_component_or_one(town: Town) -> None:
    """Without a request nobody knows for which, so it is for any."""
    without = json.loads(town.answered("refuse", DIGEST, "--json").out)
    town.asked()
    any_ = json.loads(town.answered("accept", DIGEST, "--for", "any", "--json").out)
    other = json.loads(town.answered("accept", DIGEST, "--for", "pkg:generic/x", "--json").out)

    assert "component" not in without["predicate"]
    assert any_["predicate"]["supersedes"] == without["statement"]
    assert other["predicate"]["component"] == "pkg:generic/x"


def test_training_that_went_on_is_said(town: Town) -> None:
    """So the reviewer knows that it is late."""
    (town.root / "a.csv").write_text("a\n1\n", encoding="utf-8")
    assert town("show", town.root / "a.csv").code == 0
    assert town("show", "12" * 32).code == 1
    missing = town("ask", town.root / "a.csv", "--component", town.model, by=f"{MAKER}/maintainer")
    assert "review.nothing-kept" in missing.err


# --- what the commands of `sunlit data` share -----------------------------------------------


def test_what_is_found_is_kept_reported_and_signed_as_asked(town: Town) -> None:
    """Each only where an option asks for it."""
    reports = {"scan.json": b"{}", "scan.html": b"<p>"}
    other = Subject("other.csv", {"sha256": "ef" * 32})
    assert said(SENSITIVE, other, reports, DataOptions()) == []

    options = DataOptions(
        component=town.model, home=town.root / "home",
        key=f"file:{town.key(f'{MAKER}/maintainer')}", reports=town.root / "out",
    )  # fmt: skip
    lines = said(SENSITIVE, other, reports, options)

    assert [line.split(":")[0] for line in lines] == ["Report", "Report", "Draft", "Logged"]
    assert (town.root / "out" / "scan.html").read_bytes() == b"<p>"
    assert (town.model / FOLDER / "efefefefefef-scan.json").exists()
    assert len(list((town.root / "home" / "blobs").rglob("*"))) > 2
    assert town("show", "ef" * 32).code == 0


def test_the_component_is_the_nearest_folder_upward(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None where there is none; a key needs a home."""
    got: list[DataOptions] = []

    @click.command()
    @click.option("--out")
    @data_options_as("--reports")
    def masked(*, out: str | None, options: DataOptions) -> None:
        del out
        got.append(options)

    @click.command()
    @data_options
    def scanned(*, options: DataOptions) -> None:
        got.append(options)

    (town.model / "data").mkdir()
    monkeypatch.chdir(town.model / "data")
    masked.main(["--out", "x", "--reports", "r", "--json"], standalone_mode=False)
    monkeypatch.chdir(town.root)
    scanned.main(["--out", "r"], standalone_mode=False)
    with pytest.raises(click.UsageError):
        scanned.main(["--key", "maintainer"], standalone_mode=False)
    with pytest.raises(click.UsageError):
        scanned.main(["--component", "nowhere"], standalone_mode=False)

    assert got == [
        DataOptions(component=town.model.resolve(), reports=Path("r"), as_json=True),
        DataOptions(component=nearest(town.root), reports=Path("r")),
    ]
