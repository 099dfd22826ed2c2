"""Take over GOV.UK Frontend without GOV.UK's branding: `python -m tools.vendor_govuk [TARBALL]`.

Fetches the release from the npm registry (or reads the tarball that is given), holds it against
the registry's sha512, takes out what only services on GOV.UK may use (the font, the crest, the
brand colour) and writes `src/sunlit/web/static/govuk/`. Neither Sass nor Node is needed: since
version 6 the colours are CSS custom properties.
"""

import io
import re
import sys
import tarfile
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha512
from pathlib import Path
from typing import Final
from urllib.request import urlopen

VERSION: Final = "6.3.0"  # what govuk-frontend-jinja 4.1.0 follows
URL: Final = f"https://registry.npmjs.org/govuk-frontend/-/govuk-frontend-{VERSION}.tgz"
INTEGRITY: Final = (
    "cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA=="
)
LARGEST: Final = 20_000_000
PLACE: Final = Path(__file__).parents[1] / "src" / "sunlit" / "web" / "static" / "govuk"
STACK: Final = '"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif'
BRAND: Final = "#3b3a6d"  # ours: an indigo, 10:1 on white
# GOV.UK's blue and its tints, and what stands for each. 13:1, 9:1 ... on white: links pass AA.
COLOURS: Final[Mapping[str, str]] = {
    "#1d70b8": BRAND,
    "#1a65a6": "#3f3d9b",
    "#0f385c": "#22214f",
    "#f4f8fb": "#f5f5f2",
    "#8eb8dc": "#b9b8b0",
    "#d2e2f1": "#e3e2ee",
}
# SHA-256 of what comes out, so that a test can tell without the network that nobody edited it.
DIGESTS: Final[Mapping[str, str]] = {
    "govuk.css": "364f0c224d88fa310e49abbeec0f1de0254e9829cae3b46a283fa2db8f00b651",
    "govuk.js": "03560aaedbb42e58bbf21b212cc33c5c41bd58245264b48211090acb57f6997b",
}
FORBIDDEN: Final = (
    "GDS Transport", "@font-face", "govuk-crest", "url(/assets", "sourceMappingURL", *COLOURS,
)  # fmt: skip
LICENCE: Final = """\
The MIT License (MIT)

Copyright (C) 2017 Crown Copyright (Government Digital Service)

Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in
the Software without restriction, including without limitation the rights to
use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies
of the Software, and to permit persons to whom the Software is furnished to do
so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""
NOTE: Final = f"""\
# GOV.UK Frontend, without GOV.UK's branding

- Source: {URL}
- Version: {VERSION}
- Integrity: sha512-{INTEGRITY}
- Licence: MIT, in LICENSE (the package on npm carries the name of the licence, not its text)
- Made by: `python -m tools.vendor_govuk`. Do not edit these files; a test compares them.

Taken out: the font GDS Transport, the crest, the source maps, GOV.UK's blue and its tints. Only
services on GOV.UK may use the first two and the blue. In their place stand a stack of fonts that
every system has, and colours of Sunlit's own, which a node may change: see
`docs/operate/serve.md`.
"""


class VendorError(Exception):
    """The package is not what it was when this script was written."""


def fetch(url: str = URL) -> bytes:
    """Return the tarball."""
    with urlopen(url, timeout=60) as answer:  # noqa: S310 - one address, above
        data: bytes = answer.read(LARGEST)
    return data


def made(tarball: bytes) -> dict[str, bytes]:
    """Return the files that are vendored, by name.

    Raises:
        VendorError: the tarball is another one, or branding is left.
    """
    found = b64encode(sha512(tarball).digest()).decode()
    if found != INTEGRITY:
        raise VendorError(f"the tarball is not {VERSION}: expected {INTEGRITY}, got {found}")
    with tarfile.open(fileobj=io.BytesIO(tarball)) as package:
        css = unbranded(_member(package, "govuk-frontend.min.css"))
        script = _without_map(_member(package, "govuk-frontend.min.js"))
    return {
        "govuk.css": css.encode(),
        "govuk.js": script.encode(),
        "LICENSE": LICENCE.encode(),
        "README.md": NOTE.encode(),
    }


def unbranded(css: str) -> str:
    """Return the style sheet without font, crest, source map and GOV.UK's colours.

    Raises:
        VendorError: something of it is left.
    """
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    css = re.sub(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"GDS Transport,arial,sans-serif", STACK, css)
    css = re.sub(r"url\(/assets/images/govuk-crest\.svg\)", "none", css)
    for theirs, ours in COLOURS.items():
        css = css.replace(theirs, ours)
    css = _without_map(css.replace('@charset "UTF-8";', ""))  # said in the answer
    left = [word for word in FORBIDDEN if word in css]
    if left:
        raise VendorError(f"branding is left: {', '.join(left)}")
    return f"/* GOV.UK Frontend {VERSION}, MIT, Crown Copyright; see LICENSE */\n{css}"


def _without_map(text: str) -> str:
    text = re.sub(r"/\*# sourceMappingURL=[^*]*\*/", "", text)
    return re.sub(r"//# sourceMappingURL=\S*", "", text).strip() + "\n"


def _member(package: tarfile.TarFile, name: str) -> str:
    file = package.extractfile(f"package/dist/govuk/{name}")
    if file is None:
        raise VendorError(f"the tarball lacks {name}")
    return file.read(LARGEST).decode()


def main(arguments: list[str]) -> int:
    """Write the vendored files."""
    tarball = Path(arguments[0]).read_bytes() if arguments else fetch()
    PLACE.mkdir(parents=True, exist_ok=True)
    for name, data in made(tarball).items():
        (PLACE / name).write_bytes(data)
        print(f"{PLACE.name}/{name}: {len(data)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
