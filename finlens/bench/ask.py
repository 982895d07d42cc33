"""`finlens bench ask`: how long an answer takes from the question to the last byte, over HTTP, beside many payments.

The API is a process of its own and the questions are of every kind that the exams ask, in the names of many customers.
Whoever asks for the first time since the start pays for the reading of their names; that is measured with the rest.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import psutil
import psycopg
from psycopg import sql

from core.db import Database
from core.errors import SetupError
from core.identity.tokens import issue_access_token
from core.ids import new_id
from core.insights.rollups import begin_rollups, sum_open_days
from core.settings import Settings
from finlens.bench import history
from finlens.bench.history import History
from finlens.bench.load import HOST
from finlens.bench.measure import Meter, machine, percentile
from finlens.bench.stage import Ground, Report, free_port, ground
from finlens.presence import find
from finlens.processes import Supervisor

ROWS_PER_ACCOUNT = 100
CUSTOMERS = 25
AT_ONCE = 4
READY_S = 120
SEED = 20261101

# Loaded at once and thrown away: what makes that safe would only slow the making of it.
_SETTINGS = "wal_level = minimal\nmax_wal_senders = 0\nmax_wal_size = 8GB\n"

QUESTIONS: dict[str, tuple[str, ...]] = {
    "total": ("How much did I spend in October 2026?", "what did groceries cost me in september 2026"),
    "payee": ("How much did I pay {payee} in 2026?", "total spent at {payee} this year"),
    "count": ("How many payments did I make in August 2026?", "how often did I go to {payee}"),
    "average": ("average grocery bill in 2026", "median payment in October 2026"),
    "extreme": ("What was my biggest payment in 2026?", "smallest payment in September 2026"),
    "rank": ("top 5 merchants in 2026", "Which category did I spend the most on in 2026?"),
    "breakdown": ("spending by category in October 2026", "spending by month in 2026"),
    "list": ("show my payments to {payee} in 2026", "my last 5 payments", "payments above 4000 in October 2026"),
    "comparison": ("How much more did I spend in October than in September 2026?", "groceries vs travel in 2026"),
    "usual": ("Did I spend more than usual in October 2026?",),
    "share": ("What share of my spending was groceries in 2026?", "my savings rate in 2026"),
    "pace": ("average monthly spend in 2026", "How much do I pay for fuel per week?"),
    "condition": ("spending on weekends in 2026", "how much by card in October 2026", "spending except rent in 2026"),
    "when": ("When did I last pay {payee}?", "when was my first payment to {payee}"),
    "balance": ("What's my balance?", "closing balance at the end of August 2026"),
    "refunds": ("refunds in 2026",),
    "recurring": ("my recurring payments",),
    "two": ("How much did I spend on groceries and how much on fuel in 2026?",),
    "asked_back": ("How much did I spend on zorbing in 2026?",),
    "refused": ("Should I buy shares?", "What will the weather be tomorrow?"),
}
"""In the words of people, by kind. `{payee}` is one whom the asker has paid."""
FOLLOW_UPS = ("and in August?", "only card", "by merchant", "show me those")
NOT_ANSWERED = {"asked_back": "clarify", "refused": "out_of_scope"}
"""Of every other kind the answer is `answered`, or `no_data` where this customer has nothing of the sort."""


class Asker(NamedTuple):
    token: str
    payee: str


class Asked(NamedTuple):
    kind: str
    status: str
    seconds: float


def bench_ask(report: Report, *, rows: int, keep: Path | None = None) -> dict[str, Any]:
    """The report: milliseconds of one question at a time, and questions a second of several clients at once."""
    wanted = History.of(rows, accounts=rows // ROWS_PER_ACCOUNT)
    folder = keep and keep / f"{rows}-payments"
    with ground(report, extra_settings=_SETTINGS, keep=folder) as own:
        askers = _prepared(report, own, wanted)
        port = free_port()
        with Supervisor(report) as supervisor:
            supervisor.start(own.program("api", "finlens", "serve", "api", "--leash", port=port))
            supervisor.wait_until_ready(READY_S)
            report("Asking")
            document = asyncio.run(_document(f"http://{HOST}:{port}", askers, _meters(own)))
            return {"rows": rows, **document, "machine": machine()}


def _prepared(report: Report, own: Ground, wanted: History) -> list[Asker]:
    with own.superuser() as connection:
        if not history.is_made(connection):
            report(f"Making {wanted.rows:,} payments")
            history.make(connection, wanted)
        asyncio.run(_roll_up(own.settings))
        return [
            _asker(own.settings, connection, customer.customer_id)
            for customer in history.ordinary(connection, wanted, CUSTOMERS)
        ]


async def _roll_up(settings: Settings) -> None:
    database = Database.of(settings)
    try:
        await begin_rollups(database)
        while await sum_open_days(database):
            pass
    finally:
        await database.close()


_LOG_IN = sql.SQL("""
    INSERT INTO identity.app_user (id, email, name, role, customer_id)
    VALUES (%(id)s, %(email)s, 'Bench', 'customer', %(customer)s)
