"""`sunlit demo`: the whole story, with real keys, on a real model, in one directory."""

import shutil
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click

from sunlit.base.errors import SunlitError, UnavailableError

EPILOG: Final = """\b
Example:
  sunlit demo
  sunlit demo --in /tmp/story --again
"""
NEEDED: Final = ("duckdb", "hyperscan", "lightgbm", "numpy", "profanity_check", "pyarrow")
BESIDE: Final = ("local-llm", "registers", "text-moderation", "vision-ocr")


@click.command(epilog=EPILOG)
@click.option(
    "--in", "directory", type=click.Path(path_type=Path, file_okay=False),
    default=Path("sunlit-demo"), show_default=True, help="Where the story is played.",
)  # fmt: skip
@click.option("--again", is_flag=True, help="Throw away an earlier play in that directory.")
def command(*, directory: Path, again: bool) -> None:
    """Play the whole story with real keys on a real model: about a minute."""
    from sunlit.cli.stage import Stage
    from sunlit.cli.story import SCENES, ending

    example = _example()
    _prepare(directory, again=again)
    stage = Stage(directory.resolve())
    shutil.copytree(example, stage.root / "example")
    for name in BESIDE:
        shutil.copytree(_beside(name), stage.root / "beside" / name)
    try:
        for number, (title, scene) in enumerate(SCENES, 1):
            stage.scene(number, len(SCENES) + 1, title)
            scene(stage)
        ending(stage, directory)
    except SunlitError:
        click.echo(f"What was said so far is in {stage.save_transcript()}", err=True)
        raise
    stage.save_transcript()


def _example() -> Path:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UnavailableError(
            "cli.demo-needs", "the demo trains a model, and what that needs is not installed",
            expected=", ".join(NEEDED), got="no " + ", ".join(missing),
            mend="pip install 'sunlit[demo]'",
        )  # fmt: skip
    packaged = Path(str(files("sunlit.cli"))) / "example"
    source = Path(__file__).parents[3] / "examples" / "benefits-outreach"
    found = next((path for path in (packaged, source) if (path / "train.py").is_file()), None)
    if found is None:
        raise UnavailableError(
            "cli.demo-example", "the example is not where this installation keeps it",
            expected=str(packaged), mend="install Sunlit again",
        )  # fmt: skip
    return found


def _beside(name: str) -> Path:
    packaged = Path(str(files("sunlit.cli"))) / "beside" / name
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "examples" / name


def _prepare(directory: Path, *, again: bool) -> None:
    marker = directory / "transcript.txt"
    if directory.exists() and any(directory.iterdir()):
        if not (again and (marker.exists() or (directory / "example").is_dir())):
            raise UnavailableError(
                "cli.demo-directory", f"there is something in {directory} already",
                expected="an empty directory, or an earlier play with --again",
                mend=f"sunlit demo --in {directory} --again, or name another directory",
            )  # fmt: skip
        shutil.rmtree(directory)
    directory.mkdir(parents=True, exist_ok=True)
