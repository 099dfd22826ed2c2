"""The statement of somebody who could look: which files an endpoint served."""

import re
from datetime import datetime
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.claims.assurance import WeightBinding

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:+/-]{0,199}")


def binding_of(
    endpoint: str, method: str, bound_by: str, bound_from: datetime, valid_until: datetime
) -> WeightBinding:
    """Return the claim; `endpoint` is the name that the red team was run with.

    Raises:
        MalformedError: `redteam.endpoint-name`, for an address: it may hold a secret.
    """
    if not _NAME.fullmatch(endpoint) or "//" in endpoint:
        raise MalformedError(
            "redteam.endpoint-name", "an endpoint is called by a name, not by its address",
            expected="letters, digits and . _ : + / -", mend="--endpoint-name NAME",
        )  # fmt: skip
    return WeightBinding(
        endpoint=endpoint, method=method, bound_by=bound_by, bound_from=bound_from,
        valid_until=valid_until,
    )  # fmt: skip
