"""Write `verify.html` to a file, and its digest into the handbook.

python tools/build_verify.py [FILE]
"""

import re
import sys
from pathlib import Path
from typing import Final

from sunlit.bundle.pages import verifier_digest, verify_html

HANDBOOK: Final = Path(__file__).parents[1] / "docs" / "verify-in-a-browser.md"
LINE: Final = re.compile(r"(?<=SHA-256 of `verify\.html`: `)[0-9a-f]{64}(?=`)")


def main() -> None:
    """Write the digest where the handbook publishes it, and the page where it is asked for."""
    text = HANDBOOK.read_text("utf-8")
    HANDBOOK.write_text(LINE.sub(verifier_digest(), text), "utf-8")
    for path in sys.argv[1:]:
        Path(path).write_bytes(verify_html())
    print(verifier_digest())


if __name__ == "__main__":
    main()
