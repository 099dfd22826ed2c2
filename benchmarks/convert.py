"""The log's and the token's measurements, which have JSON of their own, as parts of the report."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

from benchmarks.parts import OURS, Part, Row, Target, ratio

AT_PYMERKLES_RATE: Final = 1.0
FASTER: Final = 20.0


def append(found: Mapping[str, Any]) -> Part:
    """Return durable appends; the target is at 256 a commit."""
    canonical = found["canonical_form_us"]
    return Part(
        name="append",
        title="Durable appends",
        text=(
            "Entries of 1,000 bytes, each commit synced to the same disk; "
            f"{found['rounds']} interleaved rounds. Sunlit signs a checkpoint, writes tiles and "
            "gives a receipt for every entry. pymerkle keeps a tree in SQLite; plain SQLite is an "
            "insert without any tree. What a busy disk disturbs least is the median of the rounds' "
            "ratios, which is what is compared."
        ),
        rows=[_appends(batch, samples) for batch, samples in found["samples"].items()],
        versions={"pymerkle": version("pymerkle")},
        notes=[
            (
                "Sunlit's entries were checked and put in canonical JSON before, which is done in "
                f"the submitter's thread and takes {canonical} µs an entry; pymerkle takes any "
                "bytes and looks into none."
            )
        ],
    )


def _appends(batch: str, samples: Mapping[str, Sequence[float]]) -> Row:
    measured = ratio(samples["sunlit"], samples["pymerkle"])
    plain = ratio(samples["sunlit"], samples["sqlite"])
    target = Target(
        name="append",
        text="at least pymerkle's rate",
        measured=measured,
        bound=AT_PYMERKLES_RATE,
        at_least=True,
    )
    return Row(
        what=f"{int(batch):,} a commit",
        unit="appends/s",
        samples=_named(samples, {"sunlit": OURS, "pymerkle": "pymerkle", "sqlite": "plain SQLite"}),
        ratio=f"{measured:.2f} of pymerkle's rate, {plain:.2f} of plain SQLite's",
        target=target if batch == "256" else None,
    )


def proofs(found: Mapping[str, Any]) -> Part:
    """Return proof generation; inclusion and consistency each have the target."""
    samples = found["samples"]
    rows = [_proofs(kind, samples) for kind in ("inclusion", "consistency")]
    cold = {OURS: samples["sunlit inclusion, tiles unread"]}
    return Part(
        name="proofs",
        title="Making proofs",
        text=(
            f"A log of {found['size']:,} entries, proofs at random places, {found['rounds']} "
            "interleaved rounds. Sunlit's are made as a stranger would make them, from tiles that "
            "are checked against the signed checkpoint when they are first read and then kept."
        ),
        rows=[*rows, Row(what="inclusion, no tile read yet", unit="µs of CPU", samples=cold)],
        versions={"pymerkle": version("pymerkle")},
    )


def _proofs(kind: str, samples: Mapping[str, Sequence[float]]) -> Row:
    ours, theirs = samples[f"sunlit {kind}"], samples[f"pymerkle {kind}"]
    faster = ratio(theirs, ours)
    return Row(
        what=kind,
        unit="µs of CPU",
        samples={OURS: ours, "pymerkle": theirs},
        ratio=f"{faster:.1f} times as fast as pymerkle",
        target=Target(
            name=f"proofs-{kind}",
            text=f"{FASTER:.0f} times as fast",
            measured=faster,
            bound=FASTER,
            at_least=True,
        ),
    )


def token(found: Mapping[str, Any]) -> Part:
    """Return token verification: warm beside PyJWT, and all eight steps."""
    cold = found["cold"]
    whole = {"a small status list": "small_list_us", "a list of a million": "million_list_us"}
    return Part(
        name="token",
        title="Verifying a token",
        text=(
            "The first two rows are what a guard does at each call: signature by a trusted issuer, "
            "every claim read into a typed grant, time window, status in a list that was verified "
            "before. PyJWT checks the signature alone and hands out a dictionary. "
            f"{found['rounds']} interleaved rounds."
        ),
        rows=[
            *(_warm(name, row, found["target_ratio"]) for name, row in found["warm"].items()),
            *(
                Row(what=f"all eight steps, {words}", unit="µs of CPU", samples={OURS: [cold[key]]})
                for words, key in whole.items()
            ),
        ],
        versions={"PyJWT": found["pyjwt"], "cryptography": found["cryptography"]},
        notes=["All eight steps: token, status list, receipt, grant and the files' manifest."],
    )


def _warm(algorithm: str, row: Mapping[str, Any], bound: float) -> Row:
    return Row(
        what=algorithm,
        unit="µs of CPU",
        samples=_named(row["samples"], {"sunlit": OURS, "pyjwt": "PyJWT"}),
        ratio=f"{row['ratio']:.2f} of PyJWT's time",
        target=Target(
            name="token",
            text=f"within {bound:.0f} times PyJWT's",
            measured=row["ratio"],
            bound=bound,
            at_least=False,
        ),
    )


def _named(
    samples: Mapping[str, Sequence[float]], names: Mapping[str, str]
) -> dict[str, Sequence[float]]:
    return {name: samples[key] for key, name in names.items()}


CONVERT: Final[Mapping[str, Callable[[Mapping[str, Any]], Part]]] = {
    "append": append,
    "proofs": proofs,
    "token": token,
}
