"""Which methods count as evidence, how close each must add up, and which are refused."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Exactness:
    """How far a method may be from adding up, per unit of what it adds: a matter of precision."""

    estimands: tuple[Estimand, ...]
    relative: float


DOUBLE: Final = 1e-9  # measured at most 1e-14; more means that the method does not fit the model
SINGLE: Final = 1e-5  # XGBoost adds in 32 bits; measured at most 2e-6 (docs/explanations.md)

METHODS: Final = {
    "lightgbm-pred-contrib": Exactness((Estimand.PATH_DEPENDENT,), DOUBLE),
    "xgboost-pred-contribs": Exactness((Estimand.PATH_DEPENDENT, Estimand.TERMS), SINGLE),
    "ebm-terms": Exactness((Estimand.TERMS,), DOUBLE),
    "linear-terms": Exactness((Estimand.TERMS,), DOUBLE),
    "shap-tree": Exactness((Estimand.PATH_DEPENDENT, Estimand.INTERVENTIONAL), DOUBLE),
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
