"""A zip that anybody may have made: every bound is checked before a byte is unpacked.

Nothing is ever written to disk, no zip inside is opened, and no error of the zip library gets
out. Refused: links, directories, encryption, names that lead elsewhere or stand twice, what
inflates to too much, and whatever two programs could read in two ways (`zipform`).
"""

import hashlib
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from sunlit.base.errors import MalformedError, SunlitError, UnavailableError, VerificationError
from sunlit.base.zips import BROKEN_ZIP
from sunlit.bundle.zipform import End, expect_end, expect_one_reading, read_end, refused

MAX_FILES: Final = 4096
MAX_UNPACKED: Final = 1024 * 1024 * 1024  # bytes, all files together
MAX_ARCHIVE: Final = MAX_UNPACKED + 16 * 1024 * 1024
MAX_DIRECTORY: Final = MAX_FILES * 512  # bytes of the zip's own list of files
MAX_RATIO: Final = 200  # of unpacked to packed, for files over 1 MiB
RATIO_FROM: Final = 1024 * 1024
MAX_FILE: Final = 64 * 1024 * 1024  # bytes of a file that is read whole
# No dot at either end of a part: some systems hide such names, others drop the dot.
_PART: Final = r"[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?"
NAME: Final = re.compile(rf"{_PART}(?:/{_PART})*")

_CHUNK: Final = 1024 * 1024


class Archive:
    """The files of a zip by path, each read within bounds when it is asked for."""

    def __init__(self, stream: IO[bytes]) -> None:
        """Read the zip's own list of files, and refuse it where it leaves the bounds.

        Raises:
            MalformedError: `bundle.archive`, `bundle.too-large`, `bundle.name`.
        """
        with _translated():
            end = _bounded_end(stream)
            self._zip = zipfile.ZipFile(stream)
        infos = self._zip.infolist()
        if len(infos) > MAX_FILES:
            raise _too_large(f"at most {MAX_FILES} files")
        for info in infos:
            _check_entry(info)
        _check_together(infos)
        with _translated():
            expect_one_reading(stream, infos, end)
        self._infos = {info.filename: info for info in infos}

    @property
    def sizes(self) -> Mapping[str, int]:
        """The size of each file, by its path."""
        return {name: info.file_size for name, info in self._infos.items()}

    def __contains__(self, path: str) -> bool:
        return path in self._infos

    def read(self, path: str, *, limit: int = MAX_FILE) -> bytes:
        """Return a file's bytes.

        Raises:
            UnavailableError: `bundle.file-missing`.
            MalformedError: `bundle.archive`, `bundle.too-large`.
        """
        info = self._infos.get(path)
        if info is None:
            raise UnavailableError("bundle.file-missing", f"the bundle has no {path}")
        if info.file_size > limit:
            raise _too_large(f"{path} of at most {limit} bytes")
        return b"".join(self._chunks(info))

    def digest(self, path: str) -> str:
        """Return the hex SHA-256 of a file, whatever its size.

        Raises:
            MalformedError: `bundle.archive`.
        """
        digest = hashlib.sha256()
        for chunk in self._chunks(self._infos[path]):
            digest.update(chunk)
        return digest.hexdigest()

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        with _translated(info.filename), self._zip.open(info) as file:
            left = info.file_size
            while chunk := file.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    raise refused(f"{info.filename} is longer than the zip says")
                yield chunk
            if left:
                raise refused(f"{info.filename} is shorter than the zip says")


@contextmanager
def opened(data: Path | bytes) -> Iterator[Archive]:
    """Open a bundle's zip for as long as the block lasts.

    Raises:
        UnavailableError: `bundle.unreadable`.
        MalformedError: as `Archive`.
    """
    if isinstance(data, bytes):
        yield Archive(io.BytesIO(data))
        return
    try:
        stream = data.open("rb")
    except OSError as error:
        raise UnavailableError(
            "bundle.unreadable", f"{data} cannot be read", got=error.strerror
        ) from error
    with stream:
        yield Archive(stream)


