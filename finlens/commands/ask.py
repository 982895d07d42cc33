"""`finlens ask`: the analyst on the command line, one question or a file of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console

from agents.answer import Answer
from agents.chat import Analyst
from agents.inert import inert
from core.db import Database
from core.errors import FinLensError, InvalidRequest
from core.identity.access import Principal
from core.settings import Settings
from finlens.answers import print_answer
from finlens.installation import installation
from finlens.operator import acting_for

ROWS_SHOWN = 12
AT_ONCE = 4
"""Questions of a batch that are answered side by side; turns of one conversation follow each other."""


class Line(BaseModel):
    """One line of a batch file."""

    model_config = ConfigDict(extra="forbid")

    id: str | int
    email: str = Field(validation_alias=AliasChoices("as", "email"))
    question: str
    as_of: date | None = None
    conversation: str | None = None
    """Lines with the same word are turns of one thread, in the order of the file."""


def ask(
    question: Annotated[str, typer.Argument(help="in plain words")] = "",
    email: Annotated[
        str, typer.Option("--as", metavar="EMAIL", help="in whose name; needed for a single question")
    ] = "",
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="the day taken for today")
    ] = None,
    conversation: Annotated[UUID | None, typer.Option(help="go on with this conversation")] = None,
    batch: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", exists=True, dir_okay=False, help="many questions")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="the answer as JSON, one document a line")] = False,
) -> None:
    """Ask about payments in the name of a user or customer; the audit trail says that you did."""
    settings = installation(Console(stderr=True).print)
    if batch is not None:
        asyncio.run(_answer_batch(settings, _lines(batch), as_json))
        return
    if not question or not email:
        raise InvalidRequest("Give a question and --as EMAIL, or --batch FILE.jsonl")
    line = Line(id=1, email=email, question=question, as_of=as_of.date() if as_of else None)
    answer = asyncio.run(_answer_one(settings, line, conversation))
    if as_json:
        print(answer.model_dump_json())
    else:
        _print(answer, Console())


def _lines(path: Path) -> list[Line]:
    lines: list[Line] = []
    for number, text in enumerate(path.read_text().splitlines(), start=1):
        if not text.strip():
            continue
        try:
            lines.append(Line.model_validate_json(text))
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidRequest(f"{path}, line {number}: {'.'.join(map(str, first['loc']))} {first['msg']}") from None
    return lines


@asynccontextmanager
async def _analyst(settings: Settings) -> AsyncIterator[tuple[Analyst, Database]]:
    database = Database.of(settings)
    try:
        async with Analyst.open(settings, database) as analyst:
            yield analyst, database
    finally:
        await database.close()


async def _answer_one(settings: Settings, line: Line, conversation: UUID | None) -> Answer:
    async with _analyst(settings) as (analyst, database):
        principal = await acting_for(database, line.email, "chat.ask", question=line.question)
        return await analyst.ask(line.question, principal, conversation_id=conversation, today=line.as_of)


async def _answer_batch(settings: Settings, lines: list[Line], as_json: bool) -> None:
    """Prints the answers in the order of the file. One that cannot be given is a line with an `error`."""
    async with _analyst(settings) as (analyst, database):
        principals = {
            email: await acting_for(
                database, email, "chat.ask_batch", questions=sum(one.email == email for one in lines)
            )
            for email in dict.fromkeys(line.email for line in lines)
        }
        gate = asyncio.Semaphore(AT_ONCE)
        threads = [asyncio.create_task(_answer_thread(thread, analyst, principals, gate)) for thread in _threads(lines)]
        answered = {id: found for thread in threads for id, found in (await thread).items()}
    for line in lines:
        found = answered[line.id]
        if as_json:
            print(json.dumps({"id": line.id, **found}, ensure_ascii=False))
        else:
            print(f"{line.id}: {found.get('answer') or found['error']['detail']}")


def _threads(lines: list[Line]) -> list[list[Line]]:
    """Lines that must follow one another: the turns of a conversation; every other line stands alone."""
    threads: dict[object, list[Line]] = {}
    for number, line in enumerate(lines):
        threads.setdefault((line.email, line.conversation) if line.conversation else number, []).append(line)
    return list(threads.values())


async def _answer_thread(
    lines: list[Line], analyst: Analyst, principals: dict[str, Principal], gate: asyncio.Semaphore
) -> dict[str | int, dict[str, Any]]:
    answers: dict[str | int, dict[str, Any]] = {}
    conversation: UUID | None = None
    for line in lines:
        async with gate:
            try:
                answer = await analyst.ask(
                    line.question, principals[line.email], conversation_id=conversation, today=line.as_of
                )
            except FinLensError as error:
                answers[line.id] = {"error": {"code": error.code, "detail": error.detail}}
                continue
        answers[line.id] = answer.model_dump(mode="json")
        conversation = answer.conversation_id
    return answers


def _print(answer: Answer, console: Console) -> None:
    print_answer(answer, console, rows_max=ROWS_SHOWN)
    for follow_up in answer.follow_ups:
        console.print(f"  > {inert(follow_up)}", style="dim", markup=False)
    console.print(f"conversation {answer.conversation_id}, {answer.latency_ms} ms", style="dim")
