"""Runs in a process of its own, without a network: does what is named and says who called out.

    python -m tests.security.watched control|libraries|commands FOLDER

Two watches. Python tells an audit hook of each connection and look-up. The kernel counts the
packets for which it had no way out: in a network namespace without any interface that is every one,
also of C code that asks Python nothing. The last line printed is a JSON list of what Python saw;
whoever started this asks the kernel after the end, since some libraries send what they have then.
"""

import ctypes
import json
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from importlib import import_module
from io import StringIO
from pathlib import Path

EVENTS = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
REPORTS = Path(__file__).parents[1] / "fixtures" / "redteam"
NOWHERE = "192.0.2.1"  # TEST-NET-1 (RFC 5737): nobody's
called: list[str] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event not in EVENTS:
        return
    if event == "socket.connect" and isinstance(arguments[1], str | bytes):
        return  # a Unix socket leaves no machine
    called.append(f"{event} {arguments[-1] if event == 'socket.connect' else arguments[:2]}")


def unroutable(folder: Path = Path("/proc/self/net")) -> int:
    """Packets that this network namespace had no way out for, since it was made."""
    four = (folder / "snmp").read_text(encoding="ascii").splitlines()
    names, values = (line.split() for line in four if line.startswith("Ip:"))
    found = int(dict(zip(names, values, strict=True))["OutNoRoutes"])
    with suppress(OSError):
        six = (folder / "snmp6").read_text(encoding="ascii").splitlines()
        found += sum(int(line.split()[1]) for line in six if line.startswith("Ip6OutNoRoutes"))
    return found


def control(folder: Path) -> None:
    """Call out in the three ways that must be seen: by name, by address, and from C."""
    del folder
    with suppress(OSError):
        socket.create_connection(("telemetry.invalid", 443), timeout=1)
    with suppress(OSError):
        socket.create_connection((NOWHERE, 443), timeout=1)
    before = unroutable()
    libc = ctypes.CDLL(None)
    handle = libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0)
    place = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(443), socket.inet_aton(NOWHERE))
    libc.connect(handle, place, len(place))
    libc.close(handle)
    called.append(f"from C: {unroutable() - before}")


def libraries(folder: Path) -> None:
    """Import each third-party library of the audits and let it do something small."""
    import cel
    import duckdb
    import ibis
    import numpy as np
    import onnxruntime
    import PIL.Image
    import scipy.stats
    import trestle.oscal.catalog
    import zstandard
    from fairlearn.metrics import MetricFrame, selection_rate

    with suppress(ImportError):
        import_module("art.attacks.evasion")
    assert cel.evaluate("1 + 1 == 2", {})
    assert ibis.duckdb.from_connection(duckdb.connect(":memory:")).list_tables() == []
    assert onnxruntime.get_available_providers()
    assert PIL.Image.new("L", (2, 2)).size == (2, 2)
    assert len(import_module("profanity_check").predict_prob(["hello"])) == 1
    assert scipy.stats.beta.ppf(0.5, 1, 1) == 0.5
    assert trestle.oscal.catalog.Catalog.model_fields
    assert zstandard.decompress(zstandard.compress(b"x")) == b"x"
    ones = np.array([1, 0, 1, 0])
    MetricFrame(metrics=selection_rate, y_true=ones, y_pred=ones, sensitive_features=ones)
    del folder


def onnx(folder: Path) -> None:
    """Start ONNX Runtime as any program does, without a word of ours."""
    import onnxruntime

    assert onnxruntime.get_available_providers()
    del folder


def commands(folder: Path) -> None:
    """Run our own audits: each must end as it would with a network."""
    from sunlit.cli.main import main
    from tests.producers.audit.robust import onnx_made

    rows = "".join(f"{i % 2},{(i // 2) % 2},{'ab'[i % 3 == 0]}\n" for i in range(400))
    (folder / "rows.csv").write_text(f"guess,truth,group\n{rows}", encoding="ascii")
    table = str(folder / "rows.csv")
    (folder / "m.onnx").write_bytes(onnx_made.matrix_model())
    for words in (
        ("audit", "import", str(REPORTS / "garak-refuses.report.jsonl")),
        ("audit", "import", str(REPORTS / "inspect-qwen.eval"), "--success", "correct"),
        ("audit", "drift", table, table),
        ("audit", "robustness", table, "--model", str(folder / "m.onnx"), "--feature", "guess",
         "--feature", "truth"),
        ("audit", "bias", table, "--prediction", "guess", "--outcome", "truth",
         "--favourable", "1", "--positive", "1", "--attribute", "group=sex"),
    ):  # fmt: skip
        with redirect_stdout(StringIO()) as said, suppress(SystemExit):
            main([*words, "--json"])
        assert '"claim"' in said.getvalue(), (words, said.getvalue()[-500:])


WORK: dict[str, Callable[[Path], None]] = {
    "control": control, "libraries": libraries, "commands": commands, "onnx": onnx,
}  # fmt: skip

if __name__ == "__main__":
    sys.addaudithook(_hook)
    for name in sys.argv[1].split(","):
        WORK[name](Path(sys.argv[2]))
    sys.stdout.write(json.dumps(called) + "\n")
