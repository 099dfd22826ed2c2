"""Noise on numbers and shifts of dates: what hangs on a row's number or on a person.

Noise is drawn from a stream that the key seeds for each column, one draw a row: the same key and
rows give the same noise. It is no promise of differential privacy: nothing here accounts for a
budget, the key can take it off again, and floats have tell-tale bits.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sunlit.producers.data.arrow import Array, compute
from sunlit.producers.data.mask_arrow import (
    as_text,
    back,
    by_distinct,
    decimals,
    normal_texts,
)
from sunlit.recognise.masking_coarse import FORMATS, read_number
from sunlit.recognise.masking_key import MaskKey
from sunlit.recognise.masking_pseudonym import Pseudonymiser
from sunlit.recognise.plan import Rule

if TYPE_CHECKING:
    import numpy as np

EXACT: Final = 2.0**53  # a larger whole number is not exact as a float: it is taken out
FIRST_YEAR: Final = 1000  # strftime writes earlier years without their zeros
TICKS: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


class Noise:
    """Adds noise to one column, batch after batch, in the order of the rows."""

    def __init__(self, rule: Rule, key: MaskKey, column: str) -> None:
        from numpy.random import Generator, Philox  # noqa: PLC0415 - an extra

        seed = int.from_bytes(key.derive("noise", column)[:16], "big")
        self._draws = Generator(Philox(key=seed))
        self._law, self._scale = rule.text("law"), float(Decimal(rule.text("scale")))

    def __call__(self, array: Array) -> Array:
        """Return the numbers with noise, in their type; what is no number becomes null."""
        import pyarrow as pa  # noqa: PLC0415 - an extra

        noise = self._noise(len(array))
        if pa.types.is_integer(array.type):
            return _whole(array, noise)
        if pa.types.is_floating(array.type):
            return pa.array(decimals(array) + noise, from_pandas=True).cast(array.type)
        texts = as_text(array).to_pylist()
        made = [_noisy(text, float(one)) for text, one in zip(texts, noise, strict=True)]
        return back(pa.array(made, pa.string()), array.type)

    def _noise(self, count: int) -> "np.ndarray[Any, np.dtype[np.float64]]":
        import numpy as np  # noqa: PLC0415 - an extra
        from scipy.special import ndtri  # noqa: PLC0415

        # One draw a row, strictly between 0 and 1, through the inverse of the distribution.
        draws = self._draws.random(count) + 2.0**-54
        if self._law == "gaussian":
            return np.asarray(self._scale * ndtri(draws), np.float64)
        centred = draws - 0.5
        spread = -np.sign(centred) * np.log1p(-2 * np.abs(centred))
        return np.asarray(self._scale * spread, np.float64)


def _whole(array: Array, noise: "np.ndarray[Any, Any]") -> Array:
    import numpy as np  # noqa: PLC0415 - an extra
    import pyarrow as pa  # noqa: PLC0415

    limits = np.iinfo(array.type.to_pandas_dtype())
    # A null leaves NaN, and so does what a float cannot hold exactly.
    found = array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    out = np.where(np.abs(found) <= EXACT, found + np.rint(noise), np.nan)
    held = np.clip(out, max(float(limits.min), -EXACT), min(float(limits.max), EXACT))
    return pa.array(held, from_pandas=True).cast(array.type)


def _noisy(text: str | None, noise: float) -> str | None:
    found = None if text is None else read_number(text)
    if found is None:
        return None
    exponent = found.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return f"{found + Decimal(noise):.{min(places, 18)}f}"


class DateShift:
    """Moves the dates of one person by one number of days, between -N and N, that the key gives."""

    def __init__(self, rule: Rule, key: MaskKey) -> None:
        self.person = rule.text("person")
        self._days, self._form = rule.whole("days", 1), rule.text("format") or None
        self._fold = rule.flag("fold")
        domain = rule.text("domain", self.person)
        self._maker = Pseudonymiser(MaskKey(key.derive("date-shift", domain)), domain)

    def __call__(self, array: Array, persons: Array) -> Array:
        """Return the dates moved, in their type; null where person or date cannot be read."""
        import pyarrow as pa  # noqa: PLC0415 - an extra

        pc = compute()
        shifts = by_distinct(persons, self._shifts)
        if pa.types.is_date32(array.type) or pa.types.is_date64(array.type):
            days = array.cast(pa.date32()).cast(pa.int32()).cast(pa.int64())
            moved = _within(pc.add(days, shifts), -719_162, 2_932_896)  # the years 1 to 9999
            return moved.cast(pa.int32()).cast(pa.date32()).cast(array.type)
        if pa.types.is_timestamp(array.type):
            ticks = 86_400 * TICKS[array.type.unit]
            instants = _within(array.cast(pa.int64()), -(2**62), 2**62)
            return pc.add(instants, pc.multiply(shifts, ticks)).cast(array.type)
        moved_texts = [
            None if text is None or days is None else shifted(text, days, self._form)
            for text, days in zip(as_text(array).to_pylist(), shifts.to_pylist(), strict=True)
        ]
        return pa.array(moved_texts, pa.string())

    def _shifts(self, persons: Array) -> Array:
        import numpy as np  # noqa: PLC0415 - an extra
        import pyarrow as pa  # noqa: PLC0415

        pc = compute()
        plain = normal_texts(persons, fold=self._fold)
        digests = self._maker.digests(plain.cast(pa.binary()).to_pylist())
        numbers = np.frombuffer(digests, ">u8").reshape(len(plain), 4)[:, 0]
        shifts = (numbers % np.uint64(2 * self._days + 1)).astype(np.int64) - self._days
        # An empty text is nobody: all such rows would share one shift.
        nobody = pc.equal(pc.binary_length(plain), 0)
        return pc.if_else(nobody, pa.scalar(None, pa.int64()), pa.array(shifts))


def _within(array: Array, low: int, high: int) -> Array:
    import pyarrow as pa  # noqa: PLC0415 - an extra

    pc = compute()
    inside = pc.and_(pc.greater_equal(array, low), pc.less_equal(array, high))
    return pc.if_else(inside, array, pa.scalar(None, array.type))


def shifted(text: str, days: int, form: str | None) -> str | None:
    """Return a written date moved by days, in its own form; None where it cannot be read.

    >>> shifted("2024-02-28T10:00Z", 2, None)
    '2024-03-01T10:00Z'
    """
    found = text.strip()
    parsed = _parsed(found, form)
    if parsed is None:
        return None
    with suppress(OverflowError):
        moved = parsed[0] + timedelta(days=days)
        if moved.year >= FIRST_YEAR:
            return (
                moved.strftime(parsed[1]) if parsed[1] else f"{moved.isoformat()[:10]}{found[10:]}"
            )
    return None


@lru_cache(maxsize=65_536)
def _parsed(text: str, form: str | None) -> tuple[datetime | date, str] | None:
    if form is None and text[4:5] == "-":
        with suppress(ValueError):
            return date.fromisoformat(text[:10]), ""
    for one in FORMATS if form is None else (form,):
        with suppress(ValueError):
            return datetime.strptime(text, one), one  # noqa: DTZ007 - moved as written
    return None
