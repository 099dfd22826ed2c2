"""Writes a `sunlit.toml` by looking: nothing is asked that a file or the repository tells."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError
from sunlit.base.toml import parse_toml
from sunlit.claims.openness import Licence
from sunlit.claims.provenance import Component, Documentation
from sunlit.formats.sunlit_toml import FILE_NAME
from sunlit.formats.sunlit_toml_write import COMPONENT_KEYS, Proposal, new_document
from sunlit.formats.tabular import is_table
from sunlit.registry.producing import ComponentFolder, Draft, Producer
from sunlit.registry.run_environment import source

MAX_DATASETS: Final = 20
_FORGE: Final = re.compile(
    r"git\+https://(github\.com|bitbucket\.org)/([\w.-]+)/([\w.-]+?)(\.git)?@"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The file, the keys that are said in it, and those left to be filled in.

    `new` is False where there was a file already: it stays as it is.
    """

    path: Path
    found: Mapping[str, str]
    missing: tuple[str, ...]
    new: bool = True


def init(path: Path, producers: Sequence[Producer]) -> Written:
    """Look at the folder with the producers and write its `sunlit.toml`.

    An existing file is read and never changed.

    Raises:
        MalformedError: `init.exists`, `toml.*`, `manifest.*`.
        UnavailableError: `init.no-folder`, `manifest.*`.
    """
    if not path.is_dir():
        raise UnavailableError("init.no-folder", f"{str(path)!r} is no folder")
    target = path / FILE_NAME
    if target.is_symlink():
        raise _exists(target)
    component = ComponentFolder.read(path)
    if component.entry(FILE_NAME) is not None:
        return _as_it_is(target, component)
    proposal = propose(component, producers)
    _write(target, new_document(proposal).encode("utf-8"))
    missing = tuple(key for key, _, _ in COMPONENT_KEYS if key not in proposal.component)
    return Written(path=target, found=proposal.component, missing=missing)


def _as_it_is(target: Path, component: ComponentFolder) -> Written:
    if component.toml_error is not None:
        raise component.toml_error
    said = {key: getattr(component.toml, key.replace("-", "_")) for key, _, _ in COMPONENT_KEYS}
    return Written(
        path=target, new=False, found={key: text for key, text in said.items() if text},
        missing=tuple(key for key, text in said.items() if not text),
    )  # fmt: skip


def propose(component: ComponentFolder, producers: Sequence[Producer]) -> Proposal:
    """Return what can be said of the component by looking at it."""
    drafts = [draft for one in producers for draft in one.produce(component).drafts]
    claims = [draft.claim for draft in drafts]
    seen = next((one for one in claims if isinstance(one, Component)), None)
    cards = {one.card: one.path for one in claims if isinstance(one, Documentation)}
    found = dict(_component(component, drafts))
    if seen is not None:
        found["kind"] = seen.kind
    return Proposal(
        component={key: found[key] for key, _, _ in COMPONENT_KEYS if found.get(key)},
        model_files=seen.model_files[:20] if seen is not None else (),
        datasets=tuple(_datasets(component))[:MAX_DATASETS],
        model_card=cards.get("model"),
        dataset_card=cards.get("dataset"),
    )


def _component(component: ComponentFolder, drafts: Sequence[Draft]) -> Iterator[tuple[str, str]]:
    yield "purl", _purl(component)
    for name in ("meta.json", "package.json"):
        yield from _said(_json(component, name))
    yield from _said(_project(component))
    licences = [one.claim for one in drafts if isinstance(one.claim, Licence)]
    for licence in licences:
        if licence.covers == "component" and licence.expression:
            yield "licence", licence.expression


def _said(document: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for key in ("version", "description"):
        value = document.get(key)
        if isinstance(value, str) and value.strip():
            yield key, value.strip()[:300]


def _purl(component: ComponentFolder) -> str:
    for one in source(component.root):
        forge = _FORGE.match(one.uri or "")
        if forge:
            kind = forge[1].partition(".")[0]
            return f"pkg:{kind}/{forge[2].lower()}/{forge[3].lower()}"
    return component.purl


def _json(component: ComponentFolder, name: str) -> Mapping[str, object]:
    try:
        document = json.loads(component.read_file(name))
    except (SunlitError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _project(component: ComponentFolder) -> Mapping[str, object]:
    try:
        document = parse_toml(component.read_file("pyproject.toml").decode("utf-8"))
    except (SunlitError, ValueError, RecursionError):
        return {}
    project = document.get("project")
    return project if isinstance(project, dict) else {}


def _datasets(component: ComponentFolder) -> Iterator[Mapping[str, str]]:
    for entry in component.manifest.files:
        if is_table(Path(entry.name)):
            yield {"name": Path(entry.name).stem, "path": entry.name}


def _write(target: Path, data: bytes) -> None:
    # Exclusive: a file that appeared meanwhile is not overwritten either.
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError as error:
        raise _exists(target) from error
    except OSError as error:
        raise _unwritable(target, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: OSError) -> UnavailableError:
    return UnavailableError(
        "init.cannot-write", f"{str(target)!r} cannot be written", got=error.strerror
    )


def _exists(target: Path) -> MalformedError:
    return MalformedError(
        "init.exists", "there is a sunlit.toml already", got=str(target),
        mend="edit it; docs/sunlit-toml.md lists every key",
    )  # fmt: skip
