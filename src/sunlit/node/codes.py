"""The documented error codes of `node`: code -> one sentence."""

from typing import Final

CODES: Final = {
    "act.changed": "What was signed is not the statement that was prepared on this node.",
    "act.done-already": "A prepared statement was signed already; it is signed once.",
    "act.no-such": "There is no prepared statement of this person under this address.",
    "act.not-your-key": "A prepared statement was signed by a key that is not the person's own.",
    "act.too-late": "A statement was prepared too long ago to be signed now.",
    "desk.no-such-component": "No log of a node knows the component that was asked for.",
    "desk.no-such-organisation": "No log of a node knows the organisation that was asked for.",
    "desk.no-such-part": "A component has no such release, use or control.",
    "draft.missing": "There is no such draft in one's organisation.",
    "draft.no-reason": "Something that takes a reason was asked for without one.",
    "draft.refused": "Whoever asked may not do this to a draft in the state that it is in.",
    "draft.stale": "Somebody else changed a draft or a cell in between.",
    "node.malformed": "The settings of a node are not what they should be.",
    "node.missing": "There is no Sunlit node in the directory that was named.",
    "node.no-such-organisation": "An organisation has no home on this node.",
    "node.no-such-use": "No log of a node holds the use that was asked for.",
    "node.no-trust": "A node has no trust file by which to read logs.",
    "permission.refused": "Whoever asked may not do this: a role, an organisation or a duty.",
    "signin.bad-invitation": "An invitation code is wrong, too old, used, or for somebody else.",
    "signin.ended": "Somebody whose access has ended tried to sign in.",
    "signin.not-invited": "Somebody signed in whom nobody has invited.",
    "register.file": "What was given to register a component from cannot be read, or is too large.",
    "register.incomplete": "A registration is to be signed that is not complete.",
    "submit.group": "Too many statements were submitted together, or none.",
    "submit.queue-full": "Too many statements wait to be admitted; this one was not taken.",
    "submit.unknown": "No such submission is known here.",
}
