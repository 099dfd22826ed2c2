"""Projections: rows that follow from a log, and can be made anew from it at any time."""
