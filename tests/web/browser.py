"""FinLens as it is delivered: the API and the web tier as processes of their own, and a Chromium in front of them."""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from playwright.async_api import Browser, Page, async_playwright

READY_TIMEOUT_S = 60.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_PLACES = (
    "/snap/bin/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_QUIET = (
    "--no-sandbox",  # containers run the tests as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """FINLENS_CHROMIUM, else the first Chromium or Chrome of this machine."""
    if chosen := os.environ.get("FINLENS_CHROMIUM"):
        return chosen
    on_path = (found for name in _NAMES if (found := shutil.which(name)))
    return next(on_path, next((place for place in _PLACES if Path(place).exists()), None))


@asynccontextmanager
async def chromium(executable: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(_QUIET))
        yield browser
        await browser.close()


@asynccontextmanager
async def serving(part: str, url: str, environment: Mapping[str, str], log: Path) -> AsyncIterator[None]:
    """`finlens serve PART` for the length of the block, from when `url` answers."""
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "finlens", "serve", part, "--leash",
            env=environment, stdin=asyncio.subprocess.PIPE, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            await _answers(url, process, log)
            yield
        finally:
            process.terminate()
            await process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def log_in(page: Page, url: str, email: str, password: str) -> None:
    await page.goto(f"{url}/login")
    await page.fill("#email", email)
    await page.fill("#password", password)
    await page.click("#login")


async def _answers(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(READY_TIMEOUT_S), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(url, follow_redirects=True)).is_success:
                    return
            except httpx.TransportError:
                pass
            assert process.returncode is None, f"finlens serve ended by itself; see {log}"
            await asyncio.sleep(0.1)
