"""Make the case notes: people, numbers and events that nobody lived through.

    python make_notes.py [--count 200] [--seed 4] [--into FOLDER]

Writes `notes.jsonl` (what a force or a council would hold) and `truth.jsonl` (where each personal
detail stands, which only made-up notes can tell). The same seed gives the same bytes.

Telephone numbers are of the ranges that Ofcom keeps for drama, NHS numbers of the range 999 that is
kept for tests, mailboxes at `example.org`. All else is drawn at random: any likeness is chance.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

HERE: Final = Path(__file__).parent
FIRST: Final = (
    "Aisha", "Alan", "Bronwen", "Callum", "Chidi", "Dilys", "Ewan", "Farah", "Gareth", "Hamish",
    "Imogen", "Jerome", "Kirsty", "Leila", "Malcolm", "Nadia", "Owain", "Parveen", "Rhys",
    "Siobhan",
    "Tariq", "Una", "Wojciech", "Yusuf", "Zofia",
)  # fmt: skip
LAST: Final = (
    "Abernathy", "Adeyemi", "Baptiste", "Begum", "Cadwallader", "Chaudhry", "Drummond", "Eastwood",
    "Fairweather", "Gallacher", "Hussain", "Ingleby", "Jankowska", "Kilbride", "Llewellyn",
    "Macauley", "Nowak", "Ogunleye", "Pritchard", "Quayle", "Rattray", "Stanforth", "Thackeray",
    "Underhill", "Wetherby",
)  # fmt: skip
STREETS: Final = (
    "Tannery Lane", "Alderbrook Road", "Gasworks Street", "St Bride's Terrace", "Quarry Close",
    "Lower Mill Walk", "Hawthorn Avenue", "Station Approach", "Canal Side", "Priory Gardens",
)  # fmt: skip
TOWNS: Final = ("Northmoor", "Harwick", "Eastcombe", "Saltbridge", "Penhallow", "Greyfield")
OUTWARD: Final = (
    "NE3",
    "LS9",
    "B17",
    "CF24",
    "EH6",
    "S11",
    "M20",
    "BS5",
    "NR2",
    "SE22",
    "G41",
    "W3",
)
MONTHS: Final = ("January", "March", "May", "June", "August", "October", "November", "December")
GOODS: Final = (
    "a bicycle",
    "garden tools",
    "a laptop",
    "a handbag",
    "copper pipe",
    "a child's scooter",
)
INWARD: Final = "ABDEFGHJLNPQRSTUWXYZ"
PLATE: Final = "ABCDEFGHJKLMNOPRSTUVWXYZ"


@dataclass(slots=True)
class Note:
    """A text as it grows, and where the personal details in it stand."""

    text: str = ""
    spans: list[tuple[int, int, str]] = field(default_factory=list)

    def say(self, *parts: str | tuple[str, str]) -> "Note":
        """Add words, and (kind, value) pairs whose places are kept."""
        for part in parts:
            if isinstance(part, tuple):
                kind, value = part
                self.spans.append((len(self.text), len(self.text) + len(value), kind))
                self.text += value
            else:
                self.text += part
        return self


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    first: str
    last: str
    born: tuple[int, int, int]
    chance: Random

    @property
    def name(self) -> tuple[str, str]:
        """The full name."""
        return "person", f"{self.first} {self.last}"

    @property
    def surname(self) -> tuple[str, str]:
        """The name in the middle of a note."""
        return "person", self.last

    @property
    def birth(self) -> tuple[str, str]:
        """The date of birth, as officers write it."""
        year, month, day = self.born
        written = self.chance.choice([
            f"{day:02}/{month:02}/{year}", f"{day} {MONTHS[month % 8]} {year}",
            f"{day:02}.{month:02}.{year}",
        ])  # fmt: skip
        return "date-of-birth", written


def person(chance: Random) -> Person:
    """Return a new person."""
    born = (chance.randint(1938, 2004), chance.randint(1, 12), chance.randint(1, 28))
    return Person(chance.choice(FIRST), chance.choice(LAST), born, chance)


def digits(chance: Random, count: int) -> str:
    """Return that many digits."""
    return "".join(chance.choices("0123456789", k=count))


def phone(chance: Random) -> tuple[str, str]:
    """Return a number of Ofcom's ranges for drama."""
    end = digits(chance, 3)
    begin = chance.choice(["07700 900", "07700900", "020 7946 0", "01632 960"])
    return "phone", f"{begin}{end}"


