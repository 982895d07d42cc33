"""What the raw routes of the ledger need at hand, built once per process: the place where payments are taken in."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import FastAPI

from core.app import Services
from core.db import Database, app_url, dsn
from core.errors import NotAuthenticated
from core.identity.access import Principal, may_see_account
from core.identity.verified import VerifiedTokens
from core.ledger.batcher import Batcher
from core.ledger.in_flight import InFlight
from core.ledger.owners import Owners
from core.ledger.payers import PAYERS
from core.raw import RawRequest

_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Desk:
    """Kept at `app.state.desk`."""

    database: Database
    batcher: Batcher
    in_flight: InFlight
    tokens: VerifiedTokens
    owners: Owners
    now: Callable[[], datetime]

    async def payer(self, request: RawRequest) -> Principal:
        """Who is calling, if they may move money. Raises NotAuthenticated, TokenRefused or NotAllowed."""
        authorization = request.header(b"authorization") or ""
        if authorization[: len(_BEARER)].lower() != _BEARER:
            raise NotAuthenticated
        principal = await self.tokens.principal(authorization[len(_BEARER) :].strip())
        principal.require(*PAYERS)
        return principal

    async def may_pay_from(self, principal: Principal, account_id: UUID) -> bool:
        """Whether the account is one that `principal` may send from: another's is as good as none."""
        owner = await self.owners.of(account_id)
        return owner is not None and may_see_account(principal, customer_id=owner.customer_id, bank_id=owner.bank_id)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Opens this process's desk."""
    services: Services = app.state.services
    async with Batcher.open(dsn(app_url(services.settings))) as batcher:
        app.state.desk = Desk(
            services.database,
            batcher,
            InFlight(),
            VerifiedTokens(services),
            Owners(services.database),
            services.now,
        )
        yield
