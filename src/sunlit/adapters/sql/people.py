"""Persons, invitations and passkeys in the private store: `sunlit.node.people.People`."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from sunlit.adapters.sql.engine import reading, writing
from sunlit.adapters.sql.people_tables import INVITATION, PASSKEY, PERSON, SESSION
from sunlit.base.errors import VerificationError
from sunlit.node.people import Invitation, Passkey, PasskeyState, Person, digest
from sunlit.node.permission import Role
from sunlit.statement.keys import PublicKey


@dataclass(frozen=True, slots=True)
class SqlPeople:
    """`People` over SQLAlchemy."""

    engine: Engine

    def invite(self, code: str, invitation: Invitation) -> None:
        """Keep an invitation under the digest of its code."""
        with writing(self.engine) as connection:
            connection.execute(
                insert(INVITATION).values(
                    code=digest(code, "invitation"), organisation=invitation.organisation,
                    roles=_words(invitation.roles), label=invitation.label,
                    made_by=invitation.made_by, expires=invitation.expires,
                )
            )  # fmt: skip

    def redeem(self, code: str, person: str, at: datetime) -> Person | None:
        """Use a code up, once, and return the person that it makes; None if it is not good.

        Whoever is of another organisation, or whose access has ended, cannot use it: one person
        speaks for one organisation. Nor can whoever made it: nobody gives themselves roles. What an
        administrator made who is none any more is no good; what the operator made stays.
        """
        key = digest(code, "invitation")
        with writing(self.engine) as connection:
            row = connection.execute(
                select(INVITATION).where(INVITATION.c.code == key, INVITATION.c.used_by.is_(None))
            ).one_or_none()
            known = connection.execute(select(PERSON).where(PERSON.c.id == person)).one_or_none()
            if row is None or row.expires <= at or not _fits(known, row.organisation):
                return None
            made_by = select(PERSON).where(PERSON.c.id == row.made_by)
            maker = connection.execute(made_by).one_or_none()
            if row.made_by == person or not _may_invite(maker, row.organisation):
                return None
            before = _roles(known.roles) if known is not None else frozenset()
            used = connection.execute(
                update(INVITATION)
                .where(INVITATION.c.code == key, INVITATION.c.used_by.is_(None))
                .values(used_by=person)
            )
            if used.rowcount != 1:  # somebody else came at the same time
                return None
            connection.execute(delete(PERSON).where(PERSON.c.id == person))
            made = Person(
                id=person, organisation=row.organisation, roles=before | _roles(row.roles),
                label=row.label, since=known.since if known is not None else at,
            )  # fmt: skip
            connection.execute(insert(PERSON).values(**_values(made)))
            return made

    def add(self, person: Person) -> None:
        """Keep a person, in place of what was known of them."""
        with writing(self.engine) as connection:
            connection.execute(delete(PERSON).where(PERSON.c.id == person.id))
            connection.execute(insert(PERSON).values(**_values(person)))

    def person(self, person: str) -> Person | None:
        """Return somebody, ended or not."""
        with reading(self.engine) as connection:
            row = connection.execute(select(PERSON).where(PERSON.c.id == person)).one_or_none()
        return None if row is None else _person(row)

    def of(self, organisation: str) -> tuple[Person, ...]:
        """Return the people of an organisation, by label."""
        wanted = select(PERSON).where(PERSON.c.organisation == organisation)
        with reading(self.engine) as connection:
            rows = connection.execute(wanted.order_by(PERSON.c.label, PERSON.c.id)).all()
        return tuple(map(_person, rows))

    def set_roles(self, person: str, roles: Iterable[Role]) -> None:
        """Change what somebody is."""
        with writing(self.engine) as connection:
            connection.execute(
                update(PERSON).where(PERSON.c.id == person).values(roles=_words(roles))
            )

    def end(self, person: str, at: datetime) -> None:
        """End somebody: their sessions too. Their passkeys are ended one by one."""
        with writing(self.engine) as connection:
            connection.execute(
                update(PERSON)
                .where(PERSON.c.id == person, PERSON.c.ended.is_(None))
                .values(ended=at)
            )
            connection.execute(delete(SESSION).where(SESSION.c.person == person))

    def add_passkey(self, passkey: Passkey) -> None:
        """Keep a passkey.

        Raises:
            VerificationError: `passkey.known-already`.
        """
        values = {
            "credential": passkey.credential, "person": passkey.person,
            "key": json.dumps(passkey.key.to_json()), "label": passkey.label,
            "since": passkey.since, "state": passkey.state,
            "registration": passkey.registration,
        }  # fmt: skip
        with writing(self.engine) as connection:
            # Requests for keys are public once they are logged: no other person may claim one.
            same = select(PASSKEY.c.credential).where(PASSKEY.c.key == values["key"])
            if connection.execute(same).first() is not None:
                raise _known_already()
            try:
                connection.execute(insert(PASSKEY).values(**values))
            except IntegrityError as error:
                raise _known_already() from error

    def holders(self, keys: Collection[str]) -> frozenset[str]:
        """Return whose keys these are or were, by key id; of keys not made known here, nobody's."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(PASSKEY.c.person, PASSKEY.c.key)).all()
        return frozenset(
            row.person for row in rows if PublicKey.from_json(json.loads(row.key)).key_id in keys
        )

    def passkeys(self, person: str) -> tuple[Passkey, ...]:
        """Return somebody's passkeys that have not ended, oldest first."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(PASSKEY)
                .where(PASSKEY.c.person == person, PASSKEY.c.state != PasskeyState.ENDED)
                .order_by(PASSKEY.c.since, PASSKEY.c.credential)
            ).all()
        return tuple(map(_passkey, rows))

    def key_names(self, organisation: str) -> dict[str, str]:
        """Return what people of an organisation call their keys, ended ones too, by key id."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(PASSKEY.c.key, PASSKEY.c.label)
                .join(PERSON, PERSON.c.id == PASSKEY.c.person)
                .where(PERSON.c.organisation == organisation)
            ).all()
        return {PublicKey.from_json(json.loads(row.key)).key_id: row.label for row in rows}

    def passkey(self, credential: str) -> Passkey | None:
        """Return a passkey by its credential id."""
        with reading(self.engine) as connection:
            row = connection.execute(
                select(PASSKEY).where(PASSKEY.c.credential == credential)
            ).one_or_none()
        return None if row is None else _passkey(row)

    def waiting(self, organisation: str) -> tuple[Passkey, ...]:
        """Return the passkeys that wait for an organisation's operator, oldest first."""
        with reading(self.engine) as connection:
            rows = connection.execute(
                select(PASSKEY)
                .join(PERSON, PERSON.c.id == PASSKEY.c.person)
                .where(
                    PERSON.c.organisation == organisation, PERSON.c.ended.is_(None),
                    PASSKEY.c.state == PasskeyState.WAITING,
                )
                .order_by(PASSKEY.c.since, PASSKEY.c.credential)
            ).all()  # fmt: skip
        return tuple(map(_passkey, rows))

    def move(self, credential: str, state: PasskeyState, registration: bytes = b"") -> None:
        """Change how far a passkey is known; keep its registration where one is given."""
        values: dict[str, object] = {"state": state}
        if registration:
            values["registration"] = registration
        with writing(self.engine) as connection:
            connection.execute(
                update(PASSKEY).where(PASSKEY.c.credential == credential).values(**values)
            )


