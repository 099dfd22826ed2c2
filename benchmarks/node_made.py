"""What `make bench-node` asks and fills: releases to register, catalogues to search."""

import json
import random
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from benchmarks.node_projection import WORDS, cards
from sunlit.authority.statements import sign_claim
from sunlit.claims.lifecycle import Release
from sunlit.projection.engine import open_projections, writing
from sunlit.projection.refresh import put_cards
from sunlit.statement.intoto import Subject
from sunlit.testing.authority import ROOT
from tests.node.queue_world import AGENCY, MAINTAINER, registration

Turn = list[dict[str, str]]
API: Final = "/api/v1"
MLFLOW: Final = "/api/2.0/mlflow"


def our_release(number: int) -> Turn:
    """Return a component's registration and its first release, each signed, in one bundle."""
    release = Release(purl=f"pkg:generic/{AGENCY}/c{number}", release_id="1.0")
    subject = Subject("release", {"sha256": f"{number:064x}"})
    lines = (registration(number), sign_claim(release, [MAINTAINER], [subject]))
    return [
        {
            "method": "POST", "path": f"{API}/statements?wait=10&organisation={ROOT}",
            "type": "application/vnd.in-toto.bundle",
            "body": "\n".join(line.to_bytes().decode() for line in lines),
        }
    ]  # fmt: skip


def their_release(number: int) -> Turn:
    """Return the same for MLflow: a registered model and its first version."""
    name = f"{AGENCY}/c{number}".replace("/", "-")
    model = {"name": name, "description": "What it does"}
    version = {"name": name, "source": f"s3://models/c{number}", "description": "1.0"}
    return [
        {"method": "POST", "path": f"{MLFLOW}/registered-models/create", "body": json.dumps(model)},
        {"method": "POST", "path": f"{MLFLOW}/model-versions/create", "body": json.dumps(version)},
    ]


def searches(count: int, most: int) -> Iterator[tuple[Turn, Turn]]:
    """Yield the same search for both: the first page, a word, a word and a number."""
    chance = random.Random(count)  # noqa: S311 - the same questions every time
    for _ in range(count):
        words = chance.choice((
            [], [chance.choice(WORDS)], [chance.choice(WORDS), str(chance.randrange(most))],
            [str(chance.randrange(most))],
        ))  # fmt: skip
        like = quote("name ILIKE '%" + "%".join([*words, ""]) + "'") if words else ""
        ours = f"{API}/components?limit=25&q={quote(' '.join(words))}"
        theirs = f"{MLFLOW}/registered-models/search?max_results=25&filter={like}"
        yield [{"path": ours}], [{"path": theirs}]


def fill_ours(url: str, count: int) -> None:
    """Fill the catalogue's projection."""
    engine = open_projections(url)
    made = list(cards(count))
    with writing(engine, 1) as connection:
        for at in range(0, count, 500):
            some = made[at : at + 500]
            put_cards(connection, [card.key for card in some], some)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def fill_theirs(url: str, count: int) -> None:
    """Fill MLflow's own tables, which it has made, by SQL: so many calls would take an hour."""
    import psycopg  # noqa: PLC0415 - as tests/postgres.py

    with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        models = "COPY registered_models (name, creation_time, last_updated_time, description) "
        with cursor.copy(models + "FROM STDIN") as copy:
            for number, card in enumerate(cards(count)):
                copy.write_row((f"{card.name} {card.summary}"[:250], number, number, card.summary))
        cursor.execute(
            "INSERT INTO model_versions (name, version, creation_time, last_updated_time,"
            " current_stage, source, storage_location, status)"
            " SELECT name, 1, creation_time, last_updated_time, 'None', 's3://models/1',"
            " 's3://models/1', 'READY' FROM registered_models"
        )
        cursor.execute("ANALYZE")
