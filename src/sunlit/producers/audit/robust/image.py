"""Corruptions of images: noise, blur, light, contrast, JPEG, rotation, a covered part."""

import io
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from sunlit.base.errors import MalformedError, UnavailableError
from sunlit.producers.audit.robust.answers import Array, Case

SUFFIXES: Final = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
MOST_PIXELS: Final = 40_000_000
MOST_IMAGES: Final = 100_000
CHUNK: Final = 8  # images that are asked about at once
MOST_TEXT: Final = 100_000
# Low, medium, high. Noise in shares of full brightness, blur in pixels, JPEG quality, degrees,
# share of the area; brightness and contrast as factors.
LEVELS: Final[Mapping[str, tuple[float, float, float]]] = {
    "gaussian-noise": (0.04, 0.08, 0.16), "blur": (0.5, 1.0, 2.0), "brightness": (0.85, 0.6, 0.35),
    "contrast": (0.8, 0.5, 0.25), "jpeg": (60, 30, 10), "rotation": (1, 3, 8),
    "occlusion": (0.01, 0.04, 0.1),
}  # fmt: skip
Rng = np.random.Generator


def cases() -> list[Case]:
    """Return every corruption at its three severities."""
    return [
        Case(check=check, level=f"{level:g}", severity=severity, apply=partial(_all, check, level))
        for check, levels in LEVELS.items()
        for level, severity in zip(levels, ("low", "medium", "high"), strict=True)
    ]


def _all(check: str, level: float, batch: list[Array], rng: Rng) -> list[Array]:
    return [corrupt(check, level, one, rng) for one in batch]


def corrupt(check: str, level: float, image: Array, rng: Rng) -> Array:
    """Return a corrupted copy of an image of shape (height, width, 3), bytes."""
    return _KINDS[check](image, level, rng)


def _noise(image: Array, level: float, rng: Rng) -> Array:
    moved = image + rng.normal(0, level * 255, image.shape)
    return np.clip(np.round(moved), 0, 255).astype(np.uint8)


def _blur(image: Array, level: float, rng: Rng) -> Array:
    from PIL import ImageFilter  # noqa: PLC0415 - an extra

    del rng
    return np.asarray(_pillow(image).filter(ImageFilter.GaussianBlur(level)))


def _brightness(image: Array, level: float, rng: Rng) -> Array:
    del rng
    return np.clip(np.round(image * level), 0, 255).astype(np.uint8)


def _contrast(image: Array, level: float, rng: Rng) -> Array:
    del rng
    middle = float(image.mean())
    return np.clip(np.round((image - middle) * level + middle), 0, 255).astype(np.uint8)


def _jpeg(image: Array, level: float, rng: Rng) -> Array:
    from PIL import Image  # noqa: PLC0415 - an extra

    del rng
    held = io.BytesIO()
    _pillow(image).save(held, "JPEG", quality=int(level))
    return np.asarray(Image.open(held).convert("RGB"))


def _rotation(image: Array, level: float, rng: Rng) -> Array:
    from PIL import Image  # noqa: PLC0415 - an extra

    angle = level if rng.random() < 0.5 else -level
    edge = tuple(int(one) for one in np.median(image[0], axis=0))
    turned = _pillow(image).rotate(angle, Image.Resampling.BILINEAR, fillcolor=edge)
    return np.asarray(turned)


def _occlusion(image: Array, level: float, rng: Rng) -> Array:
    height, width = image.shape[:2]
    tall, wide = (max(1, round(size * level**0.5)) for size in (height, width))
    top, left = int(rng.integers(0, height - tall + 1)), int(rng.integers(0, width - wide + 1))
    covered = image.copy()
    covered[top : top + tall, left : left + wide] = 128
    return covered


_KINDS: Final[Mapping[str, Callable[[Array, float, Rng], Array]]] = {
    "gaussian-noise": _noise, "blur": _blur, "brightness": _brightness, "contrast": _contrast,
    "jpeg": _jpeg, "rotation": _rotation, "occlusion": _occlusion,
}  # fmt: skip


def _pillow(image: Array) -> Any:  # noqa: ANN401 - imported when it is needed
    from PIL import Image  # noqa: PLC0415 - an extra

    return Image.fromarray(image)


def image_files(folder: Path) -> list[Path]:
    """Return the images of a folder and below, in the order of their names.

    Raises:
        UnavailableError: `robust.no-images`.
    """
    found = sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )[:MOST_IMAGES]
    if not found:
        raise UnavailableError(
            "robust.no-images", f"{folder.name!r} holds no image",
            expected="files such as .png or .jpg",
        )  # fmt: skip
    return found


def images(files: list[Path], root: Path) -> Iterator[tuple[list[Array], Array | None]]:
    """Yield images, `CHUNK` at a time, with what is right about each.

    Right is the text of the file `NAME.txt` beside it, else the name of its folder; None where
    the images lie in `root` itself without such files.

    Raises:
        MalformedError: `robust.bad-image`.
    """
    for at in range(0, len(files), CHUNK):
        part = files[at : at + CHUNK]
        truth = [_truth(path, root) for path in part]
        known = None if any(one is None for one in truth) else np.array(truth, dtype=object)
        yield [read_image(path) for path in part], known


def _truth(path: Path, root: Path) -> str | None:
    beside = path.with_suffix(".txt")
    if beside.is_file():
        with beside.open(encoding="utf-8", errors="replace") as file:
            return file.read(MOST_TEXT).strip()
    return path.parent.name if path.parent != root else None


def read_image(path: Path) -> Array:
    """Read an image as (height, width, 3) bytes.

    Raises:
        MalformedError: `robust.bad-image`.
    """
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - an extra

    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _bad(path, f"at most {MOST_PIXELS:,} pixels")
            return np.asarray(image.convert("RGB"))
    except (
        OSError,
        SyntaxError,
        UnidentifiedImageError,
        ValueError,
        Image.DecompressionBombError,
    ) as error:
        raise _bad(path, "an image that Pillow reads") from error


def _bad(path: Path, expected: str) -> MalformedError:
    return MalformedError(
        "robust.bad-image", f"{path.name!r} cannot be read", expected=expected,
        mend="take it out of the folder",
    )  # fmt: skip
