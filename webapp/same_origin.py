"""After the build: the front end talks to whoever served it, and its inline scripts are known by their hashes."""

import base64
import hashlib
import json
import re
from pathlib import Path

from reflex.plugins import Plugin

SCRIPT_HASHES = "script-hashes.json"
"""Written beside the static files; `webapp/shield.py` makes the Content-Security-Policy of it."""

_BAKED_URL = re.compile(r"`(ws|http)s?://[^/`]+(/[^`]*)`")
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


class SameOrigin(Plugin):
    """Makes one build serve on any host and port, behind TLS or not."""

    def post_build(self, **context) -> None:
        static = Path(context["static_dir"])
        # Reflex bakes the build machine's `ws://localhost:<port>` into this chunk (reflex-dev/reflex#5551).
        for chunk in static.glob("assets/reflex-env-*.js"):
            chunk.write_text(_BAKED_URL.sub(_from_location, chunk.read_text()))
        pages = (page.read_text() for page in static.rglob("*.html"))
        hashes = sorted({_hash(script) for page in pages for script in _INLINE_SCRIPT.findall(page)})
        (static.parent / SCRIPT_HASHES).write_text(json.dumps(hashes))


def _from_location(baked: re.Match[str]) -> str:
    scheme, path = baked.groups()
    # Pages are also rendered during the build, where there is no location.
    return f"((globalThis.location?.origin??'http://localhost').replace(/^http/,'{scheme}')+`{path}`)"


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
