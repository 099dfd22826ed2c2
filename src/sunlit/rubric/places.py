"""Codes of places, and what they lie in: only codes that ISO 3166-1 assigns excuse anything."""

import re
from collections.abc import Iterable
from typing import Final

PLACE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")  # ISO 3166-1 alpha-2, or 3166-2
# The member states of the European Union, and their parts that have codes of their own where its
# law holds (Article 355(1) and (4) of its Treaty): Aaland and the French outermost regions.
UNION: Final = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    "AX", "GF", "GP", "MF", "MQ", "RE", "YT",
})  # fmt: skip
# Assigned alpha-2 codes, and `EU`, which ISO reserves: `XX` would be a country without laws.
_CODES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM "
    "ZW EU"
)
ASSIGNED: Final = frozenset(_CODES.split())


def places(written: Iterable[str]) -> frozenset[str] | None:
    """Return codes of places with what they lie in; None where one cannot be understood.

    `NL` lies in `EU`, `US-CA` in `US`; `UK` is `GB`, and `EL` is `GR`.
    """
    found: set[str] = set()
    for text in written:
        code = re.sub(r"\AUK(?=-|\Z)", "GB", text.strip())
        code = re.sub(r"\AEL(?=-|\Z)", "GR", code)
        country = code[:2]
        if not PLACE.fullmatch(code) or country not in ASSIGNED:
            return None
        found |= {code, country} | ({"EU"} if country in UNION else set())
    return frozenset(found) or None
