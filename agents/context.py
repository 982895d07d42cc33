"""Context: who is asking and through which doors, handed to the graph beside its state. No model ever fills it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from agents.endpoint import Meter
from agents.intents.classifier import Classifier
from agents.planner.names import Names
from agents.scope import Scope
from core.db import Database
from core.identity.access import Principal
from rag.embedder import Embedder

if TYPE_CHECKING:
    from agents.llm import ModelPlanner
    from agents.verified import Example


@dataclass(frozen=True, slots=True)
class AgentContext:
    principal: Principal
    today: date
    scope: Scope
    names: Names
    database: Database
    embedder: Embedder | None
    conversation_id: UUID | None
    """None where the client keeps the conversation."""
    classifier: Classifier | None = None
    """None: the grammar reads alone."""
    examples: "Mapping[str, Example]" = field(default_factory=dict[str, "Example"])
    """Verified ones, by their question."""
    model: "ModelPlanner | None" = None
    """None: the built-in planner answers alone."""
    meter: Meter = field(default_factory=Meter)
    """What this one answer has had of the model."""
