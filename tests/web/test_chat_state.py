from tests.web.stub_api import ALERT, CONVERSATION, NASTY, TURN, answer
from tests.web.stub_web import Web
from webapp.models.answer import Turn, figure
from webapp.states.chat import ChatState


async def test_a_question_opens_a_turn_and_a_second_one_waits(web: Web):
    chat = await web.page(ChatState)
    assert ChatState.submit.fn(chat, {"question": "  How much on groceries?  "}) is not None
    assert ChatState.submit.fn(chat, {"question": "And rent?"}) is None
    assert [turn.question for turn in chat.turns] == ["How much on groceries?"]
    assert chat.is_busy


async def test_an_empty_question_is_not_asked_and_a_long_one_is_cut(web: Web):
    chat = await web.page(ChatState)
    assert ChatState.submit.fn(chat, {"question": "   "}) is None
    assert ChatState.submit.fn(chat, {}) is None
    ChatState.submit.fn(chat, {"question": "x" * 2_000})
    assert len(chat.turns[0].question) == 500


async def test_the_suggestions_are_those_of_the_role(web: Web):
    customer = await web.page(ChatState)
    assert "How much did I spend on groceries last month?" in customer.suggestions
    session = await web.log_in("analyst@finlens.example")
    customer._belong_to(session)
    assert customer.suggestions[0].startswith("Which alerts")


async def test_an_earlier_conversation_comes_back_with_its_figures(web: Web):
    chat = await web.page(ChatState)
    await ChatState.resume.fn(chat, CONVERSATION)
    assert (chat.conversation_id, len(chat.turns)) == (CONVERSATION, 1)
    assert chat.turns[0].figures[0].text == "₹11,996.50"


async def test_what_streams_for_a_conversation_that_was_left_is_not_shown(web: Web):
    chat = await web.page(ChatState)
    ChatState.submit.fn(chat, {"question": "How much on groceries?"})
    left = chat._run
    await ChatState.resume.fn(chat, CONVERSATION)
    chat._paint([{"event": "text", "text": "of another conversation"}], left)
    assert "of another conversation" not in chat.turns[-1].answer


async def test_rows_open_and_close_by_their_turn(web: Web):
    chat = await web.page(ChatState)
    await ChatState.resume.fn(chat, CONVERSATION)
    for index, shows in ((0, True), (7, True), (-1, True), (0, False)):
        ChatState.toggle_rows.fn(chat, index)
        assert chat.turns[0].shows_rows is shows


async def test_an_opinion_of_an_answer_is_told_and_a_thumb_down_says_why(web: Web):
    chat = await web.page(ChatState)
    await ChatState.resume.fn(chat, CONVERSATION)
    await ChatState.praise.fn(chat, 0)
    assert chat.turns[0].verdict == "up"
    ChatState.ask_why.fn(chat, 0)
    assert (chat.turns[0].verdict, chat.turns[0].asks_why) == ("up", True)
    await ChatState.complain.fn(chat, 0, "wrong_period")
    assert (chat.turns[0].verdict, chat.turns[0].asks_why) == ("down", False)
    told = [call for call in web.stub.calls if call.startswith("feedback")]
    assert told == [f"feedback {TURN} up", f"feedback {TURN} down wrong_period"]


async def test_an_opinion_of_nothing_or_for_a_made_up_reason_is_not_told(web: Web):
    chat = await web.page(ChatState)
    ChatState.submit.fn(chat, {"question": "How much on groceries?"})
    await ChatState.praise.fn(chat, 0)  # it has no answer yet
    await ChatState.resume.fn(chat, CONVERSATION)
    await ChatState.praise.fn(chat, 3)
    await ChatState.complain.fn(chat, 0, "because")
    assert chat.turns[0].verdict == ""
    assert not [call for call in web.stub.calls if call.startswith("feedback")]


async def test_an_answer_is_shown_in_words_as_it_comes(web: Web):
    turn = Turn("groceries?")
    async for event in web.api.ask(await web.log_in(), "groceries?", ""):
        turn.take(event, "Asia/Kolkata")
    assert [figure.text for figure in turn.figures] == ["₹11,996.50", "5", "11.2 %"]
    assert [head.text for head in turn.heads][:3] == ["When", "Payment", "Amount"]
    assert turn.rows_title == "5 payments behind this"
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


def _told(rows: list[dict], **facts: object) -> Turn:
    turn = Turn("q")
    turn.complete(answer() | {"rows": rows} | facts, "Asia/Kolkata")
    return turn


def test_groups_are_named_as_people_name_them():
    turn = _told([{"month": "2026-10-01", "category": "eating_out", "currency": "INR", "spend": 12500, "count": 3}])
    assert [head.text for head in turn.heads] == ["Month", "Category", "Spend", "Count"]
    assert [cell.text for cell in turn.rows[0].cells] == ["October 2026", "Eating out", "₹125.00", "3"]


def test_rows_say_when_there_may_be_more_of_them():
    assert _told(answer()["rows"], query={"rows": 20}).rows_title == "5 payments behind this"
    assert _told(answer()["rows"], query={"rows": 5}).rows_title == "5 of the payments behind this"
    assert _told([{"bank": "Meridian", "currency": "INR", "spend": 1}]).rows_title == "1 row behind this"


def test_alerts_are_rows_too():
    turn = _told([ALERT | {"transaction_id": "019a", "account_id": "019a"}])
    assert [head.text for head in turn.heads] == ["When", "Customer", "Payment", "Amount", "Points", "Description"]


def test_a_row_without_a_value_shows_a_dash():
    [row] = _told([{"bank": None, "currency": "INR", "average": None}]).rows
    assert [cell.text for cell in row.cells] == ["–", "–"]


def test_of_many_figures_only_the_one_asked_for_is_shown():
    first = answer()["figures"][0]
    assert [figure.text for figure in _told([], figures=[first] * 9).figures] == ["₹11,996.50"]


def test_each_kind_of_figure_is_written_its_own_way():
    units = [("percent", 12.0), ("percent", -3.25), ("days", 1), ("days", 4), ("date", "2026-10-03"), ("text", "DMart")]
    texts = []
    for unit, value in units:
        found = {"label": "", "unit": unit, "value": value, "value_minor": None, "currency": None, "source": ""}
        texts.append(figure(found).text)
    texts.append(figure(found | {"value_minor": 995, "currency": "INR"}).text)
    assert texts == ["12 %", "-3.2 %", "1 day", "4 days", "3 Oct 2026", "DMart", "DMart · ₹9.95"]
