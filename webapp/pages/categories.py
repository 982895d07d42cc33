import reflex as rx

from core.categories import CATEGORIES
from webapp.components.layout import CATEGORIES as HERE
from webapp.components.layout import card, nothing, page, shell, skeleton, until_alive
from webapp.models.category import CategoryChange, ChangedPayment, Effect, Rule, Suggestion
from webapp.states.categories import CategoriesState

_OPTIONS = sorted(((category.slug, category.name) for category in CATEGORIES), key=lambda option: option[1])
_DIRECTIONS = [("", "In and out"), ("out", "Money out"), ("in", "Money in")]


def categories() -> rx.Component:
    return shell(
        HERE,
        page(
            "Categories",
            rx.cond(
                CategoriesState.is_loading,
                rx.el.div(skeleton("h-16", "h-16", "h-16"), class_name="surface p-5"),
                rx.el.div(_done(), _suggestions(), _rules(), class_name="flex flex-col gap-5"),
            ),
        ),
    )


def _done() -> rx.Component:
    return rx.cond(
        CategoriesState.done,
        rx.el.div(
            rx.icon("circle-check", size=18, class_name="text-success shrink-0"),
            rx.el.p(CategoriesState.done, class_name="flex-1 min-w-0"),
            rx.el.button("Undo", type="button", id="undo", on_click=CategoriesState.undo, class_name="btn btn-sm"),
            id="done",
            role="status",
            class_name="surface flex items-center gap-3 px-5 py-3",
        ),
    )


def _suggestions() -> rx.Component:
    return card(
        "Suggested",
        rx.cond(
            CategoriesState.suggestions,
            rx.el.ul(
                rx.foreach(CategoriesState.suggestions, _suggestion),
                id="suggestions",
                class_name="divide-y divide-base-300 -my-4",
            ),
            nothing(
                "sparkles", "Nothing to suggest", "A payment without a category appears here when its words say one."
            ),
        ),
        hint="Guesses; they count once you accept them",
    )


def _suggestion(found: Suggestion) -> rx.Component:
    is_looked_at = CategoriesState.looked_at == found.category + ":" + found.counterparty
    return rx.el.li(
        rx.el.div(
            rx.el.p(found.counterparty, class_name="font-medium truncate"),
            rx.el.p(
                rx.el.span("Suggested", class_name="badge badge-sm badge-soft badge-info"),
                rx.el.span(found.name, class_name="font-medium"),
                class_name="flex items-center gap-2 text-sm mt-1",
            ),
            rx.el.p(
                found.payments,
                " · ",
                found.sums,
                " · latest ",
                found.latest,
                class_name="figures text-sm opacity-60 mt-1",
            ),
            class_name="flex-1 min-w-0",
        ),
        rx.el.div(
            rx.el.button(
                "Accept",
                type="button",
                disabled=until_alive(),
                on_click=CategoriesState.accept(found.counterparty, found.category, found.name),
                class_name="btn btn-sm btn-primary",
            ),
            rx.el.button(
                "Dismiss",
                type="button",
                on_click=CategoriesState.dismiss(found.counterparty, found.category, found.name),
                class_name="btn btn-sm",
            ),
            rx.el.button(
                "What changes",
                type="button",
                on_click=CategoriesState.look_at(found.counterparty, found.category),
                aria_expanded=is_looked_at,
                class_name="btn btn-sm btn-ghost",
            ),
            rx.el.a(
                "Make a rule",
                href="#rule",
                on_click=CategoriesState.make_rule(found.counterparty, found.category),
                class_name="btn btn-sm btn-ghost",
            ),
            class_name="flex flex-wrap gap-1.5 sm:justify-end",
        ),
        rx.cond(is_looked_at, _effect(CategoriesState.effect)),
        class_name="suggestion flex flex-col sm:flex-row sm:flex-wrap sm:items-center gap-3 py-4",
    )


def _effect(found: Effect) -> rx.Component:
    """What would change: the categories' sums before and after, and the payments."""
    return rx.el.div(
        rx.el.p(found.summary, class_name="font-medium text-sm"),
        rx.el.ul(rx.foreach(found.categories, _category_change), class_name="mt-2 text-sm"),
        rx.cond(
            found.payments,
            rx.el.details(
                rx.el.summary(
                    rx.icon("chevron-right", size=15, class_name="turner opacity-60"),
                    "The payments",
                    class_name="cursor-pointer flex items-center gap-1.5 text-sm font-medium",
                ),
                rx.el.ul(rx.foreach(found.payments, _changed_payment), class_name="mt-1 text-sm"),
                class_name="mt-3",
            ),
        ),
        class_name="effect w-full rounded-xl bg-base-200 border border-base-300 p-4",
    )


