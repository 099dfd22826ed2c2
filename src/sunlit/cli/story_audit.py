"""The scenes of `sunlit demo` about audits, the board and what lapses."""

import json
from datetime import datetime, timedelta
from time import sleep
from typing import Final

from sunlit.adapters.clock import SystemClock
from sunlit.base.times import format_time
from sunlit.cli.stage import Stage
from sunlit.cli.story_data import MASKED, training
from sunlit.registry.producing import ComponentFolder

COUNCIL: Final = "riverside.example"
USE: Final = ("--use", "outreach")
ASKED: Final = (*USE, "--deployer", COUNCIL)
TEST: Final = "model/data/acs-public-coverage-2018-test.parquet"
COLUMNS: Final = (
    "--prediction", "letter", "--outcome", "without_cover", "--attribute", "sex=sex",
    "--attribute", "disability=disability", "--attribute", "race=race", "--attribute", "age=age",
    "--band", "age=25,35,45,55", "--not-analysed", "religion=the survey does not ask",
)  # fmt: skip
SCOPES: Final = ("--scope", "performance", "--scope", "fairness", "--scope", "target-validity")
LASTS: Final = (12, 60, 240)  # seconds that the shortened attestation counts


def the_audit_finds_what_the_test_does_not(stage: Stage) -> None:
    """Audit release 1.0.0 for bias, fail, and make a second release that passes."""
    stage.say("""Release 1.0.0 passes its maker's own test. A bias audit needs no model, only who
        got a letter and who had no cover. It counts everybody once, by every group, and judges the
        counts: of the people with a disability who have no cover, far fewer are found.""")
    stage.tool("model/letters.py", "--out", "letters.parquet")
    stage.sunlit("audit", "bias", "letters.parquet", *COLUMNS, "--component", "model",
                 expect=1, show=44)  # fmt: skip
    stage.say("""Most people with a disability do have cover, and the model leans on that. One cut
        for all cannot mend it; a cut of their own can. It is chosen on data that is set aside,
        and recorded; this is release 1.1.0. The audit is done again, and so is a test of what
        small changes of the input do to the answers.""")
    before = ComponentFolder.read(stage.root / "model").release
    toml = stage.root / "model/sunlit.toml"
    toml.write_text(toml.read_text("utf-8").replace('"1.0.0"', '"1.1.0"'), "utf-8")
    stage.sunlit(*training(MASKED), show=3)
    stage.tool("model/evaluate.py")
    stage.tool("model/letters.py", "--out", "letters.parquet")
    stage.sunlit("audit", "bias", "letters.parquet", *COLUMNS, "--component", "model",
                 "--home", "maker", "--reports", "reports/bias", show=44)  # fmt: skip
    stage.sunlit(
        "audit", "robustness", TEST, "--model", "model/model.txt", "--outcome", "PUBCOV",
        "--component", "model", "--home", "maker", show=5,
    )  # fmt: skip
    stage.sunlit("assure", "model", "--home", "maker", "--key", "maintainer", expect=3, show=12)
    stage.sunlit(
        "release", "model", "--changelog", "A cut of its own for people with a disability.",
        "--rollback", before, "--home", "maker",
    )  # fmt: skip


def audit_again(stage: Stage, lab: str) -> None:
    """Let a laboratory make and sign a bias audit of its own, from its own copy."""
    stage.tool(f"{lab}/work/letters.py", "--out", f"{lab}/letters.parquet", show=1)
    stage.sunlit(
        "audit", "bias", f"{lab}/letters.parquet", *COLUMNS, "--component", f"{lab}/work", "--home",
        lab, "--key", "assessor", show=1,
    )  # fmt: skip


