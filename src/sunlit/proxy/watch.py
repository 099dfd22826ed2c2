"""The detectors of one proxy, and the incident drafts that they raise.

A draft holds counts, limits, the use and a time: no input, no case, no person. It is no incident
until somebody reports it; see `docs/guard-proxy.md`.
"""

import json
import logging
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from sunlit.base.times import Clock, format_time
from sunlit.proxy.config import DetectorSettings
from sunlit.proxy.detectors import (
    Alarm,
    Detector,
    Drift,
    OutOfRange,
    RateSpike,
    RefusalShare,
    Sample,
)
from sunlit.proxy.reference import Reference, load_reference

KIND: Final = "incident-draft"
LOG: Final = logging.getLogger("sunlit.proxy")
Raise = Callable[[Alarm], None]


class Watch:
    """All detectors that are switched on."""

    def __init__(self, settings: DetectorSettings, raise_draft: Raise) -> None:
        """Make the detectors; the reference file is read once.

        Raises:
            MalformedError: `proxy.config`.
        """
        reference = load_reference(settings.reference) if settings.reference else Reference()
        self.fields = reference.fields
        self._detectors = tuple(_detectors(settings, reference))
        self._raise = raise_draft

    def see(self, sample: Sample) -> None:
        """Show one request to every detector."""
        for detector in self._detectors:
            alarm = detector.observe(sample)
            if alarm is not None:
                self._raise(alarm)


def _detectors(settings: DetectorSettings, reference: Reference) -> Sequence[Detector]:
    seconds, minimum = settings.window_seconds, settings.minimum
    found: list[Detector] = []
    if settings.rate_factor is not None:
        found.append(RateSpike(seconds, float(settings.rate_factor), minimum))
    if settings.refusal_share is not None:
        found.append(RefusalShare(seconds, float(settings.refusal_share), minimum))
    if settings.range_share is not None:
        found.append(OutOfRange(seconds, float(settings.range_share), minimum, reference.ranges))
    if settings.drift_psi is not None:
        found += [
            Drift(name, one.edges, one.counts, window=settings.drift_window,
                  psi=float(settings.drift_psi))
            for name, one in sorted(reference.histograms.items())
        ]  # fmt: skip
    return found


class Drafts:
    """Writes incident drafts into a folder, one file each."""

    def __init__(self, folder: Path, clock: Clock, *, use: str, deployer: str) -> None:
        self._folder, self._clock = folder, clock
        self._use, self._deployer = use, deployer

    def __call__(self, alarm: Alarm) -> None:
        """Write a draft; where that fails it is logged, and requests go on."""
        at = format_time(self._clock.now())
        document = {
            "v": 1, "kind": KIND, "detector": alarm.detector, "raisedAt": at, "use": self._use,
            "deployer": self._deployer, "counts": dict(alarm.counts), "limits": dict(alarm.limits),
        }  # fmt: skip
        name = f"{at.replace(':', '')}-{alarm.detector}-{secrets.token_hex(4)}.json"
        LOG.warning("detector %s raised the draft %s", alarm.detector, name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            waiting = self._folder / f".{name}"
            waiting.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
            waiting.replace(self._folder / name)
        except OSError as error:
            LOG.error("the draft could not be written: %s", error.strerror)  # noqa: TRY400
