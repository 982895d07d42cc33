"""What is right: runs a case's own SELECT over the raw ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.identity.access import Principal
from evals.exam import FOLDER

_PAYMENTS = (FOLDER / "payments.sql").read_text()

Value: TypeAlias = int | str | Decimal | date | None


@dataclass(frozen=True, slots=True)
class Examiner:
    """Answers the SELECTs of cases for one asker on one day, from the raw rows."""

    connection: AsyncConnection
    principal: Principal
    today: date

    async def value(self, select: str, names: Mapping[str, str]) -> Value:
        """The single value of `select`, None when it finds nothing. `names` are its further parameters."""
        result = await self.connection.execute(
            text(f"WITH {_PAYMENTS} {select}"),  # the SELECT is a file of this repository
            {
                "customer": self.principal.customer_id,
                "bank": self.principal.bank_id,
                "today": self.today,
                "zone": self.principal.time_zone,
                **names,
            },
        )
        row = result.first()
        return row[0] if row else None
