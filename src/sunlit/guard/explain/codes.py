"""The documented error codes of `guard.explain`: code -> one sentence."""

from typing import Final

CODES: Final = {
    # methods
    "explain.sampling": "The method samples: its numbers change from run to run, so they are no "
    "evidence.",
    "explain.method": "The explanation names a method that is not one that counts as evidence.",
    # document
    "explain.malformed": "An explanation is not what this version of the format allows.",
    "explain.additivity": "Base and contributions do not add up to the model's raw output.",
    "explain.estimand": "Estimand, method and background of an explanation do not belong together.",
    "explain.not-finite": "An explanation holds a number that is not finite.",
    # explainer
    "explain.none": "There is no exact explanation for this decision, and the record says why.",
    "explain.failed": "The model's library cannot explain these inputs.",
    "explain.output": "The model's number cannot be found in what the decision put out.",
    "explain.other-output": "The explanation is of another output than the one released.",
    # row, library
    "explain.features": "The inputs are not one row of the model's features.",
    "explain.no-library": "The library that an explanation or a replay needs is not installed.",
    # linear, coefficients, shaptree
    "explain.not-linear": "The model is not a fitted linear model.",
    "explain.step": "A step before a linear model mixes columns, so its terms have no names.",
    "explain.coefficients": "A file of coefficients is malformed.",
    "explain.shape": "shap explains another number of scores than the model has.",
}
