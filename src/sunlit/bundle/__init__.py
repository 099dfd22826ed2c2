"""The evidence bundle: one zip that a stranger with a trust file checks on a disconnected laptop."""
