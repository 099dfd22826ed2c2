"""The document of an explanation: `spec/explanation.md`. Numbers are shortest round-trip texts.

Whoever reads one can add it up again: `parse` does, and refuses what does not.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError, SunlitError, VerificationError
from sunlit.guard.explain.methods import METHODS, Estimand, Link, refuse_sampling
from sunlit.guard.explain.terms import Term

MEDIA_TYPE: Final = "application/vnd.sunlit.explanation+json"
VERSION: Final = 1
NONE: Final = "none"
MALFORMED: Final = "explain.malformed"
MAX_DOCUMENT: Final = 4 * 1024 * 1024  # bytes
_NUMBERS: Final = ("base", "total", "raw", "residual", "tolerance")
_FIELDS: Final = frozenset({
    "v", "method", "estimand", "link", "target", "contributions", "output", "library",
    "background", *_NUMBERS,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Base plus contributions is the raw output of the model, within `tolerance`.

    `output` is the answer that was released and held against the raw output through the link;
    None where the answer is no single number, so that nobody compared them.
    """

    method: str
    estimand: Estimand
    link: Link
    base: float
    terms: tuple[Term, ...]
    raw: float
    tolerance: float
    library: str
    target: str | None = None
    output: float | None = None
    background: str | None = None

    @property
    def total(self) -> float:
        """Base plus contributions, correctly rounded, so that their order does not matter."""
        return math.fsum([self.base, *(one.contribution for one in self.terms)])

    @property
    def residual(self) -> float:
        """By how much the total misses the model's raw output."""
        return abs(self.raw - self.total)

    @property
    def largest_tolerance(self) -> float:
        """What the method's precision allows for numbers of this size."""
        size = abs(self.base) + math.fsum(abs(one.contribution) for one in self.terms)
        return METHODS[self.method][self.estimand] * max(1.0, size, abs(self.raw))

    def check(self) -> None:
        """Check that the explanation adds up and says what it must.

        Raises:
            VerificationError: `explain.additivity`, `explain.estimand`, `explain.not-finite`.
        """
        numbers = [self.base, self.raw, self.tolerance, *(one.contribution for one in self.terms)]
        if not all(map(math.isfinite, numbers)):
            raise VerificationError(
                "explain.not-finite", "the explanation holds a number that is not finite"
            )
        is_interventional = self.estimand is Estimand.INTERVENTIONAL
        if (
            self.estimand not in METHODS[self.method]
            or (self.background is not None) != is_interventional
        ):
            raise VerificationError(
                "explain.estimand", "the estimand does not belong to the method, or it lacks the "
                "background that it needs, or names one that it has no use for",
                expected=", ".join(METHODS[self.method]), got=str(self.estimand),
            )  # fmt: skip
        if not self.residual <= self.tolerance <= self.largest_tolerance:
            raise VerificationError(
                "explain.additivity", "base and contributions do not add up to the raw output",
                expected=f"a residual of at most {self.largest_tolerance:.3g}",
                got=f"{self.residual:.3g}",
                mend="the method does not fit this model: use another, or record "
                '"none" with the reason',
            )  # fmt: skip

    def to_bytes(self) -> bytes:
        """Return canonical JSON."""
        return canonical.encode({
            "v": VERSION,
            "method": self.method,
            "estimand": str(self.estimand),
            "link": str(self.link),
            "target": self.target,
            "contributions": [
                {"name": one.name, "contribution": repr(one.contribution), "value": one.value}
                for one in self.terms
            ],
            "output": None if self.output is None else repr(self.output),
            "library": self.library,
            "background": self.background,
            **{name: repr(getattr(self, name)) for name in _NUMBERS},
        })  # fmt: skip


@dataclass(frozen=True, slots=True)
class NoExplanation:
    """There is none, and why: a coded reason and one sentence."""

    code: str
    reason: str

    def to_bytes(self) -> bytes:
        """Return canonical JSON."""
        return canonical.encode(
            {"v": VERSION, "method": NONE, "code": self.code, "reason": self.reason}
        )


