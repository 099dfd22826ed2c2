"""CycloneDX VEX 1.4 to 1.6: what a maker says of vulnerabilities -> id and state.

`resolved` and `resolved_with_pedigree` settle one; so does `not_affected` with its justification,
and `false_positive` with a justification or a detail. Everything else that is not `exploitable` is
in triage: an answer without a reason is none. Of several answers about one id the worst counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.formats.foreign import Node, inner, items, malformed, text, too_large, unknown_version

KNOWN: Final = ("1.4", "1.5", "1.6")
MAX_VULNERABILITIES: Final = 50_000
SETTLED, TRIAGE, EXPLOITABLE = "settled", "in-triage", "exploitable"
WORSE: Final = (SETTLED, TRIAGE, EXPLOITABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vex:
    """A document: its version, who wrote it with what, and vulnerability -> state."""

    version: str
    serial: str
    written: str
    tool: str
    states: Mapping[str, str]

    def ids(self, state: str) -> tuple[str, ...]:
        """Return the ids in a state, in their order."""
        return tuple(sorted(one for one, found in self.states.items() if found == state))


def is_vex(document: Node) -> bool:
    """Whether a document is CycloneDX with vulnerabilities, of whatever version."""
    return document.get("bomFormat") == "CycloneDX" and "vulnerabilities" in document


def read_vex(document: Node) -> Vex:
    """Read a document.

    Raises:
        MalformedError: `foreign.malformed`, `foreign.too-large`, `foreign.unknown-version`.
    """
    version = text(document, "specVersion", 20)
    if version not in KNOWN:
        raise unknown_version("CycloneDX", version, ", ".join(KNOWN), "write it as CycloneDX 1.6")
    listed = items(document, "vulnerabilities")
    if len(listed) > MAX_VULNERABILITIES:
        raise too_large("the VEX document", f"at most {MAX_VULNERABILITIES} vulnerabilities")
    states: dict[str, str] = {}
    for one in listed:
        id_ = text(inner(one), "id", 120)
        if not id_:
            raise malformed("a vulnerability of the VEX document has no id", "`id`")
        states[id_] = max(states.get(id_, SETTLED), _state(inner(one)), key=WORSE.index)
    return Vex(
        version=version, serial=text(document, "serialNumber", 80),
        written=text(inner(document, "metadata"), "timestamp", 40), tool=_tool(document),
        states=states,
    )  # fmt: skip


def _state(vulnerability: Node) -> str:
    analysis = inner(vulnerability, "analysis")
    state, justified = analysis.get("state"), bool(text(analysis, "justification"))
    if state in {"resolved", "resolved_with_pedigree"} or (state == "not_affected" and justified):
        return SETTLED
    if state == "false_positive" and (justified or text(analysis, "detail")):
        return SETTLED
    return EXPLOITABLE if state == "exploitable" else TRIAGE


def _tool(document: Node) -> str:
    tools = inner(document, "metadata").get("tools")
    listed = tools if isinstance(tools, list) else items(inner(tools), "components")
    names = (f"{text(inner(one), 'name', 60)} {text(inner(one), 'version', 40)}" for one in listed)
    return next((one.strip() for one in names if one.strip()), "")
