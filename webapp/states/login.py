"""The login page: the only state that strangers may touch."""

import reflex as rx

from webapp import backend

_PROBLEMS = {
    "credentials": "The email or the password is wrong.",
    "attempts": "Too many failed logins. Please wait a little before the next one.",
    "away": "FinLens cannot be reached right now. Please try again in a moment.",
}


class LoginState(rx.State):
    email: str = ""
    demo_mails: list[str] = []

    @rx.var
    def problem(self) -> str:
        return _PROBLEMS.get(self.router.url.query_parameters.get("problem", ""), "")

    @rx.event
    def open(self):
        if backend.sessions.find(self.router.headers.cookie):
            return rx.redirect("/")
        self.demo_mails = backend.settings.demo_mails
        return None

    @rx.event
    def set_email(self, email: str):
        self.email = email
