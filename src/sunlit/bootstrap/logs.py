"""The logs of a node as its pages ask for them, over its projections."""

from sunlit.bootstrap.site import Site
from sunlit.node.known import Known
from sunlit.projection.book import Book
from sunlit.projection.project import catch_up
from sunlit.registry.home import Home


def open_known(site: Site) -> Known:
    """Return the logs of a site."""

    def log(home: Home) -> Book:
        trust, reader = site.trust(), home.reader()
        # Who has just signed something sees it on the next page.
        catch_up(site.projections, home, trust, reader.size)
        return Book(site.projections, reader, trust, site.directories)

    return Known(homes=lambda: site.homes, log=log, rubric=site.rubric)
