"""The documented error codes of `rubric`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "rubric.malformed": "An OSCAL document lacks a field, or a field has the wrong kind of value.",
    "rubric.oscal-version": "An OSCAL document names a version that this reader does not know.",
    "rubric.unsupported": "A profile uses a part of OSCAL that this reader does not apply.",
    "rubric.unknown-control": "A profile names a control that the layer below does not have.",
    "rubric.unknown-parameter": "A profile sets a parameter that no control declares.",
    "rubric.duplicate-id": "Two controls or two parameters of a rubric have the same id.",
    "rubric.dropped-control": "An agency profile leaves out a control of the shared core.",
    "rubric.loosened-parameter": "An agency profile sets a parameter below the shared core.",
    "rubric.no-direction": "A parameter does not declare which direction is stricter.",
    "rubric.overrides-core": "An agency profile changes how a control of the core is judged.",
    "rubric.unknown-rule": "A control names a rule that no capability provides.",
    "risk.malformed-scheme": "The scheme file of the risk code is not what it should be.",
    "risk.answer": "An answer of an assessment names no question that is asked, or no choice.",
    "risk.out-of-range": "An area, score, level or ceiling lies outside its scale.",
}
