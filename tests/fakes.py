"""Stand-ins for what tests must not depend on. They keep the promises of what they stand in for."""

import re
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from rag.embedder import Vectors


class FakeEmbedder:
    """Bags of words as vectors: texts that share words are close, and nothing else is."""

    floor = 0.24

    def __init__(self, name: str = "fake", *, dimension: int = 384) -> None:
        self.name = name
        self.dimension = dimension
        self.texts: list[str] = []
        """Everything it was asked to embed, in order."""
        self.predecessors: dict[str, FakeEmbedder] = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(len(texts), self.dimension)

    def predecessor(self, name: str) -> "FakeEmbedder | None":
        return self.predecessors.get(name)

    def _vector(self, text: str) -> Vectors:
        vector = np.zeros(self.dimension, dtype=np.float32)
        vector[0] = 0.001  # an empty text has a direction too
        for word in text.casefold().split():
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        return vector / np.linalg.norm(vector)


class ScriptedChatModel(BaseChatModel):
    """Answers with `replies` one after another, the last one for ever; an exception among them is raised."""

    replies: list[Any]
    """AIMessage or Exception."""
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    """Everything it was asked, call by call."""
    tools: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> "ScriptedChatModel":
        self.tools.append({"tools": list(tools), **kwargs})
        return self

    def _generate(self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any) -> ChatResult:
        reply = self.replies[min(len(self.seen), len(self.replies) - 1)]
        self.seen.append(list(messages))
        if isinstance(reply, Exception):
            raise reply
        return ChatResult(generations=[ChatGeneration(message=reply)])

    def _stream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **_: Any
    ) -> Iterator[ChatGenerationChunk]:
        """The reply's text word by word."""
        reply = self._generate(messages).generations[0].message
        for word in re.findall(r"\S+\s*", reply.text):
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_calls=getattr(reply, "tool_calls", [])))
