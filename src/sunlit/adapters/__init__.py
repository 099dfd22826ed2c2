"""The world outside: the clock, caches, stores. Ports stand in `registry.ports`."""
