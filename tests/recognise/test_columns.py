"""What a column holds by its name and by its values."""

import json
from importlib.resources import files
from typing import Final

import pytest

from sunlit.formats.tabular import sensitive_columns
from sunlit.recognise.columns import all_name_kinds, name_kinds, value_kinds
from sunlit.recognise.recognisers import shipped

LISTED: Final = json.loads(files("sunlit.recognise").joinpath("columns.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("column", "kinds"),
    [
        ("nhs_no", ["nhs-number"]), ("NHSNumber", ["nhs-number"]), ("e-mail", ["email"]),
        ("victim_date_of_birth", ["date-of-birth"]), ("patient_sex", ["sex-or-gender"]),
        ("RAC1P", ["ethnicity"]), ("AGEP", ["age"]), ("DIS", []), ("religion_code", ["belief"]),
        ("phone_2", ["phone"]), ("c_charge_desc", ["crime"]), ("home_postcode", ["uk-postcode"]),
        ("staatsangehörigkeit", ["nationality"]), ("płeć", ["sex-or-gender"]),
        ("numéro_sécurité_sociale", []), ("codice_fiscale", ["it-codice-fiscale"]),
        ("huella dactilar", ["genetic-or-biometric"]), ("fackförening", ["politics-or-union"]),
        ("file_name", []), ("third_party", []), ("page", []), ("amount", []), ("", []),
    ],
)  # fmt: skip
def test_a_name_says_what_a_column_holds(column: str, kinds: list[str]) -> None:
    """In eight languages, however it is spelt; a name that may mean anything says nothing."""
    assert [named.kind for named in name_kinds(column)] == kinds


def test_codes_of_a_survey_explain_each_other() -> None:
    """`DIS` alone may be anything; beside `RAC1P` and `ESP` it is the census's disability."""
    assert set(all_name_kinds(["DIS", "ESP"])) == set()
    assert set(all_name_kinds(["DIS", "ESP", "RAC1P", "x"])) == {"DIS", "ESP", "RAC1P"}


def test_there_is_one_list_for_all() -> None:
    """A dataset's card and a scan say the same of a name."""
    assert sensitive_columns(["SEX", "ward", "dob", "notes"]) == {
        "SEX": "sex or gender", "dob": "identifier",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        (["White British", "Indian", "Pakistani", "Not stated"], ["ethnicity"]),
        (["W1", "A1", "M3", "B1"], ["ethnicity"]),
        (["Christian", "MUSLIM", "Hindu", "none"], ["belief"]),
        (["Heterosexual", "gay", ""], ["sex-life"]),
        (["E11.9", "I10", "J45.0", "F32.1"], ["health"]),
        (["Theft", "Burglary", "Robbery"], ["crime"]),
        (["Male", "Female"], ["sex-or-gender"]),
        (["red", "green", "blue"], []), (["1", "2", "3"], []), ([], []),
        ([str(number) for number in range(2000)], []),
    ],
)  # fmt: skip
def test_values_say_what_a_column_holds(values: list[str], kinds: list[str]) -> None:
    """A column called `q17` that holds religions holds religions."""
    assert [named.kind for named in value_kinds(values)] == kinds


def test_every_list_names_its_source() -> None:
    """A kind is special because a text of law says so."""
    for listed in LISTED["words"].values():
        assert listed["source"] in LISTED["sources"]
    assert all(listed["source"].startswith("https://") for listed in LISTED["values"].values())
    assert set(LISTED["codes"]["names"].values()) <= set(LISTED["words"])


def test_special_categories_and_offences_are_told_apart() -> None:
    """Articles 9 and 10 of the GDPR."""
    (religion,), (conviction,) = name_kinds("religion"), name_kinds("prior_convictions")

    assert (religion.category, religion.ground) == ("special-category", "name")
    assert conviction.category == "criminal-offence"
    assert "Article 10" in conviction.source


def test_every_column_of_a_recogniser_is_known() -> None:
    """The names in recognisers' files are the names that a column may have."""
    for one in shipped():
        for column in one.columns:
            assert one.kind in {named.kind for named in name_kinds(column)}
