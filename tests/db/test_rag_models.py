"""Other models, behind a real OpenAI-compatible server: what it may answer, and how one takes over from another."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.db import Database
from core.errors import SetupError
from core.identity.access import Principal, Role
from core.settings import Settings
from finlens.bench.stage import free_port
from finlens.installation import environment
from rag.backlog import pending
from rag.embedder import EmbedderUnavailable, MiniLm
from rag.embedders import load_embedder
from rag.embedding import adopt, embed_some, sweep
from rag.endpoint import OpenAIEmbedder
from rag.indexer import index_pending
from rag.retriever import search
from tests import embedding_server
from tests.factories import make_town, pay
from tests.fakes import FakeEmbedder


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen([sys.executable, embedding_server.__file__, str(port)])
    try:
        url = f"http://127.0.0.1:{port}/v1"
        for _ in range(200):
            try:
                httpx.post(f"{url}/embeddings", json={"model": "m", "input": []})
                break
            except httpx.ConnectError:
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait()


def embedder_of(endpoint: str, model: str = "words-96") -> OpenAIEmbedder:
    settings = Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        embedder_base_url=endpoint,
        embedder_model=model,
        embedder_api_key=SecretStr("secret"),
        embedder_timeout_s=2,
        embedder_floor=0.1,
    )
    made = load_embedder(settings)
    assert isinstance(made, OpenAIEmbedder)
    return made


@pytest.fixture
async def database(settings_of: Callable[[str], Settings], database_name: str) -> AsyncIterator[Database]:
    database = Database.of(settings_of(f"{database_name}_models"))
    yield database
    await database.close()


def test_vectors_come_in_the_order_of_the_texts_and_have_length_one(endpoint: str) -> None:
    embedder = embedder_of(endpoint)
    assert embedder.dimension == embedding_server.DIMENSION
    texts = [f"payment number {n} for {'rent' if n % 2 else 'food'}" for n in range(150)]
    together = embedder.embed(texts)
    assert together.shape == (150, embedder.dimension)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    assert np.allclose(together, np.concatenate([embedder.embed([each]) for each in texts]))
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_a_busy_endpoint_is_asked_again(endpoint: str) -> None:
    assert embedder_of(endpoint, "busy").embed(["rent"]).shape == (1, embedding_server.DIMENSION)


@pytest.mark.parametrize(("model", "why"), [("closed", "401"), ("odd", "no list of vectors"), ("short", "usable")])
def test_an_endpoint_that_does_not_embed_is_told_of_in_a_sentence(endpoint: str, model: str, why: str) -> None:
    with pytest.raises(EmbedderUnavailable, match=why):
        embedder_of(endpoint, model).embed(["rent", "food"])


def test_a_url_without_a_model_is_refused_at_the_start() -> None:
    with pytest.raises(SetupError, match="FINLENS_EMBEDDER_MODEL"):
        load_embedder(Settings(_env_file=None, embedder_base_url="http://127.0.0.1:1/v1"))  # pyright: ignore[reportCallIssue]


def test_the_old_model_can_be_had_while_the_new_one_takes_over(endpoint: str) -> None:
    embedder = embedder_of(endpoint)
    assert isinstance(embedder.predecessor(MiniLm.name), MiniLm)
    sibling = embedder.predecessor("words-95")
    assert sibling is not None
    assert sibling.embed(["rent"]).shape == (1, embedding_server.DIMENSION)


async def test_both_models_find_until_the_new_one_has_made_every_vector(database: Database, endpoint: str) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        for words in ("violin lessons", "garden hose", "wool blanket", "tin whistle"):
            await pay(session, town.asha_account, town.ravi_account, 100, description=words, category="gifts")
    old, new = FakeEmbedder(), embedder_of(endpoint)
    old.floor = 0.1
    new.predecessor = lambda name: old if name == old.name else None  # pyright: ignore[reportAttributeAccessIssue]
    await index_pending(database, old)
    asha = Principal("customer", "", "", Role.CUSTOMER, customer_id=town.asha.id)

    async def found() -> set[str]:
        async with database.look() as look:
            hits = [
                hit
                for words in ("violin lessons", "garden hose", "wool blanket", "tin whistle")
                for hit in await search(look, asha, words, embedder=new, rankings="meaning", kinds=["transaction"])
            ]
        return {hit.text.split(".")[0] for hit in hits}

    everything = {"Violin lessons", "Garden hose", "Wool blanket", "Tin whistle"}
    assert everything <= await found()
    await adopt(database, new)
    steps = 0
    while (await pending(database)).gists:
        assert await embed_some(database, new, at_most=3)
        assert everything <= await found()
        steps += 1
    assert steps > 3
    await sweep(database, new)
    async with database.app.connect() as connection:
        made = (await connection.execute(text("SELECT DISTINCT model, dimension FROM rag.vector"))).all()
        models = (await connection.execute(text("SELECT name FROM rag.model"))).scalars().all()
    assert [tuple(row) for row in made] == [("words-96", embedding_server.DIMENSION)]
    assert models == ["words-96"]


async def test_words_alone_find_while_the_endpoint_is_down(database: Database, endpoint: str) -> None:
    async with database.unit() as session:
        town = await make_town(session)
        await pay(session, town.asha_account, town.ravi_account, 100, description="violin lessons")
    embedder = embedder_of(endpoint)
    await index_pending(database, embedder)
    asha = Principal("customer", "", "", Role.CUSTOMER, customer_id=town.asha.id)
    down = embedder_of("http://127.0.0.1:1/v1")
    async with database.look() as look:
        hits = await search(look, asha, "violin", embedder=down)
    assert hits
    assert {hit.similarity for hit in hits} == {None}


FEW_CONNECTIONS = {"FINLENS_DATABASE_POOL_SIZE": "4"}
"""For each of the processes: other tests have databases on the same server."""
PROGRAM = """
import asyncio
from core.db import Database
from core.settings import Settings
from rag.indexer import index_pending
from tests.fakes import FakeEmbedder

