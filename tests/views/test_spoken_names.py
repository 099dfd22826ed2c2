"""Names and texts of others as they are read: fields spelt out, cuts between words, labels."""

from sunlit.views.catalogue_record import field_name
from sunlit.views.chart import Told, bars
from sunlit.views.component_words import tidy

LONG = "National Aeronautics and Space Administration"


def test_a_field_of_a_register_is_spelt_out() -> None:
    """Its abbreviations too; a name in words stays."""
    assert field_name("hi_testing_conducted") == "High impact: testing conducted"
    assert field_name("has_pii") == "Has personal information"
    assert field_name("Tier 1: description") == "Tier 1: description"


def test_a_text_is_cut_between_words() -> None:
    """But a word that is most of it is cut."""
    assert tidy("a rich data source, such as reports", 30) == "a rich data source, such as…"
    assert tidy("a rich data source", 12) == "a rich data…"
    assert tidy("w" * 40, 10) == "w" * 9 + "…"


def test_a_long_label_is_whole_where_there_is_room() -> None:
    """A drawing for a phone has it cut; the table has the register's own name."""
    told = Told(id="x", headline="h", subtitle="s", summary="s", columns=("a", "b"))
    drawn = bars(told, [(LONG, 2), ("pia_url", 1)], spoken=field_name)

    assert drawn.bars[0].label.endswith("…")
    assert drawn.bars[0].whole == LONG
    assert (drawn.bars[1].label, drawn.bars[1].whole) == ("Privacy impact assessment address", "")
    assert drawn.rows[1][0] == "pia_url"
