import reflex as rx

from core.categories import CATEGORIES
from webapp.components.layout import BUDGETS, nothing, page, shell, skeleton, until_alive
from webapp.models.budget import Budget
from webapp.states.budgets import BudgetsState

_NOT_SPENDING = ("income", "transfers")
_SPENDING = [category for category in CATEGORIES if category.group not in _NOT_SPENDING]
_GROUPS = {category.group: f"All of {category.group}" for category in _SPENDING}
# "cash" and "shopping" are a group and a category of it, and the same budget either way.
_COVERS = sorted({**_GROUPS, **{category.slug: category.name for category in _SPENDING}}.items(), key=lambda it: it[1])


def budgets() -> rx.Component:
    return shell(
        BUDGETS,
        page(
            "Budgets",
            rx.cond(
                BudgetsState.is_loading,
                rx.el.div(skeleton("h-16", "h-16", "h-16"), class_name="surface p-5"),
                rx.fragment(_form(), rx.cond(BudgetsState.budgets, _list(), _none())),
            ),
            actions=rx.el.p(BudgetsState.month, class_name="opacity-60"),
        ),
    )


def _form() -> rx.Component:
    return rx.el.form(
        rx.el.select(
            rx.el.option("What it is for", value=""),
            *[rx.el.option(name, value=slug) for slug, name in _COVERS],
            name="covers",
            id="covers",
            default_value=BudgetsState.covers,
            aria_label="What it is for",
            class_name="select bg-base-100 w-full sm:flex-1",
        ),
        rx.cond(
            BudgetsState.asks_currency,
            rx.el.select(
                rx.foreach(BudgetsState.currencies, lambda currency: rx.el.option(currency, value=currency)),
                name="currency",
                default_value=BudgetsState.currency,
                aria_label="Currency",
                class_name="select bg-base-100 w-24",
            ),
        ),
        rx.el.input(
            name="amount",
            id="amount",
            input_mode="decimal",
            placeholder="A month",
            aria_label="Amount a month",
            auto_complete="off",
            default_value=BudgetsState.amount,
            class_name="input bg-base-100 flex-1 min-w-0 sm:max-w-44",
        ),
        rx.el.button("Set", type="submit", id="set", disabled=until_alive(), class_name="btn btn-primary px-6"),
        # Filled anew, its fields are new ones: until then what is typed stays.
        key=BudgetsState.filled,
        on_submit=BudgetsState.save,
        class_name="flex flex-wrap gap-2.5 mb-5",
    )


def _none() -> rx.Component:
    return rx.el.div(
        nothing("piggy-bank", "No budgets yet", "Choose what one is for, and what it may come to a month."),
        class_name="surface",
    )


def _list() -> rx.Component:
    return rx.el.ul(
        rx.foreach(BudgetsState.budgets, _budget), id="budgets", class_name="surface divide-y divide-base-300"
    )


def _budget(budget: Budget) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(budget.name, class_name="font-medium truncate flex-1"),
            rx.el.span(budget.standing, class_name=_tone(budget, "badge badge-sm badge-soft")),
            _button("pencil", "Change", BudgetsState.change(budget.id)),
            _button("trash-2", "Remove", BudgetsState.remove(budget.id)),
            class_name="flex items-center gap-1.5",
        ),
        rx.el.progress(
            value=budget.percent, max=100, aria_label=budget.name, class_name=_tone(budget, "progress w-full my-2")
        ),
        rx.el.div(
            rx.el.p(
                rx.el.span(budget.spent, class_name="spent font-medium"), " of ", budget.available, " · ", budget.left
            ),
            rx.el.p("About ", budget.projected, " by the end of the month", class_name="opacity-60"),
            class_name="figures flex flex-wrap justify-between gap-x-4 gap-y-0.5 text-sm",
        ),
        class_name="budget px-5 py-4",
    )


def _tone(budget: Budget, classes: str) -> rx.Var[str]:
    """The classes, in the colour of how it goes."""
    kind = classes.split()[0]
    is_well = rx.cond(budget.state == "at_risk", f"{classes} {kind}-warning", f"{classes} {kind}-primary")
    return rx.cond(budget.state == "over", f"{classes} {kind}-error", is_well)


def _button(icon: str, label: str, on_click: rx.event.EventType) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=15),
        type="button",
        on_click=on_click,
        aria_label=label,
        title=label,
        class_name="btn btn-ghost btn-sm btn-square opacity-60 hover:opacity-100",
    )
