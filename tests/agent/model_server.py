"""The scripted model server as tests hold it, and a planner that asks it over HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx

from agents.chat import Analyst
from agents.llm import ModelPlanner
from core.settings import Settings
from tests.agent.household import Chat, Household

KEY = "sk-secret-of-the-endpoint"


@dataclass(frozen=True)
class ModelServer:
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def script(self, *replies: dict[str, Any]) -> None:
        """What it answers from now on; the last reply for ever."""
        httpx.post(f"{self.url}/script", json=list(replies)).raise_for_status()

    def asked(self) -> list[dict[str, Any]]:
        """Every request since the script was set: `body` and `headers`."""
        return httpx.get(f"{self.url}/requests").json()

    def asked_text(self) -> str:
        return str([request["body"] for request in self.asked()])


def plan(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"call": {"parts": list(parts)}, **more}


@asynccontextmanager
async def modelled(
    analyst: Analyst, household: Household, settings: Settings, server: ModelServer, **changes: Any
) -> AsyncGenerator[Chat]:
    """A conversation of Meera's whose analyst asks `server`. `changes` are settings, without `llm_`."""
    named = {"model": "scripted", "base_url": f"{server.url}/v1", "timeout_s": 5.0, "private": False, **changes}
    chosen = settings.model_copy(update={f"llm_{name}": value for name, value in named.items()})
    async with ModelPlanner.open(chosen) as planner:
        yield Chat(replace(analyst, model=planner), household.meera)
