import reflex as rx

from webapp.components.echart import echart
from webapp.components.layout import ASK, shell, until_alive
from webapp.components.newest import newest_in_view
from webapp.models.answer import REASONS, Cell, Citation, Figure, Row, Turn
from webapp.states.chat import QUESTION_CHARS_MAX, ChatState, Conversation

_COLUMN = "w-full max-w-3xl mx-auto px-4 sm:px-6"


def chat() -> rx.Component:
    return shell(
        ASK,
        rx.cond(
            ChatState.turns,
            newest_in_view(
                rx.foreach(ChatState.turns, _turn),
                count=ChatState.turn_count,
                class_name=f"{_COLUMN} py-8 flex-1 flex flex-col gap-10",
            ),
            _welcome(),
        ),
        _composer(),
        aside=_conversations(),
    )


def _conversations() -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.icon("plus", size=16),
            "New conversation",
            type="button",
            id="start-over",
            on_click=ChatState.start_over,
            class_name="btn btn-sm btn-ghost border border-base-300 w-full font-normal justify-start gap-2",
        ),
        rx.el.ul(rx.foreach(ChatState.conversations, _conversation), class_name="mt-3 flex flex-col gap-0.5"),
    )


def _conversation(conversation: Conversation) -> rx.Component:
    is_here = conversation.id == ChatState.conversation_id
    return rx.el.li(
        rx.el.button(
            conversation.title,
            type="button",
            on_click=ChatState.resume(conversation.id),
            title=conversation.title,
            aria_current=rx.cond(is_here, "true", "false"),
            class_name="conversation flex-1 min-w-0 truncate text-left text-sm py-1.5 cursor-pointer",
        ),
        rx.el.button(
            rx.icon("trash-2", size=14),
            type="button",
            on_click=ChatState.forget(conversation.id),
            aria_label="Delete this conversation",
            title="Delete",
            class_name="btn btn-ghost btn-xs btn-square opacity-0 group-hover:opacity-60 focus-visible:opacity-100",
        ),
        class_name=rx.cond(
            is_here,
            "group flex items-center gap-1 pl-3 pr-1 rounded-lg wash font-medium",
            "group flex items-center gap-1 pl-3 pr-1 rounded-lg opacity-75 hover:opacity-100",
        ),
    )


def _welcome() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.h1(
                "Hello",
                rx.cond(ChatState.first_name, ", " + ChatState.first_name, ""),
                class_name="display text-4xl font-semibold",
            ),
            rx.el.p(
                "Ask about the money in plain words. Every figure comes with the payments behind it.",
                class_name="mt-3 opacity-70",
            ),
            rx.el.div(rx.foreach(ChatState.suggestions, _suggestion), class_name="grid sm:grid-cols-2 gap-3 mt-8"),
            class_name=_COLUMN,
        ),
        class_name="flex-1 grid items-center py-10",
    )


def _suggestion(question: str) -> rx.Component:
    return rx.el.button(
        rx.el.span(question),
        rx.icon("arrow-up-right", size=16, class_name="opacity-40 shrink-0"),
        type="button",
        on_click=ChatState.ask(question),
        class_name="suggestion surface flex justify-between items-start gap-3 p-4 text-left text-sm "
        "cursor-pointer hover:border-primary transition-colors",
    )


def _composer() -> rx.Component:
    return rx.el.div(
        rx.el.form(
            rx.el.input(
                name="question",
                id="question",
                placeholder="Ask about your money",
                aria_label="Your question",
                auto_complete="off",
                auto_focus=True,
                max_length=QUESTION_CHARS_MAX,
                class_name="quiet-field flex-1 min-w-0 bg-transparent px-2 h-10",
            ),
            rx.cond(
                ChatState.is_busy,
                rx.el.button(
                    rx.icon("square", size=14),
                    type="button",
                    id="stop",
                    on_click=ChatState.stop,
                    aria_label="Stop",
                    title="Stop",
                    class_name="btn btn-neutral btn-square btn-sm w-10 h-10",
                ),
                rx.el.button(
                    rx.icon("arrow-up", size=18),
                    type="submit",
                    id="send",
                    # Disabled, it also keeps Enter from submitting the form the browser's way.
                    disabled=until_alive(),
                    aria_label="Send",
                    title="Send",
                    class_name="btn btn-primary btn-square btn-sm w-10 h-10",
                ),
            ),
            on_submit=ChatState.submit,
            reset_on_submit=True,
            class_name="composer surface flex items-center gap-2 p-2 pl-3 shadow-sm",
        ),
        class_name=f"{_COLUMN} pb-4 pt-2 sticky bottom-16 lg:bottom-0 bg-base-200",
    )


