"""The API over ASGI, on the worker's own database, and people to call it as."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from core.app import create_app
from core.banking import routes as banking
from core.db import Database
from core.identity import routes as identity
from core.identity.access import Role
from core.identity.tables import User
from core.identity.tokens import issue_access_token
from core.ledger import routes as ledger
from core.monitoring.logging import configure_logging
from core.settings import Settings
from tests.factories import Town, make_town, make_user


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    configure_logging(settings.log_level)
    app = create_app(
        settings,
        routers=[identity.router, banking.router, ledger.router],
        raw_routes=ledger.raw_routes,
        lifespans=[ledger.lifespan],
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A client that nobody has logged in."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://api") as client:
        yield client


@dataclass(frozen=True)
class People:
    """A town, one user per role in it, and a client for each; and a customer and staff of another town."""

    town: Town
    other: Town
    users: dict[str, User]
    clients: dict[str, AsyncClient]

    def __getitem__(self, who: str) -> AsyncClient:
        return self.clients[who]


@pytest.fixture
async def people(app: FastAPI, settings: Settings, database: Database) -> AsyncIterator[People]:
    """`customer` is Asha, `ravi` another customer of her bank; `stranger` and `stranger_staff` are of another one."""
    async with database.unit() as session:
        town, other = await make_town(session), await make_town(session)
        users = {
            "customer": await make_user(session, Role.CUSTOMER, customer=town.asha),
            "ravi": await make_user(session, Role.CUSTOMER, customer=town.ravi),
            "staff": await make_user(session, Role.STAFF, bank=town.bank),
            "analyst": await make_user(session, Role.ANALYST, bank=town.bank),
            "admin": await make_user(session, Role.ADMIN),
            "stranger": await make_user(session, Role.CUSTOMER, customer=other.asha),
            "stranger_staff": await make_user(session, Role.STAFF, bank=other.bank),
        }
    clients = {
        who: AsyncClient(
            transport=ASGITransport(app),
            base_url="http://api",
            headers={"Authorization": f"Bearer {issue_access_token(settings, user.id, datetime.now(UTC))}"},
        )
        for who, user in users.items()
    }
    yield People(town, other, users, clients)
    for client in clients.values():
        await client.aclose()
