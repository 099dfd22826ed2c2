"""Sunlit: an open, checkable safety label for every AI system that a public body runs.

The packages, from the bottom up: `base`; `statement`, `log`, `recognise`; `claims`; `authority`;
`rubric`, `runtime`, `decision`; `guard`; `projection`; `capabilities`; `bundle`; `formats`;
`views`; `registry`; `node`; `adapters`, `producers`, `proxy`; `bootstrap`; the doors `web` and
`cli`. ARCHITECTURE.md says what each is for, and import-linter holds the order.
"""

__version__ = "0.1.0"
