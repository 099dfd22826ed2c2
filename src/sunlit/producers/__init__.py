"""Tools that look at a component's folder and say what they find, one a file.

`PRODUCERS` lists them; each is imported only when something is asked of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Final

from sunlit.registry.producing import ComponentFolder, Produced, Producer


@dataclass(frozen=True)
class LazyProducer:
    """A producer that is imported when something is asked of it. `target` is `module:class`."""

    name: str
    target: str

    @cached_property
    def loaded(self) -> Producer:
        """The producer itself."""
        module, _, class_name = self.target.partition(":")
        producer: Producer = getattr(import_module(module), class_name)()
        return producer

    @property
    def version(self) -> str:
        """The version of the producer's own logic."""
        return self.loaded.version

    def tool_version(self) -> str | None:
        """Return the version of the tool it asks, None where it asks none or has none."""
        return self.loaded.tool_version()

    def inputs(self, component: ComponentFolder) -> Sequence[str]:
        """Return the names of files it reads that are in no manifest."""
        return self.loaded.inputs(component)

    def produce(self, component: ComponentFolder) -> Produced:
        """Look, and say what was found."""
        return self.loaded.produce(component)


PRODUCERS: Final[tuple[Producer, ...]] = (
    LazyProducer("component", "sunlit.producers.component:ComponentProducer"),
    LazyProducer("provenance", "sunlit.producers.provenance:ProvenanceProducer"),
    LazyProducer("artefact-safety", "sunlit.producers.artefact_safety:ArtefactSafetyProducer"),
    LazyProducer("licences", "sunlit.producers.licences:LicencesProducer"),
    LazyProducer("documentation", "sunlit.producers.documentation:DocumentationProducer"),
    LazyProducer("tests", "sunlit.producers.test_reports:TestReportsProducer"),
    LazyProducer("audits", "sunlit.producers.audits_kept:AuditsProducer"),
)
"""Every producer, in the order in which they run."""
