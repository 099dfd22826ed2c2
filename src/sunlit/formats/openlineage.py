"""OpenLineage run events (spec 2-0-2) as SLSA provenance.

OpenLineage names datasets; it has no facet for digests. Read are a `datasetVersion` of the form
`sha256:<hex>`, and a `sha256` (or `digest`) in any facet. What has no digest stays a name.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sunlit.base.errors import MalformedError
from sunlit.claims.provenance import (
    BuildDefinition,
    Builder,
    BuildMetadata,
    Provenance,
    Resource,
    RunDetails,
)
from sunlit.statement.intoto import Subject

BUILD_TYPE: Final = "urn:sunlit:buildtype:openlineage:v1"
MALFORMED: Final = "lineage.malformed"
MAX_EVENTS: Final = 10_000
_SHA256: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A completed run: its provenance, the outputs that carry a digest, how many carry none."""

    provenance: Provenance
    outputs: tuple[Subject, ...]
    outputs_without_digest: int


def read_events(data: bytes) -> tuple[Run, ...]:
    """Read an event, a list of events or a line for each event; COMPLETE ones become runs.

    Raises:
        MalformedError: `lineage.malformed`.
    """
    events = list(_events(data))
    started = {_run_id(one): _time(one.get("eventTime")) for one in events if _type(one) == "START"}
    return tuple(_run(one, started.get(_run_id(one))) for one in events if _type(one) == "COMPLETE")


def _events(data: bytes) -> Iterator[Mapping[str, object]]:
    try:
        text = data.decode("utf-8")
        try:
            document: object = json.loads(text)
        except json.JSONDecodeError:
            document = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise MalformedError(MALFORMED, "the event file is not JSON") from error
    events = document if isinstance(document, list) else [document]
    for event in events[:MAX_EVENTS]:
        if not isinstance(event, dict) or not isinstance(event.get("run"), dict):
            raise MalformedError(
                MALFORMED, "this is no OpenLineage run event", expected="an object with `run`"
            )
        yield event


def _run(event: Mapping[str, object], started: datetime | None) -> Run:
    job = _object(event.get("job"))
    outputs = [_resource(one) for one in _list(event.get("outputs"))]
    named = [one for one in outputs if "sha256" in one.digest]
    inputs = tuple(_resource(one) for one in _list(event.get("inputs")))
    definition = BuildDefinition(
        build_type=BUILD_TYPE,
        external_parameters={
            "job": {"namespace": _text(job, "namespace"), "name": _text(job, "name")}
        },
        resolved_dependencies=(*inputs, *_source_code(job)),
    )
    details = RunDetails(
        builder=Builder(id=_text(event, "producer") or "urn:sunlit:builder:unknown"),
        metadata=BuildMetadata(
            invocation_id=_run_id(event), started_on=started,
            finished_on=_time(event.get("eventTime")),
        ),
    )  # fmt: skip
    return Run(
        provenance=Provenance(build_definition=definition, run_details=details),
        outputs=tuple(Subject(one.name, {"sha256": str(one.digest["sha256"])}) for one in named),
        outputs_without_digest=len(outputs) - len(named),
    )


def _resource(dataset: Mapping[str, object]) -> Resource:
    namespace, name = _text(dataset, "namespace"), _text(dataset, "name")
    digest = next(_digests(_object(dataset.get("facets"))), None)
    return Resource(
        name=name or None,
        uri=f"{namespace}/{name}" if namespace else None,
        digest={"sha256": digest} if digest else {},
    )


def _digests(facets: Mapping[str, object]) -> Iterator[str]:
    for facet in facets.values():
        for key in ("datasetVersion", "sha256", "digest"):
            found = _SHA256.fullmatch(_text(_object(facet), key))
            if found:
                yield found[1].lower()


def _source_code(job: Mapping[str, object]) -> tuple[Resource, ...]:
    location = _object(_object(job.get("facets")).get("sourceCodeLocation"))
    url, commit = _text(location, "url"), _text(location, "version")
    if not url:
        return ()
    whole = re.fullmatch(r"[0-9a-f]{40}", commit)
    return (
        Resource(
            uri=f"git+{url}" + (f"@{commit}" if commit else ""),
            digest={"gitCommit": commit} if whole else {},
        ),
    )


def _type(event: Mapping[str, object]) -> str:
    return _text(event, "eventType").upper()


def _run_id(event: Mapping[str, object]) -> str:
    return _text(_object(event.get("run")), "runId")


def _time(value: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at.astimezone(UTC).replace(microsecond=0) if at.tzinfo else None


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Mapping[str, object], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
