"""What the numbers were measured on; no name, address or path of the machine."""

import os
import platform
import ssl
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.backends.openssl import backend


def describe(where: Path) -> dict[str, Any]:
    """Return the machine that `where` is on, as names and values to print."""
    model, flags = _cpu()
    return {
        "CPU": model,
        "cores": len(os.sched_getaffinity(0)),
        "SHA instructions": "yes" if {"sha_ni", "sha2"} & flags else "no",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "OpenSSL of hashlib": ssl.OPENSSL_VERSION,
        "OpenSSL of cryptography": backend.openssl_version_text(),
        "file system": _file_system(where),
        "one durable write of 4 KiB": f"{fsync_ms(where):.2f} ms",
        "load average": load(),
    }


def load() -> str:
    """Return the load averages of 1, 5 and 15 minutes: what else the machine was doing."""
    return " ".join(f"{one:.2f}" for one in os.getloadavg())


def fsync_ms(where: Path) -> float:
    """Return the median time of one small write and its sync here, in milliseconds."""
    times: list[float] = []
    with tempfile.TemporaryFile(dir=where, buffering=0) as file:
        for _ in range(50):
            start = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def _cpu() -> tuple[str, set[str]]:
    """Return the CPU's model and its feature flags, where Linux says them."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine(), set()
    found = dict(_pair(line) for line in reversed(lines) if ":" in line)
    flags = found.get("flags", found.get("Features", ""))
    return found.get("model name", platform.machine()), set(flags.split())


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _file_system(where: Path) -> str:
    """Return the type of the file system that holds `where`."""
    best, kind = "", "unknown"
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return kind
    here = where.resolve()
    for _, point, name, *_ in map(str.split, mounts):
        if here.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, name
    return kind
