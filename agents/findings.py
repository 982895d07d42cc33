"""Findings: what a plan's tasks found, and what they may use to find it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from agents.evidence import Evidence, Table
from agents.plan import Task
from agents.scope import Scope
from core.fraud.explain import Explanation
from core.identity.access import Principal
from core.insights.query import InsightResult
from rag.embedder import Embedder
from rag.retriever import Hit


@dataclass(frozen=True, slots=True)
class Tools:
    """What a run may use: one read-only connection, in the name of one principal. The embedder may be missing."""

    connection: AsyncConnection
    principal: Principal
    scope: Scope
    today: date
    embedder: Embedder | None
    progress: Callable[[str], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Finding:
    """One task and what it found; `tables` name its tables in the evidence, in order."""

    task: Task
    tables: tuple[Table, ...]
    results: tuple[InsightResult, ...] = ()
    explanation: Explanation | None = None
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    evidence: Evidence
    found: list[Finding] = field(default_factory=list[Finding])


def local(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as the asker's clock shows it, in ISO's form."""
    return instant.astimezone(zone).isoformat()
