"""The one chain of migrations of the private store (Alembic)."""
