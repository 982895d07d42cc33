"""Recollections: what a conversation that its client holds has come to remember, by the questions asked in it."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from agents.context import AgentContext

KEPT_MAX = 2_000
REMEMBERED = ("frame", "earlier", "winner", "listed", "suggested", "turns")
"""The parts of AgentState that the next question may lean on."""


class Recollections:
    """Saves going through a conversation's earlier questions again. Free to forget: they lead to the same memory."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, dict[str, Any]] = OrderedDict()

    def keep(self, context: AgentContext, questions: Sequence[str], memory: dict[str, Any]) -> None:
        self._kept[_key(context, questions)] = dict(memory)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)

    def longest(self, context: AgentContext, questions: Sequence[str]) -> tuple[int, dict[str, Any]]:
        """How many of the first `questions` are remembered, and a copy of what they led to."""
        for n in range(len(questions), 0, -1):
            if (memory := self._kept.get(_key(context, questions[:n]))) is not None:
                return n, dict(memory)
        return 0, {}


def _key(context: AgentContext, questions: Sequence[str]) -> bytes:
    """One asker's questions of one day, whose "last month" is the same."""
    parts = (context.principal.subject, context.today.isoformat(), *questions)
    return hashlib.sha256("\0".join(parts).encode()).digest()
