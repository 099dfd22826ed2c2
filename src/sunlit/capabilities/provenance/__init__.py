"""What is it made from, by whom, how?"""

from typing import Final

from sunlit.capabilities.provenance import rules
from sunlit.capabilities.provenance.admission import admit
from sunlit.claims.provenance import Component, Dataset, Documentation, Provenance
from sunlit.rubric.capability import Capability

CAPABILITY: Final = Capability(
    name="provenance",
    question="What is it made from, by whom, how?",
    claims=frozenset({Component, Dataset, Documentation, Provenance}),
    admission=admit,
    rules={
        "component-identified": rules.component_identified,
        "dataset-card-complete": rules.dataset_card_complete,
        "maintainer-named": rules.maintainer_named,
        "model-card-complete": rules.model_card_complete,
        "provenance-covers-model": rules.provenance_covers_model,
        "training-data-named": rules.training_data_named,
    },
)
