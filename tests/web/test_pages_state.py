"""The states behind overview, transactions and alerts, over the stub of the API."""

from urllib.parse import parse_qs

import pytest

from tests.web.stub_api import NASTY
from tests.web.stub_web import Web
from webapp.client import ApiRefused
from webapp.states.alerts import AlertsState
from webapp.states.overview import OverviewState
from webapp.states.person import Unreadable
from webapp.states.transactions import TransactionsState


async def _run(handler, state, *arguments) -> None:
    """Run an event handler to its end, whether it yields on the way or not."""
    running = handler.fn(state, *arguments)
    if hasattr(running, "__aiter__"):
        async for _ in running:
            pass
    else:
        await running


def _asked(web: Web) -> dict[str, list[str]]:
    """The query of the last list of transactions that was asked for."""
    return parse_qs(web.stub.calls[-1].removeprefix("transactions?"))


async def test_pages_of_transactions_follow_the_cursors_back_and_forth(web: Web):
    state = await web.page(TransactionsState)
    await _run(TransactionsState.open, state)
    first = [row.id for row in state.rows]
    await _run(TransactionsState.next, state)
    await _run(TransactionsState.next, state)
    assert (state.page, len(state.rows), state.has_next) == (3, 10, False)
    await _run(TransactionsState.next, state)
    assert state.page == 3
    await _run(TransactionsState.previous, state)
    await _run(TransactionsState.previous, state)
    assert [row.id for row in state.rows] == first


async def test_a_filter_starts_at_the_first_page_and_goes_to_the_api(web: Web):
    state = await web.page(TransactionsState)
    await _run(TransactionsState.open, state)
    await _run(TransactionsState.next, state)
    await _run(TransactionsState.narrow, state, "search", "dmart")
    assert (state.page, state.is_filtered) == (1, True)
    assert {row.counterparty for row in state.rows} == {"DMart"}
    assert _asked(web) == {"limit": ["25"], "q": ["dmart"]}
    await _run(TransactionsState.clear, state)
    assert not state.is_filtered


async def test_days_are_those_of_the_person_and_amounts_are_minor_units(web: Web):
    state = await web.page(TransactionsState)
    await _run(TransactionsState.narrow, state, "start", "2026-10-01")
    await _run(TransactionsState.narrow, state, "end", "2026-10-31")
    await _run(TransactionsState.narrow, state, "least", "1,250.50")
    asked = _asked(web)
    assert asked["occurred_at[gte]"] == ["2026-10-01T00:00:00+05:30"]
    assert asked["occurred_at[lte]"] == ["2026-10-31T23:59:59.999999+05:30"]
    assert asked["amount[gte]"] == ["125050"]


@pytest.mark.parametrize("amount", ["abc", "1.999", "--3"])
async def test_an_amount_that_cannot_be_read_is_a_sentence_not_a_fault(web: Web, amount: str):
    state = await web.page(TransactionsState)
    with pytest.raises(Unreadable, match="is not an amount"):
        await _run(TransactionsState.narrow, state, "least", amount)


async def test_only_filters_can_be_set_by_name(web: Web):
    state = await web.page(TransactionsState)
    await _run(TransactionsState.narrow, state, "_session_id", "mine")
    assert state._session_id != "mine"


async def test_a_payment_out_is_explained_and_one_in_is_not(web: Web):
    state = await web.page(TransactionsState)
    await _run(TransactionsState.open, state)
    await _run(TransactionsState.choose, state, 1)
    assert (state.chosen.description, state.chosen.amount) == (NASTY, "-₹4,121.25")
    assert [reason.points for reason in state.explanation.reasons] == [45, 26]
    assert state.explanation.usual == ("The 84 payments before it were ₹7,900.00 in the middle and ₹25,000.00 at most.")
    await _run(TransactionsState.choose, state, 7)
    assert (state.chosen.is_in, state.chosen.amount) == (True, "+₹85,000.00")
    assert state.explanation.reasons == []


async def test_an_alert_leaves_the_list_when_it_is_decided(web: Web):
    state = await web.page(AlertsState, "analyst@finlens.example")
    await _run(AlertsState.open, state)
    [alert] = state.alerts
    assert (alert.amount, alert.occurred_at) == ("₹95,000.00", "22 Oct 2026, 03:12")
    await _run(AlertsState.decide, state, alert.id, "dismissed")
    assert state.alerts == []
    assert web.stub.calls[-1] == f"{alert.id} dismissed"


async def test_a_customer_who_asks_for_alerts_is_told_no_by_the_api(web: Web):
    state = await web.page(AlertsState)
    with pytest.raises(ApiRefused, match="not_allowed"):
        await _run(AlertsState.open, state)
    assert (state.alerts, state.is_loading) == ([], False)


async def test_the_overview_opens_on_this_month_and_steps_within_its_two_years(web: Web):
    state = await web.page(OverviewState)
    await _run(OverviewState.open, state)
    newest = state.month
    await _run(OverviewState.step, state, 1)
    assert (state.month, state.is_newest) == (newest, True)
    await _run(OverviewState.step, state, -1)
    assert web.stub.calls[-1] == f"overview {state.month}"
    assert state.month < newest
    asked = len(web.stub.calls)
    await _run(OverviewState.choose, state, "1999-01")
    assert len(web.stub.calls) == asked


async def test_the_overview_says_what_changed_and_where_it_went(web: Web):
    state = await web.page(OverviewState)
    await _run(OverviewState.open, state)
    shown = state.shown
    assert [(tile.label, tile.text, tile.hint) for tile in shown.tiles] == [
        ("Spent", "₹60,009.50", "-5 % against September"),
        ("Received", "₹93,500.00", "+3 % against September"),
        ("Left over", "₹33,490.50", "Received less spent"),
        ("Balance", "₹8,45,200.75", "In 3 accounts"),
    ]
    assert [share.name for share in shown.shares][-1] == "Everything else"
    assert len(shown.shares) == 8
    assert len(shown.trend["series"]) == 2
    assert shown.merchants["yAxis"]["data"][0] == "DMart"
    assert [account.available for account in state.accounts] == ["", "₹79,05,200.75 available"]
