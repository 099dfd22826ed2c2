"""Use cases, one a file: what a door calls."""
