"""A customer's budgets, as they stand this month."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import reflex as rx

from core.periods import Period, Unit, today_in
from webapp import backend
from webapp.client import ApiRefused
from webapp.models.budget import Budget, budget
from webapp.states.amounts import minor_units
from webapp.states.notice import NoticeState
from webapp.states.person import PersonState, Unreadable

_ACCOUNTS_READ = 100


class BudgetsState(PersonState):
    budgets: list[Budget] = []
    currencies: list[str] = []
    """Of the person's accounts."""
    is_loading: bool = True
    covers: str = ""
    amount: str = ""
    currency: str = ""
    """What stands in the form."""
    filled: int = 0
    """Tells a form that was filled for the person from what they have typed over it."""

    @rx.var
    def month(self) -> str:
        return self._month().label

    @rx.var
    def asks_currency(self) -> bool:
        return len(self.currencies) > 1

    @rx.event
    async def open(self):
        self.is_loading = True
        yield
        try:
            found = await backend.api.get(self._session(), "/accounts", limit=_ACCOUNTS_READ)
            await self._fetch()
            self.currencies = sorted({each["currency"] for each in found["data"]})
            self._fill("", "", self.currencies[0] if self.currencies else "")
        finally:
            self.is_loading = False

    @rx.event
    def change(self, budget_id: str):
        """Put a budget into the form."""
        for each in self.budgets:
            if each.id == budget_id:
                self._fill(each.covers, each.amount, each.currency)

    @rx.event
    async def save(self, form: dict):
        """From this month on it is as the form says, whether there was one before or not."""
        covers, currency = str(form.get("covers", "")), str(form.get("currency") or self.currency)
        if not covers:
            raise Unreadable("Choose what the budget is for.")
        amount_minor = minor_units(str(form.get("amount", "")), currency)
        await self._set(covers, currency, amount_minor)
        await self._fetch()
        self._fill("", "", currency)
        return NoticeState.confirm("The budget is set.")

    @rx.event
    async def remove(self, budget_id: str):
        await backend.api.delete(self._session(), f"/insights/budgets/{budget_id}")
        await self._fetch()
        return NoticeState.confirm("The budget is gone.")

    async def _set(self, covers: str, currency: str, amount_minor: int) -> None:
        first_month = self._month().start.isoformat()
        facts = {"covers": covers, "currency": currency, "amount_minor": amount_minor, "first_month": first_month}
        try:
            await backend.api.post(self._session(), "/insights/budgets", **facts)
        except ApiRefused as refused:
            # One that began this month is changed; one that began earlier keeps its months.
            known = [each for each in self.budgets if (each.covers, each.currency) == (covers, currency)]
            if refused.code != "already_exists" or not known:
                raise
            path, version = f"/insights/budgets/{known[0].id}", known[0].version
            await backend.api.patch(self._session(), path, version=version, amount_minor=amount_minor)

    async def _fetch(self) -> None:
        found = await backend.api.get(self._session(), "/insights/budgets")
        self.budgets = [budget(each) for each in found["budgets"]]

    def _fill(self, covers: str, amount: str, currency: str) -> None:
        self.covers, self.amount, self.currency = covers, amount, currency
        self.filled += 1

    def _month(self) -> Period:
        return Period.of(Unit.MONTH, today_in(ZoneInfo(self.time_zone), datetime.now(UTC)))