""")
_PAYEE = sql.SQL("""
    SELECT c.name
      FROM ledger.transaction t
      JOIN banking.account own ON own.id = t.sender_account_id
      JOIN banking.account other ON other.id = t.receiver_account_id
      JOIN banking.customer c ON c.id = other.customer_id AND c.kind = 'business'
     WHERE own.customer_id = %(customer)s AND t.status = 'success'
     GROUP BY c.name ORDER BY count(*) DESC, c.name LIMIT 1
""")


def _asker(settings: Settings, connection: psycopg.Connection[Any], customer_id: UUID | None) -> Asker:
    """A login of the customer's, and whom they pay most often."""
    user_id = new_id()
    facts = {"id": user_id, "email": f"{user_id}@finlens.example", "customer": customer_id}
    connection.execute(_LOG_IN, facts)
    row = connection.execute(_PAYEE, facts).fetchone()
    assert row is not None, "a customer of the history has paid nobody"
    return Asker(issue_access_token(settings, user_id, datetime.now(UTC)), row[0])


def _meters(own: Ground) -> Callable[[], Meter]:
    api, postgres = find(own.settings.home, "api"), own.postgres.pid()
    if api is None or postgres is None:
        raise SetupError("A process of this benchmark has ended")
    return lambda: Meter(api, psutil.Process(postgres))


async def _document(url: str, askers: Sequence[Asker], meters: Callable[[], Meter]) -> dict[str, Any]:
    shuffled = random.Random(SEED)  # noqa: S311  # not a secret
    meter = meters()
    alone = await _conversations(url, _mix(askers, shuffled), clients=1)
    cost = meter.cost()
    began = time.perf_counter()
    together = await _conversations(url, _mix(askers, shuffled), clients=AT_ONCE)
    seconds = time.perf_counter() - began
    return {
        "p50_ms": _ms(alone, 0.5),
        "p95_ms": _ms(alone, 0.95),
        "per_s": round(len(together) / seconds, 1),
        "questions": len(alone),
        "cpu_ms": {
            "api": round(1e3 * cost.app_s / len(alone), 1),
            "postgres": round(1e3 * cost.postgres_s / len(alone), 1),
        },
        "at_once": {"clients": AT_ONCE, "p50_ms": _ms(together, 0.5), "p95_ms": _ms(together, 0.95)},
        "kinds_p95_ms": {kind: _ms(times, 0.95) for kind, times in _by_kind(alone).items()},
        "statuses": _counted([one.status for one in alone]),
        "failures": _unexpected([*alone, *together]),
    }


Conversation = tuple[Asker, str, tuple[str, ...]]
"""Who asks, what kind the first question is of, and the questions."""


def _mix(askers: Sequence[Asker], shuffled: random.Random) -> list[Conversation]:
    """Each kind of question once for each customer, in no order; one in four goes on with a follow-up."""
    conversations = [
        (asker, kind, _worded(asker, shuffled.choice(wordings), shuffled))
        for asker in askers
        for kind, wordings in QUESTIONS.items()
    ]
    shuffled.shuffle(conversations)
    return conversations


def _worded(asker: Asker, wording: str, shuffled: random.Random) -> tuple[str, ...]:
    question = wording.format(payee=asker.payee)
    return (question, shuffled.choice(FOLLOW_UPS)) if shuffled.random() < 0.25 else (question,)


async def _conversations(url: str, conversations: Sequence[Conversation], *, clients: int) -> list[Asked]:
    waiting = iter(conversations)
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        found = await asyncio.gather(*(_client(http, waiting) for _ in range(clients)))
    return [one for each in found for one in each]


async def _client(http: httpx.AsyncClient, waiting: Iterator[Conversation]) -> list[Asked]:
    asked: list[Asked] = []
    for asker, kind, questions in waiting:
        conversation = None
        for n, question in enumerate(questions):
            began = time.perf_counter()
            response = await http.post(
                "/chat",
                json={"question": question, "conversation_id": conversation},
                headers={"Authorization": f"Bearer {asker.token}"},
            )
            answer = response.raise_for_status().json()
            asked.append(Asked("follow_up" if n else kind, answer["status"], time.perf_counter() - began))
            conversation = answer["conversation_id"]
    return asked


def _by_kind(asked: Sequence[Asked]) -> dict[str, list[Asked]]:
    kinds: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        kinds[one.kind].append(one)
    return dict(sorted(kinds.items()))


def _unexpected(asked: Sequence[Asked]) -> list[str]:
    """Answers of another sort than such questions get: a refusal is quick, and would make the rest look quicker."""
    wrong = [
        f"{one.kind}: {one.status}"
        for one in asked
        if one.kind != "follow_up"
        and one.status not in ({NOT_ANSWERED[one.kind]} if one.kind in NOT_ANSWERED else {"answered", "no_data"})
    ]
    return [f"{what} ({number} times)" for what, number in _counted(wrong).items()]


def _counted(words: Sequence[str]) -> dict[str, int]:
    return {word: words.count(word) for word in sorted(set(words))}


def _ms(asked: Sequence[Asked], share: float) -> float:
    return round(1e3 * percentile([one.seconds for one in asked], share), 1)
