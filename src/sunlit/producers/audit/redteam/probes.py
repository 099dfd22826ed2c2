"""Probe sets: TOML files of templates and lists that unfold, always in the same way, into probes.

spec/red-team.md has the format. A set has an id, version and licence; its digest is that of the
file's bytes. `{list}` or `{list.field}` in a template stands for an entry of a list, `{canary}`
for a mark that no text holds by chance, `{x|base64}` for a text in an encoding.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Final

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.base.toml import parse_toml, place_in
from sunlit.producers.audit.redteam.encodings import ENCODERS
from sunlit.producers.audit.redteam.probe import BIAS, KINDS, NUMBERS, Probe
from sunlit.producers.audit.redteam.reading import read_most

__all__ = [
    "BIAS", "DEFAULT", "KINDS", "NUMBERS", "Probe", "ProbeSet", "canary", "chosen", "open_set",
    "read_set", "shipped",
]  # fmt: skip

FORMAT: Final = "sunlit-probes/1"
DEFAULT: Final = (
    "prompt-injection", "jailbreak", "encoding", "data-exfiltration", "system-prompt-extraction",
    "harmful-help", "bias-people",
)  # fmt: skip
MAX_BYTES: Final = 1024 * 1024
MAX_PROBES: Final = 20_000  # of one set: lists multiply
MAX_TEXT: Final = 20_000
_HOLE: Final = re.compile(r"\{([a-z-]+(?:\.[a-z-]+)?)(?:\|([a-z0-9.-]+))?\}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSet:
    """A file of probes, unfolded."""

    id: str
    version: str
    title: str
    licence: str
    sha256: str
    probes: tuple[Probe, ...]

    def said(self) -> dict[str, object]:
        """Return what a transcript and a report say of the set."""
        return {
            "id": self.id, "version": self.version, "licence": self.licence,
            "sha256": self.sha256, "probes": len(self.probes),
        }  # fmt: skip


def shipped() -> tuple[str, ...]:
    """Return the ids of the sets that come with Sunlit."""
    folder = files("sunlit.producers.audit.redteam") / "sets"
    return tuple(sorted(one.name.removesuffix(".toml") for one in folder.iterdir()))


def open_set(name: str) -> ProbeSet:
    """Return a set that comes with Sunlit, by its id, or one of a file.

    Raises:
        MalformedError: `redteam.set-malformed`.
        UnavailableError: `redteam.no-set`.
    """
    if _NAME.fullmatch(name) and name in shipped():
        folder = files("sunlit.producers.audit.redteam") / "sets"
        return read_set((folder / f"{name}.toml").read_bytes(), name)
    try:
        return read_set(read_most(Path(name), MAX_BYTES), name)
    except OSError as error:
        raise UnavailableError(
            "redteam.no-set", f"there is no probe set {name}",
            expected=f"a file, or one of {', '.join(shipped())}",
            mend="sunlit audit redteam --list",
        ) from error  # fmt: skip


def read_set(data: bytes, where: str) -> ProbeSet:
    """Read a set's bytes and unfold it.

    Raises:
        MalformedError: `redteam.set-malformed`.
    """
    if len(data) > MAX_BYTES:
        raise _malformed(where, "the file is too large", f"at most {MAX_BYTES} bytes")
    try:
        document = parse_toml(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also numbers of thousands of digits
        raise _malformed(where, f"it is no TOML: {place_in(error)}", "TOML in UTF-8") from error
    if document.get("format") != FORMAT:
        raise _malformed(where, "it is of no known format", FORMAT)
    lists = _lists(document.get("lists", {}), where)
    templates = document.get("template")
    if not isinstance(templates, list) or not templates:
        raise _malformed(where, "it holds no template", "at least one [[template]]")
    head = {name: _text(document, name, where) for name in ("id", "version", "title", "licence")}
    probes = [
        probe for one in templates for probe in _unfolded(one, document, lists, where)
    ]  # fmt: skip
    if len({probe.id for probe in probes}) != len(probes) or len(probes) > MAX_PROBES:
        raise _malformed(where, "probes share an id or are too many", f"at most {MAX_PROBES}")
    return ProbeSet(**head, sha256=sha256(data).hexdigest(), probes=tuple(probes))


def _lists(source: object, where: str) -> dict[str, list[Values]]:
    if not isinstance(source, dict):
        raise _malformed(where, "lists is no table", "[lists]")
    return {name: [_entry(one, where) for one in _listed(source, name, where)] for name in source}


def _listed(source: Mapping[str, object], name: str, where: str) -> list[object]:
    found = source.get(name, [])
    if not isinstance(found, list):
        raise _malformed(where, f"{name} is no list", "a list")
    return found


def _entry(one: object, where: str) -> Values:
    if isinstance(one, str):
        return {"": one}
    if isinstance(one, dict) and all(isinstance(value, str) for value in one.values()):
        return {str(name): str(value) for name, value in one.items()}
    raise _malformed(where, "an entry of a list is odd", "a text, or a table of texts")


def _text(source: Mapping[str, object], name: str, where: str, default: str | None = None) -> str:
    found = source.get(name, default)
    if not isinstance(found, str) or len(found) > MAX_TEXT:
        raise _malformed(where, f"{name} is missing, too long or no text", "a text")
    return found


def _unfolded(
    template: object, document: Mapping[str, object], lists: Mapping[str, list[Values]], where: str
) -> list[Probe]:
    if not isinstance(template, dict):
        raise _malformed(where, "a template is no table", "[[template]]")
    over = [str(name) for name in _listed(template, "over", where)]
    if missing := [name for name in over if not lists.get(name)]:
        raise _malformed(where, f"{missing[0]} is no list of this set", "a name below [lists]")
    return [
        _probe({**document, "set": document["id"], **template}, number, one, where)
        for number, one in enumerate(
            dict(zip(over, entries, strict=True))
            for entries in product(*(lists[name] for name in over))
        )
    ]


def _probe(
    template: Mapping[str, object], number: int, chosen: Mapping[str, Values], where: str
) -> Probe:
    """`template` has the set's own keys too: a kind may stand once, for all of them."""
    name = f"{template['set']}.{_text(template, 'id', where)}/{number:03d}"
    values = _values(chosen) | {"canary": canary(name)}

    def filled(key: str) -> str:
        return _fill(_text(template, key, where, ""), values, where)

    target = [_fill(str(one), values, where) for one in _listed(template, "target", where)]
    if marks := filled("targets"):
        target += [one.strip() for one in marks.split(";") if one.strip()]
    made = Probe(
        id=name, kind=_text(template, "kind", where),
        detector=_text(template, "detector", where), user=filled("user"),
        system=filled("system"), target=tuple(target), pair=_pair(template, chosen, where),
        characteristic=filled("characteristic"), group=filled("group"),
        form=_text(template, "form", where, "chat"),
    )  # fmt: skip
    if made.trouble:
        raise _malformed(where, f"{name}: {made.trouble}", "a probe that can be judged")
    return made


