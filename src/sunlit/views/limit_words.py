"""The coded limits of a permission in words: `rate:100/hour` is "At most 100 decisions an hour".

The code stands beside its words: it is what the guard reads. Any other limit is its issuer's words.
"""

from typing import Final

from sunlit.base.marking import N_
from sunlit.guard.limits import read_constraints
from sunlit.views.component_words import Words, quoted, words

RATES: Final = {
    1: N_("At most %(count)s decisions a second (%(code)s)"),
    60: N_("At most %(count)s decisions a minute (%(code)s)"),
    3600: N_("At most %(count)s decisions an hour (%(code)s)"),
    86_400: N_("At most %(count)s decisions a day (%(code)s)"),
}


def limit_words(limit: str, most: int) -> Words:
    """Return one limit in words; others' words no longer than `most` characters."""
    found = read_constraints([limit])
    if found.rates:
        rate = found.rates[0]
        return words(RATES[rate.seconds], count=f"{rate.count:,}", code=limit)
    if found.volumes:
        count = f"{found.volumes[0].count:,}"
        return words("At most %(count)s decisions in all (%(code)s)", count=count, code=limit)
    if found.masks:
        return words("Personal data is masked before it is used (%(code)s)", code=limit)
    return quoted(limit, most)
