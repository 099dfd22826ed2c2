"""Reports for people: a page a kind, whole, readable, harmless whatever a column is called."""

import base64
import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunlit.base.errors import MalformedError
from sunlit.producers.data.report import html, report
from sunlit.producers.data.report.figures import count, share
from sunlit.producers.data.report.model import SHOWN
from tests.producers.data.report_samples import ALL, column, copied, find

KINDS = sorted(ALL)
HOSTILE = (
    "<script>alert(1)</script>", '"><svg onload=alert(1)>', "</title></svg><img src=x onerror=1>",
    "{{ 7 * 7 }}", "\u202egnp.exe\u2066", "nul\x00\x1b[31m", "=cmd|' /C calc'!A0", "&lt;b&gt;",
    "javascript:alert(1)", "x" * 5000, "\ud800",
)  # fmt: skip
# The shapes and the text that a page may be made of; nothing that runs, loads or submits.
WORDS = """html head meta title style body a header div strong span main h1 h2 h3 p ul li dl dt dd
    table caption thead tbody tr th td figure figcaption svg defs pattern rect line text circle path
    details summary pre code footer time"""
TAGS = set(WORDS.split())


class Seen(HTMLParser):
    """What a browser would make of a page, as far as these tests ask."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_whole_and_loads_nothing(kind: str) -> None:
    """It says its limits and names its JSON; its policy allows its own style and nothing else."""
    files = report(ALL[kind])
    seen = Seen(files[f"{kind}.html"])

    assert {tag for tag, _ in seen.tags} - TAGS == set()
    policy = next(one["content"] for one in seen.named("meta") if "http-equiv" in one)
    assert policy is not None
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'",
        policy,
    )
    assert hashlib.sha256(files[f"{kind}.json"]).hexdigest() in seen.text
    for heading in ("In short", "The figures", "How it was computed", "What it cannot tell"):
        assert heading in seen.text
    assert not [one for _, one in seen.tags if "style" in one or any(n[:2] == "on" for n in one)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_names_the_style_that_stands_in_the_page(kind: str) -> None:
    """Else a browser shows the page without any style."""
    page = html(ALL[kind]).decode()
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert f"sha256-{digest}" in page


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_document_gives_the_same_bytes(kind: str) -> None:
    """A report can be made again and compared."""
    assert report(copied(kind)) == report(copied(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_headings_tables_and_charts_serve_who_does_not_see(kind: str) -> None:
    """Headings go down by one, header cells say of what, each chart has a name and its numbers."""
    seen = Seen(html(ALL[kind]))
    levels = [int(tag[1]) for tag, _ in seen.tags if re.fullmatch(r"h\d", tag)]
    drawings = [one for one in seen.named("svg") if one.get("role")]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert {one.get("scope") for one in seen.named("th")} == {"col", "row"}
    assert len(seen.named("caption")) == len(seen.named("table"))
    assert len(drawings) == len(seen.named("figure")) > 0
    titles = {one.get("id") for one in seen.named("title")}
    assert all(one["role"] == "img" and one["aria-labelledby"] in titles for one in drawings)
    ids = [one["id"] for _, one in seen.tags if "id" in one]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", KINDS)
def test_each_chart_gives_its_numbers_as_csv(kind: str) -> None:
    """What is drawn can be downloaded from the page itself, with the heads of the table."""
    links = [one for one in Seen(html(ALL[kind])).named("a") if "download" in one]

    assert links
    for link in links:
        address = link["href"] or ""
        assert address.startswith("data:text/csv;charset=utf-8;base64,")
        rows = list(csv.reader(io.StringIO(base64.b64decode(address.split(",")[1]).decode())))
        assert len(rows) > 1
        assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_never_obeyed(kind: str, name: str) -> None:
    """Whatever text stands in a document: no tag comes of it, and nothing turns other text."""
    files = report(_renamed(copied(kind), name))
    seen = Seen(files[f"{kind}.html"])
    page = files[f"{kind}.html"].decode()

    assert {tag for tag, _ in seen.tags} - TAGS == set()
    assert not set(page) & set("\u202e\u2066\x00\x1b")
    for row in csv.reader(io.StringIO(files[f"{kind}.csv"].decode())):
        assert not [one for one in row if one.startswith(("=", "@"))]
    json.loads(files[f"{kind}.json"])


def _renamed(value: Any, name: str) -> Any:  # noqa: ANN401 - any part of a document
    """Return a document with every text of it replaced, its format and choices aside."""
    if isinstance(value, dict):
        kept = {"format", "by", "state", "chosen", "objective", "attack"}
        return {key: one if key in kept else _renamed(one, name) for key, one in value.items()}
    if isinstance(value, list):
        return [_renamed(one, name) for one in value]
    return name if isinstance(value, str) and not re.fullmatch(r"[\d.]+", value) else value


BLANKS: list[object] = [
    None,
    float("nan"),
    float("inf"),
    -1e308,
    10**400,
    "",
    "NaN",
    [],
    {},
    True,
    "\u0669",
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("blank", BLANKS, ids=repr)
def test_a_figure_that_is_not_known_is_said_to_be_so(kind: str, blank: object) -> None:
    """Null, NaN, endless or of another form: the page stands, and nothing reads `nan`."""
    files = report(_blanked(copied(kind), blank))
    words = Seen(files[f"{kind}.html"]).text.lower()

    assert not re.search(r"\bnan\b|\binf\b|\binfinity\b", words)
    if blank is None:
        assert "not known" in words
    assert "nan" not in re.findall(r'(?:x|y|width|height)\d?="(\w+)', str(files))
    if not isinstance(blank, int) or isinstance(blank, bool):
        json.loads(files[f"{kind}.json"], parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(constant)


def _blanked(value: Any, blank: object) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(value, dict):
        return {key: one if key == "format" else _blanked(one, blank) for key, one in value.items()}
    if isinstance(value, list):
        return [_blanked(one, blank) for one in value]
    is_figure = isinstance(value, int | float) or re.fullmatch(r"[\d.]+", str(value))
    return blank if is_figure else value


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_without_anything_is_a_page_still(kind: str) -> None:
    """Every part is missing: blanks with words, and no promise about limits."""
    seen = Seen(html({"format": f"sunlit-data-{kind}/1"}))

    assert "not known" in seen.text


@given(st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
), st.sampled_from(KINDS), st.data())  # fmt: skip
def test_no_document_breaks_a_page(part: object, kind: str, data: st.DataObject) -> None:
    """Whatever stands where a part should be, a page comes out, of harmless tags."""
    document = copied(kind)
    document[data.draw(st.sampled_from(sorted(set(document) - {"format"})))] = part

    seen = Seen(html(document))

    assert {tag for tag, _ in seen.tags} - TAGS == set()


def test_ten_thousand_columns_make_a_page_that_can_be_read() -> None:
    """A page shows the first and counts the rest; the CSV and the JSON have all."""
    document = copied("scan")
    document["columns"] = [column(f"column {at}", find(rate=0.3)) for at in range(10_000)]
    document["free_text"] = [f"column {at}" for at in range(10_000)]

    files = report(document)
    seen = Seen(files["scan.html"])

    assert len(files["scan.html"]) < 250_000
    assert f"{10_000 - SHOWN:,} more rows are in the JSON" in seen.text
    assert "and 9,988 more (all are in the JSON)" in seen.text
    assert len(files["scan.csv"].splitlines()) == 10_001


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0 %"), (0.5, "50 %"), ("0.12345", "12.3 %"), (0.00001, "under 0.01 %"),
        (-0.00001, "nearly 0 %"), (0.99999, "over 99.99 %"), (1, "100 %"), (0.0042, "0.42 %"),
        (-0.159, "\u221215.9 %"), (1e9, "1e+11 %"), (True, "not known"), ("a", "not known"),
    ],
)  # fmt: skip
def test_a_share_is_never_rounded_to_none_or_all(value: object, said: str) -> None:
    """A rare thing is no never, and a common one no always."""
    assert share(value).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("value", "said"), [(12_345, "12,345"), (1.5, "1.50"), (10**18, "1e+18"), (None, "not known")]
)
def test_a_count_is_written_with_its_thousands_apart(value: object, said: str) -> None:
    """Beyond what anybody reads, as a power of ten."""
    assert count(value) == said


def test_finds_in_documents_stand_beside_those_in_columns() -> None:
    """A folder of texts has no columns."""
    document = copied("scan")
    document |= {"columns": [], "text": {"documents": 3, "finds": [find()]}, "residual": None}

    assert "documents" in Seen(html(document)).text


def test_a_command_is_one_whatever_a_column_is_called() -> None:
    """It is there to be copied into a shell."""
    document = copied("risk")
    document["quasi_identifiers"] = ["AGE; REBOOT", "$(ID)"]

    page = html(document).decode()

    assert "--quasi &#39;AGE; REBOOT&#39; --quasi &#39;$(ID)&#39;" in page


def test_the_csv_has_figures_as_they_were_measured() -> None:
    """Without rounding, so that they can be computed with."""
    rows = list(csv.reader(io.StringIO(report(ALL["risk"])["risk.csv"].decode())))

    assert rows[1][:2] == ["k", "1"]
    assert rows[3][:4] == ["population-uniqueness", "0.01", "0.005 to 0.02", "within 0.05"]


def test_a_document_of_another_format_is_refused() -> None:
    """A later version may mean something else by the same words."""
    with pytest.raises(MalformedError, match="no report can be made") as caught:
        report({"format": "sunlit-data-scan/2"})

    assert caught.value.code == "data-report.format"


def test_no_verdict_is_made_up() -> None:
    """What was not judged is told neither as good nor as bad."""
    synth = copied("synth")
    synth["verdict"] = {"rose": None, "text": "Not attacked."}
    mask = copied("mask")
    mask["second_look"] = {}
    scan = copied("scan")
    scan["sensitive"] = False
    compared = copied("minimise")
    compared["output"] = None

    assert b'data-holds="open"' in html(synth)
    assert b'data-holds="open"' in html(mask)
    assert b'data-holds="yes"' in html(scan)
    assert b'data-holds="open"' in html(compared)
    assert b'data-holds="no"' in html(copied("risk"))
