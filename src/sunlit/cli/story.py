"""The story of `sunlit demo`: five organisations, one model, one token, one changed byte."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sunlit.adapters.clock import SystemClock
from sunlit.base.times import format_time
from sunlit.cli.stage import Stage
from sunlit.cli.story_audit import (
    an_attestation_ends,
    audit_again,
    the_audit_finds_what_the_test_does_not,
    the_board_votes,
)
from sunlit.cli.story_beside import three_other_models
from sunlit.cli.story_court import COURT_SCENES, on_a_letter
from sunlit.cli.story_data import (
    CUT,
    MASKED,
    RAW,
    REVIEWER,
    join_the_register,
    the_data_is_masked_and_reviewed,
    training,
)
from sunlit.cli.story_node import a_website_for_everybody

HOMES: Final = {
    "office": ("digital-office.example", "Digital Office", "accreditor"),
    "maker": ("benefits.example", "Benefits Models Co-operative", "maintainer"),
    "north-lab": ("north-lab.example", "North Lab", "assessor"),
    "south-lab": ("south-lab.example", "South Lab", "assessor"),
    "council": ("riverside.example", "Riverside Council", None),
}
COUNCIL: Final = "riverside.example"
SCOPES: Final = ("performance", "fairness", "target-validity")
STATUS_LIST: Final = "https://riverside.example/status/1"
USE: Final = ("--use", "outreach")
LEFT_OUT: Final = shutil.ignore_patterns(
    "story", "__pycache__", "model.txt", "cut.json", "sunlit-tests", ".sunlit"
)
PRACTICES: Final = {
    "M1": "Recall measured for nine groups apart before release; see the signed test reports",
    "M2": "Impact assessment held with the benefits office; score 58",
    "M3": "Two accredited laboratories attested independently",
    "M4": "Monthly check of who was written to, by group",
    "M5": "Caseworkers trained to read an estimate as a hint",
    "M6": "A caseworker decides on every letter; the list can be switched off",
    "M7": "Each letter says how to object, and to whom",
}


def meet_the_organisations(stage: Stage) -> None:
    """Make five homes and one trust file, and register everybody."""
    stage.say("""Five organisations, each with keys and a transparency log of its own: a digital
        office that others trust to say who is who, a maker of models, two testing laboratories,
        and a council that wants to use a model.""")
    for number, (home, (name, title, role)) in enumerate(HOMES.items()):
        extra = ("--role", role) if role else ()
        run = stage.aside if number else stage.sunlit
        run("org", "new", name, "--name", title, *extra, "--home", home)
        run("org", "request", "--home", home, into=f"{home}.request.json")
    for letter in "abc":
        stage.aside("key", "new", "--out", f"root-{letter}.pem")
    for seat in "123":
        stage.aside(
            "key", "new", "--role", "board", "--organisation", COUNCIL,
            "--label", f"Review board, seat {seat}", "--out", f"board-{seat}.pem",
        )  # fmt: skip
    stage.say("""A trust file says whom a verifier starts from. Two of three root keys sign it. A
        stranger gets it by another way than the evidence: a website, a newspaper, a USB stick.""")
    _trust(stage)
    stage.say("The office registers everybody in its log; each organisation takes that log over.")
    for number, home in enumerate(HOMES):
        run = stage.aside if number else stage.sunlit
        run("org", "admit", f"{home}.request.json", "--home", "office")
    for lab in ("north-lab.example", "south-lab.example"):
        named = (*SCOPES, "privacy") if lab.startswith(REVIEWER) else SCOPES
        scopes = [word for scope in named for word in ("--scope", scope)]
        run = stage.sunlit if lab.startswith("north") else stage.aside
        run("org", "accredit", lab, *scopes, "--until", _in_years(1), "--home", "office")
    stage.sunlit("log", "import", "office/log", "--home", "maker")
    for home in ("north-lab", "south-lab", "council"):
        stage.aside("log", "import", "office/log", "--home", home)


def _trust(stage: Stage) -> None:
    words = ["trust", "new", "--threshold", "2", "--expires", _in_years(2)]
    words += [w for letter in "abc" for w in ("--root-key", f"root-{letter}.pem.pub.json")]
    words += ["--root-organisation", "office.request.json"]
    words += [w for home in HOMES for w in ("--log", f"{home}.request.json")]
    for home in ("office", "north-lab", "south-lab"):
        words += ["--witness", f"{home}.request.json"]
    words += ["--witnesses-needed", "2", "--accreditor", "digital-office.example"]
    seats = ",".join(f"board-{number}.pem.pub.json" for number in "123")
    words += ["--board", f"{COUNCIL}=2:{seats}", "--token-issuer", "council.request.json"]
    stage.sunlit(*words, "--status-list", STATUS_LIST, "-o", "trust.draft.json", show=1)
    stage.sunlit(
        "trust", "sign", "trust.draft.json", "--key", "file:root-a.pem", "-o", "trust.json"
    )
    stage.sunlit("trust", "sign", "trust.json", "--key", "file:root-b.pem", "-o", "trust.json")
    for home in HOMES:
        stage.aside("trust", "update", "trust.json", "--home", home)


def a_model_without_evidence(stage: Stage) -> None:
    """Train the model as usual, test it, and be told what is wrong."""
    stage.say("""The maker trains a model on 15,000 people of a US census survey, joined with an
        address register (here: made-up names, addresses and numbers). It estimates who has public
        health cover, so that a council can write to those who probably have none. The folder is as
        folders are: nobody to write to, a card with an empty section, a model that came from
        somewhere, and the cut at 0.5 that everybody uses.""")
    shutil.copytree(stage.root / "example", stage.root / "model", ignore=LEFT_OUT)
    card, section = stage.root / "model/README.md", stage.root / "example/story/card-section.md"
    card.write_text(card.read_text("utf-8").replace(section.read_text("utf-8"), ""), "utf-8")
    toml = stage.root / "model/sunlit.toml"
    kept = [line for line in toml.read_text("utf-8").splitlines() if "contact" not in line]
    toml.write_text("\n".join(kept) + "\n", "utf-8")
    join_the_register(stage)
    stage.tool("model/train.py", "--data", RAW, "--cut", "0.5")
    stage.say("Its own test, on 5,000 people whom the training never saw, fails for one group:")
    stage.tool("model/evaluate.py", expect=1)
    stage.say("""`sunlit assure` looks at the folder. Nothing is uploaded, and no key is needed.
        It fails, and says why, and how to mend each point:""")
    stage.sunlit("assure", "model", expect=1, show=36)


def mend_it(stage: Stage) -> None:
    """Do what the findings say."""
    stage.say("""The maker mends what was named: names a contact, fills the card's section, and
        trains again with a cut that finds more than three in four people with a disability who
        have no cover. Now `sunlit run` goes on, and records what went in and what came out.""")
    for name in ("README.md", "sunlit.toml"):
        shutil.copy2(stage.root / "example" / name, stage.root / "model" / name)
    toml = stage.root / "model/sunlit.toml"
    toml.write_text(toml.read_text("utf-8").replace('"1.1.0"', '"1.0.0"'), "utf-8")
    stage.sunlit(*training(MASKED, "--cut", CUT), show=6)
    stage.tool("model/evaluate.py")
    stage.say("""With the maker's key, what is found is signed and goes into the maker's log. Now
        nothing fails. What is unknown is for others to say:""")
    stage.sunlit("assure", "model", "--home", "maker", "--key", "maintainer", expect=3, show=16)
    stage.sunlit(
        "release", "model", "--changelog", "First release.", "--rollback",
        "none: this is the first release", "--home", "maker",
    )  # fmt: skip


def the_council_says_what_for(stage: Stage) -> None:
    """Declare the use and what is done about its risks."""
    stage.say("""The council takes over the maker's log and declares its use: to choose whom to
        write to. A caseworker decides on each letter. It answers the questions of an impact
        assessment, of which the score follows, and says which controls have nothing to ask here.
        It names its safeguards, but not one of the eight practices: it has not consulted the
        people concerned yet.""")
    stage.sunlit("log", "import", "maker/log", "--home", "council")
    stage.sunlit("use", "declare", "model", "--from", "example/story/use.json", "--home", "council")
    stage.sunlit(
        "risk", "assess", "model", *USE, "--answers", "example/story/assessment.json", "--home",
        "council",
    )  # fmt: skip
    stage.sunlit(
        "rubric", "applies", "model", *USE, "--deployer", COUNCIL, "--home", "council", show=6
    )
    for practice, evidence in PRACTICES.items():
        run = stage.sunlit if practice == "M1" else stage.aside
        run(
            "use", "mitigate", "model", *USE, "--practice", practice, "--evidence", evidence,
            "--home", "council",
        )  # fmt: skip


def two_laboratories_attest(stage: Stage) -> None:
    """Test independently; the maker's own word does not count."""
    stage.say("""Each laboratory runs the tests again on a copy of its own and signs what it found,
        over the digests of the maker's very files.""")
    for lab in ("north-lab", "south-lab"):
        for log in ("maker", "council"):
            stage.aside("log", "import", f"{log}/log", "--home", lab)
        shutil.copytree(stage.root / "model", stage.root / lab / "work")
        stage.tool(f"{lab}/work/evaluate.py", show=3)
        audit_again(stage, lab)
        scopes = [word for scope in SCOPES for word in ("--scope", scope)]
        stage.sunlit(
            "attest", "model", *USE, *scopes, "--result", "PASSED", "--method",
            "Recomputed both reports on the held-out data", "--no-conflict", "--home", lab,
        )  # fmt: skip
        stage.sunlit("log", "import", f"{lab}/log", "--home", "council", show=1)


