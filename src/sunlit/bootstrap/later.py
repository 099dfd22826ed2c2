"""What the worker does later, by the kind of job."""

from collections.abc import Mapping

from sunlit.adapters.sql.problems import SqlReports
from sunlit.bootstrap.site import Site
from sunlit.node.outbox import Handler
from sunlit.node.problems import JOB, log_handler


def later_handlers(site: Site) -> Mapping[str, Handler]:
    """Return the handlers of a node."""
    return {
        JOB: log_handler(
            SqlReports(site.private), site.submissions,
            lambda organisation: site.home(organisation).signer("operator"),
        ),
    }  # fmt: skip
