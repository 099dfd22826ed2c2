"""A small strict reader of OSCAL 1.2 JSON: catalogs and profiles, as far as a rubric needs.

What decides an answer (ids, parameters, our own props, imports, modifications) is checked;
prose and the rest of the document is kept as it stands.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError

NS: Final = "urn:sunlit:oscal:v1"
VERSION: Final = re.compile(r"1\.2\.\d{1,4}")
TOKEN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9._-]{0,127}")  # OSCAL's datatype `token`
LIMIT: Final = 4 * 1024 * 1024

Object = Mapping[str, object]


def malformed(where: str, expected: str) -> MalformedError:
    """Return the error for a part that is not what OSCAL says; values are not repeated."""
    return MalformedError("rubric.malformed", f"{where} is malformed", expected=expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Controls by id in document order, each with its group's title."""

    metadata: Object
    controls: Mapping[str, Object]
    groups: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Which controls a profile takes from one source. None includes all."""

    href: str
    include: frozenset[str] | None
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """What a profile adds to one control."""

    control: str
    props: tuple[Object, ...] = ()
    parts: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Imports, parameter values and additions of one profile."""

    metadata: Object
    imports: tuple[Import, ...]
    parameters: Mapping[str, tuple[str, ...]]
    additions: tuple[Addition, ...] = ()
    digest: str = field(default="")


def read_catalog(data: bytes) -> Catalog:
    """Read an OSCAL catalog; groups may nest.

    Raises:
        MalformedError: `json.*`, `rubric.malformed`, `rubric.oscal-version`,
            `rubric.duplicate-id`.
    """
    document = canonical.decode_object(data, what="the catalog", limit=LIMIT)
    catalog = an_object(document.get("catalog"), "catalog")
    controls: dict[str, Object] = {}
    groups: dict[str, str] = {}
    for group, control in _controls(catalog, ""):
        id_ = a_token(control.get("id"), "control.id")
        if id_ in controls:
            raise MalformedError(
                "rubric.duplicate-id", f"the control {id_} stands twice in the catalog"
            )
        controls[id_], groups[id_] = control, group
    return Catalog(
        metadata=_metadata(catalog),
        controls=controls,
        groups=groups,
        digest=sha256(canonical.encode(document)).hexdigest(),
    )


def _controls(parent: Object, group: str) -> Iterator[tuple[str, Object]]:
    for control in objects(parent.get("controls"), "controls"):
        yield group, control
        if "controls" in control:
            raise MalformedError(
                "rubric.unsupported", "a control holds controls of its own",
                mend="list the inner controls beside it",
            )  # fmt: skip
    for inner in objects(parent.get("groups"), "groups"):
        yield from _controls(inner, a_text(inner.get("title"), "group.title"))


def read_profile(data: bytes) -> Profile:
    """Read an OSCAL profile.

    Raises:
        MalformedError: `json.*`, `rubric.malformed`, `rubric.oscal-version`,
            `rubric.unsupported`.
    """
    document = canonical.decode_object(data, what="the profile", limit=LIMIT)
    profile = an_object(document.get("profile"), "profile")
    modify = an_object(profile.get("modify", {}), "profile.modify")
    imports = tuple(_import(item) for item in objects(profile.get("imports"), "imports"))
    if not imports:
        raise malformed("profile.imports", "at least one import")
    return Profile(
        metadata=_metadata(profile),
        imports=imports,
        parameters=_set_parameters(modify),
        additions=tuple(_alteration(modify)),
        digest=sha256(canonical.encode(document)).hexdigest(),
    )


def _import(item: Object) -> Import:
    include = None if "include-all" in item else _ids(item.get("include-controls"))
    return Import(
        href=a_text(item.get("href"), "import.href"),
        include=include,
        exclude=_ids(item.get("exclude-controls")),
    )


def _ids(selections: object) -> frozenset[str]:
    found: set[str] = set()
    for selection in objects(selections, "a selection of controls"):
        _only(selection, {"with-ids", "with-child-controls"}, "a selection of controls")
        found.update(a_token(id_, "with-ids") for id_ in a_list(selection.get("with-ids")))
    return frozenset(found)


def _set_parameters(modify: Object) -> dict[str, tuple[str, ...]]:
    _only(modify, {"set-parameters", "alters"}, "profile.modify")
    found: dict[str, tuple[str, ...]] = {}
    for item in objects(modify.get("set-parameters"), "set-parameters"):
        # A changed constraint, guideline or prop could turn a parameter's meaning round.
        _only(item, {"param-id", "values", "remarks"}, "set-parameter")
        id_ = a_token(item.get("param-id"), "param-id")
        if id_ in found:
            raise MalformedError("rubric.duplicate-id", f"the parameter {id_} is set twice")
        found[id_] = texts(item.get("values"), "set-parameter.values")
    return found


def _alteration(modify: Object) -> Iterator[Addition]:
    for alter in objects(modify.get("alters"), "alters"):
        _only(alter, {"control-id", "adds", "remarks"}, "alter")
        control = a_token(alter.get("control-id"), "alter.control-id")
        for add in objects(alter.get("adds"), "alter.adds"):
            _only(add, {"position", "props", "parts", "links"}, "alter.add")
            yield Addition(
                control=control,
                props=objects(add.get("props"), "props"),
                parts=objects(add.get("parts"), "parts"),
            )


def _only(item: Object, known: set[str], where: str) -> None:
    if unknown := sorted(set(item) - known):
        raise MalformedError(
            "rubric.unsupported", f"{where} holds `{unknown[0]}`, which is not applied here",
            expected="one of " + ", ".join(sorted(known)),
            mend="take it out, or resolve the profile with another tool first",
        )  # fmt: skip


def _metadata(parent: Object) -> Object:
    metadata = an_object(parent.get("metadata"), "metadata")
    for name in ("title", "version", "last-modified"):
        a_text(metadata.get(name), f"metadata.{name}")
    if not VERSION.fullmatch(a_text(metadata.get("oscal-version"), "metadata.oscal-version")):
        raise MalformedError(
            "rubric.oscal-version", "the document is of an unknown OSCAL version",
            expected="1.2.x",
        )  # fmt: skip
    return metadata


def own_props(item: Object, where: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of the props in our namespace.

    Raises:
        MalformedError: `rubric.malformed`.
    """
    for prop in objects(item.get("props"), f"{where}.props"):
        if prop.get("ns") == NS:
            yield a_token(prop.get("name"), "prop.name"), a_text(prop.get("value"), "prop.value")


def an_object(value: object, where: str) -> Object:
    """Return the value, which must be an object."""
    if not isinstance(value, Mapping):
        raise malformed(where, "an object")
    return value


def a_list(value: object, where: str = "with-ids") -> Sequence[object]:
    """Return the value, which must be a list, or nothing for an absent one."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise malformed(where, "a list")
    return value


def objects(value: object, where: str) -> tuple[Object, ...]:
    """Return a list of objects; an absent one is empty."""
    return tuple(an_object(item, where) for item in a_list(value, where))


def texts(value: object, where: str) -> tuple[str, ...]:
    """Return a list of texts; an absent one is empty."""
    return tuple(a_text(item, where) for item in a_list(value, where))


def a_text(value: object, where: str) -> str:
    """Return the value, which must be a text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise malformed(where, "a text")
    return value


def a_token(value: object, where: str) -> str:
    """Return the value, which must be an OSCAL token."""
    text = a_text(value, where)
    if not TOKEN.fullmatch(text):
        raise malformed(where, "a token: letters, digits, `.`, `_` and `-`")
    return text
