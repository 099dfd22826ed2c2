"""What is signed is shown whole, in rows."""

from sunlit.statement.intoto import Statement, Subject
from sunlit.web.act_words import MANY, folded, rows_of


def test_every_field_has_its_row() -> None:
    """Lists, objects in lists, objects in objects, yes and no; a subject without a name too."""
    predicate = {
        "validUntil": "2027", "open": True, "shut": False, "areas": [1, 2], "none": None,
        "parts": [{"name": "a"}, {"name": "b"}], "place": {"subPlace": 7}, "empty": [],
    }  # fmt: skip
    said = Statement((Subject(None, {"sha256": "ab" * 32}),), "urn:x:y", predicate)

    rows = {row["name"]: row["value"] for row in rows_of(said.to_payload())}

    assert rows == {
        "About": "sha256 " + "ab" * 32, "Valid until": "2027", "Open": "yes", "Shut": "no",
        "Areas": "1; 2", "Parts 1, name": "a", "Parts 2, name": "b", "Place, sub place": "7",
    }  # fmt: skip


def test_many_answers_are_folded_and_none_is_lost() -> None:
    """Seventy answers stand behind one line, a few stand open; a time is said in words."""
    many = {f"impact{number}": "item1-0" for number in range(MANY)}
    said = Statement(
        (Subject("use", {"sha256": "ab" * 32}),), "urn:x:y",
        {"answers": many, "validUntil": "2027-11-02T23:59:59Z"},
    )  # fmt: skip
    rows = rows_of(said.to_payload())
    open_, answers = folded(rows)

    assert [row["name"] for row in open_] == ["About", "Valid until"]
    assert open_[1]["value"] == "2 November 2027, 23:59 UTC"
    assert sorted(map(str, [*open_, *answers])) == sorted(map(str, rows))
    assert folded(rows[:5]) == (rows[:5], [])
