from tests.web.stub_api import NASTY, answer
from tests.web.stub_web import Web
from webapp.models.answer import Turn
from webapp.states.chat import ChatState
from webapp.states.person import PersonState


async def _chat(web: Web) -> ChatState:
    state = await web.state(ChatState, session := await web.log_in())
    (await state.get_state(PersonState))._belong_to(session)
    return state


async def test_a_question_opens_a_turn_and_a_second_one_waits(web: Web):
    chat = await _chat(web)
    assert ChatState.submit.fn(chat, {"question": "  How much on groceries?  "}) is not None
    assert ChatState.submit.fn(chat, {"question": "And rent?"}) is None
    assert [turn.question for turn in chat.turns] == ["How much on groceries?"]
    assert chat.is_busy


async def test_an_empty_question_is_not_asked_and_a_long_one_is_cut(web: Web):
    chat = await _chat(web)
    assert ChatState.submit.fn(chat, {"question": "   "}) is None
    assert ChatState.submit.fn(chat, {}) is None
    ChatState.submit.fn(chat, {"question": "x" * 2_000})
    assert len(chat.turns[0].question) == 500


async def test_the_suggestions_are_those_of_the_role(web: Web):
    customer = await _chat(web)
    assert "How much did I spend on groceries last month?" in customer.suggestions
    session = await web.log_in("analyst@finlens.example")
    customer._belong_to(session)
    assert customer.suggestions[0].startswith("Which alerts")


async def test_an_answer_is_shown_in_words_as_it_comes(web: Web):
    turn = Turn("groceries?")
    async for event in web.api.ask(await web.log_in(), "groceries?", ""):
        turn.take(event, "Asia/Kolkata")
    assert [figure.text for figure in turn.figures] == ["₹11,996.50", "5", "11.2 %"]
    assert [head.text for head in turn.heads][:3] == ["When", "Payment", "Description"]
    assert turn.rows_title == "5 rows behind this"
    assert turn.money == {"currency": "INR", "locale": "en-IN", "digits": 2}
    assert turn.chart["series"][0]["data"][-1] == 1199650
    assert turn.footnote == "Every figure checked against the ledger · 64 ms"


async def test_rows_show_names_and_local_time_but_no_ids_and_no_markup(web: Web):
    turn = Turn("groceries?")
    async for event in web.api.ask(await web.log_in(), "groceries?", ""):
        turn.take(event, "Asia/Kolkata")
    texts = [cell.text for cell in turn.rows[1].cells]
    assert "27 Oct 2026, 16:35" in texts  # 11:05 UTC
    assert "Groceries" in texts
    assert "-₹4,121.25" in texts
    assert NASTY in texts  # data: the page shows it as text
    assert not any(text.startswith("019a") for text in texts)


def test_what_was_not_checked_is_not_called_checked():
    turn = Turn("q")
    turn.complete(answer() | {"grounded": False}, "UTC")
    assert turn.footnote.startswith("Not all of this could be checked")