def the_board_votes(stage: Stage) -> None:
    """Vote a code, with a dissent that is published."""
    stage.say("""The council's review board votes on a 4-digit risk code: area, impact, autonomy,
        and the gap in safeguards that it accepts. A session gives the members the assessment, the
        findings and the attestations by digest. Two of three must agree; a dissent is kept.""")
    seats = [("--key", f"file:board-{number}.pem", "--home", "council") for number in "123"]
    stage.sunlit("board", "open", "model", *USE, "--days", "14", *seats[0], show=6)
    for seat in seats[:2]:
        stage.sunlit("board", "vote", "model", *USE, "--ceiling", "2", *seat)
    stage.sunlit(
        "board", "dissent", "model", *USE, "--impact-raw", "90", "--ceiling", "1", "--reason",
        "Letters can shame people; the impact is higher", *seats[2],
    )  # fmt: skip
    stage.sunlit("board", "publish", "model", *USE, *seats[0])
    stage.sunlit("board", "show", "model", *USE, "--home", "council")


def an_attestation_ends(stage: Stage) -> None:
    """Let evidence lapse: the gap passes the ceiling, and the token is suspended by itself."""
    stage.say("""Evidence ends. South Lab learns that its measuring set is being replaced, and lets
        its attestation end sooner. Nobody has to do anything else for that to count. The risk
        register says which of eight practices is in place, and `sunlit conformity` what lapses
        next:""")
    ends = _shortened(stage)
    stage.sunlit(
        "risk", "register", "--home", "council", "--html", "reports/register.html", "--svg",
        "reports/register.svg", show=14,
    )  # fmt: skip
    stage.sunlit("conformity", "model", *ASKED, "--home", "council", expect=None, show=8)
    sleep(max(0.0, (ends - SystemClock().now()).total_seconds()) + 1)
    stage.say("A moment later the fourth digit has risen above what the board accepts:")
    stage.sunlit("assure", "model", *ASKED, "--home", "council", expect=1, show=13)
    stage.sunlit("token", "refresh", "--home", "council", show=6)
    (token,) = (stage.root / "council" / "tokens").glob("*.token")
    shown = str(token.relative_to(stage.root))
    stage.sunlit("token", "verify", shown, "--trust", "trust.json", expect=1, show=14)
    _and_counts_again(stage, shown)


def _shortened(stage: Stage) -> datetime:
    """Return when South Lab's attestation ends; a slow machine is given longer to take it over."""
    old, ends = _attestation(stage), SystemClock().now()
    for lasts in LASTS:
        ends = SystemClock().now() + timedelta(seconds=lasts)
        stage.sunlit(
            "attest", "sign", "model", *USE, *SCOPES, "--result", "PASSED", "--method", "As before",
            "--no-conflict", "--until", format_time(ends), "--supersedes", old, "--home",
            "south-lab", show=2,
        )  # fmt: skip
        taken = stage.sunlit(
            "log", "import", "south-lab/log", "--home", "council", expect=None, show=1
        )
        if SystemClock().now() < ends and "1 new" in taken:
            break
    return ends


def _and_counts_again(stage: Stage, token: str) -> None:
    stage.say("""South Lab measures again and attests anew. That the suspension is lifted is a
        person's act, with a reason, in the log. The history shows each move of the code:""")
    stage.sunlit(
        "attest", "sign", "model", *USE, *SCOPES, "--result", "PASSED", "--method",
        "Measured again, with the new set", "--no-conflict", "--home", "south-lab", show=2,
    )  # fmt: skip
    # What a slow machine took over too late is refused again, with exit code 1.
    stage.aside("log", "import", "south-lab/log", "--home", "council", expect=None)
    stage.sunlit(
        "token", "reinstate", token, "--reason", "Two laboratories attest again", "--home",
        "council",
    )  # fmt: skip
    stage.sunlit("token", "refresh", "--home", "council", show=6)
    stage.sunlit("board", "history", "model", *USE, "--home", "council", show=8)


def _attestation(stage: Stage) -> str:
    text = stage.sunlit(
        "attest", "show", "model", *ASKED, "--home", "council", "--json", into="attested.json"
    )
    return next(
        str(one["statement"]) for one in json.loads(text)["attestations"]
        if one["assessor"] == "south-lab.example"
    )  # fmt: skip
