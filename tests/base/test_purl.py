"""Component names: canonical purls without a version."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.base.purl import Purl


@pytest.mark.parametrize(
    ("text", "namespace", "name"),
    [
        ("pkg:generic/city.example/benefits-outreach", ("city.example",), "benefits-outreach"),
        ("pkg:generic/ai.city.example/team/x", ("ai.city.example", "team"), "x"),
        ("pkg:huggingface/distilbert-base-uncased", (), "distilbert-base-uncased"),
        ("pkg:huggingface/microsoft/deberta-v3-base", ("microsoft",), "deberta-v3-base"),
        ("pkg:pypi/onnx", (), "onnx"),
        ("pkg:npm/%40angular/animation", ("%40angular",), "animation"),
        ("pkg:oci/debian?repository_url=docker.io/library/debian", (), "debian"),
        ("pkg:github/package-url/purl-spec", ("package-url",), "purl-spec"),
        ("pkg:maven/org.Example/caf%C3%A9?classifier=dist&type=zip", ("org.Example",), "caf%C3%A9"),
    ],
)
def test_a_canonical_purl_is_read(text: str, namespace: tuple[str, ...], name: str) -> None:
    """Type, namespace and name come apart, and the text stays as it was."""
    purl = Purl.parse(text)

    assert (purl.namespace, purl.name, str(purl)) == (namespace, name, text)


def test_a_private_component_carries_its_owners_domain() -> None:
    """Only `generic` names do."""
    assert Purl.parse("pkg:generic/city.example/x").domain == "city.example"
    assert Purl.parse("pkg:pypi/onnx").domain is None
    assert Purl.parse("pkg:generic/nodomain/x").domain is None
    assert Purl.parse("pkg:generic/x").domain is None


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "pypi/onnx",
        "PKG:pypi/onnx",
        "pkg:",
        "pkg:pypi",
        "pkg:pypi/",
        "pkg:/pypi/onnx",
        "pkg:PyPI/onnx",
        "pkg:pypi/Onnx",
        "pkg:pypi/typing_extensions",
        "pkg:github/Some%20Body/x",
        "pkg:pypi/onnx@1.0",
        "pkg:pypi/onnx#sub",
        "pkg:pypi/onnx?",
        "pkg:pypi/onnx?b=1&a=2",
        "pkg:pypi/onnx?a=1&a=1",
        "pkg:pypi/onnx?A=1",
        "pkg:pypi/onnx?a=",
        "pkg:npm/@angular/animation",
        "pkg:maven/org/a%2Db",
        "pkg:maven/org/a%ff",
        "pkg:maven/org/a%FF",
        "pkg:maven/org/a b",
        "pkg:maven/../b",
        "pkg:maven/org//b",
        "pkg:generic/City.Example/x",
        "pkg:generic/city.example./x",
        "pkg:generic/city%2Eexample/x",
        "pkg:maven/org/" + "x" * 512,
    ],
)
def test_any_other_text_is_refused(text: object) -> None:
    """Versions and other spellings."""
    with pytest.raises(MalformedError) as refused:
        Purl.parse(text)

    assert refused.value.code == "statement.purl"


@given(st.from_regex(r"pkg:[a-z]{1,5}/[ -~]{0,30}", fullmatch=True))
def test_a_purl_that_is_read_is_one_text(text: str) -> None:
    """Whatever is accepted is put together again from its parts."""
    try:
        purl = Purl.parse(text)
    except MalformedError:
        return

    path = "/".join((purl.kind, *purl.namespace, purl.name))
    assert text.partition("?")[0] == f"pkg:{path}"
