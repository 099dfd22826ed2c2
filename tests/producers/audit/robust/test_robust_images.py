"""Corruptions of images, and models of images under them: a function and an ONNX of our own."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.audit.robust import image as imaging
from sunlit.producers.audit.robust.audit import Asked, audit_images
from sunlit.producers.audit.robust.image import LEVELS, corrupt, image_files, read_image
from sunlit.producers.audit.robust.judge import ALSO, DEFAULTS
from sunlit.producers.audit.robust.limits import read_limits
from sunlit.producers.audit.robust.models import Function, open_model
from sunlit.producers.audit.robust.run import Settings
from tests.producers.audit.robust import tried
from tests.producers.audit.robust.onnx_made import image_model

AT = datetime(2026, 3, 1, tzinfo=UTC)


def asked(**more: bool) -> Asked:
    return Asked(limits=read_limits(DEFAULTS, also=ALSO), at=AT, settings=Settings(**more))


def stripes(base: int) -> tried.Array:
    made = np.full((24, 32, 3), base, np.uint8)
    made[::4] = max(base - 30, 0)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write light and dark images, each into the folder of its name."""
    for name, base in (("light", 220), ("dark", 40)):
        (tmp_path / "images" / name).mkdir(parents=True)
        for at in range(5):
            made = stripes(base + 3 * at)
            Image.fromarray(made).save(tmp_path / "images" / name / f"{at}.png")
    return tmp_path / "images"


@pytest.mark.parametrize("check", sorted(LEVELS))
def test_each_corruption_is_worse_at_each_severity(check: str) -> None:
    """A copy of the same size, further from the image the higher the severity."""
    gradient = np.asarray(Image.linear_gradient("L").convert("RGB").resize((64, 48)))
    image = gradient // 2 + 60 * (np.arange(64) // 4 % 2).astype(np.uint8)[None, :, None]
    before = image.copy()

    made = [corrupt(check, level, image, np.random.default_rng(1)) for level in LEVELS[check]]

    far = [float(np.abs(one.astype(float) - image).mean()) for one in made]
    assert all(one.shape == image.shape and one.dtype == np.uint8 for one in made)
    assert 0 < far[0] < far[1] < far[2]
    assert np.array_equal(image, before)


def test_darkness_turns_light_into_dark(folder: Path) -> None:
    """The folder's name is what is right; the model is a function."""
    found = audit_images(Function("tried:bright", tried.bright, None), folder, asked())

    drops = {
        (one.extra["check"], one.extra["severity"]): one.value
        for one in found.claim.sunlit_metrics
        if one.name == "accuracy-drop"
    }
    assert drops["brightness", "high"] > 0.4
    assert drops["jpeg", "low"] == 0
    assert len(drops) == len(LEVELS) * 3


def test_an_onnx_model_answers_images(folder: Path, tmp_path: Path) -> None:
    """One input of four dimensions, sizes and channels as it asks."""
    path = tmp_path / "mean.onnx"
    path.write_bytes(image_model())

    found = audit_images(open_model(path), folder, asked())

    assert found.claim.sunlit_binding == "files-verified"
    assert found.detail["rows"] == 10


def test_letters_that_are_read_wrongly_are_counted(tmp_path: Path) -> None:
    """The text beside an image is what it says."""
    for at in range(6):
        made = stripes(200)
        Image.fromarray(made).save(tmp_path / f"{at}.png")
        (tmp_path / f"{at}.txt").write_text("ab" * int(made.mean() // 26) + "\n", encoding="utf-8")

    found = audit_images(
        Function("tried:shade", tried.shade, None), tmp_path, asked(reads_text=True)
    )

    worse = {
        (one.extra["check"], one.extra["severity"]): one.value
        for one in found.claim.sunlit_metrics
        if one.name == "character-error-increase"
    }
    assert worse["brightness", "high"] > 0.5
    assert worse["jpeg", "low"] == 0


def test_images_without_a_known_answer_flip_only(tmp_path: Path) -> None:
    """They lie in the folder itself, with no text beside."""
    Image.fromarray(stripes(200)).save(tmp_path / "a.png")

    found = audit_images(Function("tried:bright", tried.bright, None), tmp_path, asked())

    assert {one.name for one in found.claim.sunlit_metrics} == {"flip-rate"}


def test_an_image_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No pixels, too many of them, or none at all in the folder."""
    with pytest.raises(UnavailableError) as nothing:
        image_files(tmp_path)
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nno")
    with pytest.raises(MalformedError) as broken:
        read_image(tmp_path / "a.png")
    Image.fromarray(stripes(1)).save(tmp_path / "b.png")
    monkeypatch.setattr(imaging, "MOST_PIXELS", 10)
    with pytest.raises(MalformedError) as large:
        read_image(tmp_path / "b.png")

    assert [one.value.code for one in (nothing, broken, large)] == [
        "robust.no-images", "robust.bad-image", "robust.bad-image",
    ]  # fmt: skip
