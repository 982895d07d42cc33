"""The month a person looks at, and what the API says of it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import reflex as rx

from core.periods import Period, Unit, today_in
from webapp import backend
from webapp.models.overview import Account, Overview, accounts, overviews
from webapp.states.person import PersonState

MONTHS_BACK = 24


class OverviewState(PersonState):
    month: str = ""
    """YYYY-MM; empty until the page was opened once."""
    months: list[tuple[str, str]] = []
    """What the picker offers, the newest first: value and label."""
    currencies: list[Overview] = []
    currency: str = ""
    accounts: list[Account] = []
    is_loading: bool = True

    @rx.var
    def shown(self) -> Overview:
        return next((each for each in self.currencies if each.currency == self.currency), Overview())

    @rx.var
    def currency_names(self) -> list[str]:
        return [each.currency for each in self.currencies]

    @rx.var
    def is_newest(self) -> bool:
        return not self.months or self.month == self.months[0][0]

    @rx.var
    def is_oldest(self) -> bool:
        return not self.months or self.month == self.months[-1][0]

    @rx.event
    async def open(self):
        self.months = _months(today_in(ZoneInfo(self.time_zone), datetime.now(UTC)))
        self.month = self.month or self.months[0][0]
        self.is_loading = True
        yield
        await self._fetch()

    @rx.event
    async def choose(self, month: str):
        if month in dict(self.months):
            self.month = month
            await self._fetch()

    @rx.event
    async def step(self, count: int):
        """To the month after (1) or before (-1)."""
        values = [value for value, _ in self.months]
        place = values.index(self.month) - count
        if 0 <= place < len(values):
            self.month = values[place]
            await self._fetch()

    @rx.event
    def choose_currency(self, currency: str):
        self.currency = currency

    async def _fetch(self) -> None:
        try:
            found = await backend.api.get(self._session(), "/insights/overview", month=self.month)
        finally:
            self.is_loading = False
        self.currencies, self.accounts = overviews(found), accounts(found)
        if self.currency not in self.currency_names:
            self.currency = self.currencies[0].currency if self.currencies else ""


def _months(today: date) -> list[tuple[str, str]]:
    this_month = Period.of(Unit.MONTH, today)
    earlier = (this_month.shifted(-back) for back in range(MONTHS_BACK))
    return [(f"{month.start:%Y-%m}", month.label) for month in earlier]