def the_token_is_issued(stage: Stage) -> None:
    """Assure once more, issue the token, and let others cosign the log."""
    stage.say("Now every control holds for this release, this use and this council:")
    stage.sunlit("assure", "model", *USE, "--deployer", COUNCIL, "--home", "council", show=30)
    stage.say("""So a full safety token is issued. The grant is logged first; its receipt travels
        with the token. Two other organisations check that the log only grew, and cosign it.""")
    stage.sunlit("token", "issue", "model", *USE, "--home", "council")
    for home in ("office", "north-lab"):
        stage.sunlit("log", "cosign", "council/log", "--home", home, into=f"{home}.cosignature")
        stage.sunlit("log", "accept", f"{home}.cosignature", "--home", "council", show=1)
    stage.sunlit("token", "refresh", "--home", "council")
    (token,) = (stage.root / "council" / "tokens").glob("*.token")
    stage.say("The safety label says the same in eight lines, for people:")
    stage.sunlit("label", str(token.relative_to(stage.root)), "--trust", "trust.json", show=30)


def a_stranger_checks(stage: Stage) -> None:
    """Verify with nothing but the trust file, then with one changed byte."""
    stage.say("""A stranger gets the model, the token and, by another way, the trust file. Nothing
        else: no home, no network, no server of ours. A new process checks all of it.""")
    (token,) = (stage.root / "council" / "tokens").glob("*.token")
    away = Stage(stage.root / "stranger", stage.transcript)
    away.root.mkdir()
    shutil.copytree(token, away.root / "token")
    shutil.copytree(stage.root / "model", away.root / "model")
    shutil.copy2(stage.root / "trust.json", away.root / "trust.json")
    asked = ("token", "verify", "token", "--trust", "trust.json", "--component", "model", *USE)
    away.sunlit(*asked, "--deployer", COUNCIL, show=30)
    stage.say("""Then one byte of the model is changed: a threshold in one tree. The same check
        says what is wrong, and ends with 1:""")
    _flip_one_byte(away.root / "model" / "model.txt")
    away.sunlit(*asked, "--deployer", COUNCIL, expect=1, show=30)
    stage.say("And for another use than the one it was granted for, the token is of no help:")
    away.sunlit(
        "token", "verify", "token", "--trust", "trust.json", "--use", "eligibility", expect=1,
        show=30,
    )  # fmt: skip


