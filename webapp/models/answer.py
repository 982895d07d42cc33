"""One question and what the analyst said, as the chat shows it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from core.periods import Period, Unit
from webapp import charts
from webapp.models import words

FIGURES_SHOWN_MAX = 4
"""Of more, only the one asked for is shown: together they are a table, and stand in the chart and the rows."""
ROWS_SHOWN_MAX = 50
_MONEY_COLUMNS = frozenset(
    f"{measure}{when}"
    for measure in ("spend", "income", "net", "average", "median", "largest", "smallest", "volume", "amount_minor")
    for when in ("", "_before")
)
_PAYMENT_COLUMNS = (
    "occurred_at", "customer", "counterparty", "amount_minor", "points", "description", "category", "account",
)  # fmt: skip
"""Of a payment or an alert, what tells one from another, in the order people read it."""
_HEADS = {"occurred_at": "When", "counterparty": "Payment", "amount_minor": "Amount"}
REASONS = {
    "wrong_figure": "A wrong figure",
    "wrong_period": "Another period was meant",
    "wrong_name": "Another payee, category or account was meant",
    "not_understood": "Not what was asked",
    "incomplete": "Something is missing",
    "unclear": "Hard to understand",
    "slow": "It took too long",
    "other": "Something else",
}
"""What can be wrong with an answer, as the API calls it and as people do."""
_CALENDAR = frozenset(unit.value for unit in Unit)


@dataclass
class Figure:
    label: str
    text: str
    source: str


@dataclass
class Cell:
    text: str
    is_number: bool = False


@dataclass
class Row:
    cells: list[Cell]


@dataclass
class Citation:
    kind: str
    text: str


@dataclass
class Turn:
    """`answer` and everything after it grow while the answer streams in."""

    question: str
    answer: str = ""
    progress: str = ""
    status: str = ""
    figures: list[Figure] = field(default_factory=list)
    chart_title: str = ""
    chart: dict[str, Any] = field(default_factory=dict)
    money: dict[str, Any] = field(default_factory=dict)
    heads: list[Cell] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    rows_title: str = ""
    shows_rows: bool = False
    citations: list[Citation] = field(default_factory=list)
    follow_ups: list[str] = field(default_factory=list)
    footnote: str = ""
    error: str = ""
    is_running: bool = False
    id: str = ""
    """What the API calls it; empty until there is an answer that an opinion can be of."""
    verdict: str = ""
    """What the person thinks of it: `up`, `down`, or nothing yet."""
    asks_why: bool = False

    @classmethod
    def of(cls, found: dict[str, Any], time_zone: str) -> Self:
        """An earlier turn, as it was."""
        turn = cls(found["question"])
        turn.complete(found["answer"], time_zone)
        return turn

    def take(self, event: dict[str, Any], time_zone: str) -> None:
        """Show what one event of the stream brings."""
        match event["event"]:
            case "progress":
                self.progress = event["text"]
            case "text":
                self.answer += event["text"]
            case "figure" if not self.figures:
                self.figures = [figure(event["figure"])]
            case "chart":
                self._draw(event["chart"])
            case "citation":
                self.citations.append(citation(event["citation"]))
            case "done":
                self.complete(event["answer"], time_zone)
            case "error":
                self.error = event["detail"]

    def complete(self, answer: dict[str, Any], time_zone: str) -> None:
        """Show the whole answer, whatever of it came before."""
        self.answer, self.status, self.id = answer["answer"], answer["status"], answer["turn_id"] or ""
        self.figures = _few(answer["figures"])
        self.citations = [citation(each) for each in answer["citations"]]
        self.follow_ups = answer["follow_ups"]
        self.footnote = _footnote(answer)
        self._tabulate(answer["rows"][:ROWS_SHOWN_MAX], time_zone)
        self.rows_title = _rows_title(answer["rows"], answer["query"].get("rows"))
        if answer["chart"]:
            self._draw(answer["chart"])

    def _draw(self, chart: dict[str, Any]) -> None:
        self.chart_title, self.chart = chart["title"], charts.option_of(chart)
        self.money = charts.money_of(chart["currency"])

    def _tabulate(self, rows: list[dict[str, Any]], time_zone: str) -> None:
        columns = _columns(rows)
        self.heads = [Cell(_HEADS.get(name) or words.heading(name), _is_number(name, rows[0])) for name in columns]
        self.rows = [Row([_cell(name, row, time_zone) for name in columns]) for row in rows]


def _few(figures: list[dict[str, Any]]) -> list[Figure]:
    shown = figures if len(figures) <= FIGURES_SHOWN_MAX else figures[:1]
    return [figure(each) for each in shown]


def figure(found: dict[str, Any]) -> Figure:
    return Figure(found["label"], _figure_text(found), found["source"])


def citation(found: dict[str, Any]) -> Citation:
    return Citation(found["kind"].capitalize(), found["text"])


def _figure_text(found: dict[str, Any]) -> str:
    value = found["value"]
    match found["unit"]:
        case "money":
            return words.money(found["value_minor"], found["currency"])
        case "percent":
            return f"{value:.1f} %".replace(".0 %", " %")
        case "days":
            return _counted(value, "day")
        case "date":
            return words.day(str(value))
        case "count":
            return f"{value:,}"
        case _:
            return _named(str(value), found)


def _named(name: str, found: dict[str, Any]) -> str:
    """A name, and the money that goes with it where there is some."""
    return name if found["value_minor"] is None else f"{name} · {words.money(found['value_minor'], found['currency'])}"


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return []
    if "transaction_id" not in rows[0]:
        return [name for name in rows[0] if name != "currency" and not name.endswith("_id")]
    is_one_account = len({row["account"] for row in rows}) == 1
    shown = (name for name in _PAYMENT_COLUMNS if name in rows[0])
    return [name for name in shown if name != "account" or not is_one_account]


def _is_number(name: str, row: dict[str, Any]) -> bool:
    return name in _MONEY_COLUMNS or isinstance(row[name], int | float)


def _cell(name: str, row: dict[str, Any], time_zone: str) -> Cell:
    value = row[name]
    if name in _MONEY_COLUMNS:
        return Cell(words.money(value, row.get("currency")), is_number=True)
    if name == "occurred_at":
        return Cell(words.moment(value, time_zone))
    if isinstance(value, int | float):
        return Cell(f"{value:,}", is_number=True)
    if value is None:
        return Cell("–")
    if name in _CALENDAR:
        return Cell(Period.of(Unit(name), date.fromisoformat(value)).label)
    return Cell(words.category(value) if name == "category" else str(value))


def _rows_title(rows: list[dict[str, Any]], limit: int | None) -> str:
    """What the table holds. An answer that brings as many payments as it asked for may rest on more."""
    if not rows or "transaction_id" not in rows[0]:
        return f"{_counted(len(rows), 'row')} behind this"
    if len(rows) == limit or len(rows) > ROWS_SHOWN_MAX:
        return f"{min(len(rows), ROWS_SHOWN_MAX)} of the payments behind this"
    return f"{_counted(len(rows), 'payment')} behind this"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _footnote(answer: dict[str, Any]) -> str:
    if answer["status"] != "answered":
        return ""
    checked = "Every figure checked against the ledger" if answer["grounded"] else "Not all of this could be checked"
    return f"{checked} · {answer['latency_ms']} ms"
