"""The shared vocabulary: typed predicates, one module per family, frozen classes only.

Rules of every capability may read every family; only the capability that owns a family
decides whether a claim of it may enter.
"""

from sunlit.claims.admitted import Admitted
from sunlit.claims.base import Claim, Opaque, claim_types, read_claim

__all__ = ["Admitted", "Claim", "Opaque", "claim_types", "read_claim"]
