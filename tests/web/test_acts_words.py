"""What is signed is shown whole, in rows."""

from sunlit.statement.intoto import Statement, Subject
from sunlit.web.act_words import rows_of


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
