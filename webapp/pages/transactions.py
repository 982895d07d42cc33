import reflex as rx

from core.categories import CATEGORIES
from webapp.components.layout import TRANSACTIONS, nothing, page, shell, skeleton
from webapp.models.transaction import Transaction
from webapp.pages.alerts import reasons
from webapp.states.transactions import TransactionsState

_CATEGORIES = sorted(((category.slug, category.name) for category in CATEGORIES), key=lambda option: option[1])
_DIRECTIONS = [("out", "Money out"), ("in", "Money in")]
_STATUSES = [("success", "Done"), ("pending", "Pending"), ("processing", "Processing"), ("failed", "Failed")]
_FIELD = "bg-base-100 w-full"


def transactions() -> rx.Component:
    return shell(
        TRANSACTIONS,
        page(
            "Transactions",
            _filters(),
            rx.cond(
                TransactionsState.is_loading,
                rx.el.div(skeleton(*["h-10"] * 8), class_name="surface p-5"),
                rx.cond(TransactionsState.rows, _table(), _empty()),
            ),
        ),
        rx.cond(TransactionsState.chosen.id, _details()),
    )


def _filters() -> rx.Component:
    return rx.el.section(
        rx.el.label(
            rx.icon("search", size=16, class_name="opacity-50"),
            rx.el.input(
                id="search",
                type="search",
                placeholder="Search names and descriptions",
                aria_label="Search",
                default_value=TransactionsState.search,
                on_change=lambda text: TransactionsState.narrow("search", text).debounce(300),
                class_name="quiet-field grow",
            ),
            class_name=f"input {_FIELD} col-span-2",
        ),
        _choice("category", "All categories", _CATEGORIES, TransactionsState.category),
        _choice("direction", "In and out", _DIRECTIONS, TransactionsState.direction),
        _day("start", "From", TransactionsState.start),
        _day("end", "To", TransactionsState.end),
        _least(),
        _choice("status", "Any status", _STATUSES, TransactionsState.status),
        role="search",
        class_name="grid grid-cols-2 lg:grid-cols-4 gap-2.5 mb-5",
    )


def _choice(name: str, everything: str, options: list[tuple[str, str]], chosen: str) -> rx.Component:
    return rx.el.select(
        rx.el.option(everything, value=""),
        *[rx.el.option(label, value=value) for value, label in options],
        id=name,
        value=chosen,
        on_change=lambda value: TransactionsState.narrow(name, value),
        aria_label=everything,
        class_name=f"select {_FIELD}",
    )


def _day(name: str, label: str, chosen: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="text-xs opacity-60"),
        rx.el.input(
            id=name,
            type="date",
            value=chosen,
            on_change=lambda value: TransactionsState.narrow(name, value),
            class_name="quiet-field grow min-w-0",
        ),
        class_name=f"input {_FIELD} pr-2",
    )


def _least() -> rx.Component:
    return rx.el.label(
        rx.el.span("At least ", TransactionsState.currency, class_name="text-xs opacity-60 whitespace-nowrap"),
        rx.el.input(
            id="least",
            input_mode="decimal",
            default_value=TransactionsState.least,
            on_change=lambda text: TransactionsState.narrow("least", text).debounce(400),
            class_name="quiet-field grow min-w-0",
        ),
        class_name=f"input {_FIELD}",
    )


def _empty() -> rx.Component:
    return rx.el.div(
        rx.cond(
            TransactionsState.is_filtered,
            nothing("search-x", "Nothing matches", "Widen the period, or drop a filter."),
            nothing("inbox", "No payments yet", "They appear here as soon as money moves."),
        ),
        rx.cond(
            TransactionsState.is_filtered,
            rx.el.button(
                "Clear the filters",
                type="button",
                on_click=TransactionsState.clear,
                class_name="btn btn-sm btn-ghost border border-base-300 mx-auto flex -mt-6 mb-8",
            ),
        ),
        class_name="surface",
    )


def _table() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th("Date", scope="col", class_name="hidden md:table-cell"),
                        rx.el.th("Payment", scope="col"),
                        rx.el.th("Category", scope="col", class_name="hidden md:table-cell"),
                        rx.el.th("Account", scope="col", class_name="hidden lg:table-cell"),
                        rx.el.th("Amount", scope="col", class_name="text-right w-36"),
                    ),
                    class_name="text-xs",
                ),
                rx.el.tbody(rx.foreach(TransactionsState.rows, _row), id="rows"),
                class_name="table w-full table-fixed md:table-auto",
            ),
            class_name="surface overflow-hidden",
        ),
        _pager(),
    )


def _row(row: Transaction, index: int) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.day, class_name="hidden md:table-cell figures whitespace-nowrap text-sm opacity-70 align-top"),
        rx.el.td(
            rx.el.button(
                row.counterparty,
                type="button",
                on_click=TransactionsState.choose(index).stop_propagation,
                class_name="font-medium text-left hover:underline cursor-pointer truncate max-w-full block",
            ),
            rx.el.p(
                rx.el.span(row.day, rx.cond(row.description, " · ", ""), class_name="md:hidden figures"),
                row.description,
                class_name="text-sm opacity-60 truncate max-w-[26rem]",
            ),
            class_name="align-top",
        ),
        rx.el.td(
            row.category,
            rx.cond(row.suggested, rx.el.p("Suggested: ", row.suggested, class_name="text-xs opacity-60")),
            class_name="hidden md:table-cell whitespace-nowrap text-sm align-top",
        ),
        rx.el.td(row.account, class_name="hidden lg:table-cell whitespace-nowrap text-sm opacity-70 align-top"),
        rx.el.td(
            rx.el.p(row.amount, class_name=rx.cond(row.is_in, "text-success font-medium", "font-medium")),
            _status(row.status),
            class_name="figures text-right whitespace-nowrap align-top",
        ),
        on_click=TransactionsState.choose(index),
        class_name="transaction cursor-pointer hover:bg-base-200",
    )


