import reflex as rx

from webapp.components.echart import echart
from webapp.components.layout import OVERVIEW, card, nothing, page, shell, skeleton
from webapp.models.overview import Account, Share, Tile
from webapp.states.overview import OverviewState


def overview() -> rx.Component:
    return shell(
        OVERVIEW,
        page(
            "Overview",
            rx.cond(
                OverviewState.is_loading,
                _loading(),
                rx.cond(
                    OverviewState.currencies,
                    _month(),
                    nothing("wallet", "No accounts yet", "Once there are any, this is their month at a glance."),
                ),
            ),
            actions=_pickers(),
        ),
    )


def _pickers() -> rx.Component:
    return rx.el.div(
        rx.cond(OverviewState.currency_names.length() > 1, _currency_picker()),
        rx.el.div(
            _step(-1, "chevron-left", "The month before", OverviewState.is_oldest),
            rx.el.select(
                rx.foreach(OverviewState.months, lambda month: rx.el.option(month[1], value=month[0])),
                value=OverviewState.month,
                on_change=OverviewState.choose,
                id="month",
                aria_label="Month",
                class_name="select join-item bg-base-100 w-44",
            ),
            _step(1, "chevron-right", "The month after", OverviewState.is_newest),
            class_name="join",
        ),
        class_name="flex gap-3",
    )


def _currency_picker() -> rx.Component:
    return rx.el.select(
        rx.foreach(OverviewState.currency_names, lambda currency: rx.el.option(currency, value=currency)),
        value=OverviewState.currency,
        on_change=OverviewState.choose_currency,
        id="currency",
        aria_label="Currency",
        class_name="select bg-base-100 w-24",
    )


def _step(count: int, icon: str, label: str, is_last: bool | rx.Var) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=17),
        type="button",
        on_click=OverviewState.step(count),
        disabled=is_last,
        aria_label=label,
        title=label,
        class_name="join-item btn btn-square bg-base-100 border-base-content/20",
    )


def _loading() -> rx.Component:
    tile = rx.el.div(skeleton("h-4 w-1/2", "h-7 w-3/4"), class_name="surface p-5")
    chart = rx.el.div(skeleton("h-4 w-1/4", "h-64"), class_name="surface p-5")
    return rx.el.div(
        rx.el.div(tile, tile, tile, tile, class_name="grid grid-cols-2 lg:grid-cols-4 gap-4"),
        rx.el.div(chart, chart, class_name="grid lg:grid-cols-2 gap-4 mt-4"),
    )


def _month() -> rx.Component:
    return rx.el.div(
        rx.el.ul(
            rx.foreach(OverviewState.shown.tiles, _tile), class_name="grid grid-cols-2 lg:grid-cols-4 gap-4", id="tiles"
        ),
        rx.el.div(_trend(), _categories(), _merchants(), _accounts(), class_name="grid lg:grid-cols-5 gap-4 mt-4"),
    )


def _trend() -> rx.Component:
    return card(
        "Income and spending",
        _chart(OverviewState.shown.trend, "390px", "Income and spending of twelve months"),
        hint="Twelve months",
        class_name="lg:col-span-3",
    )


def _categories() -> rx.Component:
    return card(
        "Where it went",
        _if_spent(
            rx.el.div(
                _chart(OverviewState.shown.categories, "180px", "Spending by category"),
                rx.el.ul(rx.foreach(OverviewState.shown.shares, _share), class_name="mt-4 flex flex-col gap-1.5"),
            )
        ),
        class_name="lg:col-span-2",
    )


def _merchants() -> rx.Component:
    return card(
        "Who it went to",
        _if_spent(_chart(OverviewState.shown.merchants, "300px", "The largest receivers")),
        class_name="lg:col-span-3",
    )


def _accounts() -> rx.Component:
    return card(
        "Accounts",
        rx.cond(
            OverviewState.accounts,
            rx.el.ul(
                rx.foreach(OverviewState.accounts, _account),
                id="accounts",
                class_name="divide-y divide-base-300 -my-3 max-h-80 overflow-y-auto",
            ),
            nothing("wallet", "No accounts yet", "They appear here once they are opened."),
        ),
        class_name="lg:col-span-2",
    )


def _chart(option: rx.Var, height: str, label: str) -> rx.Component:
    return echart(option=option, money=OverviewState.shown.money, height=height, label=label)


def _if_spent(drawing: rx.Component) -> rx.Component:
    untouched = nothing("leaf", "Nothing spent", "This month is still untouched.")
    return rx.cond(OverviewState.shown.has_spending, drawing, untouched)


def _tile(tile: Tile) -> rx.Component:
    return rx.el.li(
        rx.el.p(tile.label, class_name="text-sm opacity-65"),
        rx.el.p(
            tile.text, class_name="display figures text-xl sm:text-2xl font-semibold mt-1 truncate", title=tile.text
        ),
        rx.el.p(tile.hint, class_name="text-xs opacity-60 mt-1.5"),
        class_name="surface p-4 sm:p-5 min-w-0",
    )


def _share(share: Share, index: int) -> rx.Component:
    return rx.el.li(
        rx.el.span(class_name="slice w-2.5 h-2.5 rounded-full shrink-0", data_slice=index),
        rx.el.span(share.name, class_name="flex-1 truncate"),
        rx.el.span(share.percent, " %", class_name="figures opacity-60 w-12 text-right"),
        rx.el.span(share.amount, class_name="figures font-medium w-28 text-right"),
        class_name="flex items-center gap-2.5 text-sm",
    )


def _account(account: Account) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(account.name, class_name="font-medium truncate"),
            rx.el.p(account.bank, " · ", account.number, class_name="text-sm opacity-60 truncate"),
            class_name="min-w-0",
        ),
        rx.el.div(
            rx.el.p(account.balance, class_name="figures font-medium whitespace-nowrap"),
            rx.el.p(account.available, class_name="figures text-xs opacity-60 whitespace-nowrap"),
            class_name="text-right",
        ),
        class_name="flex items-center justify-between gap-4 py-3",
    )
