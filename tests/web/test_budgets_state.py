import pytest

from tests.web.stub_api import BUDGET
from tests.web.stub_web import Web
from webapp.models.budget import budget
from webapp.states.budgets import BudgetsState
from webapp.states.person import Unreadable


async def _open(web: Web) -> BudgetsState:
    page = await web.page(BudgetsState)
    async for _ in BudgetsState.open.fn(page):
        pass
    web.stub.calls.clear()
    return page


async def test_a_budget_is_shown_with_what_is_left_and_what_it_will_come_to(web: Web):
    page = await _open(web)
    [shown] = page.budgets
    assert (shown.spent, shown.available, shown.left) == ("₹10,000.00", "₹12,500.50", "₹2,500.50 left")
    assert (shown.projected, shown.standing, shown.percent) == ("₹14,000.00", "Likely to be over", 80)
    assert not page.asks_currency


async def test_a_new_budget_is_set_in_minor_units(web: Web):
    page = await _open(web)
    await BudgetsState.save.fn(page, {"covers": "rent", "amount": "28,000.50"})
    assert web.stub.calls == ["new budget rent 2800050"]


async def test_one_that_began_this_month_is_changed(web: Web):
    page = await _open(web)
    BudgetsState.change.fn(page, BUDGET["id"])
    assert (page.covers, page.amount) == ("groceries", "12500.50")
    await BudgetsState.save.fn(page, {"covers": "groceries", "amount": "13000"})
    assert web.stub.calls == [f"change {BUDGET['id']} 1300000"]
    assert (page.covers, page.amount) == ("", "")


async def test_a_budget_can_be_removed(web: Web):
    page = await _open(web)
    await BudgetsState.remove.fn(page, BUDGET["id"])
    assert web.stub.calls == [f"remove {BUDGET['id']}"]


@pytest.mark.parametrize(
    ("form", "told"), [({"amount": "5"}, "Choose"), ({"covers": "rent", "amount": "a lot"}, "a lot")]
)
async def test_what_is_missing_or_no_amount_is_a_sentence(web: Web, form: dict, told: str):
    page = await _open(web)
    with pytest.raises(Unreadable, match=told):
        await BudgetsState.save.fn(page, form)
    assert web.stub.calls == []


def test_more_than_the_budget_is_full_and_over():
    shown = budget(BUDGET | {"spent_minor": 1_500_050, "left_minor": -250_000, "state": "over"})
    assert (shown.percent, shown.left, shown.standing) == (100, "₹2,500.00 over", "Over")
    assert budget(BUDGET | {"available_minor": 0, "spent_minor": 0}).percent == 0
