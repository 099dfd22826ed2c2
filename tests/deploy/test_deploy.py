"""What `deploy/` holds: linted, and run by parts where no container can be."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from sunlit.adapters.reach import SETTING
from tests.web.nodes import site_at

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
UNITS: Final = sorted((DEPLOY / "systemd").glob("*.service"))
PATH: Final = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def run(*words: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a command with `sunlit` on the path."""
    return subprocess.run(
        [str(word) for word in words], env={**os.environ, "PATH": PATH, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> Any:  # noqa: ANN401 - a document
    """Return the compose file with its anchors resolved."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def test_a_backup_can_be_laid_out_and_projected_again(tmp_path: Path) -> None:
    """Without keys and lock stores; every log is recomputed from what was restored."""
    site_at(tmp_path / "node").close()

    made = run(DEPLOY / "backup.sh", tmp_path / "backups", SUNLIT_NODE=str(tmp_path / "node"))
    assert made.returncode == 0, made.stderr
    file = Path(made.stdout.strip())
    restored = run(DEPLOY / "restore.sh", file, tmp_path / "again")
    assert restored.returncode == 0, restored.stdout + restored.stderr

    names = {str(path.relative_to(tmp_path / "again")) for path in tmp_path.glob("again/**/*")}
    assert not [name for name in names if "lock.sqlite" in name or "private/keys" in name]
    rebuilt = run("sunlit", "rebuild", "--at", tmp_path / "again/node", "--json")
    assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr


def test_a_backup_that_was_changed_is_refused(tmp_path: Path) -> None:
    """Before anything of it is laid out."""
    site_at(tmp_path / "node").close()
    made = run(DEPLOY / "backup.sh", tmp_path / "backups", SUNLIT_NODE=str(tmp_path / "node"))
    file = Path(made.stdout.strip())
    file.write_bytes(file.read_bytes()[:-1] + b"x")

    assert run(DEPLOY / "restore.sh", file, tmp_path / "again").returncode != 0
    assert not (tmp_path / "again").exists()


# What age does for this test: it hides what it is given, and opens it with the identity only.
AGE: Final = """#!/bin/sh
case $1 in
--encrypt) cat "$3" > /dev/null && { echo age; base64; } > "$5" ;;
--decrypt) grep -q AGE-SECRET "$3" && tail -n +2 "$4" | base64 --decode ;;
esac
"""


def test_a_backup_is_encrypted_for_those_who_may_read_it(tmp_path: Path) -> None:
    """Where recipients are named nothing is written in clear, and no identity opens nothing."""
    site_at(tmp_path / "node").close()
    for name, text in (("age", AGE), ("to", "age1x\n"), ("identity", "AGE-SECRET-KEY-1\n")):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(text)
    (tmp_path / "bin/age").chmod(0o700)
    path = f"{tmp_path / 'bin'}{os.pathsep}{PATH}"
    made = run(
        DEPLOY / "backup.sh", tmp_path / "backups", SUNLIT_NODE=str(tmp_path / "node"), PATH=path,
        SUNLIT_BACKUP_RECIPIENTS=str(tmp_path / "bin/to"),
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    file = Path(made.stdout.strip())

    shut = run(DEPLOY / "restore.sh", file, tmp_path / "shut", PATH=path)
    again = run(
        DEPLOY / "restore.sh", file, tmp_path / "again", PATH=path,
        SUNLIT_BACKUP_IDENTITY=str(tmp_path / "bin/identity"),
    )  # fmt: skip

    assert file.name.endswith(".tar.gz.age")
    assert sorted(one.name for one in file.parent.iterdir()) == [file.name, f"{file.name}.sha256"]
    assert file.read_bytes().startswith(b"age\n")
    assert shut.returncode != 0
    assert not list((tmp_path / "shut").iterdir())
    assert again.returncode == 0, again.stdout + again.stderr


def test_nothing_is_restored_over_something(tmp_path: Path) -> None:
    """An operator in a hurry loses nothing."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there/file").touch()

    done = run(DEPLOY / "restore.sh", tmp_path / "any.tar.gz", tmp_path / "there")

    assert done.returncode == 2
    assert "something" in done.stderr


