"""The Reflex app: its pages, and the plain routes that log in and out."""

import reflex as rx

app = rx.App()
app.add_page(rx.el.main("FinLens"), route="/", title="FinLens")
