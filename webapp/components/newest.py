import reflex as rx

_SOURCE = rx.asset("newest.jsx", shared=True)


class NewestInView(rx.Component):
    """A list that scrolls to its last child whenever `count` grows, and otherwise leaves the reader where they are."""

    library = _SOURCE.importable_path
    tag = "NewestInView"

    count: rx.Var[int]


newest_in_view = NewestInView.create
