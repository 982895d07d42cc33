"""The one sentence that floats up when something went wrong, or was done.

Reflex's own toasts are scripts sent as text, which our Content-Security-Policy refuses to run.
"""

import reflex as rx


class NoticeState(rx.State):
    text: str = ""
    is_error: bool = False
    number: int = 0
    """Tells a notice from the same one before it, so that it floats up again."""

    @rx.event
    def warn(self, text: str):
        self._show(text, is_error=True)

    @rx.event
    def confirm(self, text: str):
        self._show(text, is_error=False)

    @rx.event
    def dismiss(self):
        self.text = ""

    def _show(self, text: str, *, is_error: bool) -> None:
        self.text, self.is_error = text, is_error
        self.number += 1
