"""What a customer's payments are called: suggestions to decide on, and their own rules. What is done can be undone."""

from typing import Any, Literal

import reflex as rx

from webapp import backend
from webapp.models.category import Effect, Rule, Suggestion, counted, effect, rule, suggestion
from webapp.states.amounts import minor_units
from webapp.states.person import PersonState, Unreadable

_ACCOUNTS_READ = 100
_SUGGESTIONS, _RULES = "/insights/suggestions", "/insights/rules"


class CategoriesState(PersonState):
    suggestions: list[Suggestion] = []
    rules: list[Rule] = []
    currency: str = ""
    """Of amounts in a rule: the one the person's accounts are in, the first of several."""
    is_loading: bool = True

    looked_at: str = ""
    """The suggestion whose effect is shown: payee and category."""
    effect: Effect = Effect()

    category: str = ""
    counterparty: str = ""
    filled: int = 0
    """What stands in the form of a rule, and what tells a form that was filled from one that was typed over."""
    rule_effect: Effect = Effect()

    done: str = ""
    """What was done last, in words, for as long as it can be undone."""
    _undo: tuple[Literal["suggestion", "added", "removed"], dict[str, Any]] | None = None
    _tried: dict[str, Any] = {}
    """The rule that was tried out last."""

    @rx.event
    async def open(self):
        self.is_loading = True
        yield
        try:
            accounts = await backend.api.get(self._session(), "/accounts", limit=_ACCOUNTS_READ)
            self.currency = min((each["currency"] for each in accounts["data"]), default="")
            self._forget()
            self._fill("", "")
            await self._fetch()
        finally:
            self.is_loading = False

    @rx.event
    async def look_at(self, counterparty: str, category: str):
        """Show what accepting would change; hide it, where it is shown."""
        wanted = _name(counterparty, category)
        if self.looked_at == wanted:
            self.looked_at = ""
            return
        found = await self._post(f"{_SUGGESTIONS}/preview", counterparty=counterparty, category=category)
        self.looked_at, self.effect = wanted, effect(found, self.time_zone)

    @rx.event
    async def accept(self, counterparty: str, category: str, name: str):
        found = await self._post(f"{_SUGGESTIONS}/accept", counterparty=counterparty, category=category)
        await self._did(f"{counterparty}: {counted(found['payments'])} in {name} now.", "suggestion",
                        counterparty=counterparty, category=category)  # fmt: skip

    @rx.event
    async def dismiss(self, counterparty: str, category: str, name: str):
        await self._post(f"{_SUGGESTIONS}/dismiss", counterparty=counterparty, category=category)
        await self._did(f"{name} is not suggested for {counterparty} any more.", "suggestion",
                        counterparty=counterparty, category=category)  # fmt: skip

    @rx.event
    async def make_rule(self, counterparty: str, category: str):
        """Put a suggestion into the form, as a rule for all that the payee will get, and try it out."""
        self._fill(counterparty, category)
        await self._try({"counterparty": counterparty, "category": category})

    @rx.event
    async def try_rule(self, form: dict):
        """Show what the rule in the form would change."""
        await self._try(self._rule_in(form))

    @rx.event
    async def add_rule(self):
        """Add the rule that was tried out."""
        added = rule(await self._post(_RULES, **self._tried))
        self._fill("", "")
        await self._did(f"The rule for {added.name} is added.", "added", id=added.id)

    @rx.event
    def drop_rule(self):
        self._fill("", "")

    @rx.event
    async def remove_rule(self, rule_id: str):
        removed = await backend.api.get(self._session(), f"{_RULES}/{rule_id}")
        await backend.api.delete(self._session(), f"{_RULES}/{rule_id}")
        kept = {name: value for name, value in removed.items() if name in _FIELDS}
        await self._did(f"The rule for {rule(removed).name} is gone.", "removed", **kept)

    @rx.event
    async def ask_earlier(self, rule_id: str):
        """The rule changes places with the one before it."""
        for each in self.rules:
            if each.id == rule_id and each.place > 1:
                path = f"{_RULES}/{rule_id}"
                await backend.api.patch(self._session(), path, version=each.version, place=each.place - 1)
        await self._fetch()

    @rx.event
    async def undo(self):
        match self._undo:
            case "suggestion", facts:
                await self._post(f"{_SUGGESTIONS}/take-back", **facts)
            case "added", facts:
                await backend.api.delete(self._session(), f"{_RULES}/{facts['id']}")
            case "removed", facts:
                await self._post(_RULES, **facts)
            case _:
                return
        self._forget()
        await self._fetch()

    def _rule_in(self, form: dict) -> dict[str, Any]:
        texts = {name: str(form.get(name, "")).strip() for name in ("counterparty", "description", "direction")}
        amounts = {f"amount_minor_{end}": str(form.get(end, "")).strip() for end in ("min", "max")}
        if not form.get("category"):
            raise Unreadable("Choose the category that the rule gives.")
        if not any((*texts.values(), *amounts.values())):
            raise Unreadable("Say what the rule asks for: a name, a description, a direction or an amount.")
        minor = {name: minor_units(typed, self.currency) for name, typed in amounts.items() if typed}
        asked = {name: typed for name, typed in texts.items() if typed} | minor
        return {"category": form["category"]} | asked | ({"currency": self.currency} if minor else {})

    async def _try(self, wanted: dict[str, Any]) -> None:
        self.rule_effect = effect(await self._post(f"{_RULES}/preview", **wanted), self.time_zone)
        self._tried = wanted

    async def _did(self, done: str, kind: Literal["suggestion", "added", "removed"], **facts: Any) -> None:
        self.looked_at = ""
        await self._fetch()
        self.done, self._undo = done, (kind, facts)

    async def _fetch(self) -> None:
        self.suggestions = [suggestion(each, self.time_zone) for each in await self._get(_SUGGESTIONS)]
        self.rules = [rule(each) for each in await self._get(_RULES)]

    async def _get(self, path: str) -> Any:
        return await backend.api.get(self._session(), path)

    async def _post(self, path: str, **body: object) -> Any:
        return await backend.api.post(self._session(), path, **body)

    def _fill(self, counterparty: str, category: str) -> None:
        self.counterparty, self.category, self.rule_effect = counterparty, category, Effect()
        self.filled += 1

    def _forget(self) -> None:
        self.done, self._undo, self.looked_at = "", None, ""


_FIELDS = (
    "category", "description", "counterparty", "direction", "channel", "currency", "amount_minor_min",
    "amount_minor_max", "place",
)  # fmt: skip


def _name(counterparty: str, category: str) -> str:
    return f"{category}:{counterparty}"
