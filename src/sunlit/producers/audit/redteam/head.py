"""What a transcript's first line says of the run, read with care: others may have written it."""

import re
from collections.abc import Mapping
from typing import Final

from sunlit.base.errors import VerificationError
from sunlit.producers.audit.redteam.probe import Probe
from sunlit.producers.audit.redteam.probes import open_set, shipped

MAX_SETS: Final = 100
MAX_WORD: Final = 200
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_SET: Final = ("id", "version", "licence", "sha256")


def word(head: Mapping[str, object], name: str) -> str:
    """Return a text of the line, cut to what a report has room for; "" for none."""
    found = head.get(name)
    return found[:MAX_WORD] if isinstance(found, str) else ""


def sets_of(head: Mapping[str, object]) -> list[dict[str, object]]:
    """Return the probe sets that the line names, as far as it names them by digest."""
    found = head.get("sets")
    named = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [
        {name: word(one, name) for name in _SET}
        for one in named[:MAX_SETS]
        if _HEX.fullmatch(word(one, "sha256"))
    ]


def sampling_of(head: Mapping[str, object]) -> dict[str, object]:
    """Return the sampling that was asked for."""
    found = head.get("sampling")
    said = found if isinstance(found, dict) else {}
    numbers = {name: said.get(name) for name in ("maxTokens", "seed")}
    return {
        "temperature": word(said, "temperature"),
        **{name: value for name, value in numbers.items() if type(value) is int},
    }


def expect_own_probes(head: Mapping[str, object], probes: Mapping[str, Probe]) -> None:
    """Expect that probes under the name and digest of a set of ours are those of that set.

    Raises:
        VerificationError: `redteam.other-probes`.
    """
    for one in sets_of(head):
        name = str(one["id"])
        if name not in shipped():
            continue
        ours = open_set(name)
        if ours.sha256 != one["sha256"]:
            continue  # an earlier version, or one of somebody's own: named by its digest
        known = {probe.id: probe for probe in ours.probes}
        mine = {id_: probe for id_, probe in probes.items() if id_.startswith(f"{name}.")}
        if any(known.get(id_) != probe for id_, probe in mine.items()):
            raise VerificationError(
                "redteam.other-probes", f"the transcript names the probe set {name}",
                expected="the probes of the set with that digest", got="others",
                mend="ask for the transcript as it was recorded",
            )  # fmt: skip
