"""The guarded cube: what the claim's commitment stands for, and how whoever holds it checks that.

The commitment is the one of withheld statements (`statement.withheld`): SHA-256 over a salt and
the canonical bytes of the full cube, `sunlit-cube/1`. Cube and salt are one file for its owner
alone; deleting every copy of it erases the cube, and the claim keeps standing.
"""

from dataclasses import dataclass, field
from typing import Final

from sunlit.base import canonical
from sunlit.base.errors import MalformedError
from sunlit.producers.audit.bias.cube import Cube
from sunlit.producers.audit.bias.document import from_json, to_json
from sunlit.statement.withheld import check_opening, commitment, read_salt

FORMAT: Final = "sunlit-guarded-cube/1"
LIMIT: Final = 65 * 1024 * 1024
NAME: Final = "cube.json"


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """A full cube and the salt of its commitment: for their owner alone."""

    salt: bytes = field(repr=False)
    cube: Cube = field(repr=False)

    @property
    def commitment(self) -> str:
        """The commitment that salt and cube open."""
        return commitment(self.salt, to_json(self.cube))

    def check(self, committed: str) -> None:
        """Check that this is the cube of an audit.

        Raises:
            VerificationError: `statement.opening`.
        """
        check_opening(committed, self.salt, to_json(self.cube))

    def to_bytes(self) -> bytes:
        """Return the guarded file."""
        cube = canonical.decode_object(to_json(self.cube), what="the cube", limit=LIMIT)
        return canonical.encode({"format": FORMAT, "salt": self.salt.hex(), "cube": cube})

    @classmethod
    def parse(cls, data: bytes) -> "Guarded":
        """Read a guarded file.

        Raises:
            MalformedError: `bias.guarded`, `bias.cube-malformed`, `statement.withheld`, `json.*`.
        """
        document = canonical.decode_object(data, what="the guarded cube", limit=LIMIT)
        cube = document.get("cube")
        if document.get("format") != FORMAT or not isinstance(cube, dict):
            raise MalformedError(
                "bias.guarded", "this is no guarded cube", expected=f'{{"format":"{FORMAT}",...}}',
                mend="take the file cube.json that the audit wrote into guarded/",
            )  # fmt: skip
        return cls(read_salt(document.get("salt")), from_json(canonical.encode(cube)))
