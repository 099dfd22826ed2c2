"""Pages of a bundle, for people: `index.html`, the verifier `verify.html`, `bundle.pdf`."""

from sunlit.bundle.pages.html import index_html, verifier_digest, verify_html
from sunlit.bundle.pages.paper import pdf

__all__ = ["index_html", "pdf", "verifier_digest", "verify_html"]
