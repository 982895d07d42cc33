"""Answer: what a question gets back, on every surface. The shape is a contract with clients."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from core.money import Currency

Status = Literal["answered", "clarify", "out_of_scope", "no_data"]
FigureUnit = Literal["money", "count", "percent", "days", "date", "text"]


class Figure(BaseModel):
    """One figure of the answer and where it comes from. Money stands in `value_minor`, everything else in `value`."""

    label: str
    value_minor: int | None = None
    currency: Currency | None = None
    value: float | int | str | None = None
    """A count, a percentage (12.5 for 12.5 %), a number of days, an ISO date, or a name."""
    unit: FigureUnit
    source: str
    """`result 1, row 1, column spend`, or the operation on such cells."""


class Citation(BaseModel):
    kind: Literal["summary", "transaction"]
    id: UUID
    text: str


class Chart(BaseModel):
    """A closed set of drawings. `series` values line up with `labels`; money is in minor units of `currency`."""

    kind: Literal["line", "bar", "donut"]
    title: str
    labels: list[str]
    series: list["Series"]
    unit: Literal["money", "count"]
    currency: Currency | None = None


class Series(BaseModel):
    name: str
    values: list[int | float | None]


class Usage(BaseModel):
    """What a model was asked for an answer, also where its part of it was not used."""

    model: str
    calls: int
    tokens_in: int
    tokens_out: int
    is_estimated: bool = False
    """The server did not count its tokens, so their number is told by the length of the texts."""
    cost_micros: int = 0
    """Millionths of `currency`, at the prices of the settings."""
    currency: str = "USD"


class Answer(BaseModel):
    answer: str
    status: Status
    figures: list[Figure] = []
    """The first one is the one asked for."""
    query: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    chart: Chart | None = None
    citations: list[Citation] = []
    follow_ups: list[str] = []
    planner: str = "builtin"
    grounded: bool = True
    latency_ms: int = 0
    usage: Usage | None = None
    """None where no model was asked."""
    conversation_id: UUID | None
    """None where the client keeps the conversation."""
    turn_id: UUID | None = None
    """What feedback on this answer names; None where no conversation is kept."""


class Progress(BaseModel):
    event: Literal["progress"] = "progress"
    text: str


class TextChunk(BaseModel):
    event: Literal["text"] = "text"
    text: str


class FigureFound(BaseModel):
    event: Literal["figure"] = "figure"
    figure: Figure


class ChartDrawn(BaseModel):
    event: Literal["chart"] = "chart"
    chart: Chart


class Cited(BaseModel):
    event: Literal["citation"] = "citation"
    citation: Citation


class Done(BaseModel):
    event: Literal["done"] = "done"
    answer: Answer


class Failed(BaseModel):
    event: Literal["error"] = "error"
    code: str
    detail: str


ChatEvent = Annotated[
    Progress | TextChunk | FigureFound | ChartDrawn | Cited | Done | Failed, Field(discriminator="event")
]
"""What POST /chat streams: any number of events, then one `done` or `error`."""