def _flip_one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    place = data.index(b"threshold=") + len(b"threshold=")
    data[place] = ord("1") if data[place] != ord("1") else ord("2")
    path.write_bytes(data)


def _in_years(years: int) -> str:
    now = SystemClock().now()
    return format_time(now.replace(year=now.year + years, day=min(now.day, 28)))


SCENES: Final[tuple[tuple[str, Callable[[Stage], None]], ...]] = (
    ("Five organisations and a trust file", meet_the_organisations),
    ("A model without evidence", a_model_without_evidence),
    ("The data is masked, and reviewed", the_data_is_masked_and_reviewed),
    ("The maker mends it, and signs", mend_it),
    ("A bias audit, and a second release", the_audit_finds_what_the_test_does_not),
    ("The council says what it is for", the_council_says_what_for),
    ("Two laboratories test it independently", two_laboratories_attest),
    ("The review board votes a risk code", the_board_votes),
    ("The safety token", the_token_is_issued),
    ("A stranger checks, and one byte is changed", a_stranger_checks),
    *COURT_SCENES,
    ("Three other models", three_other_models),
    ("An attestation ends", an_attestation_ends),
    ("A website for everybody", a_website_for_everybody),
)


def ending(stage: Stage, directory: Path) -> None:
    """Say what to open and what to try next."""
    stage.scene(len(SCENES) + 1, len(SCENES) + 1, "What to look at now")
    (token,) = (stage.root / "council" / "tokens").glob("*.token")
    label = directory / token.relative_to(stage.root) / "label.txt"
    for path, what in (
        (label, "the safety label"),
        (directory / "model/.sunlit/data", "what was found in its data: open the .html reports"),
        (directory / "model/.sunlit/provenance", "how the model came about"),
        (directory / "reports/bias/bias.html", "the bias audit of the second release"),
        (directory / "reports/register.html", "the risk register"),
        (directory / "decision.zip", "the bundle about one decision; open its index.html"),
        (directory / "council/log", "a public log: static files, any web server will do"),
        (directory / "transcript.txt", "all of the above, uncut"),
    ):
        stage.point(str(path), what)
    code, date = on_a_letter(stage)
    stage.point(f"{code}, {date}", "reference and date of a letter; check it on the website")
    stage.say("""The website, on this machine only. Anybody can check a decision there; sign in as a
        case officer, a publisher, an assessor or a member of the board, without a password:""")
    stage.command(f"sunlit serve --at {directory}/node --dev --port 8400")
    stage.say("Try it on a model of your own; nothing leaves your machine:")
    if sys.prefix != sys.base_prefix:
        stage.command(f"source {os.path.relpath(sys.prefix)}/bin/activate")
    for words in (
        "assure PATH/TO/YOUR/MODEL",
        "init PATH/TO/YOUR/MODEL",
        f"log show --home {directory}/council",
    ):
        stage.command(f"sunlit {words}")
