"""What a release is made from, by whom, how: manifest, SLSA provenance, dataset, documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sunlit.claims.base import Claim, of_type

HOSTED: Final = "hosted-service"
KINDS: Final = (
    "model", "dataset", "code", "pipeline", "oci-image", "database-snapshot", HOSTED,
)  # fmt: skip


@of_type("urn:sunlit:provenance:component:v1", family="provenance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Component(Claim):
    """What the component is and who keeps it. Subject: the release's manifest digest.

    `kind` is one of `KINDS`. `files` and `bytes` count what the manifest lists; `model_files`
    name the files in it that hold weights. `oms_root` is the OMS root digest, for
    interoperability; it does not bind file names.
    """

    purl: str
    version: str
    kind: str
    files: int
    bytes: int
    description: str | None = None
    maintainer: str | None = None
    contact: str | None = None
    target: str | None = None
    intended_use: str | None = None
    oms_root: str | None = None
    model_files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An in-toto ResourceDescriptor: at least one of uri, digest, name."""

    name: str | None = None
    uri: str | None = None
    digest: Mapping[str, object] = field(default_factory=dict)
    annotations: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDefinition:
    """SLSA provenance v1: how the build was asked for."""

    build_type: str
    external_parameters: Mapping[str, object]
    internal_parameters: Mapping[str, object] = field(default_factory=dict)
    resolved_dependencies: tuple[Resource, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """SLSA provenance v1: who ran the build."""

    id: str
    version: Mapping[str, object] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildMetadata:
    """SLSA provenance v1: when the build ran."""

    invocation_id: str | None = None
    started_on: datetime | None = None
    finished_on: datetime | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """SLSA provenance v1: the one run that made the outputs."""

    builder: Builder
    metadata: BuildMetadata | None = None
    byproducts: tuple[Resource, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@of_type("https://slsa.dev/provenance/v1", family="provenance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance(Claim):
    """SLSA provenance v1. Subjects: the output files, by SHA-256."""

    build_definition: BuildDefinition
    run_details: RunDetails


@of_type("urn:sunlit:provenance:dataset:v1", family="provenance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Claim):
    """A dataset that a release was made or tested with. Subject: the dataset's digest.

    `sensitive_columns` are names only, never values; None means that nobody looked.
    """

    name: str
    licence: str | None = None
    source: str | None = None
    rows: int | None = None
    columns: tuple[str, ...] = ()
    sensitive_columns: tuple[str, ...] | None = None
    used_for: tuple[str, ...] = ()


@of_type("urn:sunlit:provenance:documentation:v1", family="provenance")
@dataclass(frozen=True, slots=True, kw_only=True)
class Documentation(Claim):
    """What a card holds. `card` is `model` or `dataset`. Subject: the release's digest."""

    card: str
    path: str
    present: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)
