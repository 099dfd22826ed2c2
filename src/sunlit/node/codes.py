"""The documented error codes of `node`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "node.malformed": "The settings of a node are not what they should be.",
    "node.missing": "There is no Sunlit node in the directory that was named.",
    "node.no-such-organisation": "An organisation has no home on this node.",
    "node.no-trust": "A node has no trust file by which to read logs.",
    "permission.refused": "Whoever asked may not do this: a role, an organisation or a duty.",
}
