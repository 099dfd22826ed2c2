"""Key files: private, new, and named by a URI."""

import os
from pathlib import Path

import pytest

from sunlit.base.errors import SunlitError
from sunlit.statement.by_uri import load_signer, write_key_file
from sunlit.statement.keys import generate

KEY = generate()


def test_a_key_file_is_written_for_its_owner_and_read_again(tmp_path: Path) -> None:
    """The file has mode 0600 and signs as the key that was written."""
    path = tmp_path / "key.pem"

    write_key_file(path, KEY)

    assert path.stat().st_mode & 0o777 == 0o600
    assert load_signer(f"file:{path}").public == KEY.public


def test_an_encrypted_key_file_asks_for_its_passphrase(tmp_path: Path) -> None:
    """Only an encrypted file asks."""
    path = tmp_path / "key.pem"
    write_key_file(path, KEY, b"secret")

    assert load_signer(f"file:{path}", lambda: b"secret").public == KEY.public
    with pytest.raises(SunlitError) as refused:
        load_signer(f"file:{path}")
    assert refused.value.code == "key.passphrase"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602, 0o700])
def test_a_key_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    """Anything wider than 0600 is refused, with the command that mends it."""
    path = tmp_path / "key.pem"
    write_key_file(path, KEY)
    path.chmod(mode)

    with pytest.raises(SunlitError) as refused:
        load_signer(f"file:{path}")

    assert refused.value.code == "key.file-mode"
    assert refused.value.mend == f"chmod 600 {path}"


def test_a_pipe_in_place_of_a_key_file_is_refused(tmp_path: Path) -> None:
    """A pipe does not hang the reader."""
    path = tmp_path / "key.pem"
    os.mkfifo(path, 0o600)

    with pytest.raises(SunlitError) as refused:
        load_signer(f"file:{path}")

    assert refused.value.code == "key.file-mode"


def test_a_key_file_is_never_replaced(tmp_path: Path) -> None:
    """A second key under the same name is refused, also through a dangling link."""
    path = tmp_path / "key.pem"
    write_key_file(path, KEY)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")

    for taken in (path, tmp_path / "link"):
        with pytest.raises(SunlitError) as refused:
            write_key_file(taken, generate())
        assert refused.value.code == "key.file-exists"


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("file:/nowhere/key.pem", "key.file-unreadable"),
        ("key.pem", "key.unknown-scheme"),
        ("gpg:0xAB", "key.unknown-scheme"),
    ],
)
def test_a_uri_that_names_no_signer_is_refused(uri: str, code: str) -> None:
    """Missing files and unknown schemes differ."""
    with pytest.raises(SunlitError) as refused:
        load_signer(uri)

    assert refused.value.code == code


def test_a_key_cannot_be_written_into_nothing(tmp_path: Path) -> None:
    """A missing folder is named, not made."""
    with pytest.raises(SunlitError) as refused:
        write_key_file(tmp_path / "missing" / "key.pem", KEY)

    assert refused.value.code == "key.file-unwritable"
