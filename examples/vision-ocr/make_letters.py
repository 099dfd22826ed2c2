"""Render letters of a benefits office as images, each with the text that it says beside it.

The text is ours and about nobody. `python make_letters.py FOLDER` writes the same bytes wherever
the same version of Pillow runs.
"""

import sys
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

WIDTH: Final = 620
LINE: Final = 34
MARGIN: Final = 24
LETTERS: Final = (
    ("Benefits office of Example City", "Your claim number is 4471-20", "We received your letter",
     "Please send proof of rent by 14 March"),
    ("Housing support", "You will get 312.50 a month", "The first payment is on 1 May",
     "Tell us when your income changes"),
    ("Notice of a review", "Somebody will look at your case", "You need not do anything",
     "Call us on weekdays from 9 to 16"),
    ("Your right to object", "You can object within 30 days", "Write to the office or come by",
     "An adviser helps you at no cost"),
    ("Free school meals", "Both of your children can get them", "Hand this letter to the school",
     "It is valid until 31 July"),
)  # fmt: skip


def drawn(lines: tuple[str, ...]) -> Image.Image:
    """Return one letter: dark text on white, in the font that Pillow brings."""
    page = Image.new("RGB", (WIDTH, 2 * MARGIN + LINE * len(lines)), (255, 255, 255))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=24)
    for at, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + at * LINE), line, fill=(20, 20, 30), font=font)
    return page


def main(folder: Path) -> None:
    """Write `letter-1.png` and `letter-1.txt`, and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, lines in enumerate(LETTERS, 1):
        drawn(lines).save(folder / f"letter-{number}.png")
        (folder / f"letter-{number}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(LETTERS)} letters in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "letters"))
