"""The page about security covers each line of ASVS 4.0.3 level 2, and each Yes has its test.

And what only the whole source can show: nothing is run or evaluated, no SQL is put together.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "sunlit"
PAGE: Final = ROOT / "docs" / "operate" / "security.md"
# The requirements of level 2 (section: numbers), from the standard's own table.
LEVEL_2: Final = (
    "1.1:1-7 1.2:1-4 1.4:1,4-5 1.5:1-4 1.6:1-4 1.7:1-2 1.8:1-2 1.9:1-2 1.10:1 1.11:1-2 1.12:2 "
    "1.14:1-6 2.1:1-12 2.2:1-3 2.3:1-3 2.4:1-5 2.5:1-7 2.6:1-3 2.7:1-6 2.8:1-7 2.9:1-3 2.10:1-4 "
    "3.1:1 3.2:1-4 3.3:1-4 3.4:1-5 3.5:1-3 3.7:1 4.1:1-3,5 4.2:1-2 4.3:1-3 5.1:1-5 5.2:1-8 "
    "5.3:1-10 5.4:1-3 5.5:1-4 6.1:1-3 6.2:1-6 6.3:1-2 6.4:1-2 7.1:1-4 7.2:1-2 7.3:1,3-4 7.4:1-3 "
    "8.1:1-4 8.2:1-3 8.3:1-8 9.1:1-3 9.2:1-4 10.2:1-2 10.3:1-3 11.1:1-8 12.1:1-3 12.2:1 12.3:1-6 "
    "12.4:1-2 12.5:1-2 12.6:1 13.1:1,3-5 13.2:1-3,5-6 13.3:1-2 13.4:1-2 14.1:1-4 14.2:1-6 "
    "14.3:2-3 14.4:1-7 14.5:1-4"
)
ANSWERS: Final = ("Yes", "In part", "No", "Does not apply")
NUMBER: Final = r"\d+\.\d+\.\d+(?: to \d+\.\d+\.\d+)?"
ROW: Final = re.compile(
    rf"^\| ({NUMBER}(?:, {NUMBER})*) ([^|]*)\| ([^|]+)\| ([^|]*)\|$", re.MULTILINE
)
# What the node is made of; the guard, the producers and the command line are other programs.
NODE: Final = ("web", "node", "adapters", "bootstrap", "projection", "registry", "authority", "log")
RUNS: Final = {"eval", "exec", "compile", "__import__", "system", "popen"}
UNSAFE: Final = {"pickle", "marshal", "shelve", "subprocess", "xml", "lxml", "random"}
# A helper's own answer, read by the process that started it; `sunlit run`, which no node serves.
KNOWN: Final = {
    ("ahead.py", "pickle"), ("run.py", "subprocess"), ("run_environment.py", "subprocess"),
}  # fmt: skip
# Names of our own tables, columns and settings, which nobody sends.
MADE: Final = {"engine.py", "load_again.py", "loading.py", "writing.py"}


def _numbers(text: str) -> Iterator[str]:
    for section, numbers in (one.split(":") for one in text.split()):
        for run in numbers.split(","):
            first, _, last = run.partition("-")
            for number in range(int(first), int(last or first) + 1):
                yield f"{section}.{number}"


def _named(text: str) -> Iterator[str]:
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("to")
        section, _, number = first.rpartition(".")
        for one in range(int(number), int(last.rpartition(".")[2] or number) + 1):
            yield f"{section}.{one}"


def _rows() -> list[tuple[str, str, str, str]]:
    return [tuple(part.strip() for part in found) for found in ROW.findall(PAGE.read_text("utf-8"))]


def test_every_line_of_level_2_has_an_answer() -> None:
    """Once each, and none that the standard does not have."""
    named = [number for numbers, *_ in _rows() for number in _named(numbers)]

    assert sorted(named) == sorted(_numbers(LEVEL_2))
    assert all(answer.startswith(ANSWERS) for _, _, answer, _ in _rows())


def test_every_yes_names_a_test_that_there_is() -> None:
    """A folder would go on being there when its test is gone."""
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)", text))
    for numbers, _, answer, where in _rows():
        tests = re.findall(r"`(test_\w+)`", where)
        assert tests or not answer.startswith("Yes"), numbers
        assert set(tests) <= there, (numbers, set(tests) - there)


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for part in NODE:
        for path in (SOURCE / part).rglob("*.py"):
            yield path, ast.parse(path.read_text("utf-8"))


def test_the_node_runs_evaluates_and_unpickles_nothing() -> None:
    """No program, no code, no pickle, no XML parser; random numbers are the system's only."""
    found = set()
    for path, tree in _trees():
        for one in ast.walk(tree):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
                found |= {(path.name, one.func.id)} if one.func.id in RUNS else set()
            names = [it.name for it in one.names] if isinstance(one, ast.Import) else []
            names += [one.module or ""] if isinstance(one, ast.ImportFrom) else []
            found |= {(path.name, it) for it in names if it.partition(".")[0] in UNSAFE}

    assert found <= KNOWN


def test_no_sql_is_put_together_from_texts() -> None:
    """What is given to the database as text is a constant, or made of constants of the module."""
    found = set()
    for path, tree in _trees():
        calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and one.args]
        for call in calls:
            name = call.func.id if isinstance(call.func, ast.Name) else ""
            attribute = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            if name in {"text", "literal_column"} or attribute == "exec_driver_sql":
                found |= {path.name} if _mixed(call.args[0]) else set()

    assert found <= MADE


def _mixed(part: ast.expr) -> bool:
    # A name in capitals is a constant; anything else that is filled in could be somebody's words.
    if isinstance(part, ast.JoinedStr):
        values = [one.value for one in part.values if isinstance(one, ast.FormattedValue)]
        return not all(isinstance(one, ast.Name) and one.id.lstrip("_").isupper() for one in values)
    return isinstance(part, ast.BinOp)


def test_no_template_lets_markup_through() -> None:
    """Everything is escaped where it is put in; the one thing that is not is made by a macro."""
    templates = SOURCE / "web" / "templates"
    loose = [
        (path.name, line.strip())
        for path in templates.rglob("*.html")
        for line in path.read_text("utf-8").splitlines()
        if re.search(r"\|\s*safe\b|autoescape false", line)
    ]

    assert not loose
