"""Accounts whose amounts seem to be turned round: statements of some cards write what was bought without a sign."""

from collections import Counter

from core.imports.categories import read_category
from core.imports.narration import listed
from core.imports.statement import Entry

SHOPS_MIN = 5
"""Payments by shops that are enough to tell an account by."""

_SHOPS = frozenset(
    listed("""
        groceries, eating_out, fuel, clothing, electronics, shopping, entertainment, subscriptions, public_transport,
        taxi
    """)
)
"""What nobody is paid for by those who sell it, but for refunds."""


class Signs:
    """Counts, for each account, how often shops are paid and how often they pay."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, bool]] = Counter()

    def add(self, entry: Entry) -> None:
        """Count a row; what calls itself a refund says nothing."""
        if not entry.is_refund and read_category(entry.narration, is_outgoing=True, currency=entry.currency) in _SHOPS:
            self._counts[entry.account, entry.amount_minor > 0] += 1

    @property
    def turned(self) -> list[str]:
        """Accounts that shops pay more than twice as often as they are paid."""
        paying = {account: count for (account, is_incoming), count in self._counts.items() if is_incoming}
        return [a for a, count in paying.items() if count >= SHOPS_MIN and count > 2 * self._counts[a, False]]
