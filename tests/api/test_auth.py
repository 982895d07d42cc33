"""Login, refresh and logout over HTTP."""

import asyncio

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text

from core.db import Database
from core.identity.access import Role
from core.identity.attempts import ATTEMPTS_MAX
from core.identity.tables import User
from tests.factories import PASSWORD, fresh, make_user


@pytest.fixture
async def admin(database: Database) -> User:
    async with database.unit() as session:
        return await make_user(session, Role.ADMIN)


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    return await client.post("/auth/login", json={"email": email, "password": password})


async def test_login_gives_a_token_pair_that_opens_the_door(client: AsyncClient, admin: User) -> None:
    answer = await log_in(client, admin.email.upper())
    assert answer.status_code == 200
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (tokens["token_type"], tokens["expires_in"] <= 600) == ("bearer", True)
    me = await client.get("/auth/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    assert me.json()["email"] == admin.email
    assert me.json()["role"] == "admin"


async def test_wrong_password_and_unknown_user_get_the_same_answer(client: AsyncClient, admin: User) -> None:
    wrong = await log_in(client, admin.email, "not it")
    unknown = await log_in(client, f"{fresh('nobody')}@finlens.example")
    assert wrong.status_code == unknown.status_code == 401
    volatile = ("trace_id",)
    assert {k: v for k, v in wrong.json().items() if k not in volatile} == {
        k: v for k, v in unknown.json().items() if k not in volatile
    }
    assert wrong.json()["code"] == "wrong_credentials"
    assert wrong.headers["www-authenticate"] == "Bearer"


async def test_password_is_never_sent_back(client: AsyncClient) -> None:
    answer = await client.post("/auth/login", json={"email": ["secret-word"], "password": {"secret": "secret-word"}})
    assert answer.status_code == 422
    assert "secret-word" not in answer.text


async def test_disabled_user_is_out_at_once(client: AsyncClient, database: Database, admin: User) -> None:
    tokens = (await log_in(client, admin.email)).json()
    async with database.unit() as session:
        await session.execute(text("UPDATE identity.app_user SET disabled_at = now() WHERE id = :id"), {"id": admin.id})
    me = await client.get("/auth/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})
    refreshed = await client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    again = await log_in(client, admin.email)
    assert [answer.status_code for answer in (me, refreshed, again)] == [401, 401, 401]


async def test_refresh_token_rotates_and_its_reuse_ends_the_login(client: AsyncClient, admin: User) -> None:
    async def refresh(token: str) -> Response:
        return await client.post("/auth/refresh", json={"refresh_token": token})

    first = (await log_in(client, admin.email)).json()["refresh_token"]
    second = (await refresh(first)).json()["refresh_token"]
    third = (await refresh(second)).json()["refresh_token"]
    assert len({first, second, third}) == 3
    assert (await refresh(first)).status_code == 401  # a thief, or the owner after a thief
    assert (await refresh(third)).status_code == 401  # so nobody goes on


async def test_of_two_uses_at_the_same_instant_at_most_one_goes_on(client: AsyncClient, admin: User) -> None:
    token = (await log_in(client, admin.email)).json()["refresh_token"]
    answers = await asyncio.gather(*(client.post("/auth/refresh", json={"refresh_token": token}) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_logout_ends_the_login(client: AsyncClient, admin: User) -> None:
    token = (await log_in(client, admin.email)).json()["refresh_token"]
    assert (await client.post("/auth/logout", json={"refresh_token": token})).status_code == 204
    assert (await client.post("/auth/refresh", json={"refresh_token": token})).status_code == 401


async def test_guessing_is_stopped_even_for_the_right_password(client: AsyncClient, admin: User) -> None:
    guesses = [await log_in(client, admin.email, f"guess {n}") for n in range(ATTEMPTS_MAX)]
    assert {answer.status_code for answer in guesses} == {401}
    stopped = await log_in(client, admin.email)
    assert stopped.status_code == 429
    assert stopped.json()["code"] == "too_many_attempts"
    assert 0 < int(stopped.headers["retry-after"]) <= 15 * 60 + 1


async def test_logins_that_work_are_not_counted(client: AsyncClient, admin: User) -> None:
    answers = [await log_in(client, admin.email) for _ in range(ATTEMPTS_MAX + 1)]
    assert {answer.status_code for answer in answers} == {200}


async def test_login_leaves_an_audit_event_with_the_trace(client: AsyncClient, database: Database, admin: User) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = await client.post(
        "/auth/login",
        json={"email": admin.email, "password": PASSWORD},
        headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    )
    assert answer.headers["x-request-id"] == trace
    async with database.unit() as session:
        found = await session.execute(
            text("SELECT action, request_id FROM identity.audit_event WHERE subject = :subject"),
            {"subject": f"user:{admin.id}"},
        )
        assert found.all() == [("login.begin", trace)]
