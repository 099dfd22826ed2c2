"""Finds what looks like personal data in text and in columns: recognisers as data, one engine."""