@pytest.mark.parametrize("script", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_every_script_parses_and_may_be_run(script: Path) -> None:
    """Bash reads it, and its mode says that it is a program."""
    assert run("bash", "-n", script).returncode == 0
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_unit(unit: Path) -> None:
    """But for the programs, which are not installed here."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here")

    said = run("systemd-analyze", "verify", "--man=no", unit).stderr

    ours = [line for line in said.splitlines() if unit.name in line]
    assert [line for line in ours if "is not executable" not in line] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_runs_a_command_that_there_is(unit: Path) -> None:
    """With options that it has."""
    (line,) = re.findall(
        r"^ExecStart=/opt/sunlit/(?:bin|share)/(.*)$", unit.read_text(), re.MULTILINE
    )
    program, *words = line.split()
    if program.endswith(".sh"):
        assert (DEPLOY / program).is_file()
    else:
        assert run(program, *words, "--help").returncode == 0


def test_every_container_runs_a_command_that_there_is(compose: Any) -> None:  # noqa: ANN401
    """With options that it has."""
    for name in ("web", "worker"):
        assert run(*compose["services"][name]["command"], "--help").returncode == 0


def test_containers_of_ours_may_do_little(compose: Any) -> None:  # noqa: ANN401 - a document
    """No capability, no new privileges, a root file system that cannot be written."""
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert "no-new-privileges:true" in service["security_opt"]
        assert "ports" not in service  # only the proxy is reached from outside


def test_who_speaks_to_others_is_told_which_networks_it_may_reach(compose: Any) -> None:  # noqa: ANN401
    """Web processes and workers both do; in a container only what is handed on is set."""
    for container, unit in (("web", "web"), ("worker", "work")):
        assert SETTING in compose["services"][container]["environment"]
        assert SETTING in (DEPLOY / "systemd" / f"sunlit-{unit}.service").read_text("utf-8")


def test_no_secret_stands_in_a_file(compose: Any) -> None:  # noqa: ANN401 - a document
    """Passwords come from files that are not in the repository."""
    assert "PASSWORD:" not in json.dumps(compose).upper().replace("_FILE", "")
    assert all(secret["file"].startswith("./secrets/") for secret in compose["secrets"].values())
    assert not (DEPLOY / "secrets").exists()


def test_the_image_copies_what_there_is_and_runs_as_nobody() -> None:
    """And installs only what is locked by hash."""
    text = (DEPLOY / "Containerfile").read_text("utf-8")

    for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.MULTILINE):
        assert all((ROOT / name).exists() for name in line.split()[:-1]), line
    assert all("--require-hashes" in one or "--no-deps" in one
               for one in re.findall(r"pip install[^\\&]*", text))  # fmt: skip
    assert re.search(r"^USER sunlit$", text, re.MULTILINE)


def test_the_proxy_keeps_no_address_and_hides_the_metrics() -> None:
    """What somebody looked up is nobody's affair."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")
    (form,) = re.findall(r"log_format quiet '(.*)';", text)

    assert not {"$remote_addr", "$args", "$request ", "$http_referer"} & set(form.split())
    assert re.search(r"location = /metrics \{ return 404; \}", text)
    assert text.count("{") == text.count("}")


def test_the_proxy_leads_to_the_name_that_it_was_given() -> None:
    """A redirect to `$host` would lead wherever whoever asks says, and be kept by a cache."""
    text = (DEPLOY / "nginx.conf").read_text("utf-8")

    assert re.findall(r"return 30\d (\S+);", text) == ["https://$server_name$request_uri"]
    assert "server_name" in text
    assert re.search(r"listen 80 default_server;\s+return 444;", text)
