"""The proxy's configuration: a small TOML file, read strictly (`spec/proxy-config.md`)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

from sunlit.base.errors import MalformedError
from sunlit.base.toml import parse_toml, place_in
from sunlit.proxy.details import Price
from sunlit.proxy.pointer import is_pointer
from sunlit.proxy.routes import Api, Route

CONFIG: Final = "proxy.config"
FORMAT: Final = "sunlit-proxy/1"
MAX_FILE: Final = 1 << 20
MAX_SECONDS: Final = 86_400
_TOP: Final = {
    "format", "upstream", "limits", "price", "route", "detectors", "mask_plan", "mask_key",
    "mask_recognisers",
}  # fmt: skip
_PATH: Final = re.compile(r"/[A-Za-z0-9._~@:!$&'()*+,;=/-]*")
_CURRENCY: Final = re.compile(r"[A-Z]{3}")

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of the proxy: bytes, requests at once, and seconds."""

    request_bytes: int = 32 << 20
    response_bytes: int = 32 << 20
    concurrent: int = 64
    connect_seconds: int = 5
    answer_seconds: int = 600  # until the upstream's headers
    idle_seconds: int = 120  # between two pieces of an answer
    body_seconds: int = 60  # for a request's whole body
    write_seconds: int = 60  # for a client to take one piece
    drain_seconds: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSettings:
    """When a detector raises a draft; a detector whose numbers are None is off. Shares are 0..1.

    `rate_factor`: how many times the mean of the windows before. `reference` is the file with the
    ranges and histograms that inputs are compared with.
    """

    window_seconds: int = 300
    minimum: int = 50
    rate_factor: Decimal | None = None
    refusal_share: Decimal | None = None
    range_share: Decimal | None = None
    drift_psi: Decimal | None = None
    drift_window: int = 1000
    reference: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskSettings:
    """The mask plan that every request is masked after, its key by URI, own recognisers."""

    plan: Path
    key: str | None = None
    recognisers: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyConfig:
    """Everything that the file may say; the defaults are a proxy without one."""

    upstream: str | None = None
    limits: Limits = field(default_factory=Limits)
    prices: tuple[Price, ...] = ()
    plain: tuple[tuple[str, str, Route], ...] = ()
    detectors: DetectorSettings = field(default_factory=DetectorSettings)
    masking: MaskSettings | None = None


def load_config(path: Path) -> ProxyConfig:
    """Read a configuration file; paths in it are relative to its folder.

    Raises:
        MalformedError: `proxy.config`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            _no("it is larger than 1 MiB")
        return parse_config(data.decode(), path.parent)
    except OSError as error:
        raise MalformedError(
            CONFIG, "the configuration cannot be read", got=error.strerror, mend="--config FILE"
        ) from error
    except UnicodeDecodeError as error:
        raise MalformedError(CONFIG, "the configuration is not UTF-8") from error


def parse_config(text: str, folder: Path) -> ProxyConfig:
    """Read a configuration's text.

    Raises:
        MalformedError: `proxy.config`.
    """
    try:
        document: Table = parse_toml(text)
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise MalformedError(CONFIG, "the configuration is no TOML", got=place_in(error)) from error
    _only(document, _TOP, "the file")
    if document.get("format") != FORMAT:
        _no("it does not say its format", expected=f'format = "{FORMAT}"')
    upstream = document.get("upstream")
    return ProxyConfig(
        upstream=None if upstream is None else read_upstream(_text(upstream, "upstream")),
        limits=_limits(_table(document.get("limits", {}), "limits")),
        prices=tuple(_price(one) for one in _tables(document, "price")),
        plain=tuple(_route(one) for one in _tables(document, "route")),
        detectors=_detectors(_table(document.get("detectors", {}), "detectors"), folder),
        masking=_masking(document, folder),
    )


def read_upstream(url: str) -> str:
    """Return an upstream's URL without a slash at its end.

    Raises:
        MalformedError: `proxy.config`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        _no("the upstream is no plain http or https URL", expected="http://127.0.0.1:8000")
    if port == 0 or parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        _no("the upstream is no plain http or https URL", expected="http://127.0.0.1:8000")
    if parts.query or parts.fragment:
        _no("the upstream's URL has a query or a fragment", expected="http://127.0.0.1:8000")
    return url.rstrip("/")


def _limits(table: Table) -> Limits:
    _only(table, {one.name for one in fields(Limits)}, "limits")
    return Limits(**{
        name: _whole(value, f"limits.{name}", MAX_SECONDS if name.endswith("seconds") else 1 << 40)
        for name, value in table.items()
    })  # fmt: skip


