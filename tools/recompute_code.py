"""Recompute risk codes and the register from exported statements. Only Python's own library.

    python tools/recompute_code.py EXPORT [--as-told] [--data DIR]

EXPORT is what `sunlit risk export` writes (spec/risk-code.md). From the statements alone follow
the votes, D1-D3, ceiling and tier, the assessed score, the row, and each practice that no control
asks for. Practices that controls ask for take these controls' findings from EXPORT. Statement ids
are computed from the signed bytes; signatures are not checked here (Python's library has no
Ed25519): `authority` is what the log's fold says of each signer at its entry.

With --as-told everybody's word counts and findings are left out: the scheme's arithmetic on what
a table says, whoever filled it in. DIR holds the scheme, matrix and questions (data files).
Prints JSON. Exit code 1: an assessment's score is not the one that its answers give.
"""

import base64
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "src" / "sunlit" / "rubric" / "data"
PRACTICES = [f"M{number}" for number in range(1, 9)]
TIERS = ["low", "medium", "high", "critical"]
MADE_OR_JUDGED = (
    "https://in-toto.io/attestation/release/v0.1", "https://slsa.dev/provenance/v1",
    "https://in-toto.io/attestation/test-result/v0.1", "urn:sunlit:assurance:attestation:v1",
    "urn:sunlit:assurance:change-plan:v1", "urn:sunlit:provenance:component:v1",
)  # fmt: skip
# What speaks of a practice that controls ask for: evidence that ended was an answer once.
SPEAKS = {
    "M1": ("https://in-toto.io/attestation/test-result/v0.1", "urn:sunlit:assurance:bias-audit:v1"),
    "M2": ("urn:sunlit:risk:assessment:v1", "urn:sunlit:risk:code:v1", "urn:sunlit:risk:vote:v1"),
    "M3": ("urn:sunlit:assurance:attestation:v1",),
    "M6": ("urn:sunlit:risk:use:v1",),
}
Fields = dict[str, Any]


class Said:
    """One statement of the export."""

    def __init__(self, line: Fields) -> None:
        payload = base64.b64decode(line["payload"])
        kind = b"application/vnd.in-toto+json"
        # DSSE's PAE; its SHA-256 is the statement's id.
        pae = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
        told = json.loads(payload)
        self.id = hashlib.sha256(pae).hexdigest()
        self.type: str = told["predicateType"]
        self.is_: Fields = told["predicate"]
        self.subjects = {one["digest"].get("sha256") for one in told["subject"]}
        self.admitted: str = line["admitted"]
        self.index: int = line["entry"]
        self.signed: tuple[str, ...] = tuple(line["signers"])
        self.keys = list(self.signed)  # of those who stand by it
        self.had: tuple[Fields, ...] = tuple(line["authority"])
        self.authority = list(self.had)

    def by(self, role: str, organisation: str) -> list[str]:
        """Return its keys of an organisation that had a role at the entry."""
        return [
            one["key"] for one in self.authority
            if role in one["roles"] and one["organisation"] == organisation
        ]  # fmt: skip

    def takes_back(self) -> list[str]:
        """Return the ids of the statements that it corrects, supersedes or withdraws."""
        withdraws = self.type == "urn:sunlit:assurance:withdrawal:v1"
        told = [self.is_.get("corrects"), self.is_.get("supersedes")]
        return [old for old in (*told, self.is_["statement"] if withdraws else None) if old]

    def kind(self, name: str) -> bool:
        """Tell whether it is of one of our types about risk."""
        return self.type == f"urn:sunlit:risk:{name}:v1"


