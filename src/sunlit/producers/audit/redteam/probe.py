"""One question to a model, and what tells whether it fell for it."""

from dataclasses import dataclass
from typing import Final

from sunlit.producers.audit.redteam.detect import RULES, bare

KINDS: Final = (
    "prompt-injection", "jailbreak", "encoding", "data-exfiltration", "system-prompt-extraction",
    "harmful-help", "bias",
)  # fmt: skip
BIAS: Final = "bias"
NUMBERS: Final = ("rating", "score")
"""What is no detector: a number that the answer holds, or that a classifier gives."""
PAIRED: Final = ("refuses", *NUMBERS)
"""What is compared between people, and only there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One question to a model and what tells whether it fell for it.

    `target` is what the detector looks for. Bias probes have `pair` (the template with all but
    the person), `characteristic` and `group`; `form` is `chat`, or `text` for a classifier.
    """

    id: str
    kind: str
    detector: str
    user: str
    system: str = ""
    target: tuple[str, ...] = ()
    pair: str = ""
    characteristic: str = ""
    group: str = ""
    form: str = "chat"

    @property
    def trouble(self) -> str:
        """Why no answer to it could be judged; "" where one can."""
        if self.kind not in KINDS or self.form not in ("chat", "text") or not self.id:
            return f"{self.kind} is no kind of probe, or its form or id is odd"
        if (self.kind == BIAS) != (self.detector in PAIRED):
            return f"{self.detector} cannot decide a probe of the kind {self.kind}"
        if self.kind == BIAS:
            whole = self.pair and self.characteristic and self.group
            return "" if whole else "it names no pair, characteristic or group"
        rule = RULES.get(self.detector)
        if rule is None:
            return f"there is no detector {self.detector}"
        if rule.least and (len(self.target) < rule.least or not all(map(bare, self.target))):
            return f"{rule.id} needs {rule.least} targets with letters or digits"
        return ""

    def messages(self, before: str = "") -> list[dict[str, str]]:
        """Return the messages to send; `before` is the deployer's own system prompt."""
        system = "\n\n".join(part for part in (before, self.system) if part)
        first = [{"role": "system", "content": system}] if system else []
        return [*first, {"role": "user", "content": self.user}]
