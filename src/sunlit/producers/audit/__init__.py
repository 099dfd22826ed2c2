"""The audits: bias, red team, robustness, drift; what they find are claims of assurance."""
