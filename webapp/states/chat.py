"""The conversation with the analyst."""

import time

import reflex as rx

from webapp import backend
from webapp.client import ApiAway, ApiRefused
from webapp.models.answer import Turn
from webapp.states.person import PersonState

QUESTION_CHARS_MAX = 500
TURNS_KEPT_MAX = 50
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


class ChatState(PersonState):
    turns: list[Turn] = []
    is_busy: bool = False
    _conversation_id: str = ""

    @rx.var
    def suggestions(self) -> list[str]:
        return _SUGGESTIONS["customer" if self.role == "customer" else "bank"]

    @rx.var
    def first_name(self) -> str:
        return self.name.partition(" ")[0]

    @rx.event
    def open(self):
        """Nothing to fetch yet; the Doorkeeper sends strangers to the login page."""

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
    def start_over(self):
        self.turns, self._conversation_id, self.is_busy = [], "", False
        return ChatState.answer("")

    def _begin(self, question: str):
        question = question.strip()[:QUESTION_CHARS_MAX]
        if not question or self.is_busy:
            return None
        self.turns = [*self.turns[-TURNS_KEPT_MAX:], Turn(question, progress="Reading the question", is_running=True)]
        self.is_busy = True
        return ChatState.answer(question)

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

    async def _stream(self, question: str) -> None:
        async with self:
            session = self._session()
            conversation_id = self._conversation_id
        waiting, painted_at = [], 0.0
        async for event in backend.api.ask(session, question, conversation_id):
            waiting.append(event)
            if event["event"] != "text" or time.monotonic() - painted_at > _REPAINT_S:
                async with self:
                    self._paint(waiting)
                waiting, painted_at = [], time.monotonic()
        async with self:
            self._paint(waiting)

    def _paint(self, events: list) -> None:
        turn = self.turns[-1]
        for event in events:
            turn.take(event, self.time_zone)
            if event["event"] == "done":
                self._conversation_id = event["answer"]["conversation_id"]
        self.turns[-1] = turn

    def _finish(self, error: str) -> None:
        self.is_busy = False
        if self.turns and self.turns[-1].is_running:
            turn = self.turns[-1]
            turn.is_running, turn.error = False, error or turn.error
            if not turn.answer and not turn.error:
                turn.error = "Stopped before an answer came."
            self.turns[-1] = turn
