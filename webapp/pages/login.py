import reflex as rx

from webapp.components.layout import brand, theme_toggle, until_alive
from webapp.components.native import native_form
from webapp.states.login import LoginState

_FIELD = "input w-full h-11 bg-base-100"


def login() -> rx.Component:
    return rx.el.div(
        rx.el.div(theme_toggle(), class_name="fixed top-4 right-4"),
        rx.el.main(
            rx.el.div(brand(), class_name="flex justify-center mb-8"),
            rx.el.div(
                rx.el.h1("Welcome back", class_name="display text-2xl font-semibold"),
                rx.el.p("Ask where the money goes, and check every figure.", class_name="text-sm opacity-65 mt-1 mb-6"),
                _form(),
                class_name="surface p-7 sm:p-8",
            ),
            rx.cond(LoginState.demo_mails, _demo_logins()),
            class_name="w-full max-w-md",
        ),
        class_name="min-h-dvh grid place-items-center p-4",
    )


def _form() -> rx.Component:
    return native_form(
        rx.cond(
            LoginState.problem,
            rx.el.div(
                rx.icon("circle-alert", size=18),
                LoginState.problem,
                role="alert",
                id="problem",
                class_name="alert alert-error alert-soft text-sm",
            ),
        ),
        _labelled(
            "Email",
            rx.el.input(
                name="email",
                id="email",
                type="email",
                # What is typed stays in the browser: a value that the server sends back could be late and undo it.
                default_value=LoginState.email,
                key=LoginState.email,
                required=True,
                auto_complete="username",
                class_name=_FIELD,
            ),
        ),
        _labelled(
            "Password",
            rx.el.input(
                name="password",
                id="password",
                type="password",
                required=True,
                auto_complete="current-password",
                class_name=_FIELD,
            ),
        ),
        rx.el.button(
            "Log in",
            type="submit",
            id="login",
            disabled=until_alive(),
            class_name="btn btn-primary h-11 w-full mt-2",
        ),
        action="/session/login",
        method="post",
        class_name="flex flex-col gap-4",
    )


def _labelled(text: str, field: rx.Component) -> rx.Component:
    return rx.el.label(rx.el.span(text, class_name="text-sm font-medium"), field, class_name="flex flex-col gap-1.5")


def _demo_logins() -> rx.Component:
    """The mails only: the password is printed where FinLens was started."""
    return rx.el.section(
        rx.el.p(
            "This is the demo bank. Its password was printed when FinLens started.", class_name="text-sm opacity-65"
        ),
        rx.el.div(
            rx.foreach(
                LoginState.demo_mails,
                lambda mail: rx.el.button(
                    mail,
                    type="button",
                    on_click=LoginState.set_email(mail),
                    class_name="btn btn-sm btn-ghost border border-base-300 font-normal",
                ),
            ),
            class_name="flex flex-wrap gap-2 justify-center mt-3",
        ),
        class_name="mt-6 text-center",
    )
