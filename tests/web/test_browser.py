"""Journeys through the real product: PostgreSQL, the API and the web tier as processes, and a Chromium."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from core.db import Database
from core.ledger.relay import drain
from core.settings import Settings
from finlens.installation import environment, web_environment
from tests.factories import PASSWORD
from tests.web.browser import chromium, find_chromium, free_port, log_in, serving
from tests.web.household import CAFE, NASTY, SCAM, Household, settle
from tests.web.stub_api import PASSWORD as STUB_PASSWORD
from tests.web.stub_api import StubApi
from webapp.build import ensure_built
from webapp.states.transactions import TransactionsState

CHROMIUM = find_chromium()
expect.set_options(timeout=20_000)  # five seconds are not enough where two browsers share two cores with all else
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium or Chrome found: install one, or set FINLENS_CHROMIUM"),
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
QUESTION = "How much did I spend on groceries last month?"


@dataclass(frozen=True)
class Bank:
    url: str
    household: Household


@pytest.fixture(scope="session")
async def bank(
    settings_of: Callable[[str], Settings], worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Bank]:
    """A household's bank, served."""
    ports = {"api_port": free_port(), "web_port": free_port()}
    settings = settings_of(f"web_{worker_id}").model_copy(update=ports)
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database.of(settings)
    async with database.unit() as session:
        household = await settle(session, datetime.now(UTC))
    await drain(database)  # no worker runs here, and what has been paid shall have its score
    await database.close()
    ensure_built()
    logs, url = tmp_path_factory.mktemp("logs"), f"http://127.0.0.1:{settings.web_port}"
    told = {f"FINLENS_{name.upper()}": str(port) for name, port in ports.items()}
    api, web = environment(settings) | told, web_environment(settings, with_demo=False) | told
    async with (
        serving("api", f"{settings.api_url}/readyz", api, logs / "api.log"),
        serving("web", url, web, logs / "web.log"),
    ):
        yield Bank(url, household)


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[tuple[str, StubApi]]:
    """The web tier before an API that answers a word a second."""
    api, api_port, web_port = StubApi(), free_port(), free_port()
    server = uvicorn.Server(uvicorn.Config(api, port=api_port, log_config=None))
    running = asyncio.create_task(server.serve())
    ensure_built()
    told = {"HOME": str(tmp_path), "WEB_PORT": str(web_port), "URL": f"http://127.0.0.1:{api_port}"}
    url = f"http://127.0.0.1:{web_port}"
    async with serving(
        "web", url, os.environ | {f"FINLENS_{name}": value for name, value in told.items()}, tmp_path / "web.log"
    ):
        yield url, api
    server.should_exit = True
    await running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    assert CHROMIUM is not None
    async with chromium(CHROMIUM) as browser:
        yield browser


