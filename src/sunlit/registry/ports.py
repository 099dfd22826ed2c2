"""What use cases need of the world; adapters fulfil it."""

from typing import Protocol


class ResultCache(Protocol):
    """Remembers what a producer made of an input, by the input's digest."""

    def get_result(self, key: str) -> bytes | None:
        """Return the bytes kept under `key` (hex SHA-256), or None."""
        ...

    def put_result(self, key: str, value: bytes) -> None:
        """Keep `value` under `key`."""
        ...
