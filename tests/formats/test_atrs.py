"""UK transparency records are read as they were published."""

import json

import pytest

from sunlit.base.errors import MalformedError
from sunlit.formats.atrs import read_atrs
from tests.formats.registers import atrs


def test_all_136_records_are_there_under_their_addresses() -> None:
    """A record is named as on GOV.UK."""
    records = atrs().records

    assert len(records) == len({one.record for one in records}) == 136
    assert records[0].record == "hmrc-ask-hmrc-online"
    assert records[0].publisher == "HMRC"
    assert records[0].published_on == "2025-06-26T07:39:09Z"
    assert atrs().licence == "OGL-UK-3.0"


def test_what_a_record_lacks_is_blank() -> None:
    """Null, an empty text and an empty list are blanks; lists are put in one line."""
    one = {
        "title": "T", "url": "https://gov.example/t/", "publishing_body": "B", "phase": None,
        "tags": [], "also": ["a", "b"], "beta": False,
    }  # fmt: skip
    (found,) = read_atrs(json.dumps({"records": [one]}).encode()).records

    assert set(found.blanks) == {"phase", "tags"}
    assert found.fields["also"] == "a; b"
    assert found.fields["beta"] == "false"
    assert found.record == "t"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"[1]", "foreign.malformed"),
        (b"{}", "import.columns"),
        (b'{"records": []}', "import.columns"),
        (b'{"records": [3]}', "import.row"),
        (b'{"records": [{"title": "T"}]}', "import.row"),
        (b"\xff", "foreign.malformed"),
    ],
)
def test_a_file_that_is_no_list_of_records_is_refused(data: bytes, code: str) -> None:
    """By a code of its own, with a word on what to do."""
    with pytest.raises(MalformedError) as caught:
        read_atrs(data)

    assert caught.value.code == code
    assert caught.value.mend
