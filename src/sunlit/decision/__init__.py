"""Decision records: what a guard writes down, durably, before a decision is released."""
