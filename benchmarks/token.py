"""Token verification, side by side: Sunlit's check against PyJWT's signature check alone.

Sunlit's check is what a guard does for each call: signature by a trusted issuer key, claims read
into a typed grant, time window, status looked up in a cached, already verified list. PyJWT does
the signature, `exp` and `nbf`, and hands out a dictionary. Rounds are interleaved; medians of
CPU time and the ratio are reported (target: within 2). Cold verification, with a status list of
a million tokens and the grant's receipt, is given apart. PyJWT is a peer to measure against and
no dependency: `pip install pyjwt`.

    python -m benchmarks.token [--rounds 9] [--calls 300] [--json]
"""

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import cryptography
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from sunlit.runtime.covers import Asked, expect_valid
from sunlit.runtime.statuslist import build, read_list, sign_list
from sunlit.runtime.token import IssuerKey, issuer_keys, open_token, sign_token
from sunlit.runtime.verify import verify_token
from sunlit.statement.keys import PrivateKey
from tests.fixtures.token_world import AT, ISSUER, STATUS_INDEX, STATUS_URI, World, grant, manifest

TARGET = 2.0
Call = Callable[[], object]


def pair(world: World, algorithm: str, key: PrivateKey) -> tuple[Call, Call]:
    """Return our check and PyJWT's, over the same token."""
    text = sign_token(grant(), "ab" * 32, key).encode()
    issuers = (IssuerKey(organisation=ISSUER, key=key.public), *issuer_keys(world.trust))
    status = read_list(world.status(), [world.issuer.public], uri=STATUS_URI, at=AT)
    native = key.native.public_key()
    # The fixture's times are fixed; comparing two integers is not what costs.
    loose = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}

    def ours() -> object:
        token = open_token(text, issuers)
        token.expect_in_force(AT)
        expect_valid(status, STATUS_INDEX)
        return token

    def theirs() -> object:
        return jwt.decode(text, native, algorithms=[algorithm], options=loose)  # type: ignore[arg-type]

    return ours, theirs


def microseconds(call: Call, calls: int) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - start) / calls * 1e6


def warm(world: World, rounds: int, calls: int) -> dict[str, dict[str, Any]]:
    """Return the medians, the median of the rounds' ratios and all samples, per algorithm."""
    result: dict[str, dict[str, Any]] = {}
    keys = {"EdDSA": world.issuer, "ES256": PrivateKey(ec.derive_private_key(7, ec.SECP256R1()))}
    for algorithm, key in keys.items():
        ours, theirs = pair(world, algorithm, key)
        ours(), theirs()
        times = [(microseconds(ours, calls), microseconds(theirs, calls)) for _ in range(rounds)]
        result[algorithm] = {
            "sunlit_us": round(statistics.median(mine for mine, _ in times), 1),
            "pyjwt_us": round(statistics.median(other for _, other in times), 1),
            "ratio": round(statistics.median(mine / other for mine, other in times), 2),
            "samples": dict(
                zip(("sunlit", "pyjwt"), map(list, zip(*times, strict=True)), strict=True)
            ),
        }
    return result


def cold(world: World, rounds: int) -> dict[str, float]:
    """Return the CPU time of all eight steps, with a small list and with one of a million."""
    large = build(dict.fromkeys(range(0, 2**20, 100), 1), size=2**20)
    text = sign_list(
        large, world.issuer, uri=STATUS_URI, at=AT - timedelta(hours=1), lasts=timedelta(days=7),
        ttl=3600,
    ).encode()  # fmt: skip
    small = world.parts()
    asked = Asked(at=AT, files=manifest(), use="outreach")
    found: dict[str, float] = {}
    for name, parts in (("small_list", small), ("million_list", replace(small, status=text))):
        check = partial(verify_token, parts, world.trust, asked)
        if not check().holds:
            raise SystemExit("the benchmark's own token does not verify")
        times = [microseconds(check, 10) for _ in range(rounds)]
        found[f"{name}_us"] = round(statistics.median(times), 0)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    world = World()
    hot, full = warm(world, asked.rounds, asked.calls), cold(world, asked.rounds)
    if asked.json:
        result = {
            "python": platform.python_version(),
            "cryptography": cryptography.__version__,
            "pyjwt": jwt.__version__,
            "machine": platform.machine(),
            "rounds": asked.rounds,
            "warm": hot,
            "cold": full,
            "target_ratio": TARGET,
        }
        print(json.dumps(result, indent=2))
        return
    for algorithm, row in hot.items():
        verdict = "within" if row["ratio"] <= TARGET else "ABOVE"
        print(
            f"{algorithm}: Sunlit {row['sunlit_us']} us, PyJWT {row['pyjwt_us']} us, "
            f"ratio {row['ratio']} ({verdict} the target of {TARGET})"
        )
    for name, value in full.items():
        print(f"all eight steps, {name.removesuffix('_us').replace('_', ' ')}: {value:.0f} us")


if __name__ == "__main__":
    main()
