"""The catalogue's filters as choices of a form; the same counts are not put into words again."""

from functools import lru_cache
from typing import Final

from fastapi import Request
from markupsafe import Markup

from sunlit.capabilities.lifecycle.queries import CatalogueQuery, CatalogueResult, FacetValue
from sunlit.views.component_words import tidy
from sunlit.web.language import language_of
from sunlit.web.public.catalogue_words import facet_titles, facet_words_in
from sunlit.web.public.naming import named

FACETS: Final = ("status", "due", "source", "used_by", "area", "tier", "kind")
_OPTION: Final = Markup('<option value="{}"{}>{} ({})</option>\n')
_SELECTED: Final = Markup(" selected")


def choices(
    request: Request, found: CatalogueResult, asked: CatalogueQuery
) -> list[tuple[str, str, Markup]]:
    """Return each filter that has values: its name, its title, its options."""
    titles = facet_titles(request)
    return [
        (name, titles[name], options)
        for name in FACETS
        if (options := _options(
            language_of(request), name, found.facets.get(name, ()), asked.facets.get(name, ()),
            _names(request, found.facets.get(name, ())) if name == "used_by" else (),
        ))
    ]  # fmt: skip


def _names(request: Request, values: tuple[FacetValue, ...]) -> tuple[tuple[str, str], ...]:
    """Return the names of organisations, each beside its id."""
    return tuple((one.value, named(request, one.value)) for one in values)


@lru_cache(maxsize=512)
def _options(
    language: str,
    name: str,
    values: tuple[FacetValue, ...],
    chosen: tuple[str, ...],
    names: tuple[tuple[str, str], ...] = (),
) -> Markup:
    """Return a filter's values with their counts; also chosen ones of no row."""
    told = {**facet_words_in(language, name), **dict(names)}
    counts = {one.value: one.count for one in values} | {
        one: 0 for one in chosen if all(one != it.value for it in values)
    }
    return Markup("").join(
        _OPTION.format(
            value, _SELECTED if value in chosen else "", tidy(told.get(value, value)), count
        )
        for value, count in counts.items()
    )
