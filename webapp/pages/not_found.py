import reflex as rx


def not_found() -> rx.Component:
    return rx.el.main(
        rx.el.p("404", class_name="display text-6xl font-semibold text-primary"),
        rx.el.h1("There is nothing at this address", class_name="text-lg font-medium mt-3"),
        rx.el.p("It may have moved, or the link is mistyped.", class_name="opacity-65 mt-1"),
        rx.el.a("Back to FinLens", href="/", class_name="btn btn-primary mt-6"),
        class_name="min-h-dvh grid place-content-center justify-items-center text-center p-6",
    )
