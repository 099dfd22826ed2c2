"""Write docs/reference/errors.md from the code, or say that it has drifted.

python -m tools.errors_page [--check]
"""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Final

from tools.raised_codes import documented, raised, reported

PAGE: Final = Path(__file__).parent.parent / "docs" / "reference" / "errors.md"
FAMILIES: Final = {
    "MalformedError": "malformed (2)",
    "VerificationError": "verification (1)",
    "UnavailableError": "unavailable (3)",
    "SunlitError": "malformed (2)",
    "reported": "found by a check (1)",
}
HEAD: Final = """\
# Error codes

<!-- Written by `make docs` from every codes.py under src/sunlit. Do not edit. -->

Every error has a stable code, and a message that says what was found, what was expected, what
came instead and how to mend it. With `--json` the same parts are fields: `code`, `what`,
`expected`, `got`, `mend`. Codes do not change their meaning; a new meaning gets a new code.

| Family | Exit code | What it means for the caller |
|---|---|---|
| verification | 1 | Well formed, and does not hold: a signature, proof, digest or rule fails |
| malformed | 2 | Not what it claims to be, or wrong usage; nothing was checked or written |
| unavailable | 3 | Could not be found out now: a file, lock, disk or peer is missing or busy |

A check that goes on after the first fault, such as `sunlit log fsck`, reports codes in a list and
ends with exit code 1.

Exit code 0 means that everything asked holds. `sunlit assure` uses the same numbers: 1 if any
control FAILS, else 3 if any is UNKNOWN, else 0.
"""


def page() -> str:
    """Return the page that the code calls for."""
    families = _families()
    areas: dict[str, dict[str, str]] = defaultdict(dict)
    for codes in documented().values():
        for code, sentence in codes.items():
            areas[code.partition(".")[0]][code] = sentence
    parts = [HEAD]
    for area in sorted(areas):
        parts.append(
            f"\n## {area}\n\n| Code | What it means | Family (exit code) |\n|---|---|---|\n"
        )
        for code in sorted(areas[area]):
            family = ", ".join(sorted(families.get(code, {"not raised"})))
            sentence = areas[area][code].replace("|", "\\|")
            parts.append(f"| `{code}` | {sentence} | {family} |\n")
    return "".join(parts)


def _families() -> dict[str, set[str]]:
    raised_as: dict[str, set[str]] = defaultdict(set)
    for place in raised():
        raised_as[place.code or ""].add(FAMILIES[place.family])
    found = {place.code or "": {FAMILIES[place.family]} for place in reported()}
    return found | raised_as


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` return 1 if it is not what it should be."""
    wanted = page()
    if "--check" not in arguments:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(wanted, encoding="utf-8")
        print(f"wrote {PAGE.relative_to(PAGE.parent.parent.parent)}")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == wanted:
        print("docs/reference/errors.md says what the code says")
        return 0
    print("docs/reference/errors.md has drifted from the code; `make docs` writes it anew")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