@contextmanager
def _translated(where: str = "the file") -> Iterator[None]:
    try:
        yield
    except SunlitError:
        raise
    except BROKEN_ZIP as error:
        raise refused(f"{where} cannot be unpacked: it was cut short, or changed") from error
    except OSError as error:
        raise UnavailableError(
            "bundle.unreadable", "the bundle cannot be read", got=error.strerror
        ) from error


def _bounded_end(stream: IO[bytes]) -> End:
    """Bound the list of files before `zipfile` reads it whole."""
    if stream.seek(0, io.SEEK_END) > MAX_ARCHIVE:
        raise _too_large(f"a zip of at most {MAX_ARCHIVE} bytes")
    end = read_end(stream)
    if end.size > MAX_DIRECTORY:
        raise _too_large(f"a list of files of at most {MAX_DIRECTORY} bytes")
    expect_end(stream, end)
    return end


def _check_entry(info: zipfile.ZipInfo) -> None:
    name = info.filename
    if info.orig_filename != name or not NAME.fullmatch(name):
        raise MalformedError(
            "bundle.name", "a file in the bundle has a name that none of its files has",
            expected="letters, digits, dots and dashes between slashes", got=repr(name[:80]),
            mend="do not unpack it; ask for the bundle again, from its maker",
        )  # fmt: skip
    if info.flag_bits & 0x2041:  # encrypted, strongly encrypted, masked
        raise refused(f"{name} is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise refused(f"{name} is packed in an unusual way")
    mode = info.external_attr >> 16
    if mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
        raise refused(f"{name} is a link, or no file")
    if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(1, info.compress_size):
        raise _too_large(f"files that unpack to at most {MAX_RATIO} times their size")


def _check_together(infos: list[zipfile.ZipInfo]) -> None:
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise _too_large(f"at most {MAX_UNPACKED} bytes unpacked")
    names = {info.filename.lower() for info in infos}
    if len(names) != len(infos):
        raise MalformedError("bundle.name", "two files in the bundle have one name")


def _too_large(expected: str) -> MalformedError:
    return MalformedError("bundle.too-large", "the bundle is too large", expected=expected)


def write_archive(files: Mapping[str, bytes], stream: IO[bytes]) -> None:
    """Write files as a zip: sorted, with no time, the manifest first; the same files, same bytes.

    Raises:
        MalformedError: `bundle.too-large`, `bundle.name`: nobody could read it.
    """
    names = sorted(files, key=lambda name: (name != "manifest.json", name))
    with zipfile.ZipFile(stream, "w", strict_timestamps=True) as made:
        for name in names:
            info = zipfile.ZipInfo(name)  # 1980-01-01: the format's zero
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.create_system = 3
            info.compress_type = _packing(files[name])
            made.writestr(info, files[name], compresslevel=6)
    _ = Archive(stream)  # what is written must be what is read


def _packing(data: bytes) -> int:
    """Store what would look like a bomb."""
    if len(data) > RATIO_FROM and len(zlib.compress(data, 6)) * MAX_RATIO // 2 < len(data):
        return zipfile.ZIP_STORED
    return zipfile.ZIP_DEFLATED


def expect_listed(archive: Archive, listed: Mapping[str, tuple[str, int]], own: str) -> None:
    """Check that the files are those of a list, path -> (hex SHA-256, size), apart from `own`.

    Raises:
        VerificationError: `bundle.file-absent`, `bundle.file-added`, `bundle.file-changed`.
    """
    there = set(archive.sizes) - {own}
    missing, added = sorted(set(listed) - there), sorted(there - set(listed))
    if missing:
        raise VerificationError(
            "bundle.file-absent", "files that the manifest lists are missing", got=_few(missing)
        )
    if added:
        raise VerificationError(
            "bundle.file-added", "there are files that the manifest does not list", got=_few(added)
        )
    changed = [
        path
        for path, (digest, size) in sorted(listed.items())
        if archive.sizes[path] != size or archive.digest(path) != digest
    ]
    if changed:
        raise VerificationError(
            "bundle.file-changed", "files are not those that the manifest lists", got=_few(changed),
            mend="ask for the bundle again; keep this one as it is",
        )  # fmt: skip


def _few(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
