"""The demo bank in a real database: founded, topped up a day, loaded again; and what its frauds teach of the scores."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from core.db import Database
from core.errors import SetupError
from core.fraud.alerts import AlertsWanted, list_alerts
from core.fraud.explain import explain_transaction
from core.identity.access import Role
from core.identity.passwords import is_password
from core.identity.users import principal_by_email, user_by_email
from core.settings import Settings
from finlens.demo import load_demo
from finlens.demo.cast import ASHA, HOME_BANK
from finlens.demo.days import payments_on
from finlens.demo.load import Loaded
from tests.factories import check_books

UNTIL = date(2025, 9, 17)
START = date(2025, 5, 1)
MONTHS = 4


@dataclass(frozen=True)
class Demo:
    settings: Settings
    database: Database
    first: Loaded
    top_up: Loaded


@pytest.fixture(scope="module")
async def demo(settings_of: Callable[[str], Settings], worker_id: str) -> AsyncIterator[Demo]:
    """Four and a half months, the last nine days of which came by a top-up."""
    settings = settings_of(f"demo_{worker_id}")
    database = Database.of(settings)
    first = await load_demo(settings, database, until=UNTIL - timedelta(days=9), months=MONTHS)
    top_up = await load_demo(settings, database, until=UNTIL, months=MONTHS)
    yield Demo(settings, database, first, top_up)
    await database.close()


async def test_topping_up_posts_what_generating_at_once_plans(demo: Demo) -> None:
    days = [START + timedelta(days=day) for day in range((UNTIL - START).days)]
    planned = {payment.id for day in days for payment in payments_on(day, START)}
    async with demo.database.unit() as session:
        stored = set(await _column(session, "SELECT id FROM ledger.transaction"))
    assert stored == planned
    assert demo.first.posted > 10 * demo.top_up.posted > 0
    assert sum((demo.first.posted, demo.first.failed, demo.top_up.posted, demo.top_up.failed)) == len(planned)


async def test_a_second_run_posts_nothing(demo: Demo) -> None:
    assert await load_demo(demo.settings, demo.database, until=UNTIL, months=MONTHS) == Loaded(0, 0)


async def test_the_books_of_the_demo_sum_to_zero_per_currency(demo: Demo) -> None:
    await check_books(demo.database)
    async with demo.database.unit() as session:
        assert set(await _column(session, "SELECT DISTINCT currency FROM ledger.balance")) == {"INR", "EUR"}


async def test_few_payments_fail_and_refunds_give_back_what_was_paid(demo: Demo) -> None:
    async with demo.database.unit() as session:
        [failed] = await _column(session, "SELECT avg((status = 'failed')::int) FROM ledger.transaction")
        orphans = await _column(
            session,
            """
            SELECT r.id FROM ledger.transaction r
              LEFT JOIN ledger.transaction t ON t.id = r.reverses_id AND t.status = 'success'
             WHERE r.reverses_id IS NOT NULL AND t.id IS NULL
            """,
        )
    assert 0 < failed < 0.02
    assert orphans == []


async def test_the_logins_follow_the_password_setting(demo: Demo) -> None:
    changed = demo.settings.model_copy(update={"demo_password": SecretStr("a new and longer password")})
    await load_demo(changed, demo.database, until=UNTIL, months=MONTHS)
    async with demo.database.unit() as session:
        for role in Role:
            user = await user_by_email(session, f"{role}@finlens.example")
            assert user is not None
            assert user.role == role
            assert await is_password("a new and longer password", user.password_hash)


async def test_without_a_password_the_demo_is_refused(demo: Demo) -> None:
    nameless = demo.settings.model_copy(update={"demo_password": None})
    with pytest.raises(SetupError, match="FINLENS_DEMO_PASSWORD"):
        await load_demo(nameless, demo.database, until=UNTIL)


async def test_the_analyst_has_an_open_alert_of_the_past_week(demo: Demo) -> None:
    async with demo.database.unit() as session:
        analyst = await principal_by_email(session, "analyst@finlens.example")
        [home] = await _column(session, f"SELECT id FROM banking.bank WHERE code = '{HOME_BANK.code}'")
    assert analyst.bank_id == home
    async with demo.database.look() as look:
        alerts = await list_alerts(look, analyst, AlertsWanted(status="open"))
    assert alerts[0].occurred_at.date() >= UNTIL - timedelta(days=7)
    assert all(alert.reasons for alert in alerts)


async def test_the_demo_customer_is_told_why_a_payment_was_flagged(demo: Demo) -> None:
    async with demo.database.unit() as session:
        asha = await principal_by_email(session, ASHA)
        flagged = await _column(
            session,
            f"SELECT transaction_id FROM reporting.alert WHERE customer_id = '{asha.customer_id}'"
            " AND description IN ('UPI/flat deposit', 'UPI/sofa', 'IMPS/scooter', 'UPI/wedding caterer')",
        )
    async with demo.database.look() as look:
        explanation = await explain_transaction(look, asha, flagged[0])
    assert {reason.code for reason in explanation.reasons} == {"AMT_SELF", "NEW_PAYEE_HIGH"}
    assert explanation.usual is not None
    assert "times this account's usual" in explanation.reasons[0].sentence


async def test_no_single_reason_tells_fraud_from_honesty(demo: Demo) -> None:
    """And all of them together tell some: the demo is neither hopeless nor a foregone conclusion."""
    async with demo.database.unit() as session:
        judged = (
            await session.execute(
                text("""
                    SELECT t.id, coalesce(l.is_fraud, false), coalesce(s.points, 0), coalesce(s.reasons, '[]')
                      FROM ledger.transaction t
                      JOIN banking.account a ON a.id = t.sender_account_id AND a.kind = 'customer'
                      JOIN banking.customer c ON c.id = a.customer_id AND c.kind = 'person'
                      LEFT JOIN fraud.label l ON l.transaction_id = t.id
                      LEFT JOIN fraud.score s ON s.transaction_id = t.id
                     WHERE t.status = 'success' AND t.occurred_at > '2025-07-01'
                """)
            )
        ).all()
    truth = [is_fraud for _, is_fraud, _, _ in judged]
    by_code: dict[str, set[UUID]] = {}
    for id_, _, _, reasons in judged:
        for reason in reasons:
            by_code.setdefault(reason["code"], set()).add(id_)
    for code, ids in by_code.items():
        assert _auc([id_ in ids for id_, *_ in judged], truth) < 0.8, code
    assert 0.7 < _auc([points for _, _, points, _ in judged], truth) < 0.95
    alerted = [is_fraud for _, is_fraud, points, _ in judged if points >= 50]
    precision, recall = sum(alerted) / len(alerted), sum(alerted) / sum(truth)
    assert 0.2 < precision < 0.8
    assert 0.2 < recall < 0.8


def _auc(scores: list[float], truth: list[bool]) -> float:
    """How often a fraud scores above an honest payment; ties count half."""
    frauds = [score for score, is_fraud in zip(scores, truth, strict=True) if is_fraud]
    honest = [score for score, is_fraud in zip(scores, truth, strict=True) if not is_fraud]
    levels = sorted(set(scores))
    below = {level: sum(score < level for score in honest) for level in levels}
    level_count = {level: honest.count(level) for level in levels}
    wins = sum(below[score] + level_count[score] / 2 for score in frauds)
    return wins / (len(frauds) * len(honest))


async def _column(session, statement: str) -> list:
    return list((await session.execute(text(statement))).scalars())
