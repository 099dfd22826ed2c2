"""The second half of `sunlit demo`: a guarded service, people who decide, a bundle for a court."""

import json
import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

from sunlit.cli.stage import Stage

STORE: Final = ("--store", "council/decisions")
SERVICE: Final = ("example/story/service.py", *STORE, "--model", "model")
CODE: Final = 19  # characters of a check code, as it is printed on a letter
WITNESSES: Final = ("office", "north-lab")
BUNDLE: Final = "decision.zip"


def the_service_is_guarded(stage: Stage) -> None:
    """Prepare a decision store, decide on people, and be refused."""
    stage.say("""The council's service may run the model only under the guard. Two worker processes
        may record at once: each has a decision log of its own, registered before its first use.""")
    (token,) = (stage.root / "council" / "tokens").glob("*.token")
    stage.sunlit(
        "guard", "init", "council/decisions", "--token", str(token.relative_to(stage.root)),
        "--workers", "2", "--home", "council",
    )  # fmt: skip
    stage.say("""It decides on 40 people whom training never saw. Each decision was checked against
        the token, explained exactly, and made durable before it came back: a check code, for the
        letter, and a proposal, since the token asks that a human decides.""")
    stage.tool(*SERVICE, "--people", "40", show=4)
    stage.say("For another use, or for what the token prohibits, the same service gets nothing:")
    stage.tool(*SERVICE, "--use", "eligibility", expect=1, show=2)
    stage.tool(
        *SERVICE, "--purpose", "Withholding help from somebody who asks", expect=1, show=2
    )  # fmt: skip
    stage.sunlit("guard", "status", "council/decisions", show=20)


def people_decide(stage: Stage) -> None:
    """Override a proposal, anchor the log, contest the decision."""
    code, other = _codes(stage)[:2]
    stage.say("""A caseworker confirms one proposal and declines the other. What they wrote is kept
        encrypted beside the log; the log has a role, never a name.""")
    stage.sunlit(
        "decision",
        "outcome",
        other,
        "--result",
        "confirmed",
        "--role",
        "caseworker",
        *STORE,
        show=1,
    )
    stage.sunlit(
        "decision", "outcome", code, "--result", "declined", "--role", "caseworker", "--reasons",
        "The file says that this household moved away", "--actor", "staff 117", *STORE, show=1,
    )  # fmt: skip
    stage.say("""The decision logs are anchored in the council's log, which witnesses cosign: from
        now on nobody can take a record away or change it unseen, the council included.""")
    _anchor(stage)
    stage.say("The person concerned got no letter, and contests that. An office answers:")
    stage.sunlit(
        "decision", "contest", code, "--grounds", "We have not moved; here is the lease", *STORE,
        show=1,
    )  # fmt: skip
    stage.sunlit(
        "decision", "contest-result", code, "--result", "changed", "--role", "appeals office",
        "--reasons", "The lease shows it: the letter goes out", *STORE, show=1,
    )  # fmt: skip
    _anchor(stage)
    stage.sunlit("decision", "show", code, *STORE, "--home", "council", show=24)


def a_bundle_for_the_court(stage: Stage) -> None:
    """Make a bundle, check it as a stranger, change one byte, run the model again."""
    code = _codes(stage)[0]
    stage.say("""One zip has all that governed this decision: the record, what it committed to, the
        token, every statement behind it, tests, votes and dissent, findings, and who answered.""")
    stage.sunlit("bundle", code, *STORE, "--home", "council", "-o", BUNDLE, show=1)
    stage.say("""The court's expert has the zip and, by another way, the trust file; a laptop
        without a network is enough. (verify.html in the zip does the same in a browser.)""")
    away = Stage(stage.root / "court", stage.transcript)
    away.root.mkdir()
    shutil.copy2(stage.root / BUNDLE, away.root / BUNDLE)
    shutil.copy2(stage.root / "trust.json", away.root / "trust.json")
    away.sunlit("verify", BUNDLE, "--trust", "trust.json", show=40)
    stage.say("""Somebody changes one figure of what the model was told, and mends the zip's list
        of digests so that it fits. The expert sees which line fails, and only that one:""")
    _change_one_value(away.root / BUNDLE, away.root / "changed.zip")
    away.sunlit("verify", "changed.zip", "--trust", "trust.json", expect=1, show=23)
    stage.say("""The same release and the same input give the same answer, bit for bit:""")
    stage.sunlit(
        "decision",
        "replay",
        code,
        *STORE,
        "--model",
        "model",
        "--loader",
        "example.story.service:load",
        "--runtime",
        "lightgbm",
        show=3,
    )


