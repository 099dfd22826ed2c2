"""Homes on disk for tests: real keys, a real log, the trust file of the test world."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sunlit.authority.trust_parts import TrustedLog, TrustedWitness
from sunlit.authority.trustfile import TrustFile
from sunlit.base.times import Clock
from sunlit.claims.authority import Role
from sunlit.log.note import COSIGNATURE_V1
from sunlit.log.receipt import Receipt
from sunlit.log.sequencer import Log
from sunlit.registry.admit import open_ledger
from sunlit.registry.home import Home, KeyFile, note_signer
from sunlit.statement.by_uri import write_key_file
from sunlit.statement.dsse import Envelope
from sunlit.testing.authority import named_key, signed_trust, trust_of


def home_at(
    root: Path, organisation: str, clock: Clock, roles: Sequence[Role] = (), origin: str = ""
) -> Home:
    """Make a home whose keys are the world's (`named_key("<organisation>/<role>")`)."""
    origin = origin or f"{organisation}/log"
    log_key = named_key(f"log/{origin}")
    signer = note_signer(origin, log_key)
    keys = {"log": KeyFile(uri="file:private/keys/log.pem", roles=())}
    (root / "private" / "keys").mkdir(parents=True)
    write_key_file(root / "private" / "keys" / "log.pem", log_key)
    for role in roles:
        write_key_file(
            root / "private" / "keys" / f"{role}.pem", named_key(f"{organisation}/{role}")
        )
        keys[str(role)] = KeyFile(uri=f"file:private/keys/{role}.pem", roles=(role,))
    home = Home(
        root=root, organisation=organisation, name=organisation.title(), origin=origin,
        log_vkey=signer.verifier.vkey, keys=keys,
    )  # fmt: skip
    home.save()
    Log.create(
        home.log_directory, lock=home.lock_path, origin=origin, signer=signer, clock=clock
    ).close()
    return home


def trust_for(*homes: Home, witnesses: Sequence[Home] = ()) -> TrustFile:
    """Return the world's trust file with these homes' logs and witnesses."""
    return replace(
        trust_of(),
        logs=tuple(
            TrustedLog(origin=home.origin, vkey=home.log_vkey, organisation=home.organisation)
            for home in homes
        ),
        witnesses=tuple(
            TrustedWitness(
                name=home.organisation,
                vkey=note_signer(
                    home.organisation, home.signer("witness"), COSIGNATURE_V1
                ).verifier.vkey,
            )
            for home in witnesses
        ),
    )


def give_trust(trust: TrustFile, *homes: Home) -> None:
    """Put the signed trust file into the homes."""
    for home in homes:
        home.trust_path.write_bytes(signed_trust(trust))


def admit(home: Home, envelope: Envelope, clock: Clock) -> Receipt:
    """Admit one envelope to a home's log."""
    with open_ledger(home, clock) as ledger:
        return ledger.admit(envelope)
