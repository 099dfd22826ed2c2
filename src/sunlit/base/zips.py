"""What the standard library raises for a zip that is broken, by accident or on purpose."""

import lzma
import struct
import zipfile
import zlib
from typing import Final

# Found by changing bytes: its own directory is read with `struct`, slices and names as they stand.
BROKEN_ZIP: Final[tuple[type[Exception], ...]] = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError,
    RuntimeError, ValueError, KeyError, IndexError, OverflowError, struct.error,
)  # fmt: skip
# Members packed with bzip2 and LZMA raise these two beside the others.
BROKEN_MEMBER: Final[tuple[type[Exception], ...]] = (*BROKEN_ZIP, OSError, lzma.LZMAError)
