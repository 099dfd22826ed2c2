"""Real tests of a component: bias, red team, robustness, drift; each yields a claim."""
