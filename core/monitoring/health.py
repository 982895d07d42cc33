"""Is this process alive, and can it serve? Answered without a login, for load balancers."""

from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core.errors import NotReady

router = APIRouter(tags=["health"])


class Health(BaseModel):
    status: str = "ok"


@router.get("/livez")
async def live() -> Health:
    """200 for as long as this process answers at all."""
    return Health()


@router.get("/readyz")
async def ready(request: Request) -> Health:
    """200 when both database logins answer; else 503."""
    database = request.app.state.services.database
    try:
        for pool in (database.app, database.reader):
            async with pool.connect() as connection:
                await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        raise NotReady from error
    return Health()
