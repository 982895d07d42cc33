import pytest

from tests.web.stub_api import RULE, SUGGESTION
from tests.web.stub_web import Web
from webapp.models.category import rule
from webapp.states.categories import CategoriesState
from webapp.states.person import Unreadable

CAFE, EATING_OUT = SUGGESTION["counterparty"], SUGGESTION["category"]


async def _open(web: Web) -> CategoriesState:
    page = await web.page(CategoriesState)
    async for _ in CategoriesState.open.fn(page):
        pass
    web.stub.calls.clear()
    return page


async def test_a_suggestion_is_told_with_what_it_is_for(web: Web):
    page = await _open(web)
    [shown] = page.suggestions
    assert (shown.name, shown.payments, shown.sums) == ("Eating out", "2 payments", "€9.50, ₹840.00")
    assert shown.latest == "4 Oct 2026"  # in India it was past midnight


async def test_what_accepting_would_change_is_shown_and_hidden(web: Web):
    page = await _open(web)
    await CategoriesState.look_at.fn(page, CAFE, EATING_OUT)
    assert web.stub.calls == [f"preview eating_out {CAFE}"]
    assert page.effect.summary == "1 payment would change"
    gains, loses = page.effect.categories
    assert (gains.name, gains.payments, gains.money) == ("Eating out", "0 → 1", "₹0.00 → ₹420.00")
    assert (loses.name, loses.money) == ("Uncategorised", "₹840.00 → ₹420.00")
    assert page.effect.payments[0].categories == "Uncategorised → Eating out"
    await CategoriesState.look_at.fn(page, CAFE, EATING_OUT)
    assert page.looked_at == ""


@pytest.mark.parametrize("verb", ["accept", "dismiss"])
async def test_what_was_decided_can_be_undone_once(web: Web, verb: str):
    page = await _open(web)
    await getattr(CategoriesState, verb).fn(page, CAFE, EATING_OUT, "Eating out")
    assert CAFE in page.done
    await CategoriesState.undo.fn(page)
    await CategoriesState.undo.fn(page)
    assert web.stub.calls == [f"{verb} eating_out {CAFE}", f"take-back eating_out {CAFE}"]
    assert page.done == ""


async def test_a_rule_is_tried_and_then_added_as_it_was_tried(web: Web):
    page = await _open(web)
    typed = {"counterparty": " cafe ", "max": "1,500", "category": EATING_OUT, "direction": "out"}
    await CategoriesState.try_rule.fn(page, typed)
    assert page.rule_effect.summary == "1 payment would change"
    await CategoriesState.add_rule.fn(page)
    tried, added = web.stub.calls
    assert "'amount_minor_max': 150000, 'currency': 'INR'" in tried
    assert "'counterparty': 'cafe'" in tried
    assert added.removeprefix("add ") == tried.removeprefix("try ")
    assert page.rule_effect.summary == ""
    await CategoriesState.undo.fn(page)
    assert web.stub.calls[-1] == f"remove {RULE['id']}"


async def test_a_suggestion_becomes_a_rule(web: Web):
    page = await _open(web)
    await CategoriesState.make_rule.fn(page, CAFE, EATING_OUT)
    assert (page.counterparty, page.category) == (CAFE, EATING_OUT)
    assert page.rule_effect.summary == "1 payment would change"


async def test_a_removed_rule_comes_back_to_its_place(web: Web):
    page = await _open(web)
    await CategoriesState.remove_rule.fn(page, RULE["id"])
    await CategoriesState.undo.fn(page)
    removed, added = web.stub.calls
    assert removed == f"remove {RULE['id']}"
    assert "'place': 2" in added
    assert "version" not in added


async def test_a_rule_is_asked_one_place_earlier(web: Web):
    page = await _open(web)
    await CategoriesState.ask_earlier.fn(page, RULE["id"])
    assert web.stub.calls == [f'place 1 {RULE["id"]} "4"']


@pytest.mark.parametrize(
    ("form", "told"),
    [({"counterparty": "cafe"}, "Choose the category"), ({"category": "rent"}, "asks for"),
     ({"category": "rent", "min": "a lot"}, "a lot")],
)  # fmt: skip
async def test_what_is_missing_or_no_amount_is_a_sentence(web: Web, form: dict, told: str):
    page = await _open(web)
    with pytest.raises(Unreadable, match=told):
        await CategoriesState.try_rule.fn(page, form)
    assert web.stub.calls == []


def test_a_rule_says_what_it_asks():
    assert rule(RULE).asks == "Money out, to or from “Annapurna”, at most ₹5,000.00"
