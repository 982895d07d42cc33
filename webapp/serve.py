"""The built web app as an ASGI application: `uvicorn webapp.serve:asgi`. Starts no bun and compiles nothing."""

import os

from core.errors import SetupError
from webapp.build import ROOT, built_folder
from webapp.shield import shielded


def _built_app():
    """Reflex's application over the front end of today's sources."""
    folder = built_folder()
    if not folder.exists():
        raise SetupError("The web front end is not built yet: run `python -m webapp.build` first.")
    # Reflex takes rxconfig.py from the working directory and everything else from the environment. The two names with
    # underscores are its own (0.10.1); tests/web/test_serve.py fails if a newer version renames them.
    os.chdir(ROOT)
    os.environ |= {
        "REFLEX_WEB_WORKDIR": str(folder),
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }
    from webapp.app import app  # must come after the environment is set

    return shielded(app(), folder)


asgi = _built_app()
