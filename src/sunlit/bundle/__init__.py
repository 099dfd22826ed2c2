"""The evidence bundle: one zip about a decision that a stranger with a trust file can check."""
