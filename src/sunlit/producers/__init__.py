"""Tools that look at a component's folder and say what they find, one a file.

`PRODUCERS` names them; each is imported, with what it needs, only when `load` asks for it.
"""

from importlib import import_module
from typing import Final

from sunlit.registry.producing import Producer

PRODUCERS: Final = (
    ("component", "sunlit.producers.component:ComponentProducer"),
    ("provenance", "sunlit.producers.provenance:ProvenanceProducer"),
    ("artefact-safety", "sunlit.producers.artefact_safety:ArtefactSafetyProducer"),
    ("licences", "sunlit.producers.licences:LicencesProducer"),
    ("documentation", "sunlit.producers.documentation:DocumentationProducer"),
    ("tests", "sunlit.producers.tests:TestsProducer"),
)
"""(name, "module:class") of every producer, in the order in which they run."""


def load(name: str) -> Producer:
    """Import and return one producer.

    Raises:
        KeyError: when there is no producer of that name.
    """
    module, _, class_name = dict(PRODUCERS)[name].partition(":")
    producer: Producer = getattr(import_module(module), class_name)()
    return producer


def load_all() -> tuple[Producer, ...]:
    """Import and return every producer."""
    return tuple(load(name) for name, _ in PRODUCERS)