def parse(data: bytes) -> Explanation | NoExplanation:
    """Read an explanation, add it up again, and refuse what does not hold.

    Raises:
        MalformedError: `explain.malformed`, `json.*`.
        VerificationError: `explain.sampling`, `explain.method`, `explain.additivity`,
            `explain.estimand`, `explain.not-finite`.
    """
    found = canonical.decode_object(data, what="the explanation", limit=MAX_DOCUMENT)
    if found.get("v") != VERSION:
        raise MalformedError(
            MALFORMED, "the explanation is of another version", expected=str(VERSION),
            mend="use a newer sunlit",
        )  # fmt: skip
    method = _text(found, "method")
    if method == NONE:
        return _none(found)
    refuse_sampling(method)
    if method not in METHODS:
        raise VerificationError(
            "explain.method", "the method is not one that counts as evidence",
            expected=", ".join(METHODS), got=ascii(method)[:60],
        )  # fmt: skip
    explanation = _explanation(found)
    explanation.check()
    _check_sums(found, explanation)
    return explanation


def _none(found: Mapping[str, object]) -> NoExplanation:
    _expect_fields(found, frozenset({"v", "method", "code", "reason"}))
    return NoExplanation(_text(found, "code"), _text(found, "reason"))


def _explanation(found: Mapping[str, object]) -> Explanation:
    _expect_fields(found, _FIELDS)
    rows = found["contributions"]
    if not isinstance(rows, list):
        raise MalformedError(MALFORMED, "`contributions` is no list")
    try:
        estimand, link = Estimand(_text(found, "estimand")), Link(_text(found, "link"))
    except ValueError as error:
        raise MalformedError(MALFORMED, "the estimand or the link is not a known one") from error
    return Explanation(
        method=_text(found, "method"), estimand=estimand, link=link, base=_number(found, "base"),
        terms=tuple(_term(row) for row in rows), raw=_number(found, "raw"),
        tolerance=_number(found, "tolerance"), library=_text(found, "library"),
        target=_text_or_none(found, "target"), background=_text_or_none(found, "background"),
        output=None if found["output"] is None else _number(found, "output"),
    )  # fmt: skip


def _check_sums(found: Mapping[str, object], explanation: Explanation) -> None:
    # What is printed beside the numbers is what they give: a reader may believe either.
    if _number(found, "total") != explanation.total:
        raise VerificationError("explain.additivity", "`total` is not the sum that it says it is")
    if _number(found, "residual") != explanation.residual:
        raise VerificationError("explain.additivity", "`residual` is not what is left over")


def _term(row: object) -> Term:
    if not isinstance(row, dict):
        raise MalformedError(MALFORMED, "a contribution is no object")
    _expect_fields(row, frozenset({"name", "contribution", "value"}))
    return Term(_text(row, "name"), _number(row, "contribution"), _text_or_none(row, "value"))


def _expect_fields(found: Mapping[str, object], fields: frozenset[str]) -> None:
    odd_ones = fields.symmetric_difference(found)
    if odd_ones:
        odd = min(odd_ones)
        raise MalformedError(MALFORMED, f"a field is missing or unknown: {ascii(odd)[:60]}")


def _text(found: Mapping[str, object], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        raise MalformedError(MALFORMED, f"`{name}` is no text")
    return value


def _text_or_none(found: Mapping[str, object], name: str) -> str | None:
    return None if found.get(name) is None else _text(found, name)


def _number(found: Mapping[str, object], name: str) -> float:
    text = _text(found, name)
    try:
        value = float(text)
    except ValueError as error:
        raise MalformedError(MALFORMED, f"`{name}` is no decimal number") from error
    if repr(value) != text:
        raise MalformedError(MALFORMED, f"`{name}` is not the shortest text of its number")
    return value


def is_explanation(media_type: str) -> bool:
    """Tell whether content of this media type claims to be such a document."""
    return media_type.partition(";")[0].strip().lower() == MEDIA_TYPE


def checked(media_type: str, data: bytes) -> Explanation | NoExplanation | SunlitError | None:
    """Read content for somebody who only shows it: the fault instead of raising it.

    None: the content is of another type, which nobody here can check.
    """
    if not is_explanation(media_type):
        return None
    try:
        return parse(data)
    except SunlitError as error:
        return error
