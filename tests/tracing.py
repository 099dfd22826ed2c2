"""Coverage looks away from tests that run once more, often, what other tests run already.

Tracing about doubles what a test of plain Python costs. These took 224 of the 900 seconds of CPU
that tests use in their own process, and what only they ran was 88 of 65,734 lines, and no branch of
`statement`, `log` or `rubric`. A line that only they run counts as not run: the floors of
tools/coverage_floor.py stay where they are.
"""

import os
from typing import Final

from coverage import Coverage

UNTRACED: Final = (
    "tests/architecture/test_hygiene.py",
    "tests/architecture/test_rules.py",
    "tests/architecture/test_sbom.py",
    "tests/architecture/test_security_page.py",
    "tests/architecture/test_sizes.py",
    "tests/architecture/test_tests.py",
    "tests/bundle/pages/test_pdf.py",
    "tests/bundle/test_every_field_in_js.py",
    "tests/bundle/test_for_ever.py",
    "tests/bundle/test_later.py",
    "tests/cli/test_mends.py",
    "tests/conformance/",
    "tests/data_corpus/",
    "tests/deploy/",
    "tests/e2e/test_change_plan.py",
    "tests/e2e/test_decay.py",
    "tests/e2e/test_hosted_service.py",
    "tests/e2e/test_played_exports.py",
    "tests/e2e/test_two_writers.py",
    "tests/interop/",
    "tests/producers/audit/bias/test_oracles_",
    "tests/producers/data/test_risk_classes.py",
    "tests/security/test_bombs.py",
    "tests/security/test_nobody_calls_home.py",
    "tests/web/test_component_looks.py",
    "tests/web/test_every_",
    "tests/web/test_foundation_tools.py",
    "tests/web/test_languages.py",
    "tests/web/test_workbench_looks.py",
)
CHILDREN: Final = "COVERAGE_PROCESS_CONFIG"  # from it processes that a test starts trace themselves


class Tracing:
    """Coverage of this process and its children, switched off and on; nothing where none runs."""

    def __init__(self) -> None:
        """Remember who measures."""
        self._measuring = Coverage.current()
        self._on = True

    def follow(self, nodeid: str) -> None:
        """Trace, or do not, for this test; a file's tests are all the same."""
        wanted = not nodeid.startswith(UNTRACED)
        if self._measuring is None or wanted == self._on:
            return
        self._on = wanted
        if wanted:
            self._measuring.start()  # which sets CHILDREN too
        else:
            self._measuring.stop()
            os.environ.pop(CHILDREN, None)
