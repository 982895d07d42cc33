"""Draft: an answer before it is checked, and the helpers that every template makes its figures with."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from agents.answer import Chart, Citation, Figure, Status
from agents.evidence import Evidence, whole
from core.money import Currency


@dataclass(frozen=True, slots=True)
class Draft:
    """What a template says about one task. `text` is whole sentences."""

    text: str
    figures: Sequence[Figure] = ()
    status: Status = "answered"
    chart: Chart | None = None
    rows: Sequence[dict[str, Any]] = ()
    citations: Sequence[Citation] = ()
    follow_ups: Sequence[str] = field(default=())

    def noting(self, note: str) -> "Draft":
        return replace(self, text=f"{self.text} {note}") if note and self.status == "answered" else self


class Figures:
    """Makes figures out of sources, so that no value stands in an answer that its source does not come to."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def money(self, label: str, source: str) -> Figure:
        minor = whole(self._evidence.value_of(source))
        return Figure(label=label, value_minor=minor, currency=self.currency(source), unit="money", source=source)

    def count(self, label: str, source: str) -> Figure:
        return Figure(label=label, value=self._number(source), unit="count", source=source)

    def percent(self, label: str, source: str) -> Figure:
        return Figure(
            label=label, value=float(round(Decimal(self._evidence.value_of(source)), 4)), unit="percent", source=source
        )

    def date(self, label: str, source: str) -> Figure:
        return Figure(label=label, value=str(self._evidence.value_of(source))[:10], unit="date", source=source)

    def days(self, label: str, source: str) -> Figure:
        return Figure(label=label, value=self._number(source), unit="days", source=source)

    def _number(self, source: str) -> int | float:
        """Whole where it is; a mean to two places."""
        value = self._evidence.value_of(source)
        return int(value) if value == int(value) else round(float(value), 2)

    def name(self, label: str, shown: str, source: str, *, amount: str | None = None) -> Figure:
        """A name; with `amount` the money that goes with it, worked out from that cell of the same row."""
        minor = None if amount is None else whole(self._evidence.value_of(amount))
        currency = None if amount is None else self.currency(amount)
        return Figure(label=label, value=shown, value_minor=minor, currency=currency, unit="text", source=source)

    def currency(self, source: str) -> Currency:
        found = self._evidence.currency_of(source)
        assert found is not None, f"a money figure without a currency: {source}"
        return found
