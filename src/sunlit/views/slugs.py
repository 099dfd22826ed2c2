"""Names in addresses: the one way from a name to a path segment, for pages and projections."""

from sunlit.base.slugs import component_key, slug, unslug

__all__ = ["component_key", "slug", "unslug"]
