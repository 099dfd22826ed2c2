"""The guard: a component runs only as its safety token allows, and every decision is recorded."""
