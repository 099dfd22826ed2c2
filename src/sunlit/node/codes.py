"""The documented error codes of `node`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "draft.missing": "There is no such draft in one's organisation.",
    "draft.no-reason": "Something that takes a reason was asked for without one.",
    "draft.refused": "Whoever asked may not do this to a draft in the state that it is in.",
    "draft.stale": "Somebody else changed a draft or a cell in between.",
    "node.malformed": "The settings of a node are not what they should be.",
    "node.missing": "There is no Sunlit node in the directory that was named.",
    "node.no-such-organisation": "An organisation has no home on this node.",
    "node.no-trust": "A node has no trust file by which to read logs.",
    "submit.group": "Too many statements were submitted together, or none.",
    "submit.queue-full": "Too many statements wait to be admitted; this one was not taken.",
    "submit.unknown": "No such submission is known here.",
    "permission.refused": "Whoever asked may not do this: a role, an organisation or a duty.",
}
