"""An OpenAI-compatible server whose every reply is scripted, to be run as a process of its own: `openai_server.py`.

It prints its port, then serves POST /v1/chat/completions. POST /script sets the replies to come (the last one for ever)
and forgets what was asked; GET /requests tells what was.

A reply is an object: `say` (text) or `call` (arguments of the tool `plan`, as an object or as a string that need not be
JSON), with `name` (another tool), `times` (the same call again and again), `after_s` (slowness), `usage` (false: none),
`cut` (finish_reason `length`); or `status` with `body`; or `raw` (any body with 200), `endless` (a body without end),
`hang_up` (nothing at all), `halfway` (the connection breaks inside the body).
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

_USAGE = {"prompt_tokens": 1_000, "completion_tokens": 50, "total_tokens": 1_050}
_CHUNK_S = 0.002


@dataclass
class Script:
    replies: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """Body and headers of every request."""

    def next(self, asked: dict[str, Any]) -> dict[str, Any]:
        reply = self.replies[min(len(self.asked), len(self.replies) - 1)]
        self.asked.append(asked)
        return reply


async def main() -> None:
    script = Script()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await _serve(script, reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _serve(script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    request, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = json.loads(await reader.readexactly(int(headers.get("content-length", 0))) or "null")
    match request.split(" ")[:2]:
        case ["POST", "/script"]:
            script.replies, script.asked = body, []
            _send(writer, 200, "{}")
        case ["GET", "/requests"]:
            _send(writer, 200, json.dumps(script.asked))
        case ["POST", "/v1/chat/completions"]:
            await _complete(script.next({"body": body, "headers": headers}), body, writer)
        case _:
            _send(writer, 404, "{}")
    await writer.drain()


async def _complete(reply: dict[str, Any], asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(reply.get("after_s", 0))
    match reply:
        case {"hang_up": True}:
            return
        case {"endless": True}:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
            while True:
                writer.write(b" " * 100_000)
                await writer.drain()
        case {"halfway": True}:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{")
        case {"status": int(status)}:
            _send(writer, status, json.dumps(reply.get("body", {"error": {"message": "no"}})))
        case {"raw": str(raw)}:
            _send(writer, 200, raw)
        case _ if asked.get("stream"):
            await _stream(reply, asked, writer)
        case _:
            _send(writer, 200, json.dumps(_completion(reply)))


def _send(writer: asyncio.StreamWriter, status: int, body: str) -> None:
    data = body.encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\nConnection: close"
    writer.write(f"{head}\r\n\r\n".encode() + data)


def _message(reply: dict[str, Any]) -> dict[str, Any]:
    if "call" not in reply:
        return {"role": "assistant", "content": reply["say"]}
    arguments = reply["call"] if isinstance(reply["call"], str) else json.dumps(reply["call"])
    function = {"name": reply.get("name", "plan"), "arguments": arguments}
    calls = [{"id": f"call-{n}", "type": "function", "function": function} for n in range(reply.get("times", 1))]
    return {"role": "assistant", "content": None, "tool_calls": calls}


def _completion(reply: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "message": _message(reply), "finish_reason": "length" if reply.get("cut") else "stop"}
    usage = {} if reply.get("usage") is False else {"usage": _USAGE}
    return {"id": "x", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice], **usage}


async def _stream(reply: dict[str, Any], asked: dict[str, Any], writer: asyncio.StreamWriter) -> None:
    """The reply in pieces of a few letters, as server-sent events."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
    message = _message(reply)
    text = message.pop("content") or ""
    pieces = [message, *({"content": text[at : at + 7]} for at in range(0, len(text), 7))]
    for piece in pieces:
        writer.write(_event([{"index": 0, "delta": piece, "finish_reason": None}]))
        await writer.drain()
        await asyncio.sleep(_CHUNK_S)
    writer.write(_event([{"index": 0, "delta": {}, "finish_reason": "length" if reply.get("cut") else "stop"}]))
    if reply.get("usage") is not False and (asked.get("stream_options") or {}).get("include_usage"):
        writer.write(_event([], usage=_USAGE))
    writer.write(b"data: [DONE]\n\n")


def _event(choices: list[dict[str, Any]], **more: Any) -> bytes:
    chunk = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": choices}
    return f"data: {json.dumps({**chunk, **more})}\n\n".encode()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(main())