@pytest.fixture
async def page(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A fresh browser on a desk, or as the test's `parametrize` says. No script may fail on it, and none is blocked."""
    facts = {"viewport": {"width": 1280, "height": 800}} | getattr(request, "param", {})
    context = await browser.new_context(**facts)
    page, faults = await context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    await context.close()
    assert faults == []


@pytest.fixture
async def customer(page: Page, bank: Bank) -> Page:
    """The page of the household's customer, on the chat."""
    await log_in(page, bank.url, bank.household.customer, PASSWORD)
    await expect(page.locator("#question")).to_be_visible()
    return page


async def test_a_stranger_is_led_to_the_login_page(page: Page, bank: Bank):
    await page.goto(f"{bank.url}/transactions")
    await expect(page.locator("#login")).to_be_visible()
    await expect(page).to_have_title("Log in · FinLens")


async def test_a_wrong_password_is_refused_with_a_sentence(page: Page, bank: Bank):
    await log_in(page, bank.url, bank.household.customer, "wrong")
    await expect(page.locator("#problem")).to_have_text("The email or the password is wrong.")


async def test_a_question_gets_the_figure_its_rows_and_a_source(customer: Page, bank: Bank):
    await customer.fill("#question", QUESTION)
    await expect(customer.locator("#send")).to_be_enabled()
    await customer.keyboard.press("Enter")
    expected = bank.household.groceries.display()
    await expect(customer.locator(".figure").first).to_have_text(expected, timeout=15_000)
    await expect(customer.locator(".answer")).to_contain_text(expected)
    await expect(customer.locator(".footnote")).to_contain_text("Every figure checked against the ledger")
    await customer.click(".rows-title")
    await expect(customer.locator(".turn tbody tr")).to_have_count(bank.household.shopping_trips)
    await _take_picture(customer, "chat")


@pytest.mark.parametrize("page", [{}, PHONE, {**PHONE, "color_scheme": "dark"}], indirect=True)
async def test_a_thumb_down_says_why(customer: Page, request: pytest.FixtureRequest):
    await customer.fill("#question", QUESTION)
    await expect(customer.locator("#send")).to_be_enabled()
    await customer.keyboard.press("Enter")
    await customer.locator(".thumb-down").click(timeout=15_000)
    await expect(customer.locator(".thumb-down")).to_have_attribute("aria-pressed", "false")
    await _take_picture(customer, f"why-{request.node.name}")
    await customer.locator(".reason", has_text="Another period was meant").click()
    await expect(customer.locator(".thanks")).to_have_text("Thank you")
    await expect(customer.locator(".thumb-down")).to_have_attribute("aria-pressed", "true")
    await expect(customer.locator(".reason")).to_have_count(0)


async def test_an_answer_can_be_a_chart(customer: Page):
    await customer.fill("#question", "Show my spending by category last month")
    await expect(customer.locator("#send")).to_be_enabled()
    await customer.keyboard.press("Enter")
    await expect(customer.locator(".turn canvas")).to_be_visible(timeout=15_000)
    await _expect_drawn(customer, ".turn canvas", 1)


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
async def test_enter_on_a_page_that_is_not_alive_yet_loses_no_question(page: Page, bank: Bank):
    """The browser would submit the form itself, and come back with an empty page."""
    await page.goto(f"{bank.url}/")
    await page.fill("#question", QUESTION)
    await page.keyboard.press("Enter")
    await expect(page.locator("#question")).to_have_value(QUESTION)
    assert "question=" not in page.url


async def test_a_follow_up_question_is_asked_by_a_click_and_kept(customer: Page):
    await customer.fill("#question", QUESTION)
    await expect(customer.locator("#send")).to_be_enabled()
    await customer.keyboard.press("Enter")
    await customer.locator(".follow-up").first.click(timeout=15_000)
    await expect(customer.locator(".turn .answer")).to_have_count(2, timeout=15_000)
    await customer.click("#start-over")
    await expect(customer.locator(".turn")).to_have_count(0)
    await customer.locator(".conversation").first.click()
    await expect(customer.locator(".turn .answer")).to_have_count(2)


async def test_the_overview_draws_three_charts_and_lists_the_accounts(customer: Page, bank: Bank):
    await customer.goto(f"{bank.url}/overview")
    await customer.get_by_label("The month before").click()
    await expect(customer.locator("#tiles li")).to_have_count(4)
    await expect(customer.locator("canvas")).to_have_count(3)
    await _expect_drawn(customer, "canvas", 3)
    await expect(customer.locator("#accounts li")).to_have_count(1)
    await expect(customer.locator("#accounts")).to_contain_text("Meridian Bank")
    await _take_picture(customer, "overview")


@pytest.mark.parametrize("page", [{}, {**PHONE, "color_scheme": "dark"}, PHONE], indirect=True)
async def test_a_budget_is_set_changed_and_removed(customer: Page, bank: Bank, request: pytest.FixtureRequest):
    await customer.goto(f"{bank.url}/budgets")
    budget = customer.locator(".budget", has_text="Groceries")
    await _set_budget(customer, "Groceries", "12,500")
    await expect(budget).to_contain_text("of ₹12,500.00")
    await _set_budget(customer, "All of home", "30000")
    await expect(customer.locator(".budget")).to_have_count(2)
    await _take_picture(customer, f"budgets-{request.node.name}")
    await budget.get_by_label("Change").click()
    await expect(customer.locator("#amount")).to_have_value("12500")
    await customer.fill("#amount", "9000.50")
    await customer.click("#set")
    await expect(budget).to_contain_text("of ₹9,000.50")
    await budget.get_by_label("Remove").click()
    await expect(budget).to_have_count(0)
    await customer.get_by_label("Remove").click()
    await expect(customer.get_by_text("No budgets yet")).to_be_visible()


@pytest.mark.parametrize(
    "page", [{}, {"color_scheme": "dark"}, PHONE, {**PHONE, "color_scheme": "dark"}], indirect=True
)
async def test_a_suggestion_is_accepted_dismissed_and_made_a_rule(
    customer: Page, bank: Bank, request: pytest.FixtureRequest
):
    await customer.goto(f"{bank.url}/categories")
    suggested, nothing = customer.locator(".suggestion", has_text=CAFE), customer.get_by_text("Nothing to suggest")
    await expect(suggested).to_contain_text("Suggested")
    await expect(suggested).to_contain_text("2 payments · ₹840.00")
    await suggested.get_by_role("button", name="What changes").click()
    await expect(suggested.locator(".effect")).to_contain_text("2 payments would change")
    await expect(suggested.locator(".effect")).to_contain_text("Eating out")
    await _take_picture(customer, f"suggestion-{request.node.name}")
    for verb in ("Accept", "Dismiss"):
        await suggested.get_by_role("button", name=verb).click()
        await expect(nothing).to_be_visible()
        await customer.click("#undo")
        await expect(suggested).to_be_visible()
    await suggested.get_by_text("Make a rule").click()
    await expect(customer.locator(".effect")).to_contain_text("2 payments would change")
    await customer.click("#add")
    rule = customer.locator(".rule", has_text=CAFE)
    await expect(rule).to_contain_text("is Eating out")
    await expect(nothing).to_be_visible()
    await _take_picture(customer, f"rule-{request.node.name}")
    await rule.get_by_label("Remove").click()
    await expect(suggested).to_be_visible()


async def test_a_rule_is_tried_out_before_it_is_added(customer: Page, bank: Bank):
    await customer.goto(f"{bank.url}/categories")
    await customer.get_by_label("Paid to or from").fill("greenleaf")
    await customer.select_option("#category", label="Gifts and donations")
    await customer.click("#try")
    await expect(customer.locator(".effect")).to_contain_text("payments would change")
    await expect(customer.locator(".rule")).to_have_count(0)
    await customer.click("#add")
    await expect(customer.locator(".rule")).to_contain_text("greenleaf")
    await customer.click("#undo")
    await expect(customer.locator(".rule")).to_have_count(0)


async def test_a_suggested_category_is_marked_as_such_among_the_payments(customer: Page, bank: Bank):
    await customer.goto(f"{bank.url}/transactions")
    await customer.fill("#search", CAFE)
    await expect(customer.locator(".transaction")).to_have_count(2)
    await expect(customer.locator(".transaction").first).to_contain_text("Uncategorised")
    await expect(customer.locator(".transaction").first).to_contain_text("Suggested: Eating out")


async def test_transactions_are_paged_and_narrowed_by_the_server(customer: Page, bank: Bank):
    await customer.goto(f"{bank.url}/transactions")
    rows = customer.locator(".transaction")
    await expect(rows).to_have_count(25)
    first = await rows.first.inner_text()
    await customer.click("#next")
    await expect(customer.locator("#page")).to_have_text("Page 2")
    assert await rows.first.inner_text() != first
    await customer.fill("#search", "greenleaf")
    await expect(rows).not_to_have_count(25)
    assert all("Greenleaf" in text for text in await rows.all_inner_texts())
    await customer.fill("#search", "no such shop")
    await expect(customer.get_by_text("Nothing matches")).to_be_visible()


async def test_a_description_is_text_and_never_markup(customer: Page, bank: Bank):
    await customer.goto(f"{bank.url}/transactions")
    await expect(customer.get_by_text(NASTY).first).to_be_visible()
    assert await customer.evaluate("window.hacked") is None


async def test_a_flagged_payment_says_why(customer: Page, bank: Bank):
    await customer.goto(f"{bank.url}/transactions")
    await customer.get_by_role("button", name=SCAM).click()
    await expect(customer.locator("#judgement .reason").first).to_contain_text("times this account's usual")
    await _take_picture(customer, "payment")
    await customer.keyboard.press("Escape")
    await expect(customer.locator("#details")).to_have_count(0)


async def test_an_analyst_works_through_the_alerts(page: Page, bank: Bank):
    await log_in(page, bank.url, bank.household.analyst, PASSWORD)
    await page.get_by_role("link", name="Alerts").and_(page.locator(":visible")).click()
    alert = page.locator(".alert-card", has_text=SCAM)
    await expect(alert.locator(".reason").first).to_be_visible()
    await alert.get_by_role("button", name="It is fraud").click()
    await expect(page.locator(".notice")).to_contain_text("The alert is confirmed now.")
    await expect(alert).to_have_count(0)


async def test_logging_out_ends_the_session_in_every_tab(customer: Page, bank: Bank):
    other = await customer.context.new_page()
    await other.goto(f"{bank.url}/transactions")
    await expect(other.locator(".transaction").first).to_be_visible()
    await customer.click("#logout")
    await expect(customer.locator("#login")).to_be_visible()
    await other.click("#next")
    await expect(other.locator("#login")).to_be_visible()


async def test_the_cookie_is_out_of_reach_of_scripts(customer: Page):
    [cookie] = await customer.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert await customer.evaluate("document.cookie") == ""
    stored = await customer.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert cookie["value"] not in stored


async def test_a_hand_made_event_gets_rows_only_with_a_session(customer: Page, browser: Browser, bank: Bank):
    event = f"{TransactionsState.get_full_name()}.open"
    assert "Greenleaf" in await _raise_event(customer, event)
    stranger = await (await browser.new_context()).new_page()
    await stranger.goto(f"{bank.url}/login")
    answer = await _raise_event(stranger, event)
    assert "Greenleaf" not in answer
    assert "/login" in answer
    await stranger.context.close()


@pytest.mark.parametrize("page", [PHONE], indirect=True)
@pytest.mark.parametrize("path", ["/", "/overview", "/transactions", "/budgets", "/categories"])
async def test_nothing_scrolls_sideways_on_a_phone(customer: Page, bank: Bank, path: str):
    await customer.goto(f"{bank.url}{path}")
    await expect(customer.locator("#question, #tiles, #rows, #covers, #suggestions").first).to_be_visible()
    assert await customer.evaluate("document.documentElement.scrollWidth") <= 390
    await _take_picture(customer, f"phone{path.replace('/', '-')}")


@pytest.mark.parametrize("page", [{"color_scheme": "dark"}], indirect=True)
async def test_dark_is_followed_from_the_system_and_a_choice_is_kept(customer: Page):
    page_colour = "getComputedStyle(document.body).backgroundColor"
    dark = await customer.evaluate(page_colour)
    await customer.click("#theme")
    await expect(customer.locator("html")).to_have_class("light")
    light = await customer.evaluate(page_colour)
    assert light != dark
    await customer.reload()
    await expect(customer.locator("html")).to_have_class("light")
    assert await customer.evaluate(page_colour) == light


async def test_a_slow_answer_can_be_stopped_and_is_not_worked_on_any_further(page: Page, slow: tuple[str, StubApi]):
    url, api = slow
    await log_in(page, url, "customer@finlens.example", STUB_PASSWORD)
    await page.fill("#question", "Take a slow look at everything")
    await page.click("#send")
    await expect(page.locator(".answer")).to_contain_text("You spent", timeout=15_000)
    await page.click("#stop")
    await expect(page.locator("#send")).to_be_visible()
    said = await page.locator(".answer").inner_text()
    await page.wait_for_timeout(2_500)
    assert await page.locator(".answer").inner_text() == said
    assert "hung up" in api.calls


async def test_an_unknown_address_says_so(page: Page, bank: Bank):
    answer = await page.goto(f"{bank.url}/nowhere")
    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_text("There is nothing at this address")).to_be_visible()


