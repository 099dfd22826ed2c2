"""The private store in SQL: sessions, drafts, the queue, the outbox. SQLite or PostgreSQL."""
