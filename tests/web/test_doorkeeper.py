"""Each handler can be called by any websocket client, so these call them as such a client does: by name."""

import pytest
from reflex.event import Event

from tests.web.stub_web import Web
from webapp.sessions import LoggedOut
from webapp.states.chat import ChatState
from webapp.states.login import LoginState
from webapp.states.person import Doorkeeper, PersonState


async def _knock(state, handler: str) -> None:
    event = Event(name=f"{type(state).get_full_name()}.{handler}", payload={})
    await Doorkeeper().preprocess(None, state._get_root_state(), event)  # pyright: ignore[reportArgumentType]


async def test_no_handler_of_a_personal_state_opens_to_a_stranger(web: Web):
    assert ChatState in PersonState.get_substates()
    for kind in PersonState.get_substates():
        state = await web.state(kind, None)
        for handler in kind.event_handlers:
            with pytest.raises(LoggedOut):
                await _knock(state, handler)


async def test_the_login_page_opens_to_a_stranger(web: Web):
    await _knock(await web.state(LoginState, None), "open")


async def test_a_logged_in_browser_comes_in(web: Web):
    chat = await web.state(ChatState, await web.log_in())
    await _knock(chat, "open")
    assert (chat.name, chat.role, chat.sees_alerts) == ("Asha Menon", "customer", False)


async def test_nobody_may_set_variables_from_outside(web: Web):
    chat = await web.state(ChatState, await web.log_in())
    with pytest.raises(LoggedOut):
        await _knock(chat, "setvar")


async def test_what_one_person_left_on_the_screen_is_gone_for_the_next(web: Web):
    first = await web.log_in()
    chat = await web.state(ChatState, first)
    await _knock(chat, "open")
    ChatState.submit.fn(chat, {"question": "What do I owe?"})
    web.sessions.end(first)
    with pytest.raises(LoggedOut):
        await _knock(chat, "open")
    assert (chat.turns, chat.name, chat.conversation_id) == ([], "", "")
