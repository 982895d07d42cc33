"""What the analyst's routes ask FastAPI for."""

from typing import Annotated

from fastapi import Depends, Request

from agents.chat import Analyst


def _analyst(request: Request) -> Analyst:
    return request.app.state.analyst


TheAnalyst = Annotated[Analyst, Depends(_analyst)]
"""The analyst of this process."""
