"""An OpenAI-compatible endpoint for embeddings, as a process of its own: bags of words as vectors of 96 numbers.

`python tests/embedding_server.py PORT` serves until it is ended. A model named `busy` answers 503 to every first
attempt, `closed` 401, `odd` something that is no list of vectors, and `short` one vector too few.
"""

import json
import sys
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DIMENSION = 96

_seen: set[str] = set()


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:  # its base class calls it so
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        model, texts = asked["model"], asked["input"]
        if self.path != "/v1/embeddings" or model == "closed":
            return self._answer(401, {"error": {"message": "no"}})
        if model == "busy" and texts[0] not in _seen:
            _seen.add(texts[0])
            return self._answer(503, {})
        if model == "odd":
            return self._answer(200, {"data": [{"index": 0, "embedding": "zero"}]})
        rows = [{"index": place, "embedding": _vector(text)} for place, text in enumerate(texts)]
        return self._answer(200, {"data": rows[::-1] if model != "short" else rows[1:]})

    def log_message(self, *_: Any) -> None:
        """Nothing: what goes wrong is told to the client."""

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _vector(text: str) -> list[float]:
    vector = [0.0] * DIMENSION
    for word in text.casefold().split():
        vector[zlib.crc32(word.strip(".,:?").encode()) % DIMENSION] += 3.0
    return vector if any(vector) else [1.0] * DIMENSION


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