def _pair(template: Mapping[str, object], chosen: Mapping[str, Values], where: str) -> str:
    """Return the text with its hole still open: the same for all people that it is asked about."""
    name = _text(template, "pair", where, "")
    if name and "" not in chosen.get(name, {}):
        raise _malformed(where, f"{name} is no list of texts", "a name in `over`")
    return chosen[name][""] if name else ""


def _values(chosen: Mapping[str, Values]) -> dict[str, str]:
    return {
        f"{name}.{field}" if field else name: value
        for name, entry in chosen.items()
        for field, value in entry.items()
    }


def canary(name: str) -> str:
    """Return a mark that stands in no text by chance, the same for the same probe."""
    digits = sha256(f"sunlit canary {name}".encode()).hexdigest().upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}"


def _fill(text: str, values: Values, where: str) -> str:
    def value(hole: re.Match[str]) -> str:
        name, how = hole[1], hole[2]
        if name not in values:
            raise _malformed(where, f"nothing stands for {{{name}}}", "a list in `over`")
        found = values[name]
        if _HOLE.search(found):  # an entry may hold a canary, or another list
            found = _fill(found, {key: one for key, one in values.items() if key != name}, where)
        if how is None:
            return found
        encoder = ENCODERS.get(values.get(how, how))
        if encoder is None:
            raise _malformed(where, f"{how} is no encoding", ", ".join(ENCODERS))
        return encoder(found)

    return _HOLE.sub(value, text)


def chosen(sets: Sequence[ProbeSet], most: int | None, seed: int) -> tuple[Probe, ...]:
    """Return the probes of the sets; with `most`, that many of each kind, drawn by the seed.

    Raises:
        MalformedError: `redteam.set-malformed`, where two sets share the id of a probe.
    """
    every = [probe for one in sets for probe in one.probes]
    if len({probe.id for probe in every}) != len(every):
        raise _malformed("the sets", "two probes share an id", "ids that differ")
    if most is None:
        return tuple(every)
    kept = {id_ for kind in KINDS for id_ in _drawn(every, kind, most, seed)}
    return tuple(probe for probe in every if probe.id in kept)


def _drawn(probes: Sequence[Probe], kind: str, most: int, seed: int) -> list[str]:
    """Draw whole pairs of bias probes: half a pair says nothing."""
    units: dict[str, list[str]] = {}
    for probe in probes:
        if probe.kind == kind:
            units.setdefault(probe.pair or probe.id, []).append(probe.id)
    ordered = sorted(units, key=lambda name: sha256(f"{seed} {name}".encode()).digest())
    ids: list[str] = []
    for name in ordered:
        if ids and len(ids) + len(units[name]) > most:
            break
        ids += units[name]
    return ids


def _malformed(where: str, what: str, expected: str) -> MalformedError:
    return MalformedError(
        "redteam.set-malformed", f"{where}: {what}", expected=expected,
        mend="write it as spec/red-team.md says",
    )  # fmt: skip