def _turn(turn: Turn, index: int) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            rx.el.p(
                turn.question,
                class_name="question said rounded-2xl rounded-br-md px-4 py-2.5 max-w-[85%] wrap-anywhere",
            ),
            class_name="flex justify-end",
        ),
        rx.el.div(
            rx.image(src="/icon.svg", alt="FinLens", class_name="w-7 h-7 mt-0.5 hidden sm:block"),
            rx.el.div(_answer(turn, index), class_name="flex-1 min-w-0 flex flex-col gap-4"),
            class_name="flex gap-4 mt-6",
        ),
        aria_live="polite",
        # The newest one fills the view, so that its question stands at the top while the answer comes.
        class_name="turn rise scroll-mt-18 lg:scroll-mt-8 last:min-h-[calc(100dvh-11rem)]",
    )


def _answer(turn: Turn, index: int) -> rx.Component:
    return rx.fragment(
        rx.cond(turn.is_running & (turn.answer == ""), _thinking(turn.progress)),
        # Plain text on purpose: an answer quotes descriptions that strangers wrote.
        rx.cond(
            turn.answer, rx.el.p(turn.answer, class_name="answer leading-relaxed whitespace-pre-line wrap-anywhere")
        ),
        rx.cond(
            turn.error,
            rx.el.div(
                rx.icon("circle-alert", size=18),
                turn.error,
                role="alert",
                class_name="alert alert-error alert-soft text-sm",
            ),
        ),
        rx.cond(
            turn.figures,
            rx.el.ul(
                rx.foreach(turn.figures, lambda figure, place: _figure(figure, place, index)),
                class_name="flex flex-wrap gap-3",
            ),
        ),
        rx.cond(turn.chart_title, _chart(turn)),
        rx.cond(turn.rows, _rows(turn, index)),
        rx.cond(turn.citations, rx.el.ul(rx.foreach(turn.citations, _citation), class_name="flex flex-col gap-2")),
        rx.el.div(
            rx.cond(
                turn.footnote,
                rx.el.p(
                    rx.icon("badge-check", size=14, class_name="text-primary"),
                    turn.footnote,
                    class_name="footnote flex items-center gap-1.5 text-xs opacity-70",
                ),
            ),
            rx.cond(turn.id, _thumbs(turn, index)),
            class_name="flex flex-wrap items-center justify-between gap-x-4 gap-y-1",
        ),
        rx.cond(turn.follow_ups, rx.el.div(rx.foreach(turn.follow_ups, _follow_up), class_name="flex flex-wrap gap-2")),
    )


def _thinking(progress: str) -> rx.Component:
    return rx.el.p(
        rx.el.span(class_name="loading loading-dots loading-sm text-primary"),
        progress,
        class_name="flex items-center gap-3 text-sm opacity-70",
        role="status",
    )


def _figure(figure: Figure, place: int, turn_index: int) -> rx.Component:
    """A figure, and a way to the rows it comes from. The first one is what was asked for, so it is seen first."""
    return rx.el.li(
        rx.el.button(
            rx.el.span(figure.label, class_name="block text-xs opacity-65"),
            rx.el.span(
                figure.text,
                class_name=rx.cond(
                    place == 0,
                    "figure display figures block text-3xl font-semibold mt-1",
                    "figure figures block text-lg font-semibold mt-1",
                ),
            ),
            type="button",
            title="From " + figure.source,
            on_click=ChatState.toggle_rows(turn_index),
            class_name=rx.cond(
                place == 0,
                "surface text-left cursor-pointer hover:border-primary px-5 py-4 w-full sm:min-w-56",
                "surface text-left cursor-pointer hover:border-primary px-4 py-3 h-full",
            ),
        ),
        class_name=rx.cond(place == 0, "w-full sm:w-auto", ""),
    )


