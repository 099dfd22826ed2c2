"""Records of the Dutch register are read with their markup, which never becomes a page's."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.formats.nl_register import plain, read_nl_register
from tests.formats.registers import AMSTERDAM, nl


def test_the_templates_are_read_and_blanks_stay_blanks() -> None:
    """Eight real templates: seven of a supplier, one of a city, none names an organisation."""
    (amsterdam,) = read_nl_register(AMSTERDAM.read_bytes()).records

    assert len(nl().records) == 7
    assert nl().records[0].publisher == "Centric Netherlands BV"
    assert amsterdam.title == "Meldingen openbare ruimte"
    assert amsterdam.publisher == ""
    assert {"organization", "lawful_basis", "proportionality"} <= set(amsterdam.blanks)
    assert amsterdam.fields["status"] == "In gebruik"


def test_markup_around_nothing_is_a_blank_and_an_address_is_left_out() -> None:
    """An editor leaves empty paragraphs behind; nobody answered in them."""
    one = {
        "name": "N", "description_short": "D", "risks": "<div><p> <br></p></div>",
        "contact_email": "jan@gemeente.example",
    }  # fmt: skip
    (found,) = read_nl_register(json.dumps(one).encode()).records

    assert found.blanks == ("risks",)
    assert found.cut == ("contact_email",)
    assert found.record == "N"


def test_words_come_out_of_markup_and_scripts_do_not() -> None:
    """A line for each paragraph; what a browser would run is no word."""
    assert plain("<p>Een <b>melding</b></p><p>&eacute;n twee</p>") == "Een melding\nén twee"
    assert plain("<script>alert(1)</script><style>p{}</style>a < b") == "a < b"


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        (b"[\n{", "import.row", "line 2"),
        (b"[]", "import.columns", "list"),
        (b'"x"', "import.columns", "list"),
        (b'[{"name": "N"}]', "import.row", "record 1"),
        (b"[3]", "import.row", "record 1"),
        (b"[" * 100_000, "import.row", "JSON"),
        (b"[\n\xff]", "import.encoding", "line 2"),
    ],
)
def test_a_file_that_is_no_register_is_refused(data: bytes, code: str, says: str) -> None:
    """By line or record."""
    with pytest.raises(MalformedError) as caught:
        read_nl_register(data)

    assert caught.value.code == code
    assert says in caught.value.what


@given(st.text(alphabet="<>/pbrscit &;a!-\"'", max_size=60))
def test_no_markup_breaks_the_reader_of_words(markup: str) -> None:
    """Whatever stands there, words without line ends of their own come out."""
    assert all(line.strip() for line in plain(markup).split("\n") if line)
