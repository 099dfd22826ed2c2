"""`index.html` and `verify.html`: one file each, no network, no script but the verifier's own."""

import hashlib
from functools import cache

from sunlit.bundle.outcome import NAMES
from sunlit.bundle.pages.assemble import assembled
from sunlit.bundle.pages.environment import (
    MAX_SHOWN,
    environment,
    inline,
    scripts,
    source_hash,
    style,
)
from sunlit.bundle.pages.words import ASKS, CONVENIENCE
from sunlit.bundle.view import LIMITS, NONE_RECORDED, BundleView


def index_html(view: BundleView) -> bytes:
    """Return the page that people read first; it needs no JavaScript."""
    css = style("page")
    return _rendered(
        "index.html.j2", view=view, css=inline(css), nothing=NONE_RECORDED, max_shown=MAX_SHOWN,
        convenience=CONVENIENCE, asks=ASKS, paged=False,
        policy=f"default-src 'none'; style-src {source_hash(css)}; base-uri 'none'; "
        "form-action 'none'",
    )  # fmt: skip


@cache
def verify_html() -> bytes:
    """Return the verifier: the same bytes wherever this version of Sunlit makes it."""
    css, script = style("page"), assembled(scripts(), "page")
    return _rendered(
        "verify.html.j2", css=inline(css), script=inline(script), names=NAMES, asks=ASKS,
        limits=LIMITS, convenience=CONVENIENCE,
        policy=f"default-src 'none'; script-src {source_hash(script)}; "
        f"style-src {source_hash(css)}; base-uri 'none'; form-action 'none'",
    )  # fmt: skip


@cache
def verifier_digest() -> str:
    """Return the hex SHA-256 of `verify.html`, to be published where the bundle is not."""
    return hashlib.sha256(verify_html()).hexdigest()


def _rendered(template: str, **values: object) -> bytes:
    return environment().get_template(template).render(**values).encode("utf-8")
