"""publiccode.yml 0.7: a component as a catalogue of public code reads it.

The format has no blanks: what it asks must be there. Where nobody said it, no document is made,
and `expect_complete` says what is lacking.
"""

import re
from collections.abc import Mapping
from typing import Final

import yaml

from sunlit.base.errors import VerificationError
from sunlit.base.purl import bare
from sunlit.formats.licence_ids import read_licence
from sunlit.formats.losses import Exported, Facts, Taking

FORMAT: Final = "publiccode"
STATUSES: Final = ("concept", "development", "beta", "stable", "obsolete")
SHORT: Final = 150
LONG: Final = (150, 10_000)
TYPES: Final[Mapping[str, str]] = {
    "code": "library", "dataset": "configurationFiles", "model": "addon", "pipeline": "library",
}  # fmt: skip
TOKENS: Final[Mapping[str, str]] = {"full": "stable", "restricted": "stable", "pilot": "beta"}
HOSTS: Final[Mapping[str, str]] = {
    "pkg:github/": "https://github.com/",
    "pkg:bitbucket/": "https://bitbucket.org/",
    "pkg:huggingface/": "https://huggingface.co/",
}


def to_publiccode(facts: Facts) -> Exported:
    """Return the file of one component.

    Raises:
        VerificationError: `export.lacks`.
    """
    take = Taking(facts)
    document = _document(take)
    found = problems(document)
    if found or take.lacks():
        raise VerificationError(
            "export.lacks", "publiccode.yml cannot be written: it asks what nobody has said",
            got=", ".join(dict.fromkeys((*take.lacks(), *found))),
            mend="register the component with these, or choose a format that has blanks",
        )  # fmt: skip
    data = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=90).encode()
    return Exported(
        format=FORMAT, name="publiccode.yml", media_type="application/yaml", data=data,
        losses=take.losses(), lacks=take.lacks(),
    )  # fmt: skip


def _document(take: Taking) -> dict[str, object]:
    maintainer = take.wanted("maintainer", take.text("maintainer"))
    document: dict[str, object] = {
        "publiccodeYmlVersion": "0",
        "name": take.text("name"),
        "url": take.wanted("homepage", _address(take)),
        "platforms": ["not stated"],  # any text is allowed, and nobody said which
        "softwareType": TYPES.get(take.word("kind"), "standalone/other"),
        "developmentStatus": TOKENS.get(take.word("token_kind"), "development"),
        "description": {"en": _description(take)},
        "legal": {"license": take.wanted("licence", take.text("licence"))},
        "maintenance": _maintenance(take, maintainer),
        "localisation": {"localisationReady": False, "availableLanguages": ["en"]},
        "organisation": {"name": maintainer, "uri": _uri(maintainer)},
    }
    if version := take.text("version"):
        document["softwareVersion"] = version
    if released := take.word("released_on"):
        document["releaseDate"] = released[:10]
    return document


def _address(take: Taking) -> str:
    if homepage := take.text("homepage"):
        return homepage
    purl = bare(str(take.facts.get("purl") or ""))
    for prefix, host in HOSTS.items():
        if purl.startswith(prefix):
            return host + purl.removeprefix(prefix)
    return ""


def _uri(maintainer: str) -> str:
    return maintainer if ":" in maintainer else f"https://{maintainer}/"


def _description(take: Taking) -> dict[str, object]:
    summary, purl = take.text("summary"), take.text("purl")
    parts = [
        ("", summary),
        ("Package: ", purl),
        ("Intended for: ", take.text("intended_use")),
        ("May be used for: ", take.text("permitted")),
        ("May not be used for: ", take.text("prohibited")),
        ("Limits: ", take.text("constraints")),
        ("Without it: ", take.text("fallback")),
        ("Risk code: ", take.text("code")),
        ("Safety token valid until: ", take.text("token_until")),
        ("Release digest (SHA-256 of the list of its files): ", take.text("digest")),
        ("As of: ", take.text("as_of")),
    ]
    long = "\n".join(f"{name}{text}" for name, text in parts if text)
    uses = dict.fromkeys(row.text("description") for row in take.rows("uses"))
    features = [one for one in (*uses, *take.texts("permitted"), summary) if one]
    short = summary or take.text("name")
    return {
        "shortDescription": short if len(short) <= SHORT else f"{short[: SHORT - 1].rstrip()}…",
        "longDescription": long[: LONG[1]],
        "features": [one[:100] for one in features[:20]],
    }


def _maintenance(take: Taking, maintainer: str) -> dict[str, object]:
    contact = str(take.facts.get("contact") or "")
    if not contact:
        return {"type": "none"}
    # A contact that is no address has no place here, and is listed as lost.
    address = {"email": take.text("contact")} if "@" in contact else {}
    return {"type": "internal", "contacts": [{"name": maintainer, **address}]}


_URL: Final = re.compile(r"https?://[!-~]+")


def problems(document: Mapping[str, object]) -> tuple[str, ...]:
    """Return what of the specification's minimum a document does not keep, by field."""
    texts = _object(document, "description")
    told = next((one for one in texts.values() if isinstance(one, Mapping)), {})
    legal, care = _object(document, "legal"), _object(document, "maintenance")
    place = _object(document, "localisation")
    checks = {
        "publiccodeYmlVersion": bool(document.get("publiccodeYmlVersion")),
        "name": bool(document.get("name")),
        "url": _URL.fullmatch(str(document.get("url") or "")) is not None,
        "platforms": bool(document.get("platforms")),
        "developmentStatus": document.get("developmentStatus") in STATUSES,
        "softwareType": bool(document.get("softwareType")),
        "description.shortDescription": 0 < len(str(told.get("shortDescription", ""))) <= SHORT,
        "description.longDescription": (
            LONG[0] <= len(str(told.get("longDescription", ""))) <= LONG[1]
        ),
        "description.features": bool(told.get("features")),
        "legal.license": _is_licence(str(legal.get("license") or "")),
        "maintenance.type": _is_maintained(care),
        "localisation.localisationReady": isinstance(place.get("localisationReady"), bool),
        "localisation.availableLanguages": bool(place.get("availableLanguages")),
    }
    return tuple(name for name, holds in checks.items() if not holds)


def _is_licence(text: str) -> bool:
    return bool(text) and read_licence(text).expression is not None


def _is_maintained(care: Mapping[str, object]) -> bool:
    kind = care.get("type")
    if kind == "contract":
        return bool(care.get("contractors"))
    return kind == "none" or (kind in ("internal", "community") and bool(care.get("contacts")))


def _object(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = document.get(name)
    return found if isinstance(found, Mapping) else {}
