"""Write spec/vectors/statement/manifest-v1. Run by hand to add a case; tests read the result.

python tests/statement/make_vectors.py
"""

# ruff: noqa: E501 - what a case is stands on its line

import hashlib
import json
import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parents[2] / "spec/vectors/statement/manifest-v1"

VALID: dict[str, tuple[str, dict[str, bytes]]] = {
    "empty-folder": ("an empty folder is the empty list", {}),
    "one-empty-file": ("an empty file counts", {"empty": b""}),
    "code-point-order": (
        "names are ordered by UTF-8 bytes over the whole path, not part by part, and not by UTF-16",
        {"a/b": b"1", "a-b": b"2", "a.b": b"3", "B": b"4", "\uff21": b"5", "\U0001f600": b"6"},
    ),
    "exclusions-only-at-the-root": (
        ".git, .sunlit and model.sig are left out in the root and nowhere else",
        {
            ".git/HEAD": b"ref",
            ".sunlit/draft.json": b"{}",
            "model.sig": b"{}",
            "sub/.git": b"gitdir",
            "sub/model.sig": b"{}",
            ".gitignore": b"*.tmp",
            ".github/ci.yml": b"on: push",
        },
    ),
    "normal-form": ("a decomposed name is listed composed", {"cafe\u0301.txt": b"x"}),
    "hidden-and-spaces": ("nothing but the three names is special", {".env": b"", "a b": b"\n"}),
}

INVALID_MANIFESTS: dict[str, tuple[str, str, str]] = {
    "not-a-list": ("an object", '{"files":[]}', "manifest.malformed"),
    "white-space": ("not canonical", "[ ]", "manifest.malformed"),
    "unordered": ("names out of order", "b,a", "manifest.malformed"),
    "twice": ("one name twice", "a,a", "manifest.malformed"),
    "extra-field": ("an entry with a fourth field", '[{"digest":"%s","mode":1,"name":"a","size":0}]', "manifest.malformed"),
    "negative-size": ("a size below zero", '[{"digest":"%s","name":"a","size":-1}]', "manifest.malformed"),
    "float-size": ("a size with a fraction", '[{"digest":"%s","name":"a","size":1.0}]', "manifest.malformed"),
    "bool-size": ("a size that is true", '[{"digest":"%s","name":"a","size":true}]', "manifest.malformed"),
    "upper-case-digest": ("hex in upper case", '[{"digest":"sha256:' + "A" * 64 + '","name":"a","size":0}]', "manifest.malformed"),
    "traversal": ("a name that leaves the folder", "../a", "manifest.name"),
    "absolute": ("an absolute name", "/a", "manifest.name"),
    "backslash": ("a name that is a path elsewhere", "a\\\\b", "manifest.name"),
    "control": ("a name with a line feed", "a\\nb", "manifest.name"),
    "control-c1": ("a name with a C1 control character", "a\u0085b", "manifest.name"),
    "bidi-override": ("a name that reads as another one", "a\u202egpj.exe", "manifest.name"),
    "bidi-isolate": ("a name with a directional isolate", "a\u2066b\u2069", "manifest.name"),
    "bidi-mark": ("a name with an invisible direction mark", "a\u200eb", "manifest.name"),
    "bidi-arabic-mark": ("a name with an Arabic letter mark", "a\u061cb", "manifest.name"),
    "decomposed": ("a name that is not NFC", "cafe\u0301", "manifest.malformed"),
    "half-surrogate": ("a name that is not Unicode", "\\ud800", "json.not-json"),
    "unassigned": ("a name with an unassigned code point", "\U000e0fff", "manifest.name"),
    "not-json": ("cut short", '[{"digest"', "json.not-json"),
}  # fmt: skip

EMPTY = "sha256:" + hashlib.sha256(b"").hexdigest()


def entry(name: str, content: bytes) -> str:
    """Spell one entry by hand: this file must not use the code that it tests."""
    digest = hashlib.sha256(content).hexdigest()
    spelled = json.dumps(name, ensure_ascii=False)
    return f'{{"digest":"sha256:{digest}","name":{spelled},"size":{len(content)}}}'


def main() -> None:
    """Write every case as one JSON file."""
    for folder in ("valid", "invalid"):
        (HERE / folder).mkdir(parents=True, exist_ok=True)
    left_out = {".git", ".sunlit", "model.sig"}
    for case, (what, files) in VALID.items():
        kept = {
            unicodedata.normalize("NFC", name): content
            for name, content in files.items()
            if name.split("/")[0] not in left_out
        }
        listed = ",".join(entry(name, kept[name]) for name in sorted(kept, key=str.encode))
        manifest = f"[{listed}]"
        write("valid", case, {
            "what": what,
            "files": {name: content.hex() for name, content in files.items()},
            "manifest": manifest,
            "digest": hashlib.sha256(manifest.encode()).hexdigest(),
        })  # fmt: skip
    for case, (what, text, code) in INVALID_MANIFESTS.items():
        spelled = text if text[0] in "[{" else listing(text.split(","))
        manifest = spelled.replace("%s", EMPTY)
        write("invalid", case, {"what": what, "manifest": manifest, "expect_code": code})


def listing(names: list[str]) -> str:
    """Spell a manifest of empty files, with the names as they are given."""
    entries = (f'{{"digest":"{EMPTY}","name":"{name}","size":0}}' for name in names)
    return f"[{','.join(entries)}]"


def write(folder: str, case: str, value: dict[str, object]) -> None:
    """Write one case."""
    text = json.dumps(value, indent=2, ensure_ascii=True) + "\n"
    (HERE / folder / f"{case}.json").write_text(text)


if __name__ == "__main__":
    main()