def _status(status: str) -> rx.Component | rx.Var:
    """Done is the rule and says nothing; the exceptions get a badge."""
    return rx.match(
        status,
        ("failed", rx.el.span("Failed", class_name="badge badge-sm badge-soft badge-error")),
        ("pending", rx.el.span("Pending", class_name="badge badge-sm badge-soft badge-warning")),
        ("processing", rx.el.span("Processing", class_name="badge badge-sm badge-soft badge-info")),
        rx.fragment(),
    )


def _pager() -> rx.Component:
    def turn(label: str, icon: str, event, is_last: bool | rx.Var) -> rx.Component:
        return rx.el.button(
            rx.icon(icon, size=16),
            type="button",
            id=label.lower(),
            on_click=event,
            disabled=is_last,
            aria_label=f"{label} page",
            class_name="btn btn-sm btn-square btn-ghost border border-base-300",
        )

    return rx.el.nav(
        rx.el.span("Page ", TransactionsState.page, id="page", class_name="figures text-sm opacity-70"),
        rx.el.div(
            turn("Previous", "chevron-left", TransactionsState.previous, TransactionsState.page <= 1),
            turn("Next", "chevron-right", TransactionsState.next, ~TransactionsState.has_next),
            class_name="flex gap-2",
        ),
        aria_label="Pages",
        class_name="flex items-center justify-between mt-4",
    )


def _details() -> rx.Component:
    chosen = TransactionsState.chosen
    return rx.el.div(
        rx.window_event_listener(on_key_down=TransactionsState.on_key),
        rx.el.div(on_click=TransactionsState.close, class_name="fixed inset-0 z-40 bg-black/30", aria_hidden="true"),
        rx.el.aside(
            rx.el.div(
                rx.el.h2("Payment", class_name="font-semibold"),
                rx.el.button(
                    rx.icon("x", size=18),
                    type="button",
                    on_click=TransactionsState.close,
                    auto_focus=True,
                    aria_label="Close",
                    class_name="btn btn-ghost btn-sm btn-square",
                ),
                class_name="flex items-center justify-between mb-6",
            ),
            rx.el.p(chosen.amount, class_name="display figures text-4xl font-semibold"),
            rx.el.p(chosen.counterparty, class_name="mt-2 text-lg wrap-anywhere"),
            rx.el.div(_status(chosen.status), class_name="mt-2"),
            rx.el.dl(
                _fact("When", chosen.moment),
                _fact("Account", chosen.account),
                _fact("Category", chosen.category),
                _fact("Suggested", chosen.suggested),
                _fact("Channel", chosen.channel),
                _fact("Description", chosen.description),
                _fact("Note", chosen.note),
                _fact("Balance after", chosen.balance_after),
                _fact("Why it failed", chosen.failure),
                class_name="mt-6 divide-y divide-base-300 border-y border-base-300",
            ),
            _judgement(),
            role="dialog",
            aria_modal="true",
            aria_label="Payment",
            id="details",
            class_name="fixed inset-y-0 right-0 z-50 w-full max-w-md p-6 overflow-y-auto rise "
            "bg-base-100 border-l border-base-300",
        ),
    )


def _fact(label: str, value: str) -> rx.Component:
    return rx.cond(
        value,
        rx.el.div(
            rx.el.dt(label, class_name="text-sm opacity-60 w-32 shrink-0"),
            rx.el.dd(value, class_name="text-sm figures min-w-0 wrap-anywhere"),
            class_name="flex gap-4 py-2.5",
        ),
    )


def _judgement() -> rx.Component:
    """What the fraud rules think of it."""
    judged = TransactionsState.explanation
    return rx.cond(
        TransactionsState.is_explaining,
        rx.el.div(skeleton("h-4 w-1/2", "h-4", "h-4 w-2/3"), class_name="mt-6"),
        rx.cond(
            judged.reasons,
            rx.el.section(
                rx.el.h3(
                    rx.icon("shield-alert", size=17, class_name="text-error"),
                    "Why this was flagged",
                    class_name="flex items-center gap-2 font-semibold",
                ),
                reasons(judged.reasons),
                rx.cond(judged.usual, rx.el.p(judged.usual, class_name="text-sm opacity-70 mt-3")),
                rx.cond(judged.cited, _cited()),
                id="judgement",
                class_name="mt-6 rounded-xl bg-error/5 border border-error/20 p-4",
            ),
        ),
    )


def _cited() -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            rx.icon("chevron-right", size=15, class_name="turner opacity-60"),
            "The payments it speaks of",
            class_name="cursor-pointer flex items-center gap-1.5 text-sm font-medium",
        ),
        rx.el.ul(
            rx.foreach(
                TransactionsState.explanation.cited,
                lambda cited: rx.el.li(
                    rx.el.span(cited.occurred_at, " · ", cited.counterparty, class_name="min-w-0 truncate"),
                    rx.el.span(cited.amount, class_name="figures whitespace-nowrap"),
                    class_name="flex justify-between gap-3 text-sm py-1",
                ),
            ),
            class_name="mt-2",
        ),
        class_name="mt-3",
    )
