"""Brings kept audits into `sunlit assure`: each is drafted about the present release.

An audit stands as long as the model files that it was made on are the release's, unchanged;
nothing is tested again. One of other files does not count, and says which command repeats it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from sunlit.base.errors import UnavailableError
from sunlit.registry.audit_keep import ENDING, FOLDER, KeptAudit, kept_audits
from sunlit.registry.model_files import audited, model_subjects
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced

NAME: Final = "audits"


class AuditsProducer:
    """Makes a draft of every kept audit that is about exactly the model files of the folder."""

    name = NAME
    version = "1"

    def tool_version(self) -> str | None:
        """Return None: no tool is asked."""
        return None

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return the drafts of audits: they are in no manifest."""
        return list(component.own_files(f"{FOLDER}/*{ENDING}"))

    def produce(self, component: ComponentFolder) -> Produced:
        """Draft the audits of these files again; say of which others there are only old ones."""
        found = kept_audits(component.root)
        notes = [Note.of(NAME, one.error, blocks=False) for one in found if one.error is not None]
        kept = [one for one in found if one.error is None]
        standing = [one for one in kept if _is_of(component, one)]
        series = {one.series for one in standing}
        notes += _old(component, [one.series for one in kept if one.series not in series])
        subjects = audited(component)
        drafts = [
            Draft(claim=draft.claim, subjects=subjects) for one in standing for draft in one.drafts
        ]
        return Produced(drafts=tuple(drafts), notes=tuple(notes))


def _is_of(component: ComponentFolder, kept: KeptAudit) -> bool:
    """Tell whether it was made on the present model files: on all of them, and on no other."""
    now = {one.digest["sha256"] for one in model_subjects(component)}
    return all({one.digest.get("sha256") for one in draft.subjects} == now for draft in kept.drafts)


def _old(component: ComponentFolder, kept: Sequence[str]) -> Iterator[Note]:
    for series in dict.fromkeys(kept):
        yield Note.of(NAME, UnavailableError(
            "producer.other-bytes",
            f"an audit ({series}) was made on other model files than this folder holds",
            expected="an audit of the model files as they are now",
            mend=f"{command(series)} --component {component.root}",
        ))  # fmt: skip


def command(series: str) -> str:
    """Return the command that makes an audit of this series; `--component` stands after it."""
    return next((words for kind, words in COMMANDS.items() if series.startswith(kind)), IMPORT)


COMMANDS: Final[dict[str, str]] = {
    "bias-audit": "sunlit audit bias PREDICTIONS",
    "drift": "sunlit audit drift REFERENCE CURRENT",
    "red-team": "sunlit audit redteam",
    "robustness": "sunlit audit robustness DATA",
}
IMPORT: Final = "sunlit audit import FILE"
