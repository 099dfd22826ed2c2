"""Cards: one thing in the catalogue, folded from what everybody said about it. Pure.

A card says what was said, by whom it concerns, last; it is no finding. Whether a statement still
holds is computed when the component's own page is asked for.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sunlit.base.purl import bare, called
from sunlit.claims.incident import SETTLED
from sunlit.claims.lifecycle import Status, status_after
from sunlit.projection.cards import (
    IMPORTED,
    MAX_NAME,
    MAX_SUMMARY,
    MAX_TOLD,
    NEVER,
    NOT_YET,
    Card,
    unquoted,
)

_TIERS: Final = ("low", "medium", "high", "critical")
_DECODER: Final = json.JSONDecoder()


class Said(NamedTuple):  # several are made of every entry
    """One fact, read from its row."""

    field: str
    origin: str
    idx: int
    at: str
    statement_id: str
    alias: str
    organisations: frozenset[str]
    value: Mapping[str, object]

    def text(self, name: str) -> str | None:
        """Return a text that it says."""
        found = self.value.get(name)
        return found if isinstance(found, str) and found else None


def card_of(key: str, facts: Iterable[Said], about: Mapping[str, Sequence[Said]]) -> Card | None:
    """Return a thing's card; None where nothing that counts was said about it.

    `facts` are its own, `about` those that refer to it, by statement id or alias.
    """
    said = [one for one in once(facts) if not _is_withdrawn(one, about)]
    records = [one for one in said if one.field == "record"]
    if records:
        return _record(key, records[-1])
    return _Component(key, said, about).card()


def once(facts: Iterable[Said]) -> list[Said]:
    """Return each statement once, from the log that held it first, as all said it who did."""
    found: dict[tuple[str, str], Said] = {}
    several = list(facts)
    if len(several) < 2:
        return several
    for one in sorted(several, key=lambda it: (it.at, it.origin, it.idx)):
        first = found.setdefault((one.statement_id, one.field), one)
        if first is not one:
            joined = first.organisations | one.organisations
            found[one.statement_id, one.field] = first._replace(organisations=joined)
    return list(found.values())


def _is_withdrawn(one: Said, about: Mapping[str, Sequence[Said]]) -> bool:
    return any(
        it.field == "withdrawal" and it.organisations & one.organisations
        for it in about.get(one.statement_id, ())
    )


def _record(key: str, said: Said) -> Card:
    register = said.text("register") or ""
    return Card(
        key=key, component=f"{register}#{said.text('record') or ''}",
        name=said.text("name") or said.text("record") or key, owner=_cut(said.text("owner")),
        summary=_cut(said.text("summary"), MAX_SUMMARY), source=IMPORTED, register=_cut(register),
        blanks=_number(said, "blanks"), updated=said.at, words=(said.text("words") or "",),
    )  # fmt: skip


class _Component:
    """The fold of one component's facts."""

    def __init__(self, key: str, said: list[Said], about: Mapping[str, Sequence[Said]]) -> None:
        self.key, self.said, self.about = key, said, about
        self.releases = self._kept()
        self.registration = self._registered()
        self.uses = self._latest_by("use", "deployer")
        self.tokens = self._latest_tokens()
        # Who describes it: the registration, else the newest release, a token or a use.
        self.first = [self.registration] if self.registration else []
        self.rest = [*reversed(self.releases), *reversed(self.tokens), *self.uses]

    def card(self) -> Card | None:
        """Return the card, None where nobody entered it, released it, uses it or has a token."""
        sources = (*self.releases, *self.uses, *self.tokens)
        if self.registration is not None:
            sources = (self.registration, *sources)
        if not sources:
            return None
        purl = bare(sources[0].text("component") or self.key)
        status, token = self._status()
        code = self._code()
        return Card(
            key=self.key, component=purl, name=self._first("name") or unquoted(called(purl)),
            version=self._version(), summary=_cut(self._first("summary"), MAX_SUMMARY),
            kind=_cut(self._first("kind", but=self.tokens)), owner=_cut(self._owner()),
            used_by=tuple(sorted({str(one.text("deployer"))[:MAX_NAME] for one in self.uses})),
            areas=tuple(sorted({area for one in self.uses for area in _areas(one)})),
            status=status, token_kind=token.text("kind") if token else None,
            until=(token.text("until") if token else None) or NOT_YET,
            tier=code.text("tier") or "" if code else "",
            code=(code.text("digits") or code.text("code")) if code else None,
            next_review=min(self._ends(), default=NEVER), open_problems=self._open_problems(),
            blanks=_number(self.registration, "blanks") if self.registration else 0,
            updated=max(one.at for one in self.said), permitted=self._told("permitted"),
            prohibited=self._told("prohibited"),
        )  # fmt: skip

    def _kept(self) -> list[Said]:
        """Return what the keepers of the name said; the first to use it keeps it."""
        keepers: frozenset[str] = frozenset()
        found = []
        for one in self.said:
            if one.field in ("component", "release"):
                keepers = keepers or one.organisations
                if keepers & one.organisations:
                    keepers |= one.organisations
                    found.append(one)
        return found

    def _registered(self) -> Said | None:
        """Return the latest registration that a second person published."""
        found = None
        for one in self.said:
            published = [
                it for it in self._about(one.statement_id, "publication")
                if it.organisations & one.organisations
            ] if one.field == "registration" else []  # fmt: skip
            if published and published[-1].text("decision") == "publish":
                found = one
        return found

    def _latest_by(self, name: str, speaker: str) -> list[Said]:
        """Return the latest fact of each alias, said by the organisation that it names."""
        found = {
            one.alias: one
            for one in self.said
            if one.field == name and one.text(speaker) in one.organisations
        }
        return [found[alias] for alias in sorted(found)]

    def _latest_tokens(self) -> list[Said]:
        found: dict[tuple[str | None, str | None], Said] = {}
        for one in self.said:
            if one.field == "token" and one.text("issuer") in one.organisations:
                found[one.text("deployer"), one.text("use")] = one
        return sorted(found.values(), key=lambda it: (it.at, it.origin, it.idx))

    def _status(self) -> tuple[str, Said | None]:
        """Return the status to show first: a suspended token, else the one that lasts longest."""
        by_status: dict[str, list[Said]] = {}
        for token in self.tokens:
            changes = [
                it for it in self._about(token.statement_id, "status")
                if it.organisations & token.organisations
            ]  # fmt: skip
            told = (Status(text) for it in changes if (text := it.text("status")))
            by_status.setdefault(status_after(told), []).append(token)
        for status in ("suspended", "valid", "invalid"):
            if found := by_status.get(status):
                return status, max(found, key=lambda it: (it.text("until") or "", it.statement_id))
        return "none", None

    def _code(self) -> Said | None:
        """Return the highest code in force last: the board's, else a token's."""
        found = [codes[-1] for one in self.uses if (codes := self._codes(one))]
        ranked = found or [one for one in self.tokens if one.text("tier") in _TIERS]
        return max(ranked, key=lambda it: (_rank(it), it.statement_id), default=None)

    def _codes(self, use: Said) -> list[Said]:
        return [
            one for one in self._about(use.alias, "code")
            if one.text("board") in one.organisations
        ]  # fmt: skip

    def _ends(self) -> Iterator[str]:
        """Yield when what is said last of each kind ends."""
        for use in self.uses:
            mine = [
                it for it in self._about(use.alias, "assessment")
                if it.text("deployer") in it.organisations
            ]  # fmt: skip
            for found in (self._codes(use), mine):
                if found and (until := found[-1].text("until")):
                    yield until
        yield from (until for one in self.tokens if (until := one.text("until")))

    def _told(self, name: str) -> tuple[str, ...]:
        """Return what its permissions list, else what those who use it declared, each once."""
        for source in (self.tokens, self.uses):
            if found := [text[:MAX_SUMMARY] for one in source for text in _texts(one, name)]:
                return tuple(dict.fromkeys(found))[:MAX_TOLD]
        return ()

    def _open_problems(self) -> int:
        problems = [one for one in self.said if one.field == "problem"]
        return sum(self._is_open(one) for one in problems)

    def _is_open(self, problem: Said) -> bool:
        updates = [
            it for it in self._about(problem.alias, "update")
            if it.organisations & problem.organisations
        ]  # fmt: skip
        return not updates or updates[-1].text("state") not in SETTLED

    def _about(self, name: str, field_: str) -> list[Said]:
        found = self.about.get(name)
        return once([one for one in found if one.field == field_]) if found else []

    def _version(self) -> str | None:
        found = [text for one in self.releases if (text := one.text("version"))]
        tokens = [text for one in self.tokens if (text := one.text("version"))]
        newest = (*tokens, *found)[-1:]
        return _cut(newest[0]) if newest else None

    def _owner(self) -> str | None:
        if self.releases:
            return min(self.releases[0].organisations)
        if self.registration is not None:
            return self.registration.text("organisation")
        return next((text for one in self.tokens if (text := one.text("maintainer"))), None)

    def _first(self, name: str, but: Sequence[Said] = ()) -> str | None:
        """Return what the first says that says anything of it."""
        for one in (*self.first, *self.rest):
            if one not in but and (text := one.text(name)):
                return text
        return None


def read_value(written: str) -> dict[str, object]:
    """Read what `facts.fact` wrote: there is no space around it to look for."""
    value, _ = _DECODER.raw_decode(written)
    return value if isinstance(value, dict) else {}


def _rank(code: Said) -> int:
    tier = code.text("tier") or ""
    return _TIERS.index(tier) if tier in _TIERS else -1


def _areas(use: Said) -> Iterator[str]:
    areas = use.value.get("areas")
    for area in areas if isinstance(areas, list) else ():
        if isinstance(area, int) and 1 <= area <= 9:
            yield str(area)


def _texts(said: Said, name: str) -> list[str]:
    found = said.value.get(name)
    return [it for it in found if isinstance(it, str) and it] if isinstance(found, list) else []


def _number(said: Said, name: str) -> int:
    found = said.value.get(name)
    return found if isinstance(found, int) else 0


def _cut(text: str | None, most: int = MAX_NAME) -> str | None:
    return None if text is None else text[:most]
