"""The mask plan of a proxy, bound to its key and to the recognisers that it was made with."""

from sunlit.base.errors import VerificationError
from sunlit.proxy.config import MaskSettings
from sunlit.recognise.engine import Engine
from sunlit.recognise.masking import TextMasker
from sunlit.recognise.masking_key import load_key
from sunlit.recognise.plan_read import load_plan
from sunlit.recognise.recognisers import load


def load_mask(settings: MaskSettings) -> TextMasker:
    """Read plan, key and recognisers, and compile them.

    Raises:
        MalformedError: `plan.malformed`, `mask.key-*`, `mask.hierarchy`, `recognise.*`.
        VerificationError: `proxy.mask-recognisers`, `mask.hierarchy-changed`.
        UnavailableError: `plan.unreadable`, `mask.key-unreadable`, `recognise.no-engine`.
    """
    plan = load_plan(settings.plan)
    recognisers = load(*settings.recognisers)
    if plan.recognisers not in (None, recognisers.digest):
        raise VerificationError(
            "proxy.mask-recognisers", "the mask plan was made with other recognisers than these",
            expected=plan.recognisers, got=recognisers.digest,
            mend="review what changed and correct `recognisers` in the plan, or run the version "
            "that made it",
        )  # fmt: skip
    key = None if settings.key is None else load_key(settings.key)
    return TextMasker(plan, Engine(recognisers), key, folder=settings.plan.parent)