class World:
    """The whole export, and the data files that it names."""

    def __init__(self, export: Path, data: Path, *, as_told: bool) -> None:
        lines = [json.loads(line) for line in export.read_text("utf-8").splitlines()]
        self.head = lines[0]
        self.at: str = self.head["at"]
        self.as_told = as_told
        self.every = [Said(line) for line in lines[1:] if "payload" in line]
        self.back: dict[str, list[Said]] = {}
        for one in self.every:
            for old in one.takes_back():
                self.back.setdefault(old, []).append(one)
        self.said = [one for one in self.every if self._stands(one)]
        self.cases: dict[tuple[str, str], list[Said]] = {}
        for one in self.said:
            use = str(one.is_.get("use", one.is_.get("id")))
            self.cases.setdefault((use, str(one.is_.get("deployer"))), []).append(one)
        self.judged = [line for line in lines[1:] if "release" in line]
        self.scheme = json.loads((data / "sunlit-risk-4-1.json").read_text("utf-8"))
        self.matrix = json.loads((data / "matrix-12x8.json").read_text("utf-8"))
        self.questions = json.loads((data / "aia-questions.json").read_text("utf-8"))["questions"]
        for name, document in (("scheme", self.scheme), ("matrix", self.matrix)):
            if digest(document) != self.head[f"{name}Digest"]:
                sys.exit(f"the export names another {name} than the one in {data}")

    def of(self, case: Fields) -> list[Said]:
        """Return the statements that name the use of the case."""
        return self.cases.get((case["use"], case["deployer"]), [])

    def _stands(self, one: Said) -> bool:
        """Leave out whoever took it back; a vote is its member's, all else the organisation's."""
        which = "key" if one.kind("vote") else "organisation"
        back = {key[which] for later in self.back.get(one.id, []) for key in later.had}
        gone = {key["key"] for key in one.authority if key[which] in back}
        one.keys = [key for key in one.keys if key not in gone]
        one.authority = [key for key in one.authority if key["key"] not in gone]
        return bool(one.keys)


def digest(document: object) -> str:
    """Return SHA-256 of canonical JSON: these files hold texts and whole numbers only."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# --- the board -----------------------------------------------------------------------------


def tier_of(world: World, digits: str) -> str:
    """Return the highest tier of all rows that match."""
    names = ("d1", "d2", "d3")
    found = [
        row["tier"] for row in world.scheme["tiers"]["rows"]
        if all(int(digits[n]) in row.get(name, range(1, 10)) for n, name in enumerate(names))
    ]  # fmt: skip
    return TIERS[max(TIERS.index(tier) for tier in found)]


def digits_of(world: World, vote: Fields) -> str | None:
    """Return D1-D3 of a vote, None where it is none under this scheme."""
    most = world.scheme["impact"]["maximum"]
    raw, level = vote["impactRaw"], vote["autonomyLevel"]
    known = vote["scheme"] == world.scheme["id"] and vote["impactMax"] == most
    inside = 1 <= vote["area"] <= 9 and 0 <= raw <= most and 1 <= level <= 10
    if not (known and inside and 1 <= vote["ceiling"] <= 9):
        return None
    return f"{vote['area']}{1 + min(8, 9 * raw // most)}{min(9, level)}"


def about(one: Said, case: Fields) -> bool:
    """Tell whether it names the release, use and deployer of the case."""
    return all(one.is_.get(name) == case[name] for name in ("release", "use", "deployer"))


def ballots(world: World, case: Fields, board: str) -> dict[str, Fields]:
    """Return each member's latest vote that counts: key -> vote with its digits and id."""
    # Whoever stood aside or judged stays so, whatever they took back later.
    aside = {
        key for one in world.every
        if one.kind("recusal") and one.is_["board"] == board and about(one, case)
        for key in one.signed
    }  # fmt: skip
    held = {case["release"], *case["files"].values()}
    worked = any(
        one.type in MADE_OR_JUDGED and one.subjects & held
        and any(key["organisation"] == board for key in one.had)
        for one in world.every
    )  # fmt: skip
    votes = [
        one for one in world.of(case)
        if one.kind("vote") and one.is_["board"] == board and about(one, case)
        and digits_of(world, one.is_) is not None
    ]  # fmt: skip
    latest: dict[str, Fields] = {}
    for one in sorted(votes, key=voted):
        for key in one.by("board", board):
            if key not in aside and not worked:
                latest[key] = {**one.is_, "digits": digits_of(world, one.is_), "id": one.id}
    return {key: vote for key, vote in latest.items() if vote["validUntil"] > world.at}


