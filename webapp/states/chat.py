"""The conversations with the analyst, and the one on the screen."""

import time
from dataclasses import dataclass

import reflex as rx

from webapp import backend
from webapp.client import ApiAway, ApiRefused
from webapp.models.answer import REASONS, Turn
from webapp.sessions import Session
from webapp.states.person import PersonState

QUESTION_CHARS_MAX = 500
TURNS_SHOWN_MAX = 50
_REPAINT_S = 0.05
"""How often a streaming answer goes to the browser: more often than this, nobody can read it."""

_SUGGESTIONS = {
    "customer": [
        "How much did I spend on groceries last month?",
        "What were my five largest payments last month?",
        "Show my spending by category for the last 3 months",
        "How does my spending this month compare with last month?",
    ],
    "bank": [
        "Which alerts came up last month?",
        "Show the total volume by month this year",
        "What were the ten largest payments last month?",
        "How many payments failed last month?",
    ],
}


@dataclass
class Conversation:
    id: str
    title: str


class ChatState(PersonState):
    turns: list[Turn] = []
    is_busy: bool = False
    conversations: list[Conversation] = []
    conversation_id: str = ""
    """Empty until the first answer of a new conversation."""

    _run: int = 0
    """Tells the answer that is wanted from one that streams on after the page has moved away from it."""

    @rx.var
    def suggestions(self) -> list[str]:
        return _SUGGESTIONS["customer" if self.role == "customer" else "bank"]

    @rx.var
    def turn_count(self) -> int:
        return len(self.turns)

    @rx.var
    def first_name(self) -> str:
        return self.name.partition(" ")[0]

    @rx.event
    async def open(self):
        self.conversations = await _conversations(self._session())

    @rx.event
    def submit(self, form: dict):
        return self._begin(str(form.get("question", "")))

    @rx.event
    def ask(self, question: str):
        """For suggestions and follow-up questions."""
        return self._begin(question)

    @rx.event
    def stop(self):
        return ChatState.answer("")

    @rx.event
    def toggle_rows(self, index: int):
        """Show the rows behind an answer, or put them away."""
        if 0 <= index < len(self.turns):
            self.turns[index].shows_rows = not self.turns[index].shows_rows

    @rx.event
    async def praise(self, index: int):
        await self._tell(index, verdict="up")

    @rx.event
    def ask_why(self, index: int):
        """Offer the reasons for a thumb down, or put them away."""
        if 0 <= index < len(self.turns):
            self.turns[index].asks_why = not self.turns[index].asks_why

    @rx.event
    async def complain(self, index: int, reason: str):
        if reason in REASONS:
            await self._tell(index, verdict="down", reason=reason)

    @rx.event
    def start_over(self):
        return self._show("", [])

    @rx.event
    async def resume(self, conversation_id: str):
        """Bring an earlier conversation back to the screen."""
        found = await backend.api.get(self._session(), f"/conversations/{conversation_id}")
        turns = [Turn.of(each, self.time_zone) for each in found["turns"][-TURNS_SHOWN_MAX:]]
        return self._show(found["id"], turns)

    @rx.event
    async def forget(self, conversation_id: str):
        await backend.api.delete(self._session(), f"/conversations/{conversation_id}")
        self.conversations = [each for each in self.conversations if each.id != conversation_id]
        return self._show("", []) if conversation_id == self.conversation_id else None

    @rx.event(background=True, supersedes=True)
    async def answer(self, question: str):
        """Streams the answer into the last turn.

        A newer call cancels this one; called with no question, it does nothing else.
        """
        error = ""
        try:
            if question:
                await self._stream(question)
        except ApiRefused as refused:
            error = refused.detail
        except ApiAway:
            error = "FinLens cannot be reached right now. Please try again in a moment."
        except Exception:
            async with self:
                self._finish("Something went wrong on our side. Please ask again.")
            raise
        async with self:
            self._finish(error)

    def _begin(self, question: str):
        question = question.strip()[:QUESTION_CHARS_MAX]
        if not question or self.is_busy:
            return None
        self.turns = [
            *self.turns[1 - TURNS_SHOWN_MAX :],
            Turn(question, progress="Reading the question", is_running=True),
        ]
        self.is_busy = True
        self._run += 1
        return ChatState.answer(question)

    async def _tell(self, index: int, *, verdict: str, **why: str) -> None:
        if 0 <= index < len(self.turns) and (turn := self.turns[index]).id:
            await backend.api.put(self._session(), f"/answers/{turn.id}/feedback", verdict=verdict, **why)
            turn.verdict, turn.asks_why = verdict, False
            self.turns[index] = turn

    def _show(self, conversation_id: str, turns: list[Turn]):
        self.conversation_id, self.turns = conversation_id, turns
        self._run += 1
        return ChatState.answer("")

    async def _stream(self, question: str) -> None:
        async with self:
            session, conversation_id, run = self._session(), self.conversation_id, self._run
        waiting, painted_at = [], 0.0
        async for event in backend.api.ask(session, question, conversation_id):
            waiting.append(event)
            if event["event"] != "text" or time.monotonic() - painted_at > _REPAINT_S:
                async with self:
                    self._paint(waiting, run)
                waiting, painted_at = [], time.monotonic()
        if not conversation_id:
            conversations = await _conversations(session)
            async with self:
                self.conversations = conversations

    def _paint(self, events: list, run: int) -> None:
        if run != self._run:
            return
        turn = self.turns[-1]
        for event in events:
            turn.take(event, self.time_zone)
            if event["event"] == "done":
                self.conversation_id = event["answer"]["conversation_id"]
        self.turns[-1] = turn

    def _finish(self, error: str) -> None:
        self.is_busy = False
        if self.turns and self.turns[-1].is_running:
            turn = self.turns[-1]
            turn.is_running, turn.error = False, error or turn.error
            if not turn.answer and not turn.error:
                turn.error = "Stopped before an answer came."
            self.turns[-1] = turn


async def _conversations(session: Session) -> list[Conversation]:
    found = await backend.api.get(session, "/conversations")
    return [Conversation(each["id"], each["title"]) for each in found]
