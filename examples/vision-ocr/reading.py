"""Let rapidocr (PP-OCRv6, ONNX) read images: what `sunlit audit robustness --callable` asks."""

from functools import cache
from typing import Any


@cache
def _engine() -> Any:  # noqa: ANN401 - rapidocr has no types
    from rapidocr import RapidOCR  # noqa: PLC0415 - opencv comes with it: only when it is asked

    return RapidOCR(params={"Global.log_level": "error"})


def read(images: list[Any]) -> list[str]:
    """Return the text of each image (height, width, 3; red, green, blue), line by line."""
    return [_read(image[:, :, ::-1]) for image in images]  # rapidocr takes blue, green, red


def _read(image: Any) -> str:  # noqa: ANN401 - an array
    found = _engine()(image)
    return "\n".join(found.txts or ())
