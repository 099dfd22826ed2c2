"""Producers that look at datasets: scan, mask, minimise, risk, synthesis."""
