"""`GET /metrics`: what Prometheus reads, without a login and without anybody's name."""

import re
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient

from core.db import Database
from core.ledger.relay import drain
from core.settings import Settings
from finlens.serve import api
from rag.jottings import jot_all
from rag.news import hear_all
from tests.factories import make_town

LINE = re.compile(r"# (HELP|TYPE) finlens_\w+ .+|finlens_\w+ [0-9.e+-]+")


@pytest.fixture
async def metrics(settings: Settings) -> AsyncIterator[AsyncClient]:
    app = api(settings, ["identity"])
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://api") as client,
    ):
        yield client


async def figures(client: AsyncClient) -> dict[str, float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert all(LINE.fullmatch(line) for line in lines), answer.text
    return {name: float(value) for name, value in (line.split() for line in lines if not line.startswith("#"))}


async def test_what_the_index_has_still_to_do_is_told(metrics: AsyncClient, database: Database) -> None:
    await drain(database)
    await jot_all(database)
    await hear_all(database)
    before = await figures(metrics)
    async with database.unit() as session:
        await make_town(session)
    await drain(database)
    told = await figures(metrics)
    assert told["finlens_index_changes_unheard"] >= before["finlens_index_changes_unheard"] + 4
    assert told["finlens_index_words_lag_seconds"] > 0
    await jot_all(database)
    assert (await figures(metrics))["finlens_index_words_lag_seconds"] == 0
    await hear_all(database)
    heard = await figures(metrics)
    assert heard["finlens_index_changes_unheard"] == 0
    assert heard["finlens_index_accounts_stale"] >= before["finlens_index_accounts_stale"] + 2
