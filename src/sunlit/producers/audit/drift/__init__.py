"""Drift between two samples of the same kind of rows: docs/assurance/drift.md says each figure."""
