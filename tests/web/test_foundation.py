"""What every page stands on: the app, its pages, their headers."""

from starlette.testclient import TestClient


def test_the_home_page_answers(shared_client: TestClient) -> None:
    """The first page is there, in English, with a way to search."""
    found = shared_client.get("/")

    assert found.status_code == 200
    assert '<html lang="en"' in found.text
    assert 'action="/components"' in found.text