def _price(table: Table) -> Price:
    _only(table, {"model", "prompt_per_1k", "completion_per_1k", "currency"}, "price")
    currency = _text(table.get("currency"), "price.currency")
    if not _CURRENCY.fullmatch(currency):
        _no("price.currency is malformed", expected="three letters, as in ISO 4217")
    return Price(
        model=_text(table.get("model"), "price.model"),
        prompt=_decimal(table.get("prompt_per_1k"), "price.prompt_per_1k"),
        completion=_decimal(table.get("completion_per_1k", "0"), "price.completion_per_1k"),
        currency=currency,
    )


def _route(table: Table) -> tuple[str, str, Route]:
    _only(table, {"path", "method", "input", "output", "case"}, "route")
    path = _text(table.get("path"), "route.path")
    if not _PATH.fullmatch(path) or path.startswith("/.sunlit") or "/." in path:
        _no("route.path is malformed", expected="/score: letters and digits, no dots at its front")
    method = _text(table.get("method", "POST"), "route.method")
    if method not in ("POST", "PUT"):
        _no("route.method is malformed", expected="POST or PUT")
    places = {name: _pointer(table, name) for name in ("input", "output", "case")}
    return method, path, Route(name=path, api=Api.PLAIN, **places)


def _pointer(table: Table, name: str) -> str | None:
    if name not in table:
        return None
    text = _text(table[name], f"route.{name}", empty=True)
    if not is_pointer(text):
        _no(f"route.{name} is no JSON Pointer", expected="/applicant/income")
    return text


def _detectors(table: Table, folder: Path) -> DetectorSettings:
    _only(table, {one.name for one in fields(DetectorSettings)}, "detectors")
    known: dict[str, object] = {}
    for name, value in table.items():
        where = f"detectors.{name}"
        if name == "reference":
            known[name] = folder / _text(value, where)
        elif name in ("window_seconds", "minimum", "drift_window"):
            known[name] = _whole(value, where, MAX_SECONDS)
        else:
            known[name] = _decimal(value, where)
    settings = DetectorSettings(**known)  # type: ignore[arg-type]
    if (settings.range_share or settings.drift_psi) and settings.reference is None:
        _no("ranges and drift need something to compare with", expected="detectors.reference")
    return settings


def _masking(document: Table, folder: Path) -> MaskSettings | None:
    if "mask_plan" not in document:
        if document.keys() & {"mask_key", "mask_recognisers"}:
            _no("a mask key or recognisers are of no use without a plan", expected="mask_plan")
        return None
    key = document.get("mask_key")
    folders = document.get("mask_recognisers", [])
    if not isinstance(folders, list):
        _no("mask_recognisers is no list of folders")
    return MaskSettings(
        plan=folder / _text(document["mask_plan"], "mask_plan"),
        key=None if key is None else _beside(_text(key, "mask_key"), folder),
        recognisers=tuple(folder / _text(one, "mask_recognisers") for one in folders),
    )


def _beside(uri: str, folder: Path) -> str:
    scheme, colon, rest = uri.partition(":")
    return f"file:{folder / rest}" if colon and scheme == "file" else uri


def _tables(document: Table, name: str) -> Sequence[Table]:
    rows = document.get(name, [])
    return [_table(one, name) for one in rows] if isinstance(rows, list) else _no(
        f"{name} is no array of tables", expected=f"[[{name}]]"
    )  # fmt: skip


def _table(value: object, where: str) -> Table:
    return value if isinstance(value, dict) else _no(f"{where} is no table")


def _only(table: Table, names: set[str], where: str) -> None:
    odd = sorted(set(table) - names)
    if odd:
        _no(f"{where} has a key that means nothing here", expected=" or ".join(sorted(names)),
            got=odd[0][:80])  # fmt: skip


def _text(value: object, where: str, *, empty: bool = False) -> str:
    return value if isinstance(value, str) and (value or empty) else _no(f"{where} is no text")


def _whole(value: object, where: str, most: int) -> int:
    if type(value) is int and 0 < value <= most:
        return value
    return _no(f"{where} is out of bounds", expected=f"a whole number from 1 to {most}")


def _decimal(value: object, where: str) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_finite() and 0 <= number < 1_000_000_000:
        return number
    return _no(f"{where} is no decimal", expected='decimal text, such as "0.0015"')


def _no(what: str, *, expected: str | None = None, got: str | None = None) -> NoReturn:
    raise MalformedError(
        CONFIG, f"the configuration: {what}", expected=expected, got=got,
        mend="see spec/proxy-config.md",
    )  # fmt: skip
