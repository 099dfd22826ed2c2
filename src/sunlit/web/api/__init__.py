"""The typed API under `/api/v1`: reading for anybody, writing for whoever signs."""
