"""Recognises the licence that a LICENSE file holds, by phrases that only that text has."""

import re
from typing import Final

from sunlit.formats.licence_ids import LicenceReading, read_licence

_IDENTIFIER: Final = re.compile(r"SPDX-License-Identifier:\s*([^\n*]{1,200})")

# (SPDX id, phrases that must all occur); the first that matches wins, so the special come first.
_PHRASES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("Apache-2.0", ("apache license", "version 2.0, january 2004")),
    ("AGPL-3.0-only", ("gnu affero general public license", "version 3, 19 november 2007")),
    ("LGPL-3.0-only", ("gnu lesser general public license", "version 3, 29 june 2007")),
    ("LGPL-2.1-only", ("gnu lesser general public license", "version 2.1, february 1999")),
    ("GPL-3.0-only", ("gnu general public license", "version 3, 29 june 2007")),
    ("GPL-2.0-only", ("gnu general public license", "version 2, june 1991")),
    ("EUPL-1.2", ("european union public licence v. 1.2",)),
    ("MPL-2.0", ("mozilla public license version 2.0",)),
    ("OpenMDW-1.0", ("openmdw license agreement",)),
    ("CC0-1.0", ("cc0 1.0 universal",)),
    ("CC-BY-SA-4.0", ("attribution-sharealike 4.0 international",)),
    ("CC-BY-NC-4.0", ("attribution-noncommercial 4.0 international",)),
    ("CC-BY-4.0", ("attribution 4.0 international",)),
    ("OGL-UK-3.0", ("open government licence", "v3.0")),
    ("ODbL-1.0", ("open database license", "odbl")),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "neither the name")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    ("MIT", ("permission is hereby granted, free of charge", "the software is provided")),
    ("ISC", ("permission to use, copy, modify, and/or distribute this software",)),
)  # fmt: skip


def recognise(data: bytes) -> LicenceReading | None:
    """Return the licence of a licence file's text, None where no known text is recognised."""
    text = data.decode("utf-8", "replace")
    declared = _IDENTIFIER.search(text)
    if declared is not None:
        return read_licence(declared[1].strip())
    plain = " ".join(text.lower().split())
    for licence_id, phrases in _PHRASES:
        if all(phrase in plain for phrase in phrases):
            return read_licence(licence_id)
    return None
