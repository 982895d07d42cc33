import reflex as rx

from webapp.components.layout import ALERTS, nothing, page, shell, skeleton
from webapp.models.alert import Alert, Reason
from webapp.states.alerts import AlertsState

_STATUSES = {"open": "Open", "confirmed": "Confirmed", "dismissed": "Dismissed"}


def alerts() -> rx.Component:
    return shell(
        ALERTS,
        page(
            "Alerts",
            rx.cond(
                AlertsState.is_loading,
                rx.el.div(
                    *[
                        rx.el.div(skeleton("h-5 w-1/3", "h-4 w-2/3", "h-4 w-1/2"), class_name="surface p-5")
                        for _ in range(3)
                    ],
                    class_name="flex flex-col gap-4",
                ),
                rx.cond(
                    AlertsState.alerts,
                    _list(),
                    nothing(
                        "shield-check",
                        "No alerts here",
                        "Payments that look like fraud appear here with their reasons.",
                    ),
                ),
            ),
            actions=_tabs(),
        ),
    )


def _tabs() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.button(
                label,
                type="button",
                on_click=AlertsState.choose(status),
                aria_pressed=AlertsState.status == status,
                class_name=rx.cond(
                    AlertsState.status == status, "join-item btn btn-sm btn-primary", "join-item btn btn-sm bg-base-100"
                ),
            )
            for status, label in _STATUSES.items()
        ],
        class_name="join",
    )


def _list() -> rx.Component:
    return rx.el.div(
        rx.el.ul(rx.foreach(AlertsState.alerts, _alert), class_name="flex flex-col gap-4"),
        rx.cond(
            AlertsState.has_more,
            rx.el.button(
                "Show more",
                type="button",
                on_click=AlertsState.more,
                class_name="btn btn-ghost border border-base-300 mt-6 mx-auto flex",
            ),
        ),
    )


def _alert(alert: Alert) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.p(alert.amount, class_name="figures display text-2xl font-semibold"),
                rx.el.p(
                    alert.customer,
                    " to ",
                    rx.el.span(alert.counterparty, class_name="font-medium"),
                    class_name="mt-1 wrap-anywhere",
                ),
                rx.el.p(alert.occurred_at, " · ", alert.account, class_name="text-sm opacity-60 mt-0.5"),
                class_name="min-w-0",
            ),
            _points(alert.points),
            class_name="flex items-start justify-between gap-4",
        ),
        rx.cond(
            alert.description, rx.el.p("“", alert.description, "”", class_name="text-sm opacity-70 mt-2 wrap-anywhere")
        ),
        reasons(alert.reasons),
        rx.cond(AlertsState.may_decide, _decisions(alert)),
        class_name="alert-card surface p-5",
    )


def _points(points: int) -> rx.Component:
    return rx.el.div(
        rx.el.span(points, class_name="figures text-lg font-semibold"),
        rx.el.span("points", class_name="text-[0.6875rem] opacity-80"),
        title="0 to 99: how unusual this payment is",
        class_name="flex flex-col items-center leading-tight rounded-xl px-3 py-2 bg-error/10 text-error",
    )


def reasons(found: list[Reason]) -> rx.Component:
    """Why, strongest first."""
    return rx.el.ul(
        rx.foreach(
            found,
            lambda reason: rx.el.li(
                rx.icon("dot", size=18, class_name="shrink-0 text-error"),
                rx.el.span(reason.sentence, class_name="wrap-anywhere"),
                class_name="reason flex gap-1 text-sm leading-relaxed",
            ),
        ),
        class_name="flex flex-col gap-1.5 mt-3",
    )


def _decisions(alert: Alert) -> rx.Component:
    def decide(status: str, label: str, colour: str) -> rx.Component:
        return rx.cond(
            alert.status != status,
            rx.el.button(
                label, type="button", on_click=AlertsState.decide(alert.id, status), class_name=f"btn btn-sm {colour}"
            ),
        )

    return rx.el.div(
        decide("confirmed", "It is fraud", "btn-error btn-soft"),
        decide("dismissed", "It is fine", "btn-ghost border border-base-300"),
        decide("open", "Open again", "btn-ghost border border-base-300"),
        class_name="flex gap-2 mt-4",
    )
