"""A stand-in for the API with its shapes and none of its sense: what states are tested against without a server."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import count
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse, StreamingResponse

PASSWORD = "correct horse battery staple"
PEOPLE = {
    "customer@finlens.example": ("Asha Menon", "customer"),
    "analyst@finlens.example": ("Ravi Kulkarni", "analyst"),
}
NASTY = '<img src=x onerror="window.hacked=1"> & "friends"'

CONVERSATION = "019a0000-0000-7000-8000-00000000c0de"
TURN = "019a0000-0000-7000-8000-0000000070e0"

_SHOPS = [
    ("Reliance Fresh", "Weekly shop", 284550),
    ("DMart", NASTY, 412025),
    ("More Megastore", "Vegetables", 98000),
    ("BigBasket", "Order 88121", 265000),
    ("Nature's Basket", "", 140075),
]


class Refused(Exception):
    def __init__(self, status: int, code: str, detail: str) -> None:
        self.answer = JSONResponse({"status": status, "code": code, "detail": detail}, status)


class StubApi(FastAPI):
    """`calls` lists what it was asked for, `holders` says whose each token is."""

    def __init__(self, expires_in: int = 600) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.holders: dict[str, str] = {}
        self._serial = count(1)
        self._expires_in = expires_in
        self.add_exception_handler(Refused, _refused)
        _add_auth(self)
        _add_data(self)

    def tokens(self, email: str) -> dict[str, Any]:
        number = next(self._serial)
        self.holders[f"access-{number}"] = self.holders[f"refresh-{number}"] = email
        return {
            "access_token": f"access-{number}",
            "refresh_token": f"refresh-{number}",
            "token_type": "bearer",
            "expires_in": self._expires_in,
        }

    def holder(self, authorization: Annotated[str, Header()] = "") -> str:
        email = self.holders.get(authorization.removeprefix("Bearer "))
        if email is None:
            raise _token_refused()
        return email


def _add_auth(api: StubApi) -> None:
    @api.post("/auth/login")
    async def log_in(email: Annotated[str, Body()], password: Annotated[str, Body()]):
        if email not in PEOPLE or password != PASSWORD:
            raise Refused(401, "wrong_credentials", "The email or the password is wrong")
        return api.tokens(email)

    @api.post("/auth/refresh")
    async def refresh(refresh_token: Annotated[str, Body(embed=True)]):
        api.calls.append("refresh")
        email = api.holders.pop(refresh_token, None)
        if email is None:
            raise _token_refused()
        return api.tokens(email)

    @api.post("/auth/logout", status_code=204)
    async def log_out(refresh_token: Annotated[str, Body(embed=True)]):
        api.calls.append("logout")
        api.holders.pop(refresh_token, None)

    @api.get("/auth/me")
    async def me(email: Annotated[str, Depends(api.holder)]):
        name, role = PEOPLE[email]
        return {"email": email, "name": name, "role": role, "time_zone": "Asia/Kolkata"}


def _add_data(api: StubApi) -> None:
    known = [Depends(api.holder)]

    @api.post("/chat", dependencies=known)
    async def chat(question: Annotated[str, Body(embed=True)]):
        if "refuse" in question:
            raise Refused(503, "overloaded", "Too much at once; please try again in a moment")
        return StreamingResponse(_events(question, api.calls), media_type="text/event-stream")

    @api.get("/conversations", dependencies=known)
    async def conversations():
        return [{"id": CONVERSATION, "title": "How much on groceries?"}]

    @api.get("/conversations/{conversation_id}", dependencies=known)
    async def conversation(conversation_id: str):
        turns = [{"question": "How much on groceries?", "answer": answer()}]
        return {"id": conversation_id, "title": "How much on groceries?", "turns": turns}

    @api.delete("/conversations/{conversation_id}", status_code=204, dependencies=known)
    async def forget(conversation_id: str):
        api.calls.append(f"forget {conversation_id}")

    @api.put("/answers/{turn_id}/feedback", status_code=204, dependencies=known)
    async def give_feedback(turn_id: str, verdict: Annotated[str, Body()], reason: Annotated[str, Body()] = ""):
        api.calls.append(f"feedback {turn_id} {verdict} {reason}".rstrip())

    @api.get("/transactions", dependencies=known)
    async def transactions(request: Request, limit: int, cursor: int = 0, q: str = ""):
        api.calls.append(f"transactions?{request.url.query}")
        matching = [payment(i) for i in range(60) if q.lower() in payment(i)["counterparty"].lower()]
        end = cursor + limit
        return {"data": matching[cursor:end], "next_cursor": str(end) if end < len(matching) else None}

    @api.get("/insights/overview", dependencies=known)
    async def overview(month: str):
        api.calls.append(f"overview {month}")
        return _overview(month)

    @api.get("/accounts", dependencies=known)
    async def accounts(limit: int):
        return {"data": [{"currency": "INR"}, {"currency": "INR"}][:limit]}

    @api.get("/insights/budgets", dependencies=known)
    async def budgets():
        return {"month": "2026-10-01", "as_of": "2026-10-20", "budgets": [BUDGET]}

    @api.post("/insights/budgets", status_code=201, dependencies=known)
    async def set_budget(covers: Annotated[str, Body()], amount_minor: Annotated[int, Body()]):
        if covers == BUDGET["covers"]:
            raise Refused(409, "already_exists", "There is a budget for this that begins in the same month")
        api.calls.append(f"new budget {covers} {amount_minor}")

    @api.patch("/insights/budgets/{budget_id}", dependencies=known)
    async def change_budget(
        budget_id: str, amount_minor: Annotated[int, Body(embed=True)], if_match: Annotated[str, Header()]
    ):
        if if_match != f'"{BUDGET["version"]}"':
            raise Refused(412, "stale_version", "It was changed meanwhile")
        api.calls.append(f"change {budget_id} {amount_minor}")

    @api.delete("/insights/budgets/{budget_id}", status_code=204, dependencies=known)
    async def remove_budget(budget_id: str):
        api.calls.append(f"remove {budget_id}")

    @api.get("/insights/suggestions", dependencies=known)
    async def suggestions():
        return [SUGGESTION]

    @api.post("/insights/suggestions/{verb}", dependencies=known)
    async def decide_suggestion(verb: str, counterparty: Annotated[str, Body()], category: Annotated[str, Body()]):
        api.calls.append(f"{verb} {category} {counterparty}")
        return EFFECT if verb == "preview" else {"payments": SUGGESTION["payments"]}

    @api.get("/insights/rules", dependencies=known)
    async def rules():
        return [RULE]

    @api.get("/insights/rules/{rule_id}", dependencies=known)
    async def one_rule(rule_id: str):
        return RULE | {"id": rule_id}

    @api.post("/insights/rules/preview", dependencies=known)
    async def try_rule(new: Annotated[dict[str, Any], Body()]):
        api.calls.append(f"try {new}")
        return EFFECT

    @api.post("/insights/rules", status_code=201, dependencies=known)
    async def add_rule(new: Annotated[dict[str, Any], Body()]):
        api.calls.append(f"add {new}")
        return RULE | new

    @api.patch("/insights/rules/{rule_id}", dependencies=known)
    async def change_rule(rule_id: str, place: Annotated[int, Body(embed=True)], if_match: Annotated[str, Header()]):
        api.calls.append(f"place {place} {rule_id} {if_match}")

    @api.delete("/insights/rules/{rule_id}", status_code=204, dependencies=known)
    async def remove_rule(rule_id: str):
        api.calls.append(f"remove {rule_id}")

    @api.get("/fraud/transactions/{transaction_id}", dependencies=known)
    async def explain(transaction_id: str):
        return EXPLANATION | {"transaction_id": transaction_id}

    @api.get("/fraud/alerts")
    async def alerts(email: Annotated[str, Depends(api.holder)], status: str):
        if PEOPLE[email][1] == "customer":
            raise Refused(403, "not_allowed", "This is for staff or analyst or admin only")
        return {"data": [ALERT | {"status": status}], "next_cursor": None}

    @api.patch("/fraud/alerts/{alert_id}", status_code=204, dependencies=known)
    async def decide(alert_id: str, status: Annotated[str, Body(embed=True)]):
        api.calls.append(f"{alert_id} {status}")


def _overview(month: str) -> dict[str, Any]:
    spent = {"rent": 2_800_000, "groceries": 1_199_650, "eating_out": 640_000, "fuel": 410_000, "utilities": 305_500}
    spent |= {"travel": 260_000, "clothing": 199_900, "health": 121_000, "subscriptions": 64_900, "pets": 0}
    year = [(9_100_000 + i % 3 * 250_000, 5_400_000 + i * 83_000 % 1_700_000) for i in range(12)]
    months = [f"2025-{i:02d}-01" for i in range(11, 13)] + [f"2026-{i:02d}-01" for i in range(1, 11)]
    return {
        "month": f"{month}-01",
        "period": {"start": f"{month}-01", "end": "2026-11-01", "unit": "month"},
        "compared_with": {"start": "2026-09-01", "end": "2026-10-01", "unit": "month"},
        "currencies": [
            {
                "currency": "INR",
                "balance_minor": 84_520_075,
                "accounts": 3,
                "this_month": {"income_minor": 9_350_000, "spend_minor": 6_000_950, "net_minor": 3_349_050},
                "before": {"income_minor": 9_100_000, "spend_minor": 6_310_000, "net_minor": 2_790_000},
                "categories": [
                    {
                        "category": slug,
                        "name": slug.replace("_", " ").capitalize(),
                        "spend_minor": minor,
                        "spend_before_minor": 0,
                    }
                    for slug, minor in spent.items()
                ],
                "merchants": [
                    {"counterparty": name, "spend_minor": minor * 3, "payments": 3}
                    for name, _, minor in sorted(_SHOPS, key=lambda shop: -shop[2])
                ],
                "trend": [
                    {"month": month, "income_minor": income, "spend_minor": spend, "net_minor": income - spend}
                    for month, (income, spend) in zip(months, year, strict=True)
                ],
            }
        ],
        "accounts": [
            _account("Salary account", "Meridian Bank", 42_100_00, 42_100_00),
            _account("Savings", "Sahyadri Bank", 7_910_200_75, 7_905_200_75),
        ],
    }


def _account(name: str, bank: str, posted_minor: int, available_minor: int) -> dict[str, Any]:
    return {
        "account_id": "019a0000-0000-7000-8000-0000000000aa",
        "name": name,
        "number": "5010 0042 1188",
        "bank": bank,
        "customer": "Asha Menon",
        "currency": "INR",
        "posted_minor": posted_minor,
        "available_minor": available_minor,
    }


def payment(i: int) -> dict[str, Any]:
    """The i-th newest transaction of the list."""
    name, text, minor = _SHOPS[i % len(_SHOPS)]
    is_salary = i % 20 == 7
    return {
        "id": f"019a0000-0000-7000-8000-{i:012d}",
        "account_id": "019a0000-0000-7000-8000-0000000000aa",
        "account": "Salary account",
        "direction": "in" if is_salary else "out",
        "counterparty": "Infosys Ltd" if is_salary else name,
        "amount_minor": 8_500_000 if is_salary else minor + i * 100,
        "currency": "INR",
        "status": "failed" if i % 9 == 4 else "success",
        "failure_code": "insufficient_funds" if i % 9 == 4 else None,
        "description": "Salary" if is_salary else text,
        "note": None,
        "category": "salary" if is_salary else "groceries",
        "suggested_category": None,
        "channel": "card",
        "occurred_at": f"2026-{10 - i // 28:02d}-{28 - i % 28:02d}T11:05:00+00:00",
        "balance_after_minor": 4_210_000 - i * 1000,
    }


EXPLANATION: dict[str, Any] = {
    "currency": "INR",
    "points": 71,
    "alert_status": "open",
    "reasons": [
        {"code": "AMT_SELF", "sentence": "₹95,000.00 is 12 times this account's usual ₹7,900.00.", "points": 45},
        {"code": "ODD_HOUR", "sentence": "It was made at 03:12 (Asia/Kolkata).", "points": 26},
    ],
    "usual": {"payments": 84, "since": "2025-11-02T05:00:00+00:00", "median_minor": 790000, "largest_minor": 2500000},
    "cited": [
        {
            "id": "019a0000-0000-7000-8000-0000000000c1",
            "occurred_at": "2026-10-02T09:30:00+00:00",
            "counterparty": "DMart",
            "amount_minor": -412025,
            "currency": "INR",
            "description": NASTY,
        }
    ],
}
ALERT: dict[str, Any] = EXPLANATION | {
    "id": "019a0000-0000-7000-8000-0000000000a1",
    "account": "Salary account",
    "customer": "Asha Menon",
    "counterparty": "QuickCash Traders",
    "amount_minor": 9500000,
    "description": NASTY,
    "occurred_at": "2026-10-21T21:42:00+00:00",
}


BUDGET: dict[str, Any] = {
    "id": "019a0000-0000-7000-8000-0000000000b1",
    "covers": "groceries",
    "name": "Groceries",
    "currency": "INR",
    "amount_minor": 1_250_050,
    "available_minor": 1_250_050,
    "spent_minor": 1_000_000,
    "left_minor": 250_050,
    "projected_minor": 1_400_000,
    "state": "at_risk",
    "version": 3,
}


SUGGESTION: dict[str, Any] = {
    "counterparty": "Blue Lotus Cafe",
    "category": "eating_out",
    "payments": 2,
    "sums": [{"currency": "EUR", "amount_minor": 950}, {"currency": "INR", "amount_minor": 84_000}],
    "latest_at": "2026-10-03T19:00:00+00:00",
}
RULE: dict[str, Any] = {
    "id": "019a0000-0000-7000-8000-0000000000d1",
    "place": 2,
    "category": "groceries",
    "description": None,
    "counterparty": "Annapurna",
    "direction": "out",
    "channel": None,
    "currency": "INR",
    "amount_minor_min": None,
    "amount_minor_max": 500_000,
    "version": 4,
}
EFFECT: dict[str, Any] = {
    "changed": 1,
    "categories": [
        {
            "category": slug,
            "currency": "INR",
            "payments_before": before,
            "payments_after": after,
            "spend_minor_before": before * 42_000,
            "spend_minor_after": after * 42_000,
            "income_minor_before": 0,
            "income_minor_after": 0,
        }
        for slug, before, after in (("eating_out", 0, 1), ("uncategorised", 2, 1))
    ],
    "entries": [
        {
            "occurred_at": "2026-10-03T19:00:00+00:00",
            "counterparty": "Blue Lotus Cafe",
            "amount_minor": -42_000,
            "currency": "INR",
            "category_before": "uncategorised",
            "category_after": "eating_out",
        }
    ],
}


def answer() -> dict[str, Any]:
    return {
        "answer": "You spent ₹11,996.50 on groceries in October 2026, over 5 payments.\nThat is 11.2 % more.",
        "status": "answered",
        "figures": [
            _figure("Groceries, October 2026", "money", "row 1, column spend", value_minor=1199650, currency="INR"),
            _figure("Payments", "count", "row 1, column count", value=5),
            _figure("Against September", "percent", "spend over spend_before", value=11.2),
        ],
        "query": {},
        "rows": [_entry(i) for i in range(5)],
        "chart": {
            "kind": "bar",
            "title": "Groceries by month",
            "labels": ["Jun", "Jul", "Aug", "Sep", "Oct"],
            "series": [{"name": "Spending", "values": [1004000, 1187000, 940050, 1079250, 1199650]}],
            "unit": "money",
            "currency": "INR",
        },
        "citations": [{"kind": "summary", "id": "019a", "text": "October 2026: groceries rose for the third month."}],
        "follow_ups": ["Which shop took the most?", "How does that compare with October last year?"],
        "planner": "builtin",
        "grounded": True,
        "latency_ms": 64,
        "conversation_id": CONVERSATION,
        "turn_id": TURN,
    }


def _entry(i: int) -> dict[str, Any]:
    found = payment(i)
    shown = ("occurred_at", "account", "counterparty", "category", "channel", "description", "currency", "status")
    return {name: found[name] for name in shown} | {
        "transaction_id": found["id"],
        "amount_minor": -found["amount_minor"],
    }


def _figure(label: str, unit: str, source: str, **values: object) -> dict[str, Any]:
    return {
        "label": label,
        "unit": unit,
        "source": source,
        "value": None,
        "value_minor": None,
        "currency": None,
    } | values


async def _events(question: str, calls: list[str]) -> AsyncIterator[str]:
    whole = answer()
    yield _event("progress", text="Adding up your payments")
    try:
        for word in whole["answer"].split(" "):
            await asyncio.sleep(1.0 if "slow" in question else 0.01)
            yield _event("text", text=word + " ")
    except asyncio.CancelledError:
        calls.append("hung up")
        raise
    yield _event("figure", figure=whole["figures"][0])
    yield _event("chart", chart=whole["chart"])
    yield _event("done", answer=whole)


def _event(name: str, **body: object) -> str:
    return f"event: {name}\ndata: {json.dumps({'event': name} | body)}\n\n"


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    return error.answer


def _token_refused() -> Refused:
    return Refused(401, "token_refused", "This token is not valid, or no longer: please log in again")