def _known_already() -> VerificationError:
    return VerificationError(
        "passkey.known-already", "this passkey is known here already",
        mend="use it, or make one on another device",
    )  # fmt: skip


def _fits(known: Row[tuple[object, ...]] | None, organisation: str) -> bool:
    return known is None or (known.organisation == organisation and known.ended is None)


def _may_invite(maker: Row[tuple[object, ...]] | None, organisation: str) -> bool:
    if maker is None:  # the operator, on the command line
        return True
    return _fits(maker, organisation) and Role.ADMIN in _roles(maker.roles)


def _values(person: Person) -> dict[str, object]:
    return {
        "id": person.id, "organisation": person.organisation, "roles": _words(person.roles),
        "label": person.label, "since": person.since, "ended": person.ended,
    }  # fmt: skip


def _person(row: Row[tuple[object, ...]]) -> Person:
    return Person(
        id=row.id, organisation=row.organisation, roles=_roles(row.roles), label=row.label,
        since=row.since, ended=row.ended,
    )  # fmt: skip


def _passkey(row: Row[tuple[object, ...]]) -> Passkey:
    return Passkey(
        credential=row.credential, person=row.person,
        key=PublicKey.from_json(json.loads(row.key)), label=row.label, since=row.since,
        state=PasskeyState(row.state), registration=bytes(row.registration),
    )  # fmt: skip


def _words(roles: Iterable[Role]) -> str:
    return " ".join(sorted(roles))


def _roles(words: str) -> frozenset[Role]:
    return frozenset(map(Role, words.split()))
