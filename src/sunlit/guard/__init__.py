"""The guard: an AI component is used inside its safety token, and each decision is recorded.

Light on purpose: `cryptography` and the standard library. A model's library is met only as
what it gives (`.tolist()`, `.shape`).
"""

from sunlit.guard.answering import Decision
from sunlit.guard.guard import Guard
from sunlit.guard.guarded import Guarded
from sunlit.guard.sources import FileStatus, HttpsStatus

__all__ = ["Decision", "FileStatus", "Guard", "Guarded", "HttpsStatus"]
