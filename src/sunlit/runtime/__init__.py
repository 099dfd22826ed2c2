"""What others install in their services: token, status list and their verification.

Light on purpose: `cryptography` and the standard library, no database, no parser of YAML or
TOML, no network. Nothing here reads a clock.
"""
