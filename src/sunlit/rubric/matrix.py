"""The 12 x 8 matrix: uses by practices, which law asks for what. A proposal, and data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final

from sunlit.base import canonical
from sunlit.rubric.risk_code import data_file

MATRIX_FILE: Final = "matrix-12x8.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One of the twelve uses; `basis` maps a practice to B, B+, BL or O."""

    id: str
    title: str
    legal_basis: str
    basis: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The rows and columns, under the digest of the file's canonical form."""

    id: str
    digest: str
    status: str
    note: str
    rows: Mapping[str, MatrixRow]
    columns: Mapping[str, str]
    meaning: Mapping[str, str]


@cache
def matrix() -> Matrix:
    """Return the matrix that this version of Sunlit ships."""
    document: Mapping[str, Any] = json.loads(data_file(MATRIX_FILE))
    return Matrix(
        id=document["id"],
        digest=sha256(canonical.encode(document)).hexdigest(),
        status=document["status"],
        note=document["statusNote"],
        rows={
            id_: MatrixRow(id=id_, title=row["title"], legal_basis=row["legalBasis"],
                           basis=row["cells"])
            for id_, row in document["rows"].items()
        },
        columns={id_: column["title"] for id_, column in document["columns"].items()},
        meaning=document["basis"],
    )  # fmt: skip
