"""Catalog and profiles -> one rubric: the shared core first, then each agency's adaptation.

The first profile makes the floor. Each later one may add or tighten and never loosens:
`sunlit.rubric.floor` refuses the rest.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from sunlit.base.errors import MalformedError
from sunlit.base.wording import Text
from sunlit.rubric.control import Condition, Control, Parameter, Rubric, Stricter
from sunlit.rubric.floor import check_additions, check_new, check_values, number
from sunlit.rubric.oscal import (
    TOKEN,
    Addition,
    Catalog,
    Import,
    Object,
    Profile,
    a_text,
    a_token,
    malformed,
    objects,
    own_props,
    texts,
)
from sunlit.rubric.prose import said

SETTINGS: Final = ("cel", "cel-rests-on")  # props that a rule reads beside its parameters
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class _Layer:
    """Controls as they stand after some profiles: id -> (group, control in OSCAL)."""

    controls: Mapping[str, tuple[str, Object]]
    _read: dict[str, Control] = field(default_factory=dict, init=False)

    def read(self) -> dict[str, Control]:
        if not self._read:
            for id_, (group, item) in self.controls.items():
                self._read[id_] = read_control(group, item)
        return self._read


def resolve(
    catalog: Catalog, profiles: Sequence[Profile], *, more: Mapping[str, Catalog] | None = None
) -> Rubric:
    """Resolve the profiles over the catalog, each over the one before it.

    The first profile is the shared core's. `more` are an agency's own catalogs by the href
    that its profile imports them with; every other href means the layer below.

    Raises:
        MalformedError: `rubric.*`: malformed, unknown or duplicate ids, and whatever would
            loosen the floor.
    """
    own = more or {}
    floor: dict[str, Control] | None = None
    layer = _Layer({id_: (catalog.groups[id_], item) for id_, item in catalog.controls.items()})
    for profile in profiles:
        taken = _Layer(dict(_taken(layer, profile.imports, own)))
        if floor is not None:
            check_new(floor, taken.read())
            check_additions(floor, profile.additions)
        layer = _modified(taken, profile)
        if floor is not None:
            check_values(floor, layer.read())
        floor = layer.read()
    return _rubric(layer, catalog, profiles, own)


def _taken(
    below: _Layer, imports: tuple[Import, ...], own: Mapping[str, Catalog]
) -> Iterator[tuple[str, tuple[str, Object]]]:
    seen: set[str] = set()
    for item in imports:
        source = below.controls
        if (added := own.get(item.href)) is not None:
            source = {id_: (added.groups[id_], it) for id_, it in added.controls.items()}
        for id_ in sorted((item.include or frozenset()) | item.exclude):
            if id_ not in source:
                raise MalformedError(
                    "rubric.unknown-control", f"{item.href} has no control {id_}",
                )  # fmt: skip
        for id_, control in source.items():
            if id_ in item.exclude or (item.include is not None and id_ not in item.include):
                continue
            # A control of the layer below is taken from there or not at all.
            if id_ in seen or (added is not None and id_ in below.controls):
                raise MalformedError("rubric.duplicate-id", f"the control {id_} stands twice")
            seen.add(id_)
            yield id_, control


def _modified(layer: _Layer, profile: Profile) -> _Layer:
    known = {parameter.id for control in layer.read().values() for parameter in control.parameters}
    for id_ in sorted(set(profile.parameters) - known):
        raise MalformedError("rubric.unknown-parameter", f"no control declares {id_}")
    for addition in profile.additions:
        if addition.control not in layer.controls:
            raise MalformedError(
                "rubric.unknown-control", f"the profile alters {addition.control}, which is absent"
            )
    return _Layer(
        {
            id_: (group, _with(_set(item, profile.parameters), id_, profile.additions))
            for id_, (group, item) in layer.controls.items()
        }
    )


def _set(item: Object, values: Mapping[str, tuple[str, ...]]) -> Object:
    if "params" not in item:
        return item
    params = [
        {**param, "values": list(values[str(param["id"])])} if param["id"] in values else param
        for param in objects(item["params"], "params")
    ]
    return {**item, "params": params}


def _with(item: Object, id_: str, additions: tuple[Addition, ...]) -> Object:
    for addition in additions:
        if addition.control == id_:
            item = {
                **item,
                "props": [*objects(item.get("props"), "props"), *addition.props],
                "parts": [*objects(item.get("parts"), "parts"), *addition.parts],
            }
    return item


def read_control(group: str, item: Object) -> Control:
    """Read one OSCAL control with our props.

    Raises:
        MalformedError: `rubric.malformed`, `rubric.no-direction`.
    """
    id_ = a_token(item.get("id"), "control.id")
    props: dict[str, list[str]] = {}
    for name, value in own_props(item, id_):
        props.setdefault(name, []).append(value)
    parameters = tuple(_parameter(id_, param) for param in objects(item.get("params"), "params"))
    shown = {parameter.id: ", ".join(parameter.values) or "none" for parameter in parameters}
    return Control(
        id=id_,
        title=a_text(item.get("title"), f"{id_}.title"),
        group=group,
        statement=_prose(item, "statement", shown),
        guidance=_prose(item, "guidance", shown),
        rule=_one(props, "rule", id_),
        mend=_one(props, "mend", id_),
        parameters=parameters,
        practices=tuple(props.get("practice", ())),
        needs=frozenset(props.get("needs", ())),
        drafts=props.get("drafts") == ["count"],
        last=props.get("phase") == ["last"],
        applies=tuple(condition(value, id_) for value in props.get("applies", ())),
        starts=_starts(props, id_),
        laws=tuple(props.get("law", ())),
        maps=tuple(props.get("maps-to", ())),
        settings={name: _one(props, name, id_) for name in SETTINGS if name in props},
    )


def condition(text: str, control: str) -> Condition:
    """Read `fact=value` or `fact=value,value`.

    Raises:
        MalformedError: `rubric.malformed`.
    """
    fact, _, values = text.partition("=")
    read = frozenset(value.strip() for value in values.split(","))
    if not TOKEN.fullmatch(fact) or "" in read:
        raise malformed(f"the prop `applies` of {control}", "fact=value or fact=value,value")
    return Condition(fact, read)


def _starts(props: Mapping[str, list[str]], control: str) -> datetime | None:
    if "applies-from" not in props:
        return None
    day = _one(props, "applies-from", control)
    if DAY.fullmatch(day):
        try:
            return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            pass
    raise malformed(f"the prop `applies-from` of {control}", "a day: YYYY-MM-DD")


def _one(props: Mapping[str, list[str]], name: str, control: str) -> str:
    values = props.get(name, [])
    if len(values) != 1:
        raise malformed(f"the prop `{name}` of {control}", "exactly one")
    return values[0]


def _parameter(control: str, param: Object) -> Parameter:
    id_ = a_token(param.get("id"), f"{control}.params.id")
    if not id_.startswith(f"{control}."):
        raise malformed(f"the parameter {id_}", f"an id that starts with `{control}.`")
    directions = [value for name, value in own_props(param, id_) if name == "stricter"]
    if len(directions) != 1 or directions[0] not in set(Stricter):
        raise MalformedError(
            "rubric.no-direction", f"the parameter {id_} has no stricter direction",
            expected="one prop `stricter`: higher, lower, superset or subset",
        )  # fmt: skip
    parameter = Parameter(
        id=id_,
        name=id_.removeprefix(f"{control}."),
        values=texts(param.get("values"), f"{id_}.values"),
        stricter=Stricter(directions[0]),
        label=a_text(param.get("label"), f"{id_}.label"),
    )
    if parameter.stricter in (Stricter.HIGHER, Stricter.LOWER):
        number(parameter)
    return parameter


def _prose(item: Object, name: str, shown: Mapping[str, str]) -> Text:
    parts = [part for part in objects(item.get("parts"), "parts") if part.get("name") == name]
    return said((a_text(part.get("prose"), f"{name}.prose") for part in parts), shown)


def _rubric(
    layer: _Layer, catalog: Catalog, profiles: Sequence[Profile], own: Mapping[str, Catalog]
) -> Rubric:
    metadata = profiles[-1].metadata if profiles else catalog.metadata
    sources = [catalog.digest, *(item.digest for item in own.values())]
    sources += [profile.digest for profile in profiles]
    groups: dict[str, list[Object]] = {}
    for group, item in layer.controls.values():
        groups.setdefault(group, []).append(item)
    name = "urn:sunlit:rubric:" + ":".join(sources)
    document = {
        "catalog": {
            "uuid": str(uuid5(NAMESPACE_URL, name)),
            "metadata": {
                **{name: metadata[name] for name in ("title", "version", "last-modified")},
                "oscal-version": metadata["oscal-version"],
                "links": [
                    {"href": f"urn:sha256:{digest}", "rel": "resolution-source"}
                    for digest in sources
                ],
            },
            "groups": [
                {"title": title, "controls": controls} for title, controls in groups.items()
            ],
        }
    }
    return Rubric(
        title=str(metadata["title"]),
        version=str(metadata["version"]),
        controls=tuple(layer.read().values()),
        document=document,
    )
