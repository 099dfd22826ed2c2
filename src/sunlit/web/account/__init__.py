"""Signing in and out, one's own account, passkeys, and the people of an organisation."""
