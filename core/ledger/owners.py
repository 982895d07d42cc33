"""Whose account is this? Asked for every payment, and never changing: an account keeps its customer and its bank."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import col, select

from core.banking.tables import Account
from core.db import Database

ACCOUNTS_MAX = 200_000
_ASK_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Owner:
    customer_id: UUID | None
    bank_id: UUID


@dataclass(slots=True)
class Owners:
    """Owners of accounts, remembered. Those that are asked for at the same time are looked up together."""

    _database: Database
    _known: dict[UUID, Owner] = field(default_factory=dict[UUID, Owner])
    _asked: dict[UUID, asyncio.Future[Owner | None]] = field(default_factory=dict[UUID, "asyncio.Future[Owner | None]"])
    _look_up: asyncio.Task[None] | None = None

    async def of(self, account_id: UUID) -> Owner | None:
        """The owner of the account; None if there is no such account (yet)."""
        known = self._known.get(account_id)
        if known is not None:
            return known
        asked = self._asked.get(account_id)
        if asked is None:
            asked = self._asked[account_id] = asyncio.get_running_loop().create_future()
            if self._look_up is None or self._look_up.done():
                self._look_up = asyncio.create_task(self._answer_all())
        return await asyncio.shield(asked)

    async def _answer_all(self) -> None:
        while self._asked:
            ids = list(self._asked)[:_ASK_MAX]
            try:
                found = await self._read(ids)
            except Exception as error:
                for id in ids:
                    self._asked.pop(id).set_exception(error)
                continue
            self._remember(found)
            for id in ids:
                self._asked.pop(id).set_result(found.get(id))

    async def _read(self, ids: list[UUID]) -> dict[UUID, Owner]:
        async with self._database.unit() as session:
            rows = await session.exec(
                select(Account.id, Account.customer_id, Account.bank_id).where(col(Account.id).in_(ids))
            )
            return {id: Owner(customer_id, bank_id) for id, customer_id, bank_id in rows}

    def _remember(self, found: dict[UUID, Owner]) -> None:
        if len(self._known) + len(found) > ACCOUNTS_MAX:
            self._known.clear()
        self._known |= found
