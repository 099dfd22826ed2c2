"""A classifier of text as `sunlit audit redteam --callable wrapper.py:score` asks it.

Importing alt-profanity-check unpickles its two files: that runs whatever is in them. So they are
held against known digests first, and this runs in a process that you start, never in a scan.
"""

import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from shutil import copyfile
from typing import Final

KNOWN: Final = {
    "model.joblib": "aeafc04849d4d93db4721cf30a86ebf22085595294b8a07d51918e7fa98f538b",
    "vectorizer.joblib": "19c5200dc6a41f026e0558e2f164f5fe8d8f58e502b46b37e4385037fcfa4831",
}


def installed() -> Path:
    """Return where the package keeps its files, without importing it; they are the known ones."""
    found = find_spec("profanity_check")
    if found is None or found.origin is None:
        raise ImportError("pip install alt-profanity-check==1.9.1")
    data = Path(found.origin).parent / "data"
    for name, digest in KNOWN.items():
        if sha256((data / name).read_bytes()).hexdigest() != digest:
            raise ImportError(f"{name} is not the file of alt-profanity-check 1.9.1")
    return data


def score(text: str) -> float:
    """Return how likely the model takes the text for offensive, from 0 to 1."""
    from profanity_check import predict_prob  # noqa: PLC0415 - it unpickles: not before the check

    return float(predict_prob([text])[0])


installed()

if __name__ == "__main__":
    for one in KNOWN:
        copyfile(installed() / one, Path(sys.argv[1]) / one)
