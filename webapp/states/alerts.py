"""The alerts of a bank, for those who work on them."""

import reflex as rx

from webapp import backend
from webapp.models.alert import Alert, alert
from webapp.states.notice import NoticeState
from webapp.states.person import PersonState

PAGE_ROWS = 20
_DECIDERS = ("analyst", "admin")


class AlertsState(PersonState):
    alerts: list[Alert] = []
    status: str = "open"
    is_loading: bool = True
    _next_cursor: str = ""

    @rx.var
    def has_more(self) -> bool:
        return self._next_cursor != ""

    @rx.var
    def may_decide(self) -> bool:
        return self.role in _DECIDERS

    @rx.event
    async def open(self):
        self.alerts, self._next_cursor, self.is_loading = [], "", True
        yield
        await self._fetch()

    @rx.event
    async def more(self):
        await self._fetch()

    @rx.event
    async def choose(self, status: str):
        self.status = status
        return AlertsState.open

    @rx.event
    async def decide(self, alert_id: str, status: str):
        """Put the analyst's word on an alert, which takes it out of the list shown."""
        await backend.api.patch(self._session(), f"/fraud/alerts/{alert_id}", status=status)
        self.alerts = [each for each in self.alerts if each.id != alert_id]
        return NoticeState.confirm(f"The alert is {status} now.")

    async def _fetch(self) -> None:
        try:
            page = await backend.api.get(
                self._session(), "/fraud/alerts", status=self.status, limit=PAGE_ROWS, cursor=self._next_cursor
            )
        finally:
            self.is_loading = False
        self.alerts += [alert(found, self.time_zone) for found in page["data"]]
        self._next_cursor = page["next_cursor"] or ""
