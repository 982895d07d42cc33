"""The Reflex app: its pages, the plain routes that log in and out, and what happens when a handler fails."""

import logging

import reflex as rx

from webapp.client import ApiAway, ApiRefused
from webapp.pages.alerts import alerts
from webapp.pages.budgets import budgets
from webapp.pages.categories import categories
from webapp.pages.chat import chat
from webapp.pages.login import login
from webapp.pages.not_found import not_found
from webapp.pages.overview import overview
from webapp.pages.transactions import transactions
from webapp.routes import routes
from webapp.sessions import LoggedOut
from webapp.states.alerts import AlertsState
from webapp.states.budgets import BudgetsState
from webapp.states.categories import CategoriesState
from webapp.states.chat import ChatState
from webapp.states.login import LoginState
from webapp.states.notice import NoticeState
from webapp.states.overview import OverviewState
from webapp.states.person import Doorkeeper, Unreadable
from webapp.states.transactions import TransactionsState

log = logging.getLogger(__name__)


def tell(exception: Exception):
    """What the browser is told of an exception in a handler: one sentence, or the way to the login page."""
    match exception:
        case LoggedOut():
            return rx.redirect("/login", replace=True)
        case ApiRefused():
            return NoticeState.warn(exception.detail)
        case Unreadable():
            return NoticeState.warn(str(exception))
        case ApiAway():
            return NoticeState.warn("FinLens cannot be reached right now. Please try again in a moment.")
        case _:
            log.exception("A handler failed", exc_info=exception)
            return NoticeState.warn("Something went wrong on our side. Please try again.")


app = rx.App(
    api_transformer=routes,
    # Calling a handler gives an EventSpec, which Reflex's own types do not say.
    backend_exception_handler=tell,  # pyright: ignore[reportArgumentType]
    html_lang="en",
    stylesheets=["/theme.css"],
    head_components=[
        rx.el.link(rel="icon", href="/icon.svg", type="image/svg+xml"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        rx.el.link(rel="apple-touch-icon", href="/icon-192.png"),
        rx.el.meta(name="theme-color", content="#0e5a4a"),
    ],
)
app.add_middleware(Doorkeeper(), index=0)
app.add_page(chat, route="/", title="Ask · FinLens", on_load=ChatState.open)
app.add_page(overview, route="/overview", title="Overview · FinLens", on_load=OverviewState.open)
app.add_page(transactions, route="/transactions", title="Transactions · FinLens", on_load=TransactionsState.open)
app.add_page(budgets, route="/budgets", title="Budgets · FinLens", on_load=BudgetsState.open)
app.add_page(categories, route="/categories", title="Categories · FinLens", on_load=CategoriesState.open)
app.add_page(alerts, route="/alerts", title="Alerts · FinLens", on_load=AlertsState.open)
app.add_page(login, route="/login", title="Log in · FinLens", on_load=LoginState.open)
app.add_page(not_found, route="404", title="Not found · FinLens")
