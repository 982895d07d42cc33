import reflex as rx

from webapp.states.notice import NoticeState


def notice() -> rx.Component:
    """Where NoticeState's sentence floats up; it fades by itself."""
    return rx.el.div(
        rx.cond(
            NoticeState.text,
            rx.el.div(
                rx.cond(
                    NoticeState.is_error,
                    rx.icon("circle-alert", size=18, class_name="text-error shrink-0"),
                    rx.icon("circle-check", size=18, class_name="text-success shrink-0"),
                ),
                rx.el.span(NoticeState.text, class_name="flex-1"),
                rx.el.button(
                    rx.icon("x", size=15),
                    type="button",
                    on_click=NoticeState.dismiss,
                    aria_label="Dismiss",
                    class_name="btn btn-ghost btn-xs btn-square",
                ),
                key=NoticeState.number,
                role="alert",
                class_name="notice surface flex items-center gap-3 px-4 py-3 text-sm shadow-xl",
            ),
        ),
        # A sentence about what went wrong elsewhere would only puzzle on the next page.
        on_mount=NoticeState.dismiss,
        class_name="fixed z-50 bottom-20 lg:bottom-6 inset-x-4 lg:inset-x-auto lg:right-6 lg:max-w-md",
    )
