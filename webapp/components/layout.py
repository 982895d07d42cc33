"""The frame around every page: navigation beside it on a desk, under it on a phone."""

from typing import NamedTuple

import reflex as rx
from reflex.style import toggle_color_mode
from reflex_components_core.react_router.dom import ReactRouterLink

from webapp.components.native import native_form
from webapp.components.notice import notice
from webapp.states.person import PersonState

_DRAWER = "navigation"


class Place(NamedTuple):
    path: str
    label: str
    icon: str


ASK = Place("/", "Ask", "message-circle")
OVERVIEW = Place("/overview", "Overview", "layout-dashboard")
TRANSACTIONS = Place("/transactions", "Transactions", "arrow-left-right")
BUDGETS = Place("/budgets", "Budgets", "piggy-bank")
CATEGORIES = Place("/categories", "Categories", "tags")
ALERTS = Place("/alerts", "Alerts", "shield-alert")


def shell(here: Place, *children: rx.Component, aside: rx.Component | None = None) -> rx.Component:
    """A page with its navigation; `aside` stands under the links, for what belongs to this page alone."""
    return rx.el.div(
        rx.el.a(
            "Skip to content",
            href="#content",
            class_name="sr-only focus:not-sr-only focus:fixed focus:z-50 focus:p-3 bg-base-100",
        ),
        rx.el.input(id=_DRAWER, type="checkbox", class_name="drawer-toggle", aria_label="Show the menu"),
        rx.el.div(
            _top_bar(here),
            rx.el.main(*children, id="content", class_name="flex-1 min-w-0 min-h-0 flex flex-col pb-16 lg:pb-0"),
            _dock(here),
            class_name="drawer-content flex flex-col min-h-dvh",
        ),
        rx.el.div(
            rx.el.label(html_for=_DRAWER, aria_label="Close the menu", class_name="drawer-overlay"),
            _sidebar(here, aside),
            class_name="drawer-side z-30",
        ),
        notice(),
        class_name="drawer lg:drawer-open",
    )


def brand() -> rx.Component:
    return rx.el.div(
        rx.image(src="/icon.svg", alt="", class_name="w-8 h-8"),
        rx.el.span("FinLens", class_name="display text-xl font-semibold"),
        class_name="flex items-center gap-2.5",
    )


def page(title: str, *children: rx.Component, actions: rx.Component | None = None) -> rx.Component:
    """The column of a page that is not a conversation."""
    return rx.el.div(
        rx.el.header(
            rx.el.h1(title, class_name="display text-3xl font-semibold"),
            actions or rx.fragment(),
            class_name="flex flex-wrap items-center justify-between gap-4 mb-6",
        ),
        *children,
        class_name="w-full max-w-6xl mx-auto px-4 sm:px-8 py-6 lg:py-10",
    )


def card(title: str, *children: rx.Component, hint: str = "", class_name: str = "") -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title, class_name="font-semibold whitespace-nowrap"),
            rx.el.span(hint, class_name="text-sm opacity-60"),
            class_name="flex items-baseline justify-between gap-3 mb-4",
        ),
        *children,
        class_name=f"surface p-5 min-w-0 {class_name}",
    )


def skeleton(*heights: str) -> rx.Component:
    """Grey lines in place of what is being fetched."""
    lines = [rx.el.div(class_name=f"skeleton-line {height}") for height in heights]
    return rx.el.div(*lines, class_name="flex flex-col gap-3", aria_busy="true", aria_label="Loading")


def nothing(icon: str, title: str, text: str) -> rx.Component:
    """What an empty list says instead of standing empty."""
    return rx.el.div(
        rx.icon(icon, size=28, class_name="opacity-40"),
        rx.el.p(title, class_name="font-medium"),
        rx.el.p(text, class_name="text-sm opacity-60 max-w-xs"),
        class_name="flex flex-col items-center text-center gap-1.5 py-12",
    )


