"""One value after one rule: the single definition that columns, prose and requests share."""

import hashlib
from collections.abc import Callable
from decimal import Decimal

from sunlit.base.errors import MalformedError
from sunlit.recognise.masking_coarse import Coarser, coarser, read_number
from sunlit.recognise.masking_hierarchy import Hierarchies
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.masking_pseudonym import LENGTH, normal, pseudonymise
from sunlit.recognise.plan import Rule
from sunlit.recognise.plan_methods import METHODS, number


def expect_key(key: MaskKey | None, method: str) -> MaskKey:
    """Return the key that a method needs.

    Raises:
        MalformedError: `mask.key-missing`.
    """
    if key is None:
        raise MalformedError(
            "mask.key-missing", f"the plan's method {method} needs a key",
            expected="--mask-key file:PATH",
            mend="`sunlit data mask --new-key PATH` makes one; keep it apart from the data",
        )  # fmt: skip
    return key


def value_maker(
    rule: Rule, domain: str, *, key: MaskKey | None, hierarchies: Hierarchies, length: int = LENGTH
) -> Coarser:
    """Return text -> masked text, or None for what the method cannot read.

    `domain` is the pseudonym's domain and the redaction's label where the rule says none;
    `length` is a pseudonym's. Methods that look at more than one value (date-shift, noise,
    suppress, text, drop) are not made here.

    Raises:
        MalformedError: `mask.key-missing`, `mask.hierarchy`.
        UnavailableError, VerificationError: a hierarchy's.
    """
    if METHODS[rule.method].keyed:
        expect_key(key, rule.method)
    makers: dict[str, Callable[[], Coarser]] = {
        "redact": lambda: _redacted(rule, domain),
        "hash": lambda: _hashed(rule),
        "generalise": lambda: coarser(rule, hierarchies.coarser),
        "clip": lambda: _clipped(rule),
        "round": lambda: _rounded(rule),
        "pseudonym": lambda: pseudonymise(rule, expect_key(key, rule.method), domain, length),
    }
    return makers[rule.method]()


def label_of(rule: Rule, domain: str) -> str:
    """Return what a redaction leaves: `[email]`."""
    return f"[{rule.text('label', domain)}]"


def _redacted(rule: Rule, domain: str) -> Coarser:
    label = label_of(rule, domain)
    return lambda _text: label


def _hashed(rule: Rule) -> Coarser:
    salted = hashlib.sha256(rule.text("salt").encode() + b"\0")
    fold, length = rule.flag("fold"), rule.whole("length", 64)

    def made(text: str) -> str:
        value = normal(text, fold=fold)
        if not value:
            return text
        one = salted.copy()
        one.update(value.encode("utf-8", "surrogatepass"))
        return one.hexdigest()[:length]

    return made


def _clipped(rule: Rule) -> Coarser:
    low, high = number(rule.options.get("low")), number(rule.options.get("high"))

    def made(text: str) -> str | None:
        found = read_number(text)
        if found is None:
            return None
        if low is not None and found < low:
            return f"{low:f}"
        return f"{high:f}" if high is not None and found > high else text

    return made


def _rounded(rule: Rule) -> Coarser:
    to = number(rule.options["to"]) or Decimal(1)

    def made(text: str) -> str | None:
        found = read_number(text)
        if found is None or abs(found) >= Decimal(10) ** 18:
            return None
        return f"{(found / to).to_integral_value('ROUND_HALF_EVEN') * to:f}"

    return made
