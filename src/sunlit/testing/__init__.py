"""Fakes and builders for tests, ours and other people's; nothing here is imported elsewhere."""
