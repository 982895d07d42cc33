"""The payments of the accounts a person may see, a page at a time, and one of them in full."""

import reflex as rx

from webapp import backend
from webapp.models import words
from webapp.models.alert import Explanation, explanation
from webapp.models.transaction import Transaction, transaction
from webapp.states.amounts import minor_units
from webapp.states.person import PersonState

PAGE_ROWS = 25
_FILTERS = ("search", "category", "direction", "status", "start", "end", "least")


class TransactionsState(PersonState):
    rows: list[Transaction] = []
    page: int = 1
    is_loading: bool = True

    search: str = ""
    category: str = ""
    direction: str = ""
    status: str = ""
    start: str = ""
    end: str = ""
    least: str = ""
    currency: str = "INR"
    """What `least` is written in: the currency of the newest payment seen."""

    chosen: Transaction = Transaction()
    explanation: Explanation = Explanation()
    is_explaining: bool = False

    _cursors: list[str] = [""]
    """Where each page up to the next one starts."""

    @rx.var
    def has_next(self) -> bool:
        return len(self._cursors) > self.page

    @rx.var(deps=list(_FILTERS))
    def is_filtered(self) -> bool:
        return any(getattr(self, name) for name in _FILTERS)

    @rx.event
    async def open(self):
        self.is_loading, self.chosen = True, Transaction()
        yield
        await self._turn_to(1)

    @rx.event
    async def narrow(self, name: str, value: str):
        """Set one filter, and show the first page of what is left."""
        if name in _FILTERS:
            setattr(self, name, value[:200])
        await self._turn_to(1)

    @rx.event
    async def clear(self):
        for name in _FILTERS:
            setattr(self, name, "")
        await self._turn_to(1)

    @rx.event
    async def next(self):
        if self.has_next:
            await self._turn_to(self.page + 1)

    @rx.event
    async def previous(self):
        if self.page > 1:
            await self._turn_to(self.page - 1)

    @rx.event
    async def choose(self, row: int):
        """Show one payment of this page in full; why it was flagged, if it was, follows."""
        if not 0 <= row < len(self.rows):
            return
        self.chosen, self.explanation = self.rows[row], Explanation()
        # A payment is judged for the account it leaves.
        if self.chosen.is_in:
            return
        self.is_explaining = True
        yield
        try:
            found = await backend.api.get(self._session(), f"/fraud/transactions/{self.chosen.id}")
            self.explanation = explanation(found, self.time_zone)
        finally:
            self.is_explaining = False

    @rx.event
    def close(self):
        self.chosen = Transaction()

    @rx.event
    def on_key(self, key: str):
        if key == "Escape":
            self.chosen = Transaction()

    async def _turn_to(self, page: int) -> None:
        if page == 1:
            self._cursors = [""]
        try:
            found = await backend.api.get(self._session(), "/transactions", **self._query(self._cursors[page - 1]))
        finally:
            self.is_loading = False
        self.rows = [transaction(each, self.time_zone) for each in found["data"]]
        self.page = page
        self.currency = self.rows[0].currency if self.rows else self.currency
        following = found["next_cursor"]
        self._cursors = self._cursors[:page] + ([following] if following else [])

    def _query(self, cursor: str) -> dict[str, object]:
        return {
            "limit": PAGE_ROWS,
            "cursor": cursor,
            "q": self.search,
            "category": self.category,
            "direction": self.direction,
            "status": self.status,
            "occurred_at[gte]": self.start and words.first_instant(self.start, self.time_zone),
            "occurred_at[lte]": self.end and words.last_instant(self.end, self.time_zone),
            "amount[gte]": self.least and minor_units(self.least, self.currency),
        }
