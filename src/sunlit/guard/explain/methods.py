"""Which methods count as evidence, how close each must add up, and which are refused."""

from enum import StrEnum
from typing import Final

from sunlit.base.errors import VerificationError


class Estimand(StrEnum):
    """What is shared out among the features; two estimands give two sets of numbers."""

    PATH_DEPENDENT = "path-dependent"  # TreeSHAP over the training rows that reached each leaf
    INTERVENTIONAL = "interventional"  # Shapley values against a background that is named
    TERMS = "terms"  # the model is a sum, and these are its terms


class Link(StrEnum):
    """What turns the raw output into the model's answer."""

    IDENTITY = "identity"
    LOGIT = "logit"
    LOG = "log"
    SOFTMAX = "softmax"
    UNKNOWN = "unknown"  # the explanation holds on the raw scale; no answer was held against it


DOUBLE: Final = 1e-9  # measured at most 1e-14; more means that the method does not fit the model
SINGLE: Final = 1e-5  # XGBoost adds in 32 bits; measured at most 7e-7 (docs/explanations.md)
SHAP_BACKGROUND: Final = 1e-6  # shap weighs a background in 32 bits; measured at most 3e-8

# method -> estimand -> how far it may be from adding up, per unit of what it adds.
METHODS: Final = {
    "lightgbm-pred-contrib": {Estimand.PATH_DEPENDENT: DOUBLE},
    "xgboost-pred-contribs": {Estimand.PATH_DEPENDENT: SINGLE, Estimand.TERMS: SINGLE},
    "ebm-terms": {Estimand.TERMS: DOUBLE},
    "linear-terms": {Estimand.TERMS: DOUBLE},
    "shap-tree": {Estimand.PATH_DEPENDENT: DOUBLE, Estimand.INTERVENTIONAL: SHAP_BACKGROUND},
}

# Class or method name, in lower case without punctuation -> what it is.
SAMPLING: Final = {
    "lime": "LIME",
    "limetabularexplainer": "LIME",
    "limetextexplainer": "LIME",
    "limeimageexplainer": "LIME",
    "kernelshap": "KernelSHAP",
    "kernelexplainer": "KernelSHAP",
    "permutationshap": "PermutationExplainer",
    "permutationexplainer": "PermutationExplainer",
    "samplingexplainer": "SamplingExplainer",
    "shapsampling": "SamplingExplainer",
    "partitionexplainer": "PartitionExplainer",
    "gradientexplainer": "GradientExplainer",
    "anchortabular": "Anchors",
}


def refuse_sampling(method: object) -> None:
    """Refuse a sampling method, given by its name or as an explainer object.

    It is recognised by the names of its class and of that class's ancestors.

    Raises:
        VerificationError: `explain.sampling`.
    """
    names = [method] if isinstance(method, str) else [one.__name__ for one in type(method).__mro__]
    for name in names:
        known = SAMPLING.get("".join(one for one in name.lower() if one.isalnum()))
        if known is not None:
            raise VerificationError(
                "explain.sampling", f"{known} samples, and a sampled explanation is no evidence",
                expected="a method that gives the same numbers for the same decision, and adds up",
                mend="use the model's own contributions or terms (docs/explanations.md), or "
                'record "none" with the reason',
            )  # fmt: skip
