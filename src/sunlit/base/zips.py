"""What the standard library raises for a zip that is broken, by accident or on purpose."""

import struct
import zipfile
import zlib
from typing import Final

# Found by changing bytes: its own directory is read with `struct`, slices and names as they stand.
# Members packed with bzip2 and LZMA raise OSError and LZMAError beside these.
BROKEN_ZIP: Final[tuple[type[Exception], ...]] = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError,
    RuntimeError, ValueError, KeyError, IndexError, OverflowError, struct.error,
)  # fmt: skip
