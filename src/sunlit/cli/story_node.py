"""The scene of `sunlit demo` about the website: other registers, and a node over all logs."""

from typing import Final

from sunlit.adapters.clock import SystemClock
from sunlit.base.times import format_time
from sunlit.cli.stage import Stage

NODE: Final = "node"
MAKER: Final = "benefits.example"
HOMEPAGE: Final = "https://benefits.example/benefits-outreach"
WATCH: Final = "register-watch.example"
ADDRESS: Final = "http://127.0.0.1:8400"
REGISTERS: Final = (
    ("omb", "omb-2025.csv.gz"), ("atrs", "atrs-136.json.gz"),
    ("nl-register", "nl-amsterdam.json"), ("nl-register", "nl-centric.json"),
)  # fmt: skip
WITNESSES: Final = ("office", "north-lab", "south-lab")
HOMES: Final = ("council", "maker", "north-lab", "south-lab", "office", "watch")


def a_website_for_everybody(stage: Stage) -> None:
    """Take over other registers as what they are, and put a node over all logs."""
    stage.say("""Registers of public AI exist: 3,611 uses in US agencies, 136 British records, Dutch
        templates. A sixth organisation takes them over as what they are: what somebody wrote, from
        which file, under which licence, with the blanks left blank. Nobody signed what they say,
        and no rule reads it. The trust file gets a second version that names its log.""")
    _watch(stage)
    for register, name in REGISTERS:
        stage.sunlit("import", register, f"beside/registers/{name}", "--home", "watch", show=3)
    _entered(stage)
    _more_to_do(stage)
    _witnessed(stage)
    stage.say("""A node serves all of it: a site where anybody looks a component up, reads its
        label, checks a decision and the log; a workbench for those who sign in; an API. Its pages
        follow from the logs alone, and can be made anew from them at any time.""")
    homes = [word for home in HOMES for word in ("--home", home)]
    stage.sunlit(
        "node", "new", NODE, *homes, "--operator", "riverside.example", "--url", ADDRESS, "--trust",
        "trust-2.json", "--name", "Riverside Council's register of AI", show=4,
    )  # fmt: skip
    stage.sunlit("node", "add-decisions", "council/decisions", "--at", NODE, show=1)
    stage.sunlit("rebuild", "--at", NODE, show=3)


def _more_to_do(stage: Stage) -> None:
    stage.say("""The council wants to use the model a second time, for reminders. It declares that
        use and assesses it, the board opens a vote, and one member votes. Nobody has attested it
        yet, and six practices have no answer: that waits on the website for those whose turn it
        is.""")
    stage.sunlit(
        "use", "declare", "model", "--from", "example/story/use.json", "--id", "renewals",
        "--description", "Remind people whose public health cover ends to renew it", "--owner",
        "Renewals office", "--affected", "People whose public health cover ends within 60 days",
        "--need", "Who will probably not renew without a reminder", "--home", "council", show=1,
    )  # fmt: skip
    use = ("--use", "renewals")
    stage.sunlit(
        "risk", "assess", "model", *use, "--answers", "example/story/assessment.json", "--home",
        "council", show=1,
    )  # fmt: skip
    seat = ("--key", "file:board-1.pem", "--home", "council")
    stage.sunlit("board", "open", "model", *use, "--days", "14", *seat, show=1)
    stage.sunlit("board", "vote", "model", *use, "--ceiling", "3", *seat, show=1)


def _witnessed(stage: Stage) -> None:
    stage.say("""The council's log grew since its witnesses came by. All three check that it only
        grew, and cosign it as it will be served.""")
    for home in WITNESSES:
        stage.aside("log", "cosign", "council/log", "--home", home, onto="witnesses.cosignatures")
    stage.sunlit("log", "accept", "witnesses.cosignatures", "--home", "council", show=3)


def _entered(stage: Stage) -> None:
    stage.say("""The maker enters the model in the catalogue: what it is, under which licence, whom
        to write to. Nobody publishes alone: a second person of the maker, with a key of their own,
        signs that it is published. The council takes both over.""")
    key = "maker-second.pem"
    stage.aside(
        "key", "new", "--role", "maintainer", "--organisation", MAKER, "--label",
        "Catalogue editor", "--out", key,
    )  # fmt: skip
    stage.aside("key", "register", f"{key}.dsse.json", "--home", "maker")
    asked = ("catalogue", "enter", "model", "--homepage", HOMEPAGE, "--home", "maker")
    statement = stage.sunlit(*asked, show=2).split("statement ")[1].split(",")[0]
    stage.sunlit(
        "catalogue", "publish", statement, "--key", f"file:{key}", "--home", "maker", show=2
    )
    stage.aside("log", "import", "maker/log", "--home", "council")


def _watch(stage: Stage) -> None:
    stage.aside("org", "new", WATCH, "--name", "Register Watch", "--home", "watch")
    stage.aside("org", "request", "--home", "watch", into="watch.request.json")
    stage.aside("org", "admit", "watch.request.json", "--home", "office")
    now = SystemClock().now()
    expires = format_time(now.replace(year=now.year + 2, day=min(now.day, 28)))
    stage.sunlit(
        "trust", "new", "--from", "trust.json", "--log", "watch.request.json", "--expires", expires,
        "-o", "trust-2.draft.json", show=1,
    )  # fmt: skip
    draft, signed = "trust-2.draft.json", "trust-2.json"
    stage.aside("trust", "sign", draft, "--key", "file:root-a.pem", "-o", signed)
    stage.aside("trust", "sign", signed, "--key", "file:root-b.pem", "-o", signed)
    stage.aside("trust", "update", signed, "--home", "watch")
    stage.aside("log", "import", "office/log", "--home", "watch")