def _places(entry) -> list[rx.Component]:
    common = [entry(ASK), entry(OVERVIEW), entry(TRANSACTIONS)]
    return [
        *common,
        *[rx.cond(PersonState.role == "customer", entry(place), rx.fragment()) for place in (BUDGETS, CATEGORIES)],
        rx.cond(PersonState.sees_alerts, entry(ALERTS), rx.fragment()),
    ]


def _sidebar(here: Place, aside: rx.Component | None) -> rx.Component:
    return rx.el.aside(
        rx.el.div(brand(), class_name="px-3 pt-2 pb-6"),
        rx.el.nav(*_places(lambda place: _link(place, here)), class_name="flex flex-col gap-0.5", aria_label="Main"),
        rx.el.div(aside or rx.fragment(), class_name="flex-1 min-h-0 overflow-y-auto mt-6"),
        _who(),
        class_name="w-64 h-dvh flex flex-col p-3 bg-base-200 border-r border-base-300",
    )


def _link(place: Place, here: Place) -> rx.Component:
    is_here = place == here
    colours = (
        "bg-base-100 border-base-300 font-medium"
        if is_here
        else "border-transparent opacity-75 hover:opacity-100 hover:wash"
    )
    return ReactRouterLink.create(
        rx.icon(place.icon, size=18, class_name="text-primary" if is_here else ""),
        place.label,
        to=place.path,
        aria_current="page" if is_here else "false",
        class_name=f"flex items-center gap-3 px-3 py-2 rounded-lg border text-[0.9375rem] {colours}",
    )


def _who() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.p(PersonState.name, class_name="text-sm font-medium truncate", id="who"),
            rx.el.p(PersonState.email, class_name="text-xs opacity-60 truncate"),
            class_name="min-w-0 flex-1",
        ),
        theme_toggle(),
        native_form(
            rx.el.button(
                rx.icon("log-out", size=17),
                type="submit",
                id="logout",
                title="Log out",
                aria_label="Log out",
                class_name="btn btn-ghost btn-sm btn-square",
            ),
            action="/session/logout",
            method="post",
        ),
        class_name="flex items-center gap-1 pt-3 pl-3 border-t border-base-300",
    )


def until_alive() -> rx.Var[bool]:
    """True while the page is only what was prerendered: what is pressed then is lost, so `disabled` takes this."""
    return rx.cond(rx.State.is_hydrated, False, True)


def theme_toggle() -> rx.Component:
    return rx.el.button(
        rx.color_mode_cond(rx.icon("moon", size=17), rx.icon("sun", size=17)),
        on_click=toggle_color_mode,
        disabled=until_alive(),
        type="button",
        id="theme",
        title="Light or dark",
        aria_label="Switch between light and dark",
        class_name="btn btn-ghost btn-sm btn-square",
    )


def _top_bar(here: Place) -> rx.Component:
    return rx.el.div(
        rx.el.label(
            rx.icon("menu", size=20),
            html_for=_DRAWER,
            aria_label="Open the menu",
            class_name="btn btn-ghost btn-sm btn-square",
        ),
        rx.el.span(here.label, class_name="font-medium"),
        rx.image(src="/icon.svg", alt="FinLens", class_name="w-7 h-7 mx-1"),
        class_name="lg:hidden sticky top-0 z-20 flex items-center justify-between h-14 px-3 "
        "bg-base-200/95 border-b border-base-300 backdrop-blur",
    )


def _dock(here: Place) -> rx.Component:
    return rx.el.nav(
        *_places(lambda place: _dock_link(place, here)),
        aria_label="Main",
        class_name="lg:hidden fixed bottom-0 inset-x-0 z-20 flex h-16 bg-base-100 border-t border-base-300",
    )


def _dock_link(place: Place, here: Place) -> rx.Component:
    is_here = place == here
    return ReactRouterLink.create(
        rx.icon(place.icon, size=20),
        rx.el.span(place.label, class_name="text-[0.6875rem]"),
        to=place.path,
        aria_current="page" if is_here else "false",
        class_name="flex-1 flex flex-col items-center justify-center gap-1 "
        + ("text-primary font-medium" if is_here else "opacity-65"),
    )