def _category_change(change: CategoryChange) -> rx.Component:
    return rx.el.li(
        rx.el.span(change.name, class_name="flex-1 min-w-0 truncate"),
        rx.el.span(change.payments, " payments", class_name="opacity-60 hidden sm:inline"),
        rx.el.span(change.money, class_name="text-right"),
        class_name="figures flex justify-between gap-4 py-0.5",
    )


def _changed_payment(payment: ChangedPayment) -> rx.Component:
    return rx.el.li(
        rx.el.span(payment.day, " · ", payment.counterparty, class_name="flex-1 min-w-0 truncate"),
        rx.el.span(payment.categories, class_name="opacity-60 hidden sm:inline"),
        rx.el.span(payment.amount, class_name="whitespace-nowrap"),
        class_name="figures flex justify-between gap-4 py-0.5",
    )


def _rules() -> rx.Component:
    return card(
        "Your rules",
        rx.cond(
            CategoriesState.rules,
            rx.el.ol(
                rx.foreach(CategoriesState.rules, _rule), id="rules", class_name="divide-y divide-base-300 -mt-2 mb-4"
            ),
        ),
        _form(),
        rx.cond(
            CategoriesState.rule_effect.summary,
            rx.el.div(
                _effect(CategoriesState.rule_effect),
                rx.el.div(
                    rx.el.button(
                        "Add the rule",
                        type="button",
                        id="add",
                        on_click=CategoriesState.add_rule,
                        class_name="btn btn-sm btn-primary",
                    ),
                    rx.el.button(
                        "Leave it", type="button", on_click=CategoriesState.drop_rule, class_name="btn btn-sm btn-ghost"
                    ),
                    class_name="flex gap-2 mt-3",
                ),
                class_name="mt-4",
            ),
        ),
        hint="The first that fits gives the category, to past payments too",
    )


def _rule(rule: Rule) -> rx.Component:
    return rx.el.li(
        rx.el.span(rule.place, class_name="figures opacity-60 w-6"),
        rx.el.div(
            rx.el.p(rule.asks, class_name="truncate"),
            rx.el.p("is ", rule.name, class_name="text-sm opacity-60"),
            class_name="flex-1 min-w-0",
        ),
        rx.cond(rule.place > 1, _button("arrow-up", "Ask earlier", CategoriesState.ask_earlier(rule.id))),
        _button("trash-2", "Remove", CategoriesState.remove_rule(rule.id)),
        class_name="rule flex items-center gap-1.5 py-2.5",
    )


def _form() -> rx.Component:
    return rx.el.form(
        _text("counterparty", "Paid to or from", CategoriesState.counterparty),
        _text("description", "Described as"),
        rx.el.select(
            *[rx.el.option(label, value=value) for value, label in _DIRECTIONS],
            name="direction",
            aria_label="Direction",
            class_name="select bg-base-100 w-full",
        ),
        _amount("min", "At least"),
        _amount("max", "At most"),
        rx.el.select(
            rx.el.option("Is in the category", value=""),
            *[rx.el.option(name, value=slug) for slug, name in _OPTIONS],
            name="category",
            id="category",
            default_value=CategoriesState.category,
            aria_label="Category",
            class_name="select bg-base-100 w-full",
        ),
        rx.el.button(
            "See what changes",
            type="submit",
            id="try",
            disabled=until_alive(),
            class_name="btn col-span-2 lg:col-span-3",
        ),
        # Filled anew, its fields are new ones: until then what is typed stays.
        key=CategoriesState.filled,
        id="rule",
        on_submit=CategoriesState.try_rule,
        class_name="grid grid-cols-2 lg:grid-cols-3 gap-2.5",
    )


def _text(name: str, label: str, filled: str = "") -> rx.Component:
    return rx.el.input(
        name=name,
        placeholder=label,
        aria_label=label,
        auto_complete="off",
        max_length=200,
        default_value=filled,
        class_name="input bg-base-100 w-full",
    )


def _amount(name: str, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, " ", CategoriesState.currency, class_name="text-xs opacity-60 whitespace-nowrap"),
        rx.el.input(name=name, input_mode="decimal", auto_complete="off", class_name="quiet-field grow min-w-0"),
        class_name="input bg-base-100 w-full",
    )


def _button(icon: str, label: str, on_click: rx.event.EventType) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=15),
        type="button",
        on_click=on_click,
        aria_label=label,
        title=label,
        class_name="btn btn-ghost btn-sm btn-square opacity-60 hover:opacity-100",
    )
