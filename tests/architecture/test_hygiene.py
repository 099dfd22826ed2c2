"""What must not stand in the source or in anything committed."""

import ast
import re
from pathlib import Path
from typing import Final

from tests.architecture.project import ROOT, committed, named
from tests.architecture.reading import read, read_module

# Written in parts so that this file does not find itself.
OF_ONE_MACHINE: Final = [
    # Below /work/ stands the workbench of a node too.
    *("/wo" + f"rk/{place}" for place in ("ma" + "in", "sha" + "red", ".li", ".mi", ".to")),
    "/op" + "t/pypi", "/op" + "t/wheels", "/ro" + "ot/.", "/tm" + "p/CONTRACT",
    ".libr" + "ary/", "issues " + "show ", "shared/" + "research", "shared/" + "DESIGN",
]  # fmt: skip
RUNS_WHAT_IT_READS: Final = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
}


def test_nothing_committed_names_one_machine() -> None:
    """A path or tool of the machine that it was written on helps nobody else."""
    written = [text.encode() for text in OF_ONE_MACHINE]
    found = [
        f"{named(path)}: {text.decode()}"
        for path in committed()
        for data in [path.read_bytes()]
        for text in written
        # A path of one machine begins with a slash; one in a folder of ours has a name before it.
        if text in data and re.search(rb"(?<![\w}.-])" + re.escape(text), data)
    ]

    assert not found


def test_locked_requirements_name_no_index() -> None:
    """The lists hold names, versions and hashes; where to fetch them is the reader's choice."""
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        packages = re.findall(r"^[A-Za-z0-9].*$", text, re.MULTILINE)

        assert "://" not in text
        assert "--hash=sha256:" in text
        assert all("==" in package for package in packages)


def test_no_handler_catches_everything() -> None:
    """Catch only what you can name: a broad handler hides the next mistake."""
    broad = [
        one.at(handler.lineno) for one in read() for handler in one.handlers if _is_broad(handler)
    ]

    assert not broad


def test_only_the_door_prints() -> None:
    """A library that prints cannot be used by a service."""
    assert not _callers({"print"}, besides="cli")


def test_nothing_loads_a_format_that_runs_code() -> None:
    """A pickle is inspected by its opcodes; loading one hands the machine to its author."""
    imported = {
        named(one.path): {name.split(".")[0] for name in one.imports} & RUNS_WHAT_IT_READS
        for one in read()
    }

    assert not {path: names for path, names in imported.items() if names}
    assert not _callers({"torch.load", "yaml.unsafe_load", "numpy.load", "np.load"})


def test_only_adapters_read_the_clock() -> None:
    """Ruff bans the names in `datetime`; this finds the module `time` as well."""
    assert not _callers({"time.time", "time.time_ns"}, besides="adapters")


def test_a_module_is_read_whole(tmp_path: Path) -> None:
    """What the rules ask about is found, also within functions."""
    path = tmp_path / "bad.py"
    path.write_text("def f():\n    import pickle\n    try: print(time.time())\n    except: pass\n")
    found = read_module(path)

    assert [_is_broad(handler) for handler in found.handlers] == [True]
    assert (found.imports, [one.name for one in found.functions]) == ({"pickle"}, ["f"])
    assert found.calls == [("print", 3), ("time.time", 3)]
    assert found.lines == 4


def _callers(names: set[str], besides: str = "") -> list[str]:
    """Return where one of these is called, outside one package."""
    return [
        one.at(line)
        for one in read()
        if besides not in one.path.parts
        for name, line in one.calls
        if name in names
    ]


def _is_broad(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False  # it tidies up and lets the error go on
    names = ast.walk(handler.type) if handler.type else ()
    return handler.type is None or any(
        isinstance(name, ast.Name) and name.id in {"Exception", "BaseException"} for name in names
    )
