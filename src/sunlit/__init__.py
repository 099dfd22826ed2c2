"""Sunlit: an open, checkable safety label for every AI system that a public body runs.

A map of the package, from the bottom up: `base` (errors, canonical JSON, times),
`statement` (in-toto, DSSE, digests, keys) and `log` (C2SP transparency log),
`claims` (typed predicates), `authority` (who may sign what), `rubric` (findings,
controls) and `runtime` (offline verification), `capabilities` (rules by question),
`formats` (foreign documents), `views`, `registry` (use cases, one a file),
`adapters` and `producers`, `bootstrap`, and the door: `cli`.
"""

__version__ = "0.1.0"