async def _set_budget(page: Page, name: str, amount: str) -> None:
    await page.select_option("#covers", label=name)
    await page.fill("#amount", amount)
    await page.click("#set")


async def _expect_drawn(page: Page, selector: str, count: int) -> None:
    """Each canvas holds more than one colour: axes alone are drawn in one or two."""
    script = """(canvases) => canvases.map((canvas) => {
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        const colours = new Set();
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) colours.add(data.slice(i, i + 3).join());
        return colours.size;
    })"""
    await page.wait_for_timeout(1_200)  # the charts' entrance
    colours = await page.locator(selector).evaluate_all(script)
    assert len(colours) == count
    assert min(colours) > 2


async def _raise_event(page: Page, name: str) -> str:
    """Everything the server says within a while to a websocket client that raises this event and no other."""
    script = """([name, token]) => new Promise((done) => {
        const socket = new WebSocket(`ws://${location.host}/_event/?token=${token}&EIO=4&transport=websocket`);
        const event = JSON.stringify(["event", {name, payload: {}, router_data: {pathname: "/transactions"}}]);
        let said = "";
        socket.onmessage = ({data}) => {
            said += data;
            if (data.startsWith("0{")) socket.send("40/_event,");
            if (data.startsWith("40/_event")) socket.send("42/_event," + event);
        };
        setTimeout(() => { socket.close(); done(said); }, 2500);
    })"""
    return await page.evaluate(script, [name, str(uuid4())])


async def _take_picture(page: Page, name: str) -> None:
    """For people to look at, where FINLENS_PICTURES names a folder."""
    if folder := os.environ.get("FINLENS_PICTURES"):
        await page.wait_for_timeout(1_000)
        await page.screenshot(path=Path(folder) / f"{name}.png")
