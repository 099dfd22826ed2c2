"""The five answers about a decision, in English and one in Dutch: pages for the checkers."""

from pathlib import Path

from sunlit.decision.checkcode import new_code
from sunlit.registry.decision_index import Index
from tests.decisions import copied
from tests.web.test_decisions_pages import PATH, client_of, facts, node_of


def answers(root: Path) -> dict[str, str]:
    """Return the page of each answer; `root` is a folder that is not there yet."""
    world = copied(root)
    site = node_of(world)
    chosen = facts(world, "chosen")

    def asked(typed: dict[str, str], path: str = PATH) -> str:
        found = client_of(site).post(path, data=typed)
        assert found.status_code == 200, found.status_code
        return str(found.text)

    try:
        found = {
            "decision form": client_of(site).get(PATH).text,
            "decision complete": asked(chosen),
            "decision complete in Dutch": asked(chosen, f"/nl{PATH}"),
            "decision incomplete": asked(facts(world, "undecided")),
            "decision unknown": asked({**chosen, "code": new_code()}),
        }
        with Index.opened(world.store) as index, index.connection:
            index.connection.execute(
                "UPDATE record SET leaf = ? WHERE kind = 'decision'", ("0" * 64,)
            )
        found["decision changed"] = asked(chosen)
        (world.root / "store" / "guard.json").write_text("{}")
        return found | {"decision that could not be checked": asked(chosen)}
    finally:
        site.close()