async def main():
    database, embedder = Database.of(Settings()), FakeEmbedder()
    done = await index_pending(database, embedder)
    await database.close()
    print(done.accounts, done.embedded)

asyncio.run(main())
"""


async def test_several_processes_share_the_work_and_leave_none(
    settings_of: Callable[[str], Settings], database_name: str
) -> None:
    settings = settings_of(f"{database_name}_processes")
    database = Database.of(settings)
    try:
        async with database.unit() as session:
            towns = [await make_town(session) for _ in range(40)]
            for town in towns:
                for n in range(3):
                    words = f"thing {town.asha.name.replace('-', 'x')} {'abc'[n]}"
                    await pay(session, town.asha_account, town.ravi_account, 100 + n, description=words)
        # Side by side from the start: each begins by following the change log, which one of them does.
        running = [
            subprocess.Popen(  # noqa: ASYNC220  # they are waited for in a thread
                [sys.executable, "-c", PROGRAM],
                env={**environment(settings), "PYTHONPATH": str(Path(__file__).parents[2]), **FEW_CONNECTIONS},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        told = [await asyncio.to_thread(process.communicate, timeout=120) for process in running]
        assert [process.returncode for process in running] == [0, 0, 0], told
        accounts, embedded = (sum(int(out.split()[place]) for out, _ in told) for place in (0, 1))
        async with database.app.connect() as connection:
            row = (
                await connection.execute(
                    text("""
                SELECT (SELECT count(*) FROM rag.summary),
                       (SELECT count(*) FROM rag.summary s JOIN rag.meaning m ON m.summary_id = s.id
                         WHERE s.gist_hash = m.gist_hash),
                       (SELECT count(DISTINCT gist_hash) FROM rag.summary)
            """)
                )
            ).one()
        assert not await pending(database)
        assert row[0] == row[1]
        assert embedded >= row[2]
        assert accounts >= 2 * len(towns)
    finally:
        await database.close()
