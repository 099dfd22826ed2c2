"""Counts for `sunlit audit bias`: predictions as written down, or as a model gives them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sunlit.cli.progress import bar

if TYPE_CHECKING:
    from sunlit.cli.audit_acting import AuditOptions
    from sunlit.cli.audit_bias_asked import Given
    from sunlit.producers.audit.bias.claim import Audit
    from sunlit.producers.audit.bias.cube import Cube
    from sunlit.producers.audit.robust.answers import Model
    from sunlit.producers.data.source import Source


def counted(
    place: str, given: Given, reading: dict[str, Any], model_file: Path | None,
    options: AuditOptions,
) -> Audit:  # fmt: skip
    """Return the audit of a dataset, under a salt of its own."""
    from sunlit.adapters.clock import SystemClock
    from sunlit.claims.provenance import Resource
    from sunlit.producers.audit.bias.claim import audit
    from sunlit.producers.audit.bias.read import read_cube
    from sunlit.producers.data.source import open_source
    from sunlit.statement.withheld import new_salt

    model = None if model_file is None else _opened(model_file, options)
    with bar("Hashing") as step:
        source = open_source(place, progress=step, **reading)
    with source:
        cube = (
            read_cube(source, given.columns, engine=given.engine)
            if model is None
            else _by_model(model, source, given)
        )
        data = Resource(name=source.name, digest=dict(source.digest))
    asked = given.asked(data, SystemClock().now())
    if model is not None and options.component is not None:
        asked = replace(asked, binding="files-verified")
    return audit(cube, asked, new_salt())


def _opened(path: Path, options: AuditOptions) -> Model:
    """Open a model that is a file of the component, where one is named; never a pickle."""
    from sunlit.base.errors import MalformedError
    from sunlit.cli.audit_acting import component_of
    from sunlit.producers.audit.robust.models import open_model

    model, component = open_model(path), component_of(options)
    if component is not None and model.digest not in {
        one.sha256 for one in component.manifest.files
    }:
        raise MalformedError(
            "audit.other-model", f"the component has no file with the bytes of {model.name!r}",
            mend="name the component that the model belongs to with --component",
        )  # fmt: skip
    return model


def _by_model(model: Model, source: Source, given: Given) -> Cube:
    from sunlit.producers.audit.bias.read import read_cube
    from sunlit.producers.audit.bias.scored import answers, with_answers
    from sunlit.producers.data.source import open_source

    with TemporaryDirectory(prefix="sunlit-") as folder:
        path = Path(folder) / "answers.parquet"
        answers(model, source, given.columns, path)
        with open_source(str(path)) as table:
            return read_cube(table, with_answers(given.columns), engine=given.engine)