def mailbox(chance: Random, who: Person) -> tuple[str, str]:
    """Return a mailbox at a domain that nobody can have."""
    return "email", f"{who.first}.{who.last}{digits(chance, 2)}@post.example.org".lower()


def nhs_number(chance: Random) -> tuple[str, str]:
    """Return a number of the test range with its Modulus 11 digit."""
    while True:
        nine = f"999{digits(chance, 6)}"
        check = -sum(int(one) * (10 - place) for place, one in enumerate(nine)) % 11
        if check < 10:
            text = f"{nine}{check}"
            return "nhs-number", chance.choice([f"{text[:3]} {text[3:6]} {text[6:]}", text])


def nino(chance: Random) -> tuple[str, str]:
    """Return a National Insurance number."""
    first = chance.choice("ABCEHJLMPRSW") + chance.choice("ACEHJLMPRSWX")
    six, last = digits(chance, 6), chance.choice("ABCD")
    spaced = f"{first} {six[:2]} {six[2:4]} {six[4:]} {last}"
    return "uk-nino", chance.choice([f"{first}{six}{last}", spaced])


def postcode(chance: Random) -> tuple[str, str]:
    """Return a postcode, the outward code a real one."""
    inward = f"{digits(chance, 1)}{''.join(chance.choices(INWARD, k=2))}"
    return "uk-postcode", f"{chance.choice(OUTWARD)} {inward}"


def vehicle(chance: Random) -> tuple[str, str]:
    """Return a registration of the style since 2001."""
    area = "".join(chance.choices("ABCDEFGHKLMNPSVWY", k=2))
    age = chance.choice([chance.randint(2, 25), chance.randint(51, 75)])
    return "uk-vehicle", f"{area}{age:02} {''.join(chance.choices(PLATE, k=3))}"


def crime(chance: Random) -> tuple[str, str]:
    """Return a crime reference in one of two common forms."""
    year = chance.randint(22, 26)
    number = chance.choice([digits(chance, 7), f"42/{digits(chance, 5)}"])
    return "crime-reference", f"{number}/{year}"


def custody(chance: Random) -> tuple[str, str]:
    """Return a custody record number."""
    station = f"{chance.randint(10, 62)}{''.join(chance.choices(PLATE, k=2))}"
    return "custody-reference", f"{station}/{digits(chance, 4)}/{chance.randint(22, 26)}"


def address(chance: Random) -> tuple[str, str]:
    """Return house, street and town."""
    return "address", f"{chance.randint(1, 188)} {chance.choice(STREETS)}, {chance.choice(TOWNS)}"


def burglary(chance: Random, note: Note) -> None:
    """A theft: a victim, a witness, a vehicle."""
    victim, witness = person(chance), person(chance)
    note.say(
        "Crime reference: ", crime(chance),
        "\nVictim ", victim.name, ", DOB ", victim.birth, ", of ",
        address(chance), ", ", postcode(chance),
        f", reports {chance.choice(GOODS)} taken overnight. ",
        "Contact number ", phone(chance),
        ". Witness ", witness.name, " saw a dark van, registration ",
        vehicle(chance), ", leave towards the bypass. Officers attended at ",
        f"{chance.randint(6, 23):02}:{chance.randint(0, 5)}5 and found the side gate forced. ",
        witness.surname,
        " can be reached on ", phone(chance), " after six. No CCTV on this side of the road.",
    )  # fmt: skip


def custody_note(chance: Random, note: Note) -> None:
    """An arrest: a custody record, a solicitor, a health check."""
    held, solicitor = person(chance), person(chance)
    note.say(
        "Custody record ", custody(chance), ". Detained person ", held.name, ", born ", held.birth,
        ", gave National Insurance number ", nino(chance), " at the desk. Linked to crime ref ",
        crime(chance), ". The health care professional checked the record, NHS no. ",
        nhs_number(chance),
        ", and found ", held.surname, " fit to be detained. Solicitor ", solicitor.name,
        ", e-mail ", mailbox(chance, solicitor), ", told by telephone on ", phone(chance),
        ". Two cell visits, tea given. Bailed to a date to be fixed.",
    )  # fmt: skip


