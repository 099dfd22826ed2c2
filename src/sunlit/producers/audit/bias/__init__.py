"""Bias audits: one pass from rows to a cube of counts, and everything else from the cube."""
