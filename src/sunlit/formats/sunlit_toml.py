"""`sunlit.toml`: what a maintainer says about a component. Reading; see `sunlit_toml_write`.

Every key is optional. A key that this version does not know is kept when the file is written
again, and named in `unknown`, so that a typing mistake shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from sunlit.base.errors import MalformedError
from sunlit.base.purl import Purl, bare
from sunlit.base.toml import parse_toml
from sunlit.claims.provenance import KINDS
from sunlit.formats.sunlit_toml_audit import AuditEntry, read_audits

FILE_NAME: Final = "sunlit.toml"
SCHEMA: Final = 1
MAX_BYTES: Final = 256 * 1024
DEFAULT_REPORTS: Final = ("sunlit-tests/*.json", ".sunlit/tests/*.json")
DEFAULT_LINEAGE: Final = (".sunlit/lineage/*.json",)

MALFORMED: Final = "toml.malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetEntry:
    """One `[[dataset]]`: a dataset that the component was made or tested with.

    The last four say how the risk of re-identification is measured: which columns somebody else
    may know, which must not be learned, how many people the data stands for, and for what.
    """

    name: str
    path: str | None = None
    digest: str | None = None
    licence: str | None = None
    source: str | None = None
    used_for: tuple[str, ...] = ()
    quasi_identifiers: tuple[str, ...] = ()
    sensitive_attributes: tuple[str, ...] = ()
    population: int | None = None
    profile: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SunlitToml:
    """All that a `sunlit.toml` may say; the defaults stand where there is none.

    `found` tells whether there was a file. `unknown` are the paths of keys not known here.
    """

    found: bool = False
    purl: str | None = None
    version: str | None = None
    kind: str | None = None
    description: str | None = None
    maintainer: str | None = None
    contact: str | None = None
    target: str | None = None
    intended_use: str | None = None
    licence: str | None = None
    supplier: str | None = None
    contract: str | None = None
    configuration: str | None = None
    model_files: tuple[str, ...] = ()
    model_card: str | None = None
    dataset_card: str | None = None
    reports: tuple[str, ...] = DEFAULT_REPORTS
    lineage: tuple[str, ...] = DEFAULT_LINEAGE
    datasets: tuple[DatasetEntry, ...] = ()
    audits: tuple[AuditEntry, ...] = ()
    unknown: tuple[str, ...] = field(default_factory=tuple)


# toml table -> key -> (field of SunlitToml, reader)
_TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "component": {
        "purl": "purl", "version": "version", "kind": "kind", "description": "description",
        "maintainer": "maintainer", "contact": "contact", "target": "target",
        "intended-use": "intended_use", "licence": "licence", "model-files": "model_files",
        "supplier": "supplier", "contract": "contract", "configuration": "configuration",
    },
    "documentation": {"model-card": "model_card", "dataset-card": "dataset_card"},
    "tests": {"reports": "reports"},
    "provenance": {"openlineage": "lineage"},
}  # fmt: skip
_LISTS: Final = frozenset({
    "reports", "lineage", "model_files", "used_for", "quasi_identifiers", "sensitive_attributes",
})  # fmt: skip
_COUNTS: Final = frozenset({"population"})
_DATASET: Final[Mapping[str, str]] = {
    "name": "name", "path": "path", "digest": "digest", "licence": "licence", "source": "source",
    "used-for": "used_for", "quasi-identifiers": "quasi_identifiers",
    "sensitive-attributes": "sensitive_attributes", "population": "population",
    "profile": "profile",
}  # fmt: skip


def read_toml(data: bytes) -> SunlitToml:
    """Read the bytes of a `sunlit.toml`.

    Raises:
        MalformedError: `toml.malformed`.
    """
    document = _parse(data)
    schema = document.pop("schema", SCHEMA)
    if schema != SCHEMA:
        raise _malformed("schema", "1: this version of Sunlit knows no other")
    values: dict[str, object] = {}
    unknown: list[str] = []
    for table, known in _TABLES.items():
        section = _table(document.pop(table, {}), table)
        values |= _fields(section, known, table, unknown)
    datasets = _datasets(document.pop("dataset", []), unknown)
    audits = read_audits(document.pop("audit", {}), unknown)
    unknown.extend(document)
    kind = values.get("kind")
    if kind is not None and kind not in KINDS:
        raise _malformed("component.kind", "one of " + ", ".join(KINDS))
    purl = values.get("purl")
    if purl and not Purl.is_spelt(bare(str(purl))):
        raise _malformed(
            "component.purl",
            "a package URL in its one spelling, such as pkg:generic/city.example/x",
        )
    given = cast("dict[str, str]", {key: item for key, item in values.items() if item != ""})
    return SunlitToml(
        found=True, datasets=datasets, audits=audits, unknown=tuple(sorted(unknown)),
        **given,  # type: ignore[arg-type]
    )  # fmt: skip


def _parse(data: bytes) -> dict[str, object]:
    if len(data) > MAX_BYTES:
        raise _malformed("the file", f"at most {MAX_BYTES} bytes")
    try:
        return parse_toml(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise MalformedError(
            MALFORMED, "sunlit.toml is not TOML", expected="TOML 1.0 in UTF-8",
            got=str(error)[:120], mend="mend the line named, or make a new file: sunlit init PATH",
        ) from error  # fmt: skip


def _fields(
    section: Mapping[str, object], known: Mapping[str, str], where: str, unknown: list[str]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in section.items():
        name = known.get(key)
        if name is None:
            unknown.append(f"{where}.{key}")
            continue
        values[name] = _reader(name)(value, f"{where}.{key}")
    return values


def _reader(name: str) -> Callable[[object, str], object]:
    if name in _COUNTS:
        return _count
    return _texts if name in _LISTS else _text


def _datasets(value: object, unknown: list[str]) -> tuple[DatasetEntry, ...]:
    if not isinstance(value, list):
        raise _malformed("dataset", "a list of tables, each headed [[dataset]]")
    found = []
    for number, item in enumerate(value):
        where = f"dataset[{number}]"
        fields = _fields(_table(item, where), _DATASET, where, unknown)
        if not fields.get("name"):
            raise _malformed(f"{where}.name", "a text")
        found.append(DatasetEntry(**fields))  # type: ignore[arg-type]
    return tuple(found)


def _table(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise _malformed(where, "a table")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise _malformed(where, "a text")
    return value.strip()


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _malformed(where, "a list of texts")
    return tuple(value)


def _count(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise _malformed(where, "a whole number, at least 1")
    return value


def _malformed(where: str, expected: str) -> MalformedError:
    return MalformedError(
        MALFORMED, f"sunlit.toml: {where} is malformed", expected=expected,
        mend="docs/sunlit-toml.md describes every key",
    )  # fmt: skip