def voted(one: Said) -> tuple[str, str, int, str]:
    """Return by what votes are ordered: when they were cast, never later than their entry."""
    return (
        min(one.is_.get("votedOn") or one.admitted, one.admitted),
        one.admitted,
        one.index,
        one.id,
    )


def counted(world: World, case: Fields, board: Fields) -> Fields | None:
    """Return what k of the board's n members agree on, if exactly one choice has enough."""
    cast = ballots(world, case, board["organisation"])
    agree = Counter(
        (one["digits"], one["ceiling"]) for one in cast.values() if one.get("dissent") is None
    )
    enough = [choice for choice, number in agree.items() if number >= board["threshold"]]
    prohibited = any(one.is_.get("prohibitedPractice") for one in uses(world, case))
    if len(enough) != 1 or prohibited:
        return None
    (digits, ceiling) = enough[0]
    carry = [
        one for one in cast.values()
        if one.get("dissent") is None and (one["digits"], one["ceiling"]) == enough[0]
    ]  # fmt: skip
    return {"digits": digits, "ceiling": ceiling, "tier": tier_of(world, digits),
            "until": min(one["validUntil"] for one in carry)}  # fmt: skip


def published(world: World, case: Fields) -> Fields | None:
    """Return the code in force: published, and carried by the votes that count now."""
    found = []
    for board in world.head["boards"]:
        agreed = counted(world, case, board)
        for one in world.of(case):
            code = one.is_
            if (
                agreed is not None and one.kind("code") and about(one, case)
                and case["release"] in one.subjects and code["board"] == board["organisation"]
                and code["schemeDigest"] == digest(world.scheme) and code["validUntil"] > world.at
                and all(code[name] == agreed[name] for name in ("digits", "ceiling", "tier"))
                and code["validUntil"] <= agreed["until"]
            ):  # fmt: skip
                found.append(agreed)
    return max(found, key=lambda it: (TIERS.index(it["tier"]), -it["ceiling"]), default=None)


# --- the use and its practices -------------------------------------------------------------


def uses(world: World, case: Fields) -> list[Said]:
    """Return the deployer's words on the use."""
    return [
        one for one in world.of(case)
        if one.kind("use") and one.is_["id"] == case["use"]
        and one.is_["deployer"] == case["deployer"]
        and (world.as_told or one.by("operator", case["deployer"]))
    ]  # fmt: skip


def assessed(world: World, case: Fields) -> Fields | None:
    """Return the deployer's latest assessment, with the score that its answers give."""
    found = [
        one for one in world.of(case)
        if one.kind("assessment") and one.by("operator", case["deployer"])
        and (one.is_["use"], one.is_["deployer"]) == (case["use"], case["deployer"])
    ]  # fmt: skip
    if not found:
        return None
    last = max(found, key=lambda one: (min(one.is_["assessedOn"], one.admitted), one.id))
    scored = {one["name"] for one in world.questions}
    raw = 0
    for name, answer in last.is_["answers"].items():
        for value in answer if isinstance(answer, list) else [answer]:
            raw += int(value.split("-")[-1]) if name in scored else 0
    return {"row": last.is_.get("row"), "raw": raw, "agrees": raw == last.is_["impactRaw"]}


def keepers(world: World, case: Fields) -> set[str]:
    """Return who keeps the component: the first maintainer to name a release of it."""
    names = [one.is_["component"] for one in uses(world, case)]
    for one in world.said:
        purl = str(one.is_.get("purl", ""))
        if names and purl.partition("@")[0] == str(names[-1]).partition("@")[0]:
            by = {key["organisation"] for key in one.authority if "maintainer" in key["roles"]}
            if by:
                return by
    return set()


