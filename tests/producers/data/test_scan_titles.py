"""What a kind is called in a report, where several recognisers know it."""

from sunlit.producers.data.scan_detail import _titles
from sunlit.recognise.recognisers import shipped


def test_a_kind_is_called_by_what_its_recognisers_have_in_common() -> None:
    """A British number found as `phone` is not told as one of North America."""
    titles = _titles(shipped())

    assert titles["phone"] == "Telephone number"
    assert titles["uk-nino"] == "National Insurance number"
    assert titles["crime-reference"] == "crime reference"
    assert titles["email"] == "E-mail address"
