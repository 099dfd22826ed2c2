"""The rules of all capabilities, for check 11 of a bundle."""

from sunlit.authority.history import History
from sunlit.bundle.findings import Matter
from sunlit.registry import bearing
from sunlit.registry.assure import engine_digest, positions
from sunlit.registry.wiring import RULES
from sunlit.rubric.evaluate import Conformity, evaluate
from sunlit.rubric.evidence import Evidence


def judge(history: History, matter: Matter) -> Conformity:
    """Answer every control from what a history says of a matter, as `assure` does. Pure.

    Raises:
        MalformedError: `rubric.unknown-rule`.
    """
    about = bearing.Matter(
        release=matter.release, files=tuple(matter.files.values()), component=matter.component,
        use=matter.use, deployer=matter.deployer,
    )  # fmt: skip
    evidence = Evidence(
        release=matter.release,
        component=matter.component,
        use=matter.use,
        deployer=matter.deployer,
        at=matter.at,
        directory=history.directory,
        statements=bearing.bearing_on(history.statements, about),
        files=matter.files,
        manifests=matter.manifests,
    )
    return evaluate(
        matter.rubric, evidence, RULES, engine=engine_digest(),
        logs=positions(history.statements),
    )  # fmt: skip
