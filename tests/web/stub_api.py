"""A stand-in for the API with its shapes and none of its sense: what states are tested against without a server."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Annotated, Any

from fastapi import Body, FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse, StreamingResponse

PASSWORD = "correct horse battery staple"
PEOPLE = {
    "customer@finlens.example": ("Asha Menon", "customer"),
    "analyst@finlens.example": ("Ravi Kulkarni", "analyst"),
}
NASTY = '<img src=x onerror="window.hacked=1"> & "friends"'


class Refused(Exception):
    def __init__(self, status: int, code: str, detail: str) -> None:
        self.answer = JSONResponse({"status": status, "code": code, "detail": detail}, status)


def stub_api(*, expires_in: int = 600) -> FastAPI:
    """Counts what it is asked in `app.state.calls`."""
    app = FastAPI()
    app.state.calls = []
    app.state.people = {}
    serial = count(1)

    @app.exception_handler(Refused)
    async def refused(_, error: Refused) -> JSONResponse:
        return error.answer

    def tokens(email: str) -> dict[str, Any]:
        number = next(serial)
        app.state.people[f"access-{number}"] = app.state.people[f"refresh-{number}"] = email
        return {
            "access_token": f"access-{number}",
            "refresh_token": f"refresh-{number}",
            "token_type": "bearer",
            "expires_in": expires_in,
        }

    def person(authorization: str) -> str:
        email = app.state.people.get(authorization.removeprefix("Bearer "))
        if email is None:
            raise Refused(401, "token_refused", "This token is not valid, or no longer: please log in again")
        return email

    @app.post("/auth/login")
    async def log_in(email: Annotated[str, Body()], password: Annotated[str, Body()]):
        if email not in PEOPLE or password != PASSWORD:
            raise Refused(401, "wrong_credentials", "The email or the password is wrong")
        return tokens(email)

    @app.post("/auth/refresh")
    async def refresh(refresh_token: Annotated[str, Body(embed=True)]):
        app.state.calls.append("refresh")
        email = app.state.people.pop(refresh_token, None)
        if email is None:
            raise Refused(401, "token_refused", "This token is not valid, or no longer: please log in again")
        return tokens(email)

    @app.post("/auth/logout", status_code=204)
    async def log_out(refresh_token: Annotated[str, Body(embed=True)]):
        app.state.calls.append("logout")
        app.state.people.pop(refresh_token, None)

    @app.get("/auth/me")
    async def me(authorization: Annotated[str, Header()] = ""):
        name, role = PEOPLE[person(authorization)]
        return {"email": person(authorization), "name": name, "role": role, "time_zone": "Asia/Kolkata"}

    @app.post("/chat")
    async def chat(question: Annotated[str, Body(embed=True)], authorization: Annotated[str, Header()] = ""):
        person(authorization)
        if "refuse" in question:
            raise Refused(503, "overloaded", "Too much at once; please try again in a moment")
        return StreamingResponse(_events(question), media_type="text/event-stream")

    return app


ROWS = [
    {"transaction_id": f"019a0000-0000-7000-8000-{i:012d}", "occurred_at": f"2026-10-{28 - i:02d}T11:{i:02d}:00+00:00", "account": "Salary account",
     "counterparty": name, "category": "groceries", "channel": "card", "description": text, "amount_minor": -minor, "currency": "INR", "status": "success"}
    for i, (name, text, minor) in enumerate([("Reliance Fresh", "Weekly shop", 284550), ("DMart", NASTY, 412025), ("More Megastore", "Vegetables", 98000),
                                             ("BigBasket", "Order 88121", 265000), ("Nature's Basket", "", 140075)])
]  # fmt: skip


def answer(question: str) -> dict[str, Any]:
    return {
        "answer": "You spent ₹11,996.50 on groceries in October 2026, over 5 payments.\nThat is ₹1,204.00 more than in September.",
        "status": "answered",
        "figures": [
            {"label": "Groceries, October 2026", "value_minor": 1199650, "currency": "INR", "value": None, "unit": "money", "source": "result 1, row 1, column spend"},
            {"label": "Payments", "value_minor": None, "currency": None, "value": 5, "unit": "count", "source": "result 1, row 1, column count"},
            {"label": "Against September", "value_minor": None, "currency": None, "value": 11.2, "unit": "percent", "source": "spend over spend_before"},
        ],
        "query": {},
        "rows": ROWS,
        "chart": {"kind": "bar", "title": "Groceries by month", "labels": ["Jun", "Jul", "Aug", "Sep", "Oct"], "unit": "money", "currency": "INR",
                  "series": [{"name": "Spending", "values": [1004000, 1187000, 940050, 1079250, 1199650]}]},
        "citations": [{"kind": "summary", "id": "019a0000-0000-7000-8000-000000000009", "text": "October 2026: groceries rose for the third month."}],
        "follow_ups": ["Which shop took the most?", "How does that compare with October last year?"],
        "planner": "builtin",
        "grounded": True,
        "latency_ms": 64,
        "conversation_id": "019a0000-0000-7000-8000-00000000c0de",
    }  # fmt: skip


async def _events(question: str):
    whole = answer(question)
    yield _event("progress", {"text": "Adding up your payments"})
    pause = 1.0 if "slow" in question else 0.01
    for word in whole["answer"].split(" "):
        await asyncio.sleep(pause)
        yield _event("text", {"text": word + " "})
    yield _event("figure", {"figure": whole["figures"][0]})
    yield _event("chart", {"chart": whole["chart"]})
    yield _event("done", {"answer": whole})


def _event(name: str, body: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps({'event': name} | body)}\n\n"
