"""Drafts in memory, held to the same tests as those in SQL."""

from dataclasses import replace

from sunlit.node.drafts import Draft, stale


class MemoryDrafts:
    """A store of drafts that forgets."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Draft] = {}

    def get(self, organisation: str, draft: str) -> Draft | None:
        """Return a draft of this organisation."""
        return self._kept.get((organisation, draft))

    def of(self, organisation: str) -> tuple[Draft, ...]:
        """Return the organisation's drafts, the latest changed first."""
        mine = [one for one in self._kept.values() if one.organisation == organisation]
        return tuple(sorted(mine, key=lambda it: (-it.changed.timestamp(), it.id)))

    def add(self, draft: Draft) -> Draft:
        """Keep a new draft as version 1."""
        kept = replace(draft, version=1)
        self._kept[draft.organisation, draft.id] = kept
        return kept

    def change(self, draft: Draft) -> Draft:
        """Keep a draft in place of the version that it names.

        Raises:
            VerificationError: `draft.stale`.
        """
        known = self._kept.get((draft.organisation, draft.id))
        if known is None or known.version != draft.version:
            raise stale(draft.version, known.version if known else 0)
        kept = replace(draft, version=draft.version + 1)
        self._kept[draft.organisation, draft.id] = kept
        return kept

    def drop(self, draft: Draft) -> None:
        """Throw a draft away."""
        self._kept.pop((draft.organisation, draft.id), None)
