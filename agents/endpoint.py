"""Endpoint: an OpenAI-compatible server, asked within bounds of time, size, tokens and patience."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic
from typing import Any

import httpx
import structlog
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage

from agents.answer import Usage
from core.settings import Settings

REPLY_TOKENS_MAX = 700
REPLY_BYTES_MAX = 1_000_000
"""Of a whole HTTP response: a server that never stops is hung up on."""
CALLS_MAX = 5
"""Per answer: three tries for a plan, two for the words."""
FAILURES_MAX = 2
PAUSE_S = 30.0
PAUSE_MAX_S = 300.0
_CHARACTERS_PER_TOKEN = 4
"""Where a server does not count: about what English takes."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class ModelFailed(Exception):
    """The model was down, slow, or gave nothing that can be used; the built-in planner takes over."""


@dataclass(slots=True)
class Breaker:
    """After FAILURES_MAX failures in a row nobody is sent to the model for a while, longer each time; then one asker
    tries it for all."""

    clock: Callable[[], float] = monotonic
    _failures: int = 0
    _closed_until: float = 0.0

    def admits(self) -> bool:
        """Whether to try. Of those who come right after a pause, the first one alone."""
        if self._failures < FAILURES_MAX:
            return True
        if self.clock() < self._closed_until:
            return False
        self._closed_until = self.clock() + self._pause_s()
        return True

    def failed(self) -> None:
        self._failures += 1
        self._closed_until = self.clock() + self._pause_s()

    def succeeded(self) -> None:
        self._failures = 0

    def _pause_s(self) -> float:
        return min(PAUSE_S * 2.0 ** min(max(self._failures - FAILURES_MAX, 0), 10), PAUSE_MAX_S)


@dataclass(slots=True)
class Meter:
    """What one answer has had of the model so far. Its clock starts with the question."""

    started: float = field(default_factory=monotonic)
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    is_estimated: bool = False

    def left_s(self, until_s: float) -> float:
        return until_s - (monotonic() - self.started)

    def count(self, sent: Sequence[BaseMessage], reply: AIMessage) -> None:
        """Add what a call took: as the server counted, else as the length of the texts tells."""
        counted = reply.usage_metadata
        if counted and counted["input_tokens"] > 0 and counted["output_tokens"] >= 0:
            self.tokens_in += counted["input_tokens"]
            self.tokens_out += counted["output_tokens"]
            return
        self.is_estimated = True
        self.tokens_in += sum(len(str(message.content)) for message in sent) // _CHARACTERS_PER_TOKEN
        self.tokens_out += len(f"{reply.content}{reply.tool_calls or ''}") // _CHARACTERS_PER_TOKEN


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a million tokens, in `currency`."""

    tokens_in: Decimal = Decimal(0)
    tokens_out: Decimal = Decimal(0)
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model on one server. A call takes `timeout_s` at most, and no longer than its answer has time."""

    model: BaseChatModel
    name: str
    timeout_s: float = 10.0
    tokens_max: int = 20_000
    """Per answer."""
    prices: Prices = Prices()
    plans: Breaker = field(default_factory=Breaker)
    """Whoever asks for a plan says whether it was any use: an answer in time may still be none."""
    words: Breaker = field(default_factory=Breaker)

    async def reply(
        self, messages: list[BaseMessage], meter: Meter, *, until_s: float, tool: dict[str, Any]
    ) -> AIMessage:
        """The model's message, which was asked to call `tool`. Raises ModelFailed."""
        bound = self.model.bind_tools([tool], tool_choice=tool["function"]["name"])
        async with self._call(meter, until_s, self.plans):
            reply = await bound.ainvoke(messages)
            meter.count(messages, reply)
        return reply

    async def stream(
        self, messages: list[BaseMessage], meter: Meter, *, until_s: float, take: Callable[[str], bool]
    ) -> AIMessage:
        """The model's message, each new piece of its text given to `take`, for as long as that says true.
        Raises ModelFailed."""
        whole = AIMessageChunk(content="")
        async with self._call(meter, until_s, self.words), aclosing(_chunks(self.model, messages)) as chunks:
            async for chunk in chunks:
                whole += chunk
                if chunk.text and not take(chunk.text):
                    break
            meter.count(messages, whole)
        self.words.succeeded()
        return whole

    def usage(self, meter: Meter) -> Usage | None:
        """What the answer cost; None where the model was not asked."""
        if not meter.calls:
            return None
        cost = meter.tokens_in * self.prices.tokens_in + meter.tokens_out * self.prices.tokens_out
        return Usage(
            model=self.name,
            calls=meter.calls,
            tokens_in=meter.tokens_in,
            tokens_out=meter.tokens_out,
            is_estimated=meter.is_estimated,
            cost_micros=round(cost),  # a price per million tokens is one in millionths per token
            currency=self.prices.currency,
        )

    @asynccontextmanager
    async def _call(self, meter: Meter, until_s: float, breaker: Breaker) -> AsyncGenerator[None]:
        """One call, counted and in time; whatever goes wrong in it is ModelFailed."""
        left_s = min(self.timeout_s, meter.left_s(until_s))
        if left_s <= 0 or meter.calls >= CALLS_MAX or meter.tokens_in + meter.tokens_out >= self.tokens_max:
            raise ModelFailed("budget")
        if not breaker.admits():
            raise ModelFailed("paused")
        meter.calls += 1
        try:
            async with asyncio.timeout(left_s):
                yield
        except Exception as error:  # whatever a provider's client raises, the asker still gets an answer
            breaker.failed()
            log.warning("model_failed", model=self.name, reason=type(error).__name__)
            raise ModelFailed(type(error).__name__) from error


async def _chunks(model: BaseChatModel, messages: list[BaseMessage]) -> AsyncGenerator[AIMessageChunk]:
    async for chunk in model.astream(messages):
        yield chunk


@asynccontextmanager
async def endpoint_of(settings: Settings) -> AsyncGenerator[Endpoint | None]:
    """The endpoint that `settings` name, or None."""
    if not settings.llm_model:
        yield None
        return
    async with _BoundedClient(headers={"Accept-Encoding": "identity"}) as client:
        prices = Prices(settings.llm_price_in, settings.llm_price_out, settings.llm_currency)
        model = _chat_model(settings, client)
        yield Endpoint(model, settings.llm_model, settings.llm_timeout_s, settings.llm_tokens_max, prices)


def _chat_model(settings: Settings, client: httpx.AsyncClient) -> BaseChatModel:
    # Some seconds of imports, which only an installation with a model should wait for.
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=settings.llm_model,
        base_url=settings.llm_base_url or None,
        api_key=settings.llm_api_key or (lambda: "none"),
        timeout=settings.llm_timeout_s,
        max_retries=0,  # a slow model is not asked again: the built-in planner answers
        max_completion_tokens=REPLY_TOKENS_MAX,
        temperature=0,
        use_responses_api=False,
        stream_usage=True,
        http_async_client=client,
    )


class _BoundedClient(httpx.AsyncClient):
    """Reads no response past REPLY_BYTES_MAX, and none that is packed: it could be of any size inside."""

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        response = await super().send(request, stream=True, **options)
        response.stream = _BoundedStream(response)
        if not stream:
            await response.aread()
        return response


class _BoundedStream(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise httpx.DecodingError("a packed response", request=response.request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        self._response, self._stream = response, response.stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for part in self._stream:
            size += len(part)
            if size > REPLY_BYTES_MAX:
                raise httpx.DecodingError("an endless response", request=self._response.request)
            yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