def safeguarding(chance: Random, note: Note) -> None:
    """A council's adult-care visit."""
    adult, carer = person(chance), person(chance)
    note.say(
        "Home visit to ", adult.name, " (NHS number ", nhs_number(chance),
        ", date of birth ", adult.birth,
        ") at ", address(chance), ", ", postcode(chance), ". Heating works. Daughter ", carer.name,
        " helps with meals; her mobile is ", phone(chance),
        " and she prefers e-mail: ", mailbox(chance, carer),
        f". Risk score {chance.randint(1, 9)} of 12, next visit in {chance.randint(2, 8)} weeks. ",
        adult.surname, " asked about a blue badge for the car, ", vehicle(chance), ".",
    )  # fmt: skip


def benefits(chance: Random, note: Note) -> None:
    """A council-tax support call."""
    caller = person(chance)
    note.say(
        "Call about council tax support. Caller ", caller.name, ", NI number ", nino(chance),
        ", postcode ",
        postcode(chance), ". Owes £", f"{chance.randint(90, 900)}.{digits(chance, 2)}",
        " for two quarters; instalments agreed. Confirmation goes to ", mailbox(chance, caller),
        f". Account {digits(chance, 8)} updated, letter CT{digits(chance, 2)} sent. ",
        caller.surname,
        " will ring back from ", phone(chance), " if the form does not arrive.",
    )  # fmt: skip


def collision(chance: Random, note: Note) -> None:
    """A road collision with two drivers."""
    one, two = person(chance), person(chance)
    note.say(
        "Collision at the junction of Mill Road. Driver 1 ", one.name, ", DOB ", one.birth,
        ", vehicle ",
        vehicle(chance), ", tel ", phone(chance), ". Driver 2 ", two.name, " of ",
        address(chance), ", ",
        postcode(chance), ", vehicle reg ", vehicle(chance), ". Breath tests negative. ",
        f"Skid mark {chance.randint(4, 30)}.{digits(chance, 1)} m, speed limit 30. ",
        "Reported under crime no. ", crime(chance), ". ", two.surname,
        " complains of a sore wrist; ambulance not needed.",
    )  # fmt: skip


def quiet(chance: Random, note: Note) -> None:
    """A note without anybody in it."""
    note.say(
        f"Patrol of the car park, levels {chance.randint(1, 3)} to 6, between 21:00 and 23:30. ",
        f"Ticket machine {digits(chance, 5)} out of order since Tuesday; "
        f"order PO-{digits(chance, 6)} raised. ",
        f"Street lights {chance.randint(2, 40)} and {chance.randint(41, 60)} dark. ",
        f"Invoice {digits(chance, 8)} for barriers, "
        f"£{chance.randint(1, 9)},{digits(chance, 3)}.00, passed on.",
    )


WRITERS: Final[Sequence[tuple[str, Callable[[Random, Note], None]]]] = (
    ("police", burglary), ("custody", custody_note), ("adult care", safeguarding),
    ("revenues", benefits), ("police", collision), ("police", burglary), ("patrol", quiet),
)  # fmt: skip


def make(count: int, seed: int) -> list[tuple[dict[str, str], list[tuple[int, int, str]]]]:
    """Return notes, each with its id, service and text, and the spans of what is in it."""
    chance = Random(seed)  # noqa: S311 - to be repeated
    found = []
    for number in range(count):
        service, write = chance.choice(WRITERS)
        note = Note()
        write(chance, note)
        row = {"id": f"N{number + 1:05}", "service": service, "note": note.text}
        found.append((row, note.spans))
    return found


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description="Make the case notes.")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--into", type=Path, default=HERE)
    asked = parser.parse_args()
    made = make(asked.count, asked.seed)
    notes = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row, _ in made)
    truth = "".join(f"{json.dumps({'id': row['id'], 'spans': spans})}\n" for row, spans in made)
    asked.into.mkdir(parents=True, exist_ok=True)
    (asked.into / "notes.jsonl").write_text(notes, encoding="utf-8", newline="\n")
    (asked.into / "truth.jsonl").write_text(truth, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
