"""Conformity -> OSCAL assessment results (1.2).

OSCAL knows `satisfied` and `not-satisfied`: UNKNOWN is not satisfied for the reason `other`,
and our prop `outcome` says the rest. All uuids derive from the conformity's digest, so that
the same answer is the same document.
"""

from typing import Final
from uuid import NAMESPACE_URL, uuid5

from sunlit.base.times import format_time
from sunlit.rubric.applies import NotApplicable
from sunlit.rubric.evaluate import Conformity
from sunlit.rubric.finding import Finding, Outcome
from sunlit.rubric.oscal import NS

OSCAL_VERSION: Final = "1.2.1"
REASONS: Final = {Outcome.HOLDS: "pass", Outcome.FAILS: "fail", Outcome.UNKNOWN: "other"}


def to_assessment_results(conformity: Conformity) -> dict[str, object]:
    """Return the document as JSON values."""
    at = format_time(conformity.at)
    asked = [{"control-id": finding.control} for finding in conformity.findings]
    result: dict[str, object] = {
        "uuid": _uuid(conformity, "result"),
        "title": f"Findings: {conformity.outcome}",
        "description": "Each control of the rubric, answered from signed statements.",
        "start": at,
        "end": at,
        "props": _props(conformity),
        "reviewed-controls": {"control-selections": [_selection(conformity, asked)]},
    }
    answers: list[Finding | NotApplicable] = [*conformity.findings, *conformity.not_applicable]
    observations = [_observation(conformity, one) for one in answers if one.rests_on]
    if observations:
        result["observations"] = observations
    if conformity.findings:
        result["findings"] = [_finding(conformity, finding) for finding in conformity.findings]
    return {
        "assessment-results": {
            "uuid": _uuid(conformity, "document"),
            "metadata": {
                "title": f"Conformity of {conformity.component or conformity.release}",
                "last-modified": at,
                "version": conformity.digest,
                "oscal-version": OSCAL_VERSION,
            },
            "import-ap": {"href": f"urn:sunlit:rubric:{conformity.rubric}"},
            "results": [result],
        }
    }


def _selection(conformity: Conformity, asked: list[dict[str, str]]) -> dict[str, object]:
    """Return what was asked and, with its reason, what was not."""
    selection: dict[str, object] = {"include-controls": asked} if asked else {"include-all": {}}
    if conformity.not_applicable:
        selection["exclude-controls"] = [
            {"control-id": one.control} for one in conformity.not_applicable
        ]
        selection["props"] = [
            {**_prop("not-applicable", one.control), "remarks": one.reason}
            for one in conformity.not_applicable
        ]
    return selection


def _uuid(conformity: Conformity, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:sunlit:conformity:{conformity.digest}#{name}"))


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NS, "value": value}


def _props(conformity: Conformity) -> list[dict[str, str]]:
    known = {
        "outcome": str(conformity.outcome),
        "release": conformity.release,
        "component": conformity.component,
        "use": conformity.use,
        "deployer": conformity.deployer,
        "rubric": conformity.rubric,
        "engine": conformity.engine,
        "expires": conformity.expires,
    }
    props = [_prop(name, value) for name, value in known.items() if value]
    return props + [_prop("log", f"{log.origin} {log.size}") for log in conformity.logs]


def _observation(conformity: Conformity, finding: Finding | NotApplicable) -> dict[str, object]:
    observation: dict[str, object] = {
        "uuid": _uuid(conformity, f"{finding.control}/observation"),
        "description": finding.reason,
        "methods": ["EXAMINE"],
        "collected": format_time(conformity.at),
        "relevant-evidence": [
            {"href": f"urn:sunlit:statement:{id_}", "description": "A statement it rests on."}
            for id_ in finding.rests_on
        ],
    }
    if finding.expires is not None:
        observation["expires"] = finding.expires
    return observation


def _finding(conformity: Conformity, finding: Finding) -> dict[str, object]:
    holds = finding.outcome is Outcome.HOLDS
    written: dict[str, object] = {
        "uuid": _uuid(conformity, f"{finding.control}/finding"),
        "title": finding.title,
        "description": finding.reason,
        "props": [_prop("outcome", str(finding.outcome))],
        "target": {
            "type": "statement-id",
            "target-id": f"{finding.control}_smt",
            "status": {
                "state": "satisfied" if holds else "not-satisfied",
                "reason": REASONS[finding.outcome],
            },
        },
    }
    if finding.rests_on:
        observation = _uuid(conformity, f"{finding.control}/observation")
        written["related-observations"] = [{"observation-uuid": observation}]
    if finding.mend is not None:
        written["remarks"] = f"To mend: {finding.mend}"
    return written
