"""What a client says about its request, in `Sunlit-*` headers."""

from dataclasses import dataclass, field
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.proxy.headers import Headers

MAX_LENGTH: Final = 512
USE: Final = "Sunlit-Use"
JURISDICTION: Final = "Sunlit-Jurisdiction"
DATA_CLASS: Final = "Sunlit-Data-Class"
PURPOSE: Final = "Sunlit-Purpose"
CASE: Final = "Sunlit-Case"
BREAK_GLASS: Final = "Sunlit-Break-Glass"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a request is for; None where neither client nor operator said.

    `case` points into the deployer's own case system; `break_glass` is the reason in words.
    """

    use: str | None = None
    jurisdiction: str | None = None
    data_class: str | None = None
    purpose: str | None = None
    case: str | None = field(default=None, repr=False)
    break_glass: str | None = field(default=None, repr=False)


NOTHING: Final = Declared()


def read_declared(headers: Headers, fixed: Declared = NOTHING) -> Declared:
    """Read the headers; what the operator fixed wins over what a client says.

    Raises:
        MalformedError: `proxy.header`: twice, empty, too long, or not printable.
    """
    return Declared(
        use=fixed.use or _one(headers, USE),
        jurisdiction=fixed.jurisdiction or _one(headers, JURISDICTION),
        data_class=fixed.data_class or _one(headers, DATA_CLASS),
        purpose=fixed.purpose or _one(headers, PURPOSE),
        case=_one(headers, CASE),
        break_glass=_one(headers, BREAK_GLASS),
    )


def _one(headers: Headers, name: str) -> str | None:
    values = headers.getall(name, [])
    if not values:
        return None
    text = values[0].strip()
    if len(values) > 1 or not 0 < len(text) <= MAX_LENGTH or not text.isprintable():
        raise MalformedError(
            "proxy.header", f"the request header {name} is malformed",
            expected=f"it once, 1 to {MAX_LENGTH} printable characters",
        )  # fmt: skip
    return text
