"""`finlens chat`: a conversation with the analyst in a terminal."""

import asyncio
from contextlib import AsyncExitStack
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.status import Status

from agents.answer import Answer, Done, Failed, Progress
from agents.chat import Analyst
from agents.inert import inert
from core.db import Database
from core.identity.access import Principal
from core.settings import Settings
from finlens.answers import print_answer
from finlens.installation import installation
from finlens.operator import acting_for

ROWS_SHOWN = 5
_HELP = "Ask in plain words. A number asks the question beside it, 'new' begins again, Ctrl-D or 'exit' leaves."
_LEAVE = {"exit", "quit", "bye"}


def chat(
    email: Annotated[str, typer.Option("--as", metavar="EMAIL", help="in whose name; the audit trail says so")],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="the day taken for today")
    ] = None,
    conversation: Annotated[UUID | None, typer.Option(help="go on with this conversation")] = None,
) -> None:
    """Talk with the analyst. Ctrl-C stops an answer, and leaves when there is none."""
    console = Console()
    settings = installation(Console(stderr=True).print)
    with asyncio.Runner() as runner:
        talk = runner.run(_Talk.begin(settings, email, as_of.date() if as_of else None, conversation))
        try:
            console.print(f"{talk.principal.name}: {_HELP}", style="dim", markup=False)
            while (line := _heard(console)) is not None:
                _answer(runner, talk, line, console)
        finally:
            runner.run(talk.end())


def _heard(console: Console) -> str | None:
    """The next line; None when there is to be no other."""
    try:
        line = console.input("\n[bold]> [/]").strip()
    except (EOFError, KeyboardInterrupt):
        console.print()
        return None
    return None if line.lower() in _LEAVE else line


def _answer(runner: asyncio.Runner, talk: "_Talk", line: str, console: Console) -> None:
    if not line or line.lower() == "new":
        talk.start_over()
        return
    question = talk.offered(line)
    try:
        with console.status("Reading the question") as status:
            answer = runner.run(talk.ask(question, status))
    except KeyboardInterrupt:
        console.print("Stopped.", style="dim")
        return
    if isinstance(answer, Failed):
        console.print(answer.detail, style="yellow", markup=False)
        return
    print_answer(answer, console, rows_max=ROWS_SHOWN)
    for number, follow_up in enumerate(answer.follow_ups, start=1):
        console.print(f"  {number} {inert(follow_up)}", style="dim", markup=False, highlight=False)


class _Talk:
    """One person's conversation with an analyst of this process."""

    def __init__(
        self,
        analyst: Analyst,
        principal: Principal,
        today: date | None,
        conversation: UUID | None,
        stack: AsyncExitStack,
    ) -> None:
        self.principal = principal
        self._analyst, self._today, self._conversation, self._stack = analyst, today, conversation, stack
        self._offered: list[str] = []

    @classmethod
    async def begin(cls, settings: Settings, email: str, today: date | None, conversation: UUID | None) -> "_Talk":
        """Raises NotFound where nobody has the email."""
        stack = AsyncExitStack()
        try:
            database = Database.of(settings)
            stack.push_async_callback(database.close)
            principal = await acting_for(database, email, "chat.begin")
            analyst = await stack.enter_async_context(Analyst.open(settings, database))
        except BaseException:
            await stack.aclose()
            raise
        return cls(analyst, principal, today, conversation, stack)

    async def end(self) -> None:
        await self._stack.aclose()

    def start_over(self) -> None:
        self._conversation, self._offered = None, []

    def offered(self, line: str) -> str:
        """The question that a number stands for; any other line is one itself."""
        is_choice = line.isdecimal() and 1 <= int(line) <= len(self._offered)
        return self._offered[int(line) - 1] if is_choice else line

    async def ask(self, question: str, status: Status) -> Answer | Failed:
        """The answer, with its progress told on the way. Cancelling it stops the work."""
        events = self._analyst.stream(question, self.principal, conversation_id=self._conversation, today=self._today)
        async for event in events:
            match event:
                case Progress(text=text):
                    status.update(text)
                case Done(answer=answer):
                    self._conversation, self._offered = answer.conversation_id, answer.follow_ups
                    return answer
                case Failed():
                    return event
                case _:
                    pass
        raise AssertionError("the events ended without an answer")
