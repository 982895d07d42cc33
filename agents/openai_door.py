"""The OpenAI-compatible door: chat clients that know nothing of FinLens ask by `POST /v1/chat/completions`.

The client holds the conversation: its messages are the turns, and nothing of them is kept here.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from time import time
from typing import Annotated, Any, Literal, Self

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from pydantic_core import to_json
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from agents.answer import Answer, ChatEvent, Done, Progress, TextChunk
from agents.chat import Analyst, answer_among, checked
from agents.guard import TheAnalyst
from agents.own_task import events_of
from core.errors import BodyTooLarge, FinLensError, InvalidRequest, NoSuchModel, Overloaded
from core.identity.access import Principal
from core.identity.guard import CurrentPrincipal
from core.ids import new_id

MODEL = "finlens"
MESSAGES_MAX = 500

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class _Route(APIRoute):
    """Refusals leave in OpenAI's shape, which its clients turn into their own exceptions."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except (FinLensError, RequestValidationError, HTTPException, OperationalError, PoolTimeout) as error:
                return _refused(_refusal(error))

        return handled


router = APIRouter(prefix="/v1", tags=["openai"], route_class=_Route)


class Part(BaseModel):
    """A part of a message; only text is understood."""

    type: str
    text: str = ""


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """What is understood of OpenAI's request. `temperature`, `tools` and the like may be sent, and change nothing."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1, max_length=MESSAGES_MAX)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


class Model(BaseModel):
    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "finlens"


class Models(BaseModel):
    object: Literal["list"] = "list"
    data: list[Model]


class Usage(BaseModel):
    """Tokens of a language model: none where the built-in planner answered."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0

    @classmethod
    def of(cls, answer: Answer) -> Self:
        if answer.usage is None:
            return cls()
        sent, received = answer.usage.tokens_in, answer.usage.tokens_out
        return cls(prompt_tokens=sent, completion_tokens=received, total_tokens=sent + received)


class Completion(BaseModel):
    """One answer. `finlens` is FinLens's own member: the figures with their sources, the query, rows and chart."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[dict[str, Any]]
    usage: Usage
    finlens: dict[str, Any]


@router.get("/models")
async def list_models(_: CurrentPrincipal) -> Models:
    """The one model there is, for clients that let their users choose."""
    return Models(data=[Model()])


@router.get("/models/{model_id}")
async def read_model(model_id: str, _: CurrentPrincipal) -> Model:
    _require_model(model_id)
    return Model()


@router.post(
    "/chat/completions",
    response_model=Completion,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The answer, whole or in chunks"}},
)
async def complete(asked: ChatRequest, principal: CurrentPrincipal, analyst: TheAnalyst) -> Response | Completion:
    """Ask as of an OpenAI chat model. The last message is the question, the user's earlier ones are what it may refer
    to; what `system` and `assistant` messages say changes nothing. The bearer token is FinLens's access token."""
    _require_model(asked.model)
    questions = _questions(asked.messages)
    if asked.stream:
        with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        chunks = _chunks(analyst, questions, principal, with_usage=with_usage)
        return EventSourceResponse(ServerSentEvent(chunk) async for chunk in chunks)
    return _completion(await answer_among(analyst.follow(questions, principal)))


def _require_model(name: str) -> None:
    if name != MODEL:
        raise NoSuchModel(f"There is no model {name[:80]!r} here: ask {MODEL!r}")


def _questions(messages: list[Message]) -> list[str]:
    """What the user has asked, the question last. Raises InvalidRequest."""
    if messages[-1].role != "user":
        raise InvalidRequest("The last message must be the user's question")
    asked = [_text(message) for message in messages if message.role == "user"]
    return [*asked[:-1], checked(asked[-1])]


def _text(message: Message) -> str:
    if not isinstance(message.content, list):
        return message.content or ""
    if other := next((part.type for part in message.content if part.type != "text"), None):
        raise InvalidRequest(f"Only text can be asked, no {other[:40]}")
    return "\n".join(part.text for part in message.content)


def _completion(answer: Answer) -> Completion:
    message = {"role": "assistant", "content": answer.answer, "refusal": None}
    return Completion(
        id=_new_completion_id(),
        created=int(time()),
        choices=[{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        usage=Usage.of(answer),
        finlens=_own(answer),
    )


async def _chunks(
    analyst: Analyst, questions: list[str], principal: Principal, *, with_usage: bool
) -> AsyncIterator[str]:
    """The data of each server-sent event, `[DONE]` last; or, when it fails on the way, an error last."""
    chunk = _Chunks(with_usage)
    try:
        yield chunk.of({"role": "assistant", "content": ""})
        async for event in events_of(analyst.follow(questions, principal)):
            for made in chunk.telling(event):
                yield made
        yield "[DONE]"
    except FinLensError as error:
        yield _error_body(error).model_dump_json()


class _Chunks:
    """Makes the chunks of one answer."""

    def __init__(self, with_usage: bool) -> None:
        self._with_usage = with_usage
        self._said = ""
        self._said = ""
        self._common = {"id": _new_completion_id(), "created": int(time()), "model": MODEL}

    def of(self, delta: dict[str, str], *, finish_reason: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return self._chunk(choices=[choice], **more)

    def telling(self, event: ChatEvent) -> list[str]:
        """The chunks that tell of one event. Progress travels in the member `finlens`: other clients pass it over."""
        match event:
            case Progress(text=text):
                return [self.of({}, finlens={"progress": text})]
            case TextChunk(text=text):
                self._said += text
                return [self.of({"content": text})]
            case Done(answer=answer):
                said = self.of({"content": answer.answer.removeprefix(self._said)})
                last = self.of({}, finish_reason="stop", finlens=_own(answer))
                return [said, last, *([self._chunk(choices=[], usage=Usage.of(answer))] if self._with_usage else [])]
            case _:
                return []

    def _chunk(self, **members: Any) -> str:
        usage = {"usage": None} if self._with_usage else {}
        chunk = {**self._common, "object": "chat.completion.chunk", **usage, **members}
        return to_json(chunk).decode()


def _new_completion_id() -> str:
    return f"chatcmpl-{new_id().hex}"


def _own(answer: Answer) -> dict[str, Any]:
    """The answer without its text, which is said already, and without a conversation: only its client has that."""
    return answer.model_dump(mode="json", exclude={"answer", "conversation_id"})


def _refusal(error: Exception) -> FinLensError:
    match error:
        case FinLensError():
            return error
        case RequestValidationError():
            # Not the values: they are somebody's questions.
            said = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()[:3]]
            return InvalidRequest("; ".join(said))
        case HTTPException(status_code=BodyTooLarge.status):
            return BodyTooLarge()
        case HTTPException():
            return InvalidRequest()
        case _:
            log.error("database unavailable", reason=str(error))
            return Overloaded(retry_after_s=1)


class _OpenAIError(BaseModel):
    message: str
    type: Literal["invalid_request_error", "server_error"]
    param: None = None
    code: str


class _ErrorBody(BaseModel):
    error: _OpenAIError


def _error_body(error: FinLensError) -> _ErrorBody:
    kind = "invalid_request_error" if error.status < 500 else "server_error"
    return _ErrorBody(error=_OpenAIError(message=error.detail, type=kind, code=error.code))


def _refused(error: FinLensError) -> Response:
    """As OpenAI answers: a malformed request is 400 there."""
    status = 400 if error.status == InvalidRequest.status else error.status
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if "retry_after_s" in error.facts:
        headers["Retry-After"] = str(error.facts["retry_after_s"])
    return JSONResponse(_error_body(error).model_dump(), status, headers)
