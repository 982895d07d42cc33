import asyncio

import httpx
import pytest

from tests.web.stub_api import StubApi
from tests.web.stub_web import Web
from webapp.client import Api, ApiAway, ApiRefused
from webapp.sessions import LoggedOut, Tokens


def _expired(tokens: Tokens) -> Tokens:
    return Tokens(tokens.access, tokens.refresh, expires_at=0.0)


async def test_a_refusal_arrives_as_the_api_put_it(web: Web):
    with pytest.raises(ApiRefused) as refused:
        await web.api.log_in("customer@finlens.example", "wrong")
    assert (refused.value.status, refused.value.code) == (401, "wrong_credentials")
    assert refused.value.detail == "The email or the password is wrong"


async def test_an_expired_token_is_renewed_once_however_many_ask_at_once(web: Web):
    session = await web.log_in()
    session.tokens = _expired(session.tokens)
    answers = await asyncio.gather(*(web.api.get(session, "/auth/me") for _ in range(8)))
    assert {answer["name"] for answer in answers} == {"Asha Menon"}
    assert web.stub.calls == ["refresh"]


async def test_a_token_the_api_forgot_early_is_renewed_and_the_call_repeated(web: Web):
    session = await web.log_in()
    del web.stub.holders[session.tokens.access]
    assert (await web.api.get(session, "/auth/me"))["name"] == "Asha Menon"
    assert web.stub.calls == ["refresh"]


async def test_a_session_that_cannot_be_renewed_is_over(web: Web):
    session = await web.log_in()
    session.tokens = _expired(session.tokens)
    web.stub.holders.clear()
    with pytest.raises(LoggedOut):
        await web.api.get(session, "/auth/me")


async def test_logging_out_makes_the_refresh_token_worthless(web: Web):
    session = await web.log_in()
    await web.api.log_out(session)
    session.tokens = _expired(session.tokens)
    with pytest.raises(LoggedOut):
        await web.api.get(session, "/auth/me")


async def test_an_api_that_does_not_answer_is_away():
    async def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    api = Api(httpx.AsyncClient(transport=httpx.MockTransport(broken), base_url="http://api"))
    with pytest.raises(ApiAway):
        await api.log_in("customer@finlens.example", "secret")


async def test_a_refused_question_says_why_instead_of_streaming(web: Web):
    session = await web.log_in()
    with pytest.raises(ApiRefused, match="overloaded"):
        _ = [event async for event in web.api.ask(session, "please refuse", "")]


async def test_an_answer_streams_and_ends_with_the_whole_of_it(web: Web):
    session = await web.log_in()
    events = [event async for event in web.api.ask(session, "groceries?", "")]
    assert [events[0]["event"], events[-1]["event"]] == ["progress", "done"]
    text = "".join(event["text"] for event in events if event["event"] == "text")
    assert text.strip() == events[-1]["answer"]["answer"]


async def test_empty_query_parameters_are_left_out(web: Web):
    asked = []

    async def note(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query)
        return await httpx.ASGITransport(stub).handle_async_request(request)

    stub = StubApi()
    api = Api(httpx.AsyncClient(transport=httpx.MockTransport(note), base_url="http://api"))
    session = await web.log_in()
    stub.holders |= web.stub.holders
    await api.get(session, "/auth/me", q="", category=None, limit=20)
    assert asked == [b"limit=20"]