def _chart(turn: Turn) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(turn.chart_title, class_name="text-sm font-medium mb-3"),
        echart(option=turn.chart, money=turn.money, height="280px", label=turn.chart_title),
        class_name="surface p-5",
    )


def _rows(turn: Turn, index: int) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.cond(turn.shows_rows, rx.icon("chevron-down", size=16), rx.icon("chevron-right", size=16)),
            turn.rows_title,
            type="button",
            on_click=ChatState.toggle_rows(index),
            aria_expanded=turn.shows_rows,
            class_name="rows-title w-full cursor-pointer flex items-center gap-2 text-sm font-medium px-4 py-3.5",
        ),
        rx.cond(
            turn.shows_rows,
            rx.el.div(
                rx.el.table(
                    rx.el.thead(rx.el.tr(rx.foreach(turn.heads, _head))),
                    rx.el.tbody(rx.foreach(turn.rows, _row)),
                    class_name="table table-sm",
                ),
                class_name="overflow-x-auto border-t border-base-300",
            ),
        ),
        class_name="surface overflow-hidden",
    )


def _head(head: Cell) -> rx.Component:
    return rx.el.th(head.text, scope="col", class_name=rx.cond(head.is_number, "text-right", ""))


def _row(row: Row) -> rx.Component:
    return rx.el.tr(rx.foreach(row.cells, _cell))


def _cell(cell: Cell) -> rx.Component:
    return rx.el.td(
        cell.text, class_name=rx.cond(cell.is_number, "figures text-right whitespace-nowrap", "whitespace-nowrap")
    )


def _citation(citation: Citation) -> rx.Component:
    return rx.el.li(
        rx.el.span(citation.kind, class_name="font-medium"),
        ": ",
        citation.text,
        class_name="wash rounded-lg px-4 py-2.5 text-sm wrap-anywhere",
    )


def _thumbs(turn: Turn, index: int) -> rx.Component:
    return rx.el.div(
        rx.cond(turn.verdict, rx.el.span("Thank you", role="status", class_name="thanks text-xs opacity-70 mr-1")),
        _thumb("up", "This helped", turn.verdict == "up", ChatState.praise(index)),
        _thumb("down", "Something is wrong", turn.verdict == "down", ChatState.ask_why(index)),
        rx.cond(turn.asks_why, _reasons(index)),
        class_name="relative flex items-center gap-0.5 ml-auto",
    )


def _thumb(way: str, label: str, is_given: bool | rx.Var, on_click: rx.event.EventType) -> rx.Component:
    return rx.el.button(
        rx.icon(f"thumbs-{way}", size=15),
        type="button",
        on_click=on_click,
        aria_label=label,
        title=label,
        aria_pressed=is_given,
        class_name=rx.cond(
            is_given,
            f"thumb-{way} btn btn-ghost btn-sm btn-square text-primary",
            f"thumb-{way} btn btn-ghost btn-sm btn-square opacity-60 hover:opacity-100",
        ),
    )


def _reasons(index: int) -> rx.Component:
    """What was wrong. A thumb down counts once one of these says why."""
    return rx.el.fieldset(
        rx.el.legend("What was wrong?", class_name="float-left w-full text-sm font-medium mb-2"),
        rx.el.div(
            *[_reason(index, name, text) for name, text in REASONS.items()],
            class_name="clear-left flex flex-wrap gap-2",
        ),
        # Above the thumbs: what opens below them may lie under the composer.
        class_name="surface absolute bottom-full right-0 z-10 mb-2 px-4 pb-4 pt-3 shadow-xl "
        "w-[min(24rem,calc(100vw-2rem))]",
    )


def _reason(index: int, name: str, text: str) -> rx.Component:
    return rx.el.button(
        text,
        type="button",
        on_click=ChatState.complain(index, name),
        class_name="reason btn btn-sm btn-ghost border border-base-300 font-normal h-auto py-1.5 text-left",
    )


def _follow_up(question: str) -> rx.Component:
    return rx.el.button(
        question,
        type="button",
        on_click=ChatState.ask(question),
        disabled=ChatState.is_busy,
        class_name="follow-up btn btn-sm btn-ghost border border-base-300 font-normal h-auto py-1.5 text-left",
    )