def told(world: World, case: Fields, practice: str) -> list[Fields]:
    """Return what was said of one practice by somebody whose word counts, the latest first."""
    found = []
    if "keepers" not in case:
        case["keepers"] = keepers(world, case)
    for one in sorted(world.of(case), key=lambda it: (it.admitted, it.id), reverse=True):
        claim = one.is_
        if not one.kind("mitigation") or case["release"] not in one.subjects:
            continue
        if (claim["practice"], claim["use"], claim["deployer"]) != (
            practice, case["use"], case["deployer"],
        ):  # fmt: skip
            continue
        operator = bool(one.by("operator", case["deployer"]))
        maintainer = any(one.by("maintainer", name) for name in case["keepers"])
        ground = (claim.get("notNeededGround") or "").strip()
        if world.as_told or operator or (maintainer and not ground):
            found.append(claim)
    return found


def state(world: World, case: Fields, practice: str) -> str:
    """Return where a practice stands, in the words of the register."""
    said = told(world, case, practice)
    now = [one for one in said if one["validUntil"] > world.at]
    if any((one.get("notNeededGround") or "").strip() for one in now):
        return "Not needed"
    asked = [] if world.as_told else [
        one for one in case["findings"] if practice in one["practices"]
    ]  # fmt: skip
    if asked and all(one["outcome"] == "HOLDS" for one in asked):
        return "In place"
    if not asked and any((one.get("evidence") or "").strip() for one in now):
        return "In place"
    promise = next((one for one in now if promises(one)), None)
    if promise is not None and promise["due"] > world.at:
        return "Due"
    heard = any(one["outcome"] == "FAILS" or one["restsOn"] for one in asked) or said
    if heard or (asked and spoken(world, case, practice)):
        return "Missing"
    return "Not answered"


def promises(claim: Fields) -> bool:
    """Tell whether it promises: an owner and a date, and nothing shown."""
    shown = (claim.get("evidence") or "").strip() or (claim.get("notNeededGround") or "").strip()
    return not shown and bool((claim.get("owner") or "").strip()) and bool(claim.get("due"))


def spoken(world: World, case: Fields, practice: str) -> bool:
    """Tell whether anybody ever signed something on a practice that controls ask for."""
    for one in world.every:
        scan = one.is_.get("sunlit_kind") == "artefact-safety"
        if one.type in SPEAKS.get(practice, ()) and not scan and touches(one, case):
            return True
    return False


def touches(one: Said, case: Fields) -> bool:
    """Tell whether it is about the release or the use."""
    held = {case["release"], *case["files"].values()}
    named = one.is_.get("use", one.is_.get("id")) == case["use"]
    return bool(one.subjects & held) or (named and one.is_.get("deployer") == case["deployer"])


def lines(world: World) -> Iterator[Fields]:
    """Yield the register's line of each use."""
    for case in world.judged:
        states = {name: state(world, case, name) for name in PRACTICES}
        code, about_it = published(world, case), assessed(world, case)
        gaps = sum(one not in ("In place", "Not needed") for one in states.values())
        d4 = 0 if set(states.values()) == {"Not answered"} else 1 + gaps
        row = about_it["row"] if about_it else None
        yield {
            "use": case["use"], "deployer": case["deployer"], "release": case["release"],
            "row": row if row in world.matrix["rows"] else None,
            "code": f"{code['digits'] if code else '000'}{d4}",
            "tier": code["tier"] if code else None, "ceiling": code["ceiling"] if code else None,
            "assessment": about_it, "cells": states,
        }  # fmt: skip


def main(arguments: list[str]) -> int:
    """Recompute, print, and compare scores with answers."""
    data = Path(arguments[arguments.index("--data") + 1]) if "--data" in arguments else DATA
    world = World(Path(arguments[0]), data, as_told="--as-told" in arguments)
    found = list(lines(world))
    fourth = Counter(one["code"][3] for one in found)
    print(json.dumps({"at": world.at, "d4": dict(sorted(fourth.items())), "lines": found},
                     ensure_ascii=False, indent=1))  # fmt: skip
    return int(any(one["assessment"] and not one["assessment"]["agrees"] for one in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
