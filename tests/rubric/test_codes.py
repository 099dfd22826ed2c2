from sunlit.rubric.codes import CODES


def test_each_code_is_explained_in_one_sentence() -> None:
    """The page of errors is made from these."""
    assert all(name.split(".")[0] in {"rubric", "risk"} for name in CODES)
    assert all(text.endswith(".") for text in CODES.values())