def a_record_is_erased(stage: Stage) -> None:
    """Erase a record: the content is gone, and every proof still holds."""
    code, erased = _codes(stage)[0], _codes(stage)[2]
    stage.say("""Another person asks to be forgotten. What was recorded of them is destroyed, with
        its key and its salts; that this was done, and why, is said in the council's log. The proofs
        of their record and of its neighbours go on.""")
    stage.sunlit(
        "decision", "erase", erased, "--legal-basis", "GDPR Art. 17(1)(a)", *STORE, "--home",
        "council", show=3,
    )  # fmt: skip
    _witness(stage)
    stage.say("Nobody finds it by its code any more. The first decision's bundle still passes:")
    stage.sunlit("decision", "show", erased, *STORE, expect=1, show=2)
    stage.sunlit("verify", BUNDLE, "--trust", "trust.json", show=1)
    stage.sunlit("decision", "check", code, "--date", _date(stage), *STORE, show=12)


def on_a_letter(stage: Stage) -> tuple[str, str]:
    """Return what stands on a letter: the check code of a decision, and its date."""
    return _codes(stage)[0], _date(stage)


def _codes(stage: Stage) -> list[str]:
    """Return the check codes that the service printed, in order."""
    return [
        line.strip()[:CODE]
        for line in stage.transcript
        if line.strip()[CODE:].startswith(("  proposed", "  released"))
    ]


def _anchor(stage: Stage) -> None:
    stage.sunlit("guard", "anchor", "council/decisions", "--home", "council", show=1)
    _witness(stage)


def _witness(stage: Stage) -> None:
    for home in WITNESSES:
        stage.aside("log", "cosign", "council/log", "--home", home, into=f"{home}.cosignature")
        stage.aside("log", "accept", f"{home}.cosignature", "--home", "council")
    stage.aside("token", "refresh", "--home", "council")
    stage.aside("guard", "anchor", "council/decisions", "--home", "council")


def _date(stage: Stage) -> str:
    """Return the date of the decision that was shown: a letter has it beside the code."""
    shown = next(line for line in stage.transcript if line.strip().startswith("When:"))
    return shown.split()[1][:10]


def _change_one_value(source: Path, target: Path) -> None:
    """Copy a bundle with one value of its opening changed, and the manifest made to fit."""
    with zipfile.ZipFile(source) as old:
        files = {name: old.read(name) for name in old.namelist()}
    opening = json.loads(files["decision/opening.json"])
    for field in opening["fields"]:
        if field["name"] == "input":
            field["value"] = ("B" if field["value"][-2] != "B" else "C").join(
                (field["value"][:8], field["value"][9:])
            )
    changed = json.dumps(opening, separators=(",", ":"), sort_keys=True).encode()
    manifest = json.loads(files["manifest.json"])
    listed = {"sha256": sha256(changed).hexdigest(), "size": len(changed)}
    manifest["files"]["decision/opening.json"] = listed
    files["decision/opening.json"] = changed
    files["manifest.json"] = json.dumps(manifest, separators=(",", ":"), sort_keys=True).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in files.items():
            new.writestr(name, data)


COURT_SCENES: Final[tuple[tuple[str, Callable[[Stage], None]], ...]] = (
    ("The council's service runs under the guard", the_service_is_guarded),
    ("People decide, and one objects", people_decide),
    ("A bundle for the court, and one changed value", a_bundle_for_the_court),
    ("A record is erased, and the proofs go on", a_record_is_erased),
)
